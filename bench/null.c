/* null: no IPC. send does nothing, recv hands over the message that would have come, so the same
 * loops run and what they show is the harness itself: the floor under every figure beside it. */
#include "message.h"
#include "transport.h"

struct null {
	uint32_t nonce, sequence;
};

static int null_setup(void *state, const struct link_params *params)
{
	((struct null *)state)->nonce = params->nonce;
	return 0;
}

static int null_attach(void *state, enum side side)
{
	(void)state, (void)side;
	return 0;
}

static int null_send(void *state, const void *message, size_t bytes)
{
	(void)state, (void)message, (void)bytes;
	return 0;
}

static int null_recv(void *state, void *message, size_t bytes)
{
	struct null *null = state;

	(void)bytes;
	message_stamp(message, null->nonce, null->sequence++);
	return 0;
}

static void null_teardown(void *state)
{
	(void)state;
}

const struct transport transport_null = {
	.name = "null",
	.summary = "no IPC: the harness itself",
	.traits = TRAIT_HARNESS,
	.waits = WAIT_SET(WAIT_NONE),
	.state_size = sizeof(struct null),
	.setup = null_setup,
	.attach = null_attach,
	.send = null_send,
	.recv = null_recv,
	.teardown = null_teardown,
};
