/* futex: payloads in shared memory, and for each a FUTEX_WAKE, whether anybody sleeps or not: what
 * a wake-up costs when nothing is done to spare it. The word counts messages that were told of and
 * not yet taken. */
#include "futex_word.h"
#include "slots.h"

static _Atomic uint32_t *futex_count(const struct slots *slots, enum side receiver)
{
	return slots_shared(slots, receiver);
}

struct futex_link {
	struct slots slots;
	_Atomic uint32_t *in, *out; /* after attach */
};

static int futex_setup(void *state, const struct link_params *params)
{
	return slots_setup(&((struct futex_link *)state)->slots, params, 0);
}

static int futex_attach(void *state, enum side side)
{
	struct futex_link *link = state;

	slots_attach(&link->slots, side);
	link->in = futex_count(&link->slots, side);
	link->out = futex_count(&link->slots, side_peer(side));
	return 0;
}

__attribute__((hot)) static int futex_send(void *state, const void *message, size_t bytes)
{
	struct futex_link *link = state;
	int err = slots_put(&link->slots, message, bytes);

	if (err)
		return err;
	/* release: who counts this one sees the slot's stamp */
	atomic_fetch_add_explicit(link->out, 1, memory_order_release);
	return futex_word_wake(link->out);
}

__attribute__((hot)) static int futex_recv(void *state, void *message, size_t bytes)
{
	struct futex_link *link = state;

	/* acquire: pairs with the sender's release. Nobody else takes, so what is there stays. */
	while (atomic_load_explicit(link->in, memory_order_acquire) == 0) {
		int err = futex_word_sleep(link->in, 0);

		if (err)
			return err;
	}
	atomic_fetch_sub_explicit(link->in, 1, memory_order_relaxed);
	return slots_take(&link->slots, message, bytes);
}

static void futex_teardown(void *state)
{
	slots_teardown(&((struct futex_link *)state)->slots);
}

const struct transport transport_futex = {
	.name = "futex",
	.summary = "payload in shared memory, a FUTEX_WAKE for each message",
	.traits = TRAIT_BUFFER,
	.waits = WAIT_SET(WAIT_FUTEX),
	.state_size = sizeof(struct futex_link),
	.setup = futex_setup,
	.attach = futex_attach,
	.send = futex_send,
	.recv = futex_recv,
	.teardown = futex_teardown,
};
