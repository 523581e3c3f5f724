/* See pattern.h: the request in two small writes, as programs do that write a header and then a
 * body. Over TCP with Nagle's algorithm the second waits until the first is acknowledged, and the
 * receiver, which has no reply yet, delays that (RFC 896, RFC 1122 4.2.3.2): some 40 ms. */
#include "pattern_loop.h"

static inline int halves_round_trip(const struct pattern_end *end, const unsigned char *message)
{
	size_t header = end->message_bytes / 2;
	int err = end->send(end->state, message, header);

	if (!err)
		err = end->send(end->state, message + header, end->message_bytes - header);
	return UNLIKELY(err) ? err : end->recv(end->state, end->in, end->message_bytes);
}

HOT static int halves_rounds(const struct pattern_end *end, struct histogram *histogram,
	uint32_t *sequence, uint64_t count)
{
	return pattern_timed_rounds(end, halves_round_trip, histogram, sequence, count);
}

static int halves_producer(struct pattern_end *end)
{
	return pattern_time_rounds(end, halves_rounds);
}

static int halves_consumer(struct pattern_end *end)
{
	return pattern_serve_rounds(end, pattern_echo);
}

static bool is_byte_stream(const struct transport *transport)
{
	return transport->traits & TRAIT_BYTES;
}

const struct pattern pattern_write_write_read = {
	.name = "write-write-read",
	.summary = "as pingpong, the request in two writes: where Nagle and delayed ACK meet",
	.timed = SIDE_PRODUCER,
	.is_recorded = true,
	.suits = is_byte_stream,
	.loop = {halves_producer, halves_consumer},
};
