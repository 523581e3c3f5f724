/* See pattern.h: closed loop, one message in flight. */
#include <string.h>
#include <time.h>

#include "clock.h"
#include "pattern_loop.h"

HOT static int rounds(const struct pattern_end *end, struct histogram *histogram,
	uint32_t *sequence, uint64_t count)
{
	return pattern_timed_rounds(end, pattern_round_trip, histogram, sequence, count);
}

/* As rounds, with a pause before each in which the producer sleeps and the consumer waits: what a
 * round trip costs from idle CPUs. */
HOT static int thinking_rounds(const struct pattern_end *end, struct histogram *histogram,
	uint32_t *sequence, uint64_t count)
{
	const struct timespec think = {.tv_sec = (time_t)(end->exchange.think_ns / 1000000000),
		.tv_nsec = (long)(end->exchange.think_ns % 1000000000)};
	struct histogram_totals totals = HISTOGRAM_NO_TOTALS;
	int err = 0;

	for (uint64_t i = 0; i < count && !err; i++, ++*sequence) {
		nanosleep(&think, NULL);
		atomic_store_explicit(&end->tally->progress, *sequence, memory_order_relaxed);
		err = pattern_timed(end, *sequence, pattern_round_trip, histogram, &totals);
	}
	histogram_add_totals(histogram, &totals);
	return err;
}

/* `count` round trips without a look at the clock. */
static inline int batch(const struct pattern_end *end, uint32_t number, uint32_t count)
{
	for (uint32_t k = 0; k < count; k++) {
		unsigned char *message = pattern_out(end);

		message_stamp(message, end->nonce, number + k);

		int err = pattern_round_trip(end, message);

		if (UNLIKELY(err))
			return err;
		if (UNLIKELY(!message_is(end->in, end->nonce, number + k)))
			return message_unexpected(end->in, end->nonce, number + k);
	}
	return 0;
}

/* As rounds, with a batch of round trips between two clock reads. */
HOT static int batches(const struct pattern_end *end, struct histogram *histogram,
	uint32_t *sequence, uint64_t count)
{
	struct histogram_totals totals = HISTOGRAM_NO_TOTALS;
	uint32_t each = end->exchange.batch;
	int err = 0;

	for (uint64_t i = 0; i < count && !err; i += each) {
		int64_t start = clock_now_ns();

		err = batch(end, *sequence, each);
		if (!err)
			histogram_count(histogram, &totals, clock_now_ns() - start);
		*sequence += each;
		pattern_progress(end, *sequence);
	}
	histogram_add_totals(histogram, &totals);
	return err;
}

static int pingpong_producer(struct pattern_end *end)
{
	const struct exchange *x = &end->exchange;

	return pattern_time_rounds(end,
		x->think_ns            ? thinking_rounds
			: x->batch > 1 ? batches
				       : rounds);
}

/* Sends back what came, slowed down by a known time: the positive control. */
HOT static int slowed_echo(const struct pattern_end *end, uint64_t *served, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++, ++*served) {
		int err = end->recv(end->state, end->in, end->message_bytes);

		if (UNLIKELY(err))
			return err;

		int64_t until = clock_now_ns() + (int64_t)end->exchange.spin_ns;

		while (clock_now_ns() < until)
			;
		err = end->send(end->state, end->in, end->message_bytes);
		if (UNLIKELY(err))
			return err;
		pattern_progress(end, i);
	}
	return 0;
}

static int pingpong_consumer(struct pattern_end *end)
{
	return pattern_serve_rounds(end, end->exchange.spin_ns ? slowed_echo : pattern_echo);
}

const struct pattern pattern_pingpong = {
	.name = "pingpong",
	.summary = "closed loop, one message in flight: round-trip time",
	.timed = SIDE_PRODUCER,
	.is_recorded = true,
	.loop = {pingpong_producer, pingpong_consumer},
};
