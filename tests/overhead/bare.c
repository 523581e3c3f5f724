/* See bare.h. */
#include "bare.h"

#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare_loop.h"
#include "clock.h"

static void must(int ok, const char *what)
{
	if (!ok)
		err(1, "%s", what);
}

static void move_read(int fd, unsigned char *at, size_t bytes)
{
	while (bytes) {
		ssize_t n = read(fd, at, bytes);

		must(n > 0, "read");
		at += n;
		bytes -= (size_t)n;
	}
}

static void move_write(int fd, const unsigned char *at, size_t bytes)
{
	while (bytes) {
		ssize_t n = write(fd, at, bytes);

		must(n > 0, "write");
		at += n;
		bytes -= (size_t)n;
	}
}

static void move_recv(int fd, unsigned char *at, size_t bytes)
{
	while (bytes) {
		ssize_t n = recv(fd, at, bytes, 0);

		must(n > 0, "recv");
		at += n;
		bytes -= (size_t)n;
	}
}

static void move_send(int fd, const unsigned char *at, size_t bytes)
{
	while (bytes) {
		ssize_t n = send(fd, at, bytes, MSG_NOSIGNAL);

		must(n > 0, "send");
		at += n;
		bytes -= (size_t)n;
	}
}

static void pipe_producer(struct loop *l, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		move_write(l->fd[1][1], l->out, l->params->bytes);
		move_read(l->fd[0][0], l->in, l->params->bytes);
	}
}

static void pipe_consumer(struct loop *l, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		move_read(l->fd[1][0], l->in, l->params->bytes);
		move_write(l->fd[0][1], l->in, l->params->bytes);
	}
}

static void socket_producer(struct loop *l, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		move_send(l->fd[0][0], l->out, l->params->bytes);
		move_recv(l->fd[0][0], l->in, l->params->bytes);
	}
}

static void socket_consumer(struct loop *l, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		move_recv(l->fd[0][1], l->in, l->params->bytes);
		move_send(l->fd[0][1], l->in, l->params->bytes);
	}
}

static volatile int64_t stamps;

static void pipe_stamper(struct loop *l, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		int64_t start = clock_now_ns();

		pipe_producer(l, 1);
		stamps = clock_now_ns() - start;
	}
}

static void socket_stamper(struct loop *l, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		int64_t start = clock_now_ns();

		socket_producer(l, 1);
		stamps = clock_now_ns() - start;
	}
}

static void line_producer(struct loop *l, uint64_t count)
{
	_Atomic uint64_t *ping = &l->arena->ping.value, *pong = &l->arena->pong.value;
	uint64_t base = atomic_load(pong);

	for (uint64_t i = base + 1; i <= base + count; i++) {
		atomic_store_explicit(ping, i, memory_order_release);
		while (atomic_load_explicit(pong, memory_order_acquire) != i)
			spin_relax();
	}
}

static void line_consumer(struct loop *l, uint64_t count)
{
	_Atomic uint64_t *ping = &l->arena->ping.value, *pong = &l->arena->pong.value;
	uint64_t base = atomic_load(pong);

	for (uint64_t i = base + 1; i <= base + count; i++) {
		while (atomic_load_explicit(ping, memory_order_acquire) != i)
			spin_relax();
		atomic_store_explicit(pong, i, memory_order_release);
	}
}

/* A power of two of slots, at least four. */
static uint64_t ring_slots(size_t bytes)
{
	uint64_t slots = 4;

	while (2 * slots * bytes <= RING_BYTES)
		slots *= 2;
	return slots;
}

static void ring_producer(struct loop *l, uint64_t count)
{
	_Atomic uint64_t *head = &l->arena->head.value, *tail = &l->arena->tail.value;
	uint64_t slots = ring_slots(l->params->bytes), at = atomic_load(head),
		 seen = atomic_load(tail);
	size_t bytes = l->params->bytes;

	for (uint64_t end = at + count; at < end; at++) {
		while (at - seen == slots) {
			seen = atomic_load_explicit(tail, memory_order_acquire);
			if (at - seen == slots)
				spin_relax();
		}
		memcpy(l->arena->slots + (at & (slots - 1)) * bytes, l->out, bytes);
		atomic_store_explicit(head, at + 1, memory_order_release);
	}
}

