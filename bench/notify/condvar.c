/* condvar: payloads in shared memory, and for each a pthread_cond_signal(3) of a process-shared
 * condition, whose mutex guards the number of messages told of and not yet taken; the mutex orders
 * the rest. It is not a robust one: when a side is killed while it holds the mutex, the other
 * sleeps on until the harness, which watches both, ends it, too. */
#include <pthread.h>

#include "condition.h"
#include "fail.h"
#include "slots.h"

struct condvar {
	struct condition condition;
	uint32_t count; /* the mutex guards it */
};

_Static_assert(sizeof(struct condvar) <= SLOTS_SHARED_BYTES, "a condition has room");

struct condvar_link {
	struct slots slots;
	struct condvar *in, *out; /* after attach */
};

static int condvar_setup(void *state, const struct link_params *params)
{
	struct condvar_link *link = state;
	int err = slots_setup(&link->slots, params, 0);

	for (enum side side = SIDE_PRODUCER; side < SIDES && !err; side++) {
		struct condvar *condvar = slots_shared(&link->slots, side);

		err = condition_init(&condvar->condition);
	}
	return err;
}

static int condvar_attach(void *state, enum side side)
{
	struct condvar_link *link = state;

	slots_attach(&link->slots, side);
	link->in = slots_shared(&link->slots, side);
	link->out = slots_shared(&link->slots, side_peer(side));
	return 0;
}

/* Signals after the mutex is free, so that who wakes up finds it so. */
static int condvar_post(struct condvar *condvar)
{
	int err = pthread_mutex_lock(&condvar->condition.mutex);

	if (err)
		return fail_with(err, "pthread_mutex_lock");
	condvar->count++;
	pthread_mutex_unlock(&condvar->condition.mutex);
	err = pthread_cond_signal(&condvar->condition.changed);
	return err ? fail_with(err, "pthread_cond_signal") : 0;
}

static int condvar_wait(struct condvar *condvar)
{
	int err = pthread_mutex_lock(&condvar->condition.mutex);

	if (err)
		return fail_with(err, "pthread_mutex_lock");
	while (condvar->count == 0 && !err)
		err = pthread_cond_wait(&condvar->condition.changed, &condvar->condition.mutex);
	condvar->count--;
	pthread_mutex_unlock(&condvar->condition.mutex);
	return err ? fail_with(err, "pthread_cond_wait") : 0;
}

__attribute__((hot)) static int condvar_send(void *state, const void *message, size_t bytes)
{
	struct condvar_link *link = state;
	int err = slots_put(&link->slots, message, bytes);

	return err ? err : condvar_post(link->out);
}

__attribute__((hot)) static int condvar_recv(void *state, void *message, size_t bytes)
{
	struct condvar_link *link = state;
	int err = condvar_wait(link->in);

	return err ? err : slots_take(&link->slots, message, bytes);
}

/* The sides still use them: no pthread_*_destroy, which would free nothing. */
static void condvar_teardown(void *state)
{
	slots_teardown(&((struct condvar_link *)state)->slots);
}

const struct transport transport_condvar = {
	.name = "condvar",
	.summary = "payload in shared memory, a shared mutex and condition signalled for each "
		   "message",
	.traits = TRAIT_BUFFER,
	.waits = WAIT_SET(WAIT_CONDVAR),
	.state_size = sizeof(struct condvar_link),
	.setup = condvar_setup,
	.attach = condvar_attach,
	.send = condvar_send,
	.recv = condvar_recv,
	.teardown = condvar_teardown,
};
