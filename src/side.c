/* See side.h. */
#include "side.h"

#include <alloca.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "io.h"
#include "probe.h"
#include "round.h"

#define MESSAGE_APART 128 /* bytes: two cache lines, as prefetchers fetch pairs */

/* Descriptors that came through exec are the caller's, not ours: ours are all close-on-exec. A side
 * must not hold a shell's or a runner's pipe open. */
static void close_foreign(void)
{
	DIR *dir = opendir("/proc/self/fd");

	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));) {
		int fd = atoi(entry->d_name);

		if (fd > STDERR_FILENO && fd != dirfd(dir) && !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
			close(fd);
	}
	closedir(dir);
}

/* The process ends with the harness, however that ends, and ignores what is meant for it. The
 * kernel keeps PR_SET_PDEATHSIG with the thread that asks for it: it must be the one that lives
 * longest. */
static int settle_in(const struct side_start *start)
{
	sigset_t none;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail("prctl(PR_SET_PDEATHSIG)");
	if (getppid() != start->harness)
		return fail_text(ESRCH, "the harness is gone");
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_foreign();
	return 0;
}

/* Two buffers of a message each, touched; small ones share a page. NULL: no memory. */
static unsigned char *new_messages(size_t bytes, size_t *apart)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t unit = 2 * bytes <= page ? MESSAGE_APART : page;

	*apart = round_up(bytes, unit);

	unsigned char *both = mmap(NULL, 2 * *apart, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return both == MAP_FAILED ? NULL : memset(both, 0xa5, 2 * *apart);
}

static uint32_t messages_per_call(const struct exchange *exchange)
{
	return exchange->per_call ? exchange->per_call : 1;
}

static int cpu_of(const struct side_start *start)
{
	return start->side == SIDE_PRODUCER ? start->cpus.producer : start->cpus.consumer;
}

/* Of the CPU that this side is pinned to. */
static double pace(const struct side_start *start)
{
	return cpu_of(start) < 0 ? NAN : probe_work_ns();
}

static int attach(const struct pattern *pattern, enum side side, struct pattern_end *end)
{
	int (*attach_one)(void *, enum side) =
		end->rendezvous ? end->rendezvous->attach : end->transport->attach;
	unsigned char *state = end->state;
	int err = 0;

	for (uint32_t i = 0; i < end->connections && !err; i++)
		err = attach_one(state + i * end->state_stride, side);
	return err || !pattern->prepare[side] ? err : pattern->prepare[side](end);
}

static int prepare(
	const struct pair_params *params, const struct side_start *start, struct pattern_end *end)
{
	size_t apart;
	unsigned char *messages;
	int err = affinity_pin(cpu_of(start));

	prctl(PR_SET_NAME, start->side == SIDE_PRODUCER ? "ipcmark-produce" : "ipcmark-consume");
	prctl(PR_SET_TIMERSLACK, 1UL);
	if (err)
		return err;
	messages =
		new_messages(params->message_bytes * messages_per_call(&params->exchange), &apart);
	if (!messages)
		return fail("mmap");
	*end = (struct pattern_end){
		.transport = params->transport,
		.send = params->transport->send,
		.recv = params->transport->recv,
		.reserve = params->transport->reserve,
		.rendezvous = params->connects ? params->transport->rendezvous : NULL,
		.state = params->threads ? links_copy(start->links) : start->links->states,
		.state_stride = start->links->stride,
		.connections = start->links->count,
		.active = params->active,
		.wait = params->wait,
		.effective = start->effective,
		.exchange = params->exchange,
		.nonce = start->nonce,
		.message_bytes = params->message_bytes,
		.out = messages,
		.in = messages + apart,
		.tally = start->tally[start->side],
		.peer = start->tally[side_peer(start->side)],
		.shares_cpu =
			start->cpus.producer >= 0 && start->cpus.producer == start->cpus.consumer,
	};
	end->tally->is_thread = params->threads;
	if (params->counts)
		counters_open(&end->tally->counters);
	end->tally->work_ns[0] = pace(start);
	return attach(params->pattern, start->side, end);
}

static void report(const struct side_start *start, int err)
{
	int32_t word = err;

	if (err)
		snprintf(start->tally[start->side]->reason, FAIL_TEXT_BYTES, "%s", fail_reason());
	if (io_send(start->control, &word, sizeof word) < 0)
		_exit(1); /* nobody listens any more */
}

/* Takes a part of the stack, so that the loops do not always run at the same addresses. */
static __attribute__((noinline)) int run_shifted(
	const struct pattern *pattern, struct pattern_end *end, enum side side, size_t bytes)
{
	/* cppcheck-suppress allocaCalled */
	volatile char *padding = alloca(bytes + 1);

	padding[bytes] = 0;

	int err = pattern->loop[side](end);

	return padding[bytes]
		? -EFAULT
		: err; /* keeps the padding alive, and the call out of tail position */
}

/* The whole life of a side; the status with which its process ends. */
static int live(const struct pair_params *params, const struct side_start *start)
{
	struct pattern_end end;
	char word;
	int err = prepare(params, start, &end);

	report(start, err);
	if (err || io_recv(start->control, &word, 1) < 0)
		return 1;
	err = run_shifted(params->pattern, &end, start->side, params->padding_bytes);
	end.tally->work_ns[1] = pace(start);
	report(start, err);

	/* The link stays open until the harness has heard of both: closing it could take messages,
	 * or the peer's last call, with it. */
	(void)io_recv(start->control, &word, 1);
	return 0;
}

void side_main(const struct pair_params *params, const struct side_start *start)
{
	int err = settle_in(start);

	if (err)
		report(start, err);
	_exit(err ? 1 : live(params, start));
}

struct life {
	const struct pair_params *params;
	const struct side_start *start;
	int status;
};

static void *live_in_thread(void *context)
{
	struct life *life = context;

	life->status = live(life->params, life->start);
	return NULL;
}

void side_main_both(const struct pair_params *params, const struct side_start start[SIDES])
{
	struct life other = {.params = params, .start = &start[SIDE_CONSUMER]};
	int status, err = settle_in(&start[SIDE_PRODUCER]);
	pthread_t thread;

	if (!err) {
		err = -pthread_create(&thread, NULL, live_in_thread, &other);
		if (err)
			fail_with(-err, "pthread_create");
	}
	if (err) {
		report(&start[SIDE_PRODUCER], err);
		_exit(1);
	}
	status = live(params, &start[SIDE_PRODUCER]);
	pthread_join(thread, NULL);
	_exit(status ? status : other.status);
}
