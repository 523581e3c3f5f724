/* A producer that sends as fast as it can to a consumer that is slower and checks each byte. For
 * the conformance suites, after conformance_test.h. */
#ifndef IPCMARK_CONFORMANCE_FLOOD_TEST_H
#define IPCMARK_CONFORMANCE_FLOOD_TEST_H

#include "conformance_test.h"

#include <time.h>

static inline int flood_send(struct pattern_end *end)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	bool lossy = end->transport->traits & TRAIT_LOSSY;
	int err = 0;

	for (uint32_t i = 0; i < end->exchange.per_epoch && !err; i++) {
		message_fill(end->out, end->message_bytes, NONCE, i);
		err = end->transport->send(end->state, end->out, end->message_bytes);
	}
	while (!err && lossy && !atomic_load(&end->peer->finished)) {
		message_fill(end->out, end->message_bytes, NONCE, MESSAGE_END);
		err = end->transport->send(end->state, end->out, end->message_bytes);
		nanosleep(&pause, NULL);
	}
	return err == -ECONNREFUSED ? 0 : err;
}

/* Slower than the producer, and checks each byte. A lossy transport may leave numbers out, never go
 * back. */
static inline int flood_recv(struct pattern_end *end)
{
	const struct timespec pause = {.tv_nsec = 200000};
	bool lossy = end->transport->traits & TRAIT_LOSSY;

	for (uint32_t i = 0; i < end->exchange.per_epoch; i++) {
		struct message front;
		int err = end->transport->recv(end->state, end->in, end->message_bytes);

		memcpy(&front, end->in, sizeof front);
		if (!err && lossy && front.sequence >= i)
			i = front.sequence;
		if (!err)
			err = message_verify(end->in, end->message_bytes, NONCE, i);
		if (err)
			return err;
		if (i == MESSAGE_END)
			break;
		if (lossy && i + 1 == end->exchange.per_epoch)
			i--; /* the end is still to come */
		if (i % 16 == 0)
			nanosleep(&pause, NULL);
	}
	atomic_store(&end->tally->finished, 1);
	return 0;
}

static const struct pattern pattern_flood = {.name = "flood", .loop = {flood_send, flood_recv}};

#endif
