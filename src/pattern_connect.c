/* See pattern.h: a connection for each message. */
#include "pattern_loop.h"

/* The time includes opening the connection and closing the producer's end. */
static inline int connect_round_trip(const struct pattern_end *end, const unsigned char *message)
{
	int err = end->rendezvous->connect(end->state);

	if (!err)
		err = pattern_round_trip(end, message);
	return UNLIKELY(err) ? err : end->rendezvous->hang_up(end->state);
}

HOT static int connect_rounds(const struct pattern_end *end, struct histogram *histogram,
	uint32_t *sequence, uint64_t count)
{
	return pattern_timed_rounds(end, connect_round_trip, histogram, sequence, count);
}

static int connect_producer(struct pattern_end *end)
{
	return pattern_time_rounds(end, connect_rounds);
}

HOT static int connect_serve(const struct pattern_end *end, uint64_t *served, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++, ++*served) {
		int err = end->rendezvous->accept(end->state);

		if (!err)
			err = pattern_echo_one(end);
		if (!err)
			err = end->rendezvous->hang_up(end->state);
		if (UNLIKELY(err))
			return err;
		pattern_progress(end, i);
	}
	return 0;
}

static int connect_consumer(struct pattern_end *end)
{
	return pattern_serve_rounds(end, connect_serve);
}

static bool has_rendezvous(const struct transport *transport)
{
	return transport->rendezvous != NULL;
}

const struct pattern pattern_connect = {
	.name = "connect",
	.summary = "as pingpong, over a connection made for each message and closed after it",
	.timed = SIDE_PRODUCER,
	.is_recorded = true,
	.connects = true,
	.waits = WAIT_SET(WAIT_BLOCK),
	.suits = has_rendezvous,
	.loop = {connect_producer, connect_consumer},
};