static void ring_consumer(struct loop *l, uint64_t count)
{
	_Atomic uint64_t *head = &l->arena->head.value, *tail = &l->arena->tail.value;
	uint64_t slots = ring_slots(l->params->bytes), at = atomic_load(tail), seen = at;
	size_t bytes = l->params->bytes;

	for (uint64_t end = at + count; at < end; at++) {
		while (seen == at) {
			seen = atomic_load_explicit(head, memory_order_acquire);
			if (seen == at)
				spin_relax();
		}
		memcpy(l->in, l->arena->slots + (at & (slots - 1)) * bytes, bytes);
		atomic_store_explicit(tail, at + 1, memory_order_release);
	}
}

static void pipe_sender(struct loop *l, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		move_write(l->fd[1][1], l->out, l->params->bytes);
}

static void pipe_receiver(struct loop *l, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		move_read(l->fd[1][0], l->in, l->params->bytes);
}

static const struct {
	void (*producer)(struct loop *, uint64_t);
	void (*consumer)(struct loop *, uint64_t);
	int timed_at_consumer;
} loops[] = {
	[BARE_PIPE_PINGPONG] = {pipe_producer, pipe_consumer, 0},
	[BARE_SOCKETPAIR_PINGPONG] = {socket_producer, socket_consumer, 0},
	[BARE_CACHE_LINE_PINGPONG] = {line_producer, line_consumer, 0},
	[BARE_RING_STREAM] = {ring_producer, ring_consumer, 1},
	[BARE_BEST_RING_STREAM] = {bare_ring_producer, bare_ring_consumer, 1},
	[BARE_BEST_RING_PINGPONG] = {bare_ring_asker, bare_ring_answerer, 0},
	[BARE_PIPE_STREAM] = {pipe_sender, pipe_receiver, 1},
	[BARE_PIPE_STAMPED] = {pipe_stamper, pipe_consumer, 0},
	[BARE_SOCKETPAIR_STAMPED] = {socket_stamper, socket_consumer, 0},
};

static void open_link(struct loop *l)
{
	if (l->params->kind == BARE_SOCKETPAIR_PINGPONG ||
		l->params->kind == BARE_SOCKETPAIR_STAMPED) {
		must(socketpair(AF_UNIX, SOCK_STREAM, 0, l->fd[0]) == 0, "socketpair");
		l->fd[1][0] = l->fd[1][1] = -1;
		return;
	}
	must(pipe(l->fd[0]) == 0 && pipe(l->fd[1]) == 0, "pipe");
}

static void close_link(struct loop *l)
{
	for (int i = 0; i < 4; i++)
		if (l->fd[i / 2][i % 2] >= 0)
			close(l->fd[i / 2][i % 2]);
}

static pid_t start(struct loop *l, int consumer)
{
	pid_t pid = fork();
	void (*move)(struct loop *, uint64_t) =
		consumer ? loops[l->params->kind].consumer : loops[l->params->kind].producer;

	must(pid >= 0, "fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (affinity_pin(consumer ? l->params->cpus.consumer : l->params->cpus.producer) < 0)
		err(1, "sched_setaffinity");
	atomic_fetch_add(&l->arena->attached, 1);
	while (atomic_load(&l->arena->attached) < 2)
		usleep(100);
	move(l, l->params->warmup);

	int64_t begin = clock_now_ns();

	move(l, l->params->count);
	if (consumer == loops[l->params->kind].timed_at_consumer)
		l->arena->ns = (double)(clock_now_ns() - begin) / (double)l->params->count;
	_exit(0);
}

static unsigned char *new_pages(size_t bytes, int flags)
{
	void *memory = mmap(
		NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	must(memory != MAP_FAILED, "mmap");
	return memory;
}

double bare_run(const struct bare_params *params)
{
	struct arena *arena = (struct arena *)(void *)new_pages(sizeof *arena, MAP_SHARED);
	struct loop loop = {
		.params = params,
		.arena = arena,
		.out = new_pages(params->bytes, MAP_PRIVATE),
		.in = new_pages(params->bytes, MAP_PRIVATE),
	};
	double ns;

	open_link(&loop);
	for (int side = 0; side < 2; side++)
		start(&loop, side);
	close_link(&loop);
	for (int side = 0; side < 2; side++) {
		int status;

		must(wait(&status) > 0, "wait");
		if (status)
			errx(1, "a bare loop failed");
	}
	ns = arena->ns;
	munmap(loop.out, params->bytes);
	munmap(loop.in, params->bytes);
	munmap(arena, sizeof *arena);
	return ns;
}
