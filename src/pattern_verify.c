/* See pattern.h: every byte is checked, nothing is measured. */
#include <string.h>

#include "pattern_loop.h"

static int verify_producer(struct pattern_end *end)
{
	int err = 0;

	for (uint32_t i = 0; i < end->exchange.per_epoch && !err; i++) {
		message_fill(end->out, end->message_bytes, end->nonce, i);
		memset(end->in, 0, end->message_bytes);
		err = pattern_round_trip(end);
		if (!err)
			err = message_verify(end->in, end->message_bytes, end->nonce, i);
		pattern_progress(end, i);
	}
	return err;
}

static int verify_consumer(struct pattern_end *end)
{
	int err = 0;

	for (uint32_t i = 0; i < end->exchange.per_epoch && !err; i++) {
		memset(end->in, 0, end->message_bytes);
		err = end->recv(end->state, end->in, end->message_bytes);
		if (!err)
			err = message_verify(end->in, end->message_bytes, end->nonce, i);
		if (!err)
			err = end->send(end->state, end->in, end->message_bytes);
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
