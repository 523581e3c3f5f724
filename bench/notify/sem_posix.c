/* sem-posix: payloads in shared memory, and for each a sem_post(3) of a process-shared semaphore,
 * which makes a system call only where somebody sleeps. POSIX says that both calls synchronise
 * memory. */
#include <errno.h>
#include <limits.h>
#include <semaphore.h>

#include "fail.h"
#include "slots.h"

_Static_assert(sizeof(sem_t) <= SLOTS_SHARED_BYTES, "a semaphore has room");

struct sem_posix {
	struct slots slots;
	sem_t *in, *out; /* after attach */
};

static int sem_posix_setup(void *state, const struct link_params *params)
{
	struct sem_posix *link = state;
	int err = slots_setup(&link->slots, params, SEM_VALUE_MAX);

	for (enum side side = SIDE_PRODUCER; side < SIDES && !err; side++)
		if (sem_init(slots_shared(&link->slots, side), 1, 0) < 0)
			err = fail("sem_init");
	return err;
}

static int sem_posix_attach(void *state, enum side side)
{
	struct sem_posix *link = state;

	slots_attach(&link->slots, side);
	link->in = slots_shared(&link->slots, side);
	link->out = slots_shared(&link->slots, side_peer(side));
	return 0;
}

__attribute__((hot)) static int sem_posix_send(void *state, const void *message, size_t bytes)
{
	struct sem_posix *link = state;
	int err = slots_put(&link->slots, message, bytes);

	if (!err && sem_post(link->out) < 0)
		err = fail("sem_post");
	return err;
}

__attribute__((hot)) static int sem_posix_recv(void *state, void *message, size_t bytes)
{
	struct sem_posix *link = state;

	while (sem_wait(link->in) < 0)
		if (errno != EINTR)
			return fail("sem_wait");
	return slots_take(&link->slots, message, bytes);
}

/* The semaphores hold nothing but their memory, which the sides still use: no sem_destroy. */
static void sem_posix_teardown(void *state)
{
	slots_teardown(&((struct sem_posix *)state)->slots);
}

const struct transport transport_sem_posix = {
	.name = "sem-posix",
	.summary = "payload in shared memory, a sem_post of a shared semaphore for each message",
	.traits = TRAIT_BUFFER,
	.waits = WAIT_SET(WAIT_SEM),
	.state_size = sizeof(struct sem_posix),
	.setup = sem_posix_setup,
	.attach = sem_posix_attach,
	.send = sem_posix_send,
	.recv = sem_posix_recv,
	.teardown = sem_posix_teardown,
};
