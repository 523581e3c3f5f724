/* process-vm: the receiver reads a message straight from the sender's memory into its own buffer,
 * with process_vm_readv(2): one copy, made by the kernel. Where the message lies is announced
 * through a ring of shared memory, and the wait is that ring's.
 *
 * A message must not change until it has been read, so the sender makes its messages in a pool
 * (`reserve`); one that was made elsewhere is copied there first. Places of the pool are used in
 * turn, and there are two more than announcements can be on their way: of those that the ring has
 * given back, the receiver may still read the last, and one is the place of the next message. */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fail.h"
#include "ring_pair.h"
#include "transport.h"

#define POOL_BYTES  ((size_t)256 << 10) /* of messages, where they are small */
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

struct announcement {
	uint64_t address, bytes; /* in the sender */
};

/* What the sides know of each other, before the rings. */
struct shared {
	_Alignas(RING_PAGE) _Atomic pid_t pid[SIDES];
};

struct process_vm {
	struct shared *shared; /* NULL: not mapped */
	size_t bytes;          /* mapped */
	size_t message_bytes, places;
	pid_t harness;
	struct ring_pair rings; /* of announcements */

	/* after attach */
	const _Atomic pid_t *peer;
	unsigned char *pool;
	size_t place; /* of the next message */
};

/* A line for each message that the pool is to hold. */
static struct ring_shape process_vm_shape(const struct link_params *params)
{
	size_t pool = params->buffer_bytes ? params->buffer_bytes : POOL_BYTES;
	size_t messages = pool / params->message_bytes + 1;

	return ring_shape(sizeof(struct announcement), messages * RING_LINE);
}

static int process_vm_setup(void *state, const struct link_params *params)
{
	struct process_vm *vm = state;
	struct ring_shape shape = process_vm_shape(params);

	vm->harness = getpid();
	vm->message_bytes = params->message_bytes;
	vm->places = shape.slot_count + 2;
	vm->bytes = sizeof *vm->shared + ring_pair_bytes(&shape);

	void *memory =
		mmap(NULL, vm->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return fail("mmap");
	vm->shared = memory;
	/* for the sides' attempt; where Yama is not there, that is no error */
	(void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	params->requested->ring_bytes = (int64_t)params->buffer_bytes;
	params->effective->ring_bytes = (int64_t)(shape.slot_count * params->message_bytes);
	return ring_pair_init(&vm->rings, vm->shared + 1, &shape, params->wait);
}

static int process_vm_fail(void)
{
	if (errno == ESRCH)
		return fail_text(EPIPE, "process_vm_readv: the peer is gone");
	if (errno == EPERM)
		return fail_text(EPERM,
			"process_vm_readv: this user may not read its own "
			"processes' memory (kernel.yama.ptrace_scope)");
	return fail("process_vm_readv");
}

__attribute__((hot)) static int process_vm_read_from(
	pid_t pid, uint64_t address, unsigned char *into, size_t bytes)
{
	while (bytes) {
		struct iovec local = {.iov_base = into, .iov_len = bytes};
		struct iovec remote = {.iov_base = (void *)(uintptr_t)address, .iov_len = bytes};
		ssize_t got = process_vm_readv(pid, &local, 1, &remote, 1, 0);

		if (UNLIKELY(got <= 0))
			return process_vm_fail();
		into += got;
		address += (uint64_t)got;
		bytes -= (size_t)got;
	}
	return 0;
}

/* The other side may not be there yet, but the harness is, and what a side may do with it, it may
 * do with the other side. */
static int process_vm_try(const struct process_vm *vm)
{
	pid_t pid;

	return process_vm_read_from(
		vm->harness, (uintptr_t)vm->shared, (unsigned char *)&pid, sizeof pid);
}

static int process_vm_attach(void *state, enum side side)
{
	struct process_vm *vm = state;
	void *pool = mmap(NULL, vm->places * vm->message_bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (pool == MAP_FAILED)
		return fail("mmap");
	vm->pool = pool;
	vm->peer = &vm->shared->pid[side_peer(side)];
	(void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	/* before any announcement, which the peer sees first */
	atomic_store_explicit(&vm->shared->pid[side], getpid(), memory_order_relaxed);

	int err = process_vm_try(vm);

	return err ? err : ring_pair_attach(&vm->rings, side);
}

__attribute__((hot)) static unsigned char *process_vm_reserve(void *state)
{
	struct process_vm *vm = state;

	return vm->pool + vm->place * vm->message_bytes;
}

__attribute__((hot)) static int process_vm_send(void *state, const void *message, size_t bytes)
{
	struct process_vm *vm = state;
	unsigned char *place = process_vm_reserve(vm);
	struct announcement announcement = {.address = (uintptr_t)place, .bytes = bytes};

	if (message != place)
		memcpy(place, message, bytes);
	if (++vm->place == vm->places)
		vm->place = 0;
	return ring_send(vm->rings.out, &announcement, sizeof announcement);
}

__attribute__((hot)) static int process_vm_recv(void *state, void *message, size_t bytes)
{
	struct process_vm *vm = state;
	struct announcement announcement;
	int err = ring_recv(vm->rings.in, &announcement, sizeof announcement);

	if (UNLIKELY(err))
		return err;
	if (UNLIKELY(announcement.bytes != bytes))
		return fail_text(EBADMSG, "a message of %llu bytes was announced instead of %zu",
			(unsigned long long)announcement.bytes, bytes);
	return process_vm_read_from(atomic_load_explicit(vm->peer, memory_order_relaxed),
		announcement.address, message, bytes);
}

static void process_vm_teardown(void *state)
{
	struct process_vm *vm = state;

	ring_pair_close(&vm->rings);
	if (!vm->shared)
		return;
	(void)prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	munmap(vm->shared, vm->bytes);
	vm->shared = NULL;
}

const struct transport transport_process_vm = {
	.name = "process-vm",
	.summary = "process_vm_readv(2) from the sender's memory: one copy, by the kernel",
	.traits = TRAIT_BUFFER,
	.waits = WAIT_SET(WAIT_FUTEX) | WAIT_SET(WAIT_HYBRID) | WAIT_SET(WAIT_SPIN),
	.state_size = sizeof(struct process_vm),
	.setup = process_vm_setup,
	.attach = process_vm_attach,
	.send = process_vm_send,
	.recv = process_vm_recv,
	.teardown = process_vm_teardown,
	.reserve = process_vm_reserve,
};
