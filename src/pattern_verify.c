/* See pattern.h: every byte is checked, nothing is measured. */
#include <string.h>

#include "pattern_loop.h"

static int open_connection(const struct pattern_end *end, enum side side)
{
	if (!end->rendezvous)
		return 0;
	return side == SIDE_PRODUCER ? end->rendezvous->connect(end->state)
				     : end->rendezvous->accept(end->state);
}

static int close_connection(const struct pattern_end *end)
{
	return end->rendezvous ? end->rendezvous->hang_up(end->state) : 0;
}

static int verify_producer(struct pattern_end *end)
{
	int err = 0;

	for (uint32_t i = 0; i < end->exchange.per_epoch && !err; i++) {
		unsigned char *message = pattern_out(end);

		message_fill(message, end->message_bytes, end->nonce, i);
		memset(end->in, 0, end->message_bytes);
		err = open_connection(end, SIDE_PRODUCER);
		if (!err)
			err = pattern_round_trip(end, message);
		if (!err)
			err = message_verify(end->in, end->message_bytes, end->nonce, i);
		if (!err)
			err = close_connection(end);
		pattern_progress(end, i);
	}
	return err;
}

static int verify_consumer(struct pattern_end *end)
{
	int err = 0;

	for (uint32_t i = 0; i < end->exchange.per_epoch && !err; i++) {
		memset(end->in, 0, end->message_bytes);
		err = open_connection(end, SIDE_CONSUMER);
		if (!err)
			err = end->recv(end->state, end->in, end->message_bytes);
		if (!err)
			err = message_verify(end->in, end->message_bytes, end->nonce, i);
		if (!err)
			err = end->send(end->state, end->in, end->message_bytes);
		if (!err)
			err = close_connection(end);
		pattern_progress(end, i);
	}
	return err;
}

const struct pattern pattern_verify = {
	.name = "verify",
	.summary = "echo with every byte checked; not measured",
	.timed = SIDE_PRODUCER,
	.loop = {verify_producer, verify_consumer},
};
