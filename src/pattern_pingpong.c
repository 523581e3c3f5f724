/* See pattern.h: closed loop, one message in flight. */
#include <string.h>
#include <time.h>

#include "clock.h"
#include "pattern_loop.h"

/* One round trip between two clock reads. */
static inline __attribute__((always_inline)) int timed_round_trip(const struct pattern_end *end,
	uint32_t number, struct histogram *histogram, struct histogram_totals *totals)
{
	message_stamp(end->out, end->nonce, number);

	int64_t start = clock_now_ns();
	int err = pattern_round_trip(end);
	int64_t stop = clock_now_ns();

	if (UNLIKELY(err))
		return err;
	if (UNLIKELY(!message_is(end->in, end->nonce, number)))
		return message_unexpected(end->in, end->nonce, number);
	histogram_count(histogram, totals, stop - start);
	pattern_progress(end, number);
	return 0;
}

/* `count` round trips from *sequence on, each recorded. */
HOT static int rounds(const struct pattern_end *end, struct histogram *histogram,
	uint32_t *sequence, uint64_t count)
{
	struct histogram_totals totals = HISTOGRAM_NO_TOTALS;
	uint32_t number = *sequence;
	int err = 0;

	for (uint64_t i = 0; i < count && !err; i++, number++)
		err = timed_round_trip(end, number, histogram, &totals);
	histogram_add_totals(histogram, &totals);
	*sequence = number;
	return err;
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
		err = timed_round_trip(end, *sequence, histogram, &totals);
	}
	histogram_add_totals(histogram, &totals);
	return err;
}

/* `count` round trips without a look at the clock. */
static inline int batch(const struct pattern_end *end, uint32_t number, uint32_t count)
{
	for (uint32_t k = 0; k < count; k++) {
		message_stamp(end->out, end->nonce, number + k);

		int err = pattern_round_trip(end);

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
	int (*run)(const struct pattern_end *, struct histogram *, uint32_t *, uint64_t) =
		x->think_ns    ? thinking_rounds
		: x->batch > 1 ? batches
			       : rounds;
	struct tally *tally = end->tally;
	uint32_t sequence = 0;

	uint64_t first_half = x->warmup / 2 / x->batch * x->batch;

	histogram_reset(&tally->warmup);

	int err = run(end, &tally->warmup, &sequence, first_half);

	/* in mid-warm-up, so that neither page faults nor a pause fall into the measured part */
	for (uint32_t e = 0; e < x->epochs; e++)
		histogram_prepare(&tally->epoch[e], &tally->warmup);
	if (!err)
		err = run(end, &tally->warmup, &sequence, x->warmup - first_half);
	tally_begin(tally);
	for (uint32_t e = 0; e < x->epochs && !err; e++) {
		tally_stamp(tally, e, sequence - x->warmup);
		err = run(end, &tally->epoch[e], &sequence, x->per_epoch);
	}
	tally_stamp(tally, x->epochs, sequence - x->warmup);
	tally_end(tally);
	tally->sent = sequence;
	tally->before = x->warmup;
	tally->messages = sequence - x->warmup;
	return err;
}

/* Sends back what came: the producer's check of the reply covers both ways. */
static inline __attribute__((always_inline)) int echo_one(
	const struct pattern_end *end, uint64_t spin_ns)
{
	int err = end->recv(end->state, end->in, end->message_bytes);

	if (UNLIKELY(err))
		return err;
	if (spin_ns) {
		int64_t until = clock_now_ns() + (int64_t)spin_ns;

		while (clock_now_ns() < until)
			;
	}
	return end->send(end->state, end->in, end->message_bytes);
}

/* Counts what it has sent back. */
HOT static int echo(const struct pattern_end *end, uint64_t *echoed, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++, ++*echoed) {
		int err = echo_one(end, 0);

		if (UNLIKELY(err))
			return err;
		pattern_progress(end, i);
	}
	return 0;
}

/* As echo, slowed down by a known time: the positive control. */
HOT static int slowed_echo(const struct pattern_end *end, uint64_t *echoed, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++, ++*echoed) {
		int err = echo_one(end, end->exchange.spin_ns);

		if (UNLIKELY(err))
			return err;
		pattern_progress(end, i);
	}
	return 0;
}

static int pingpong_consumer(struct pattern_end *end)
{
	const struct exchange *x = &end->exchange;
	int (*run)(const struct pattern_end *, uint64_t *, uint64_t) =
		x->spin_ns ? slowed_echo : echo;
	uint64_t before = 0, messages = 0;
	int err = run(end, &before, x->warmup);

	tally_begin(end->tally);
	if (!err)
		err = run(end, &messages, x->per_epoch * x->epochs);
	tally_end(end->tally);
	end->tally->before = before;
	end->tally->messages = messages;
	return err;
}

const struct pattern pattern_pingpong = {
	.name = "pingpong",
	.summary = "closed loop, one message in flight: round-trip time",
	.timed = SIDE_PRODUCER,
	.is_recorded = true,
	.loop = {pingpong_producer, pingpong_consumer},
};
