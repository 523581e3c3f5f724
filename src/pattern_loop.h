/* What the loops of the patterns share; for pattern_*.c alone. */
#ifndef IPCMARK_PATTERN_LOOP_H
#define IPCMARK_PATTERN_LOOP_H

#include "clock.h"
#include "message.h"
#include "pattern.h"

#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Together on few pages: after a context switch the processor has forgotten where pages are. */
#define HOT __attribute__((hot))

#define PROGRESS_EVERY 16 /* messages */

/* For the watchdog; now and then, as it is one more page to touch. */
static inline void pattern_progress(const struct pattern_end *end, uint64_t messages)
{
	if (messages % PROGRESS_EVERY == 0)
		atomic_store_explicit(&end->tally->progress, messages, memory_order_relaxed);
}

/* Where the next message is to be made. */
static inline unsigned char *pattern_out(const struct pattern_end *end)
{
	return UNLIKELY(end->reserve) ? end->reserve(end->state) : end->out;
}

/* One round trip; the reply lands in another buffer than the question, so an old one can't pass for
 * it. */
static inline int pattern_round_trip(const struct pattern_end *end, const unsigned char *message)
{
	int err = end->send(end->state, message, end->message_bytes);

	return UNLIKELY(err) ? err : end->recv(end->state, end->in, end->message_bytes);
}

/* Sends back what came: the producer's check of the reply covers both ways. */
static inline int pattern_echo_one(const struct pattern_end *end)
{
	int err = end->recv(end->state, end->in, end->message_bytes);

	return UNLIKELY(err) ? err : end->send(end->state, end->in, end->message_bytes);
}

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* One round trip between two clock reads: `round` sends the message, and has the
 * reply in end->in. */
ALWAYS_INLINE int pattern_timed(const struct pattern_end *end, uint32_t number,
	int (*round)(const struct pattern_end *end, const unsigned char *message),
	struct histogram *histogram, struct histogram_totals *totals)
{
	unsigned char *message = pattern_out(end);

	message_stamp(message, end->nonce, number);

	int64_t start = clock_now_ns();
	int err = round(end, message);
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
ALWAYS_INLINE int pattern_timed_rounds(const struct pattern_end *end,
	int (*round)(const struct pattern_end *end, const unsigned char *message),
	struct histogram *histogram, uint32_t *sequence, uint64_t count)
{
	struct histogram_totals totals = HISTOGRAM_NO_TOTALS;
	uint32_t number = *sequence;
	int err = 0;

	for (uint64_t i = 0; i < count && !err; i++, number++)
		err = pattern_timed(end, number, round, histogram, &totals);
	histogram_add_totals(histogram, &totals);
	*sequence = number;
	return err;
}

typedef int pattern_rounds(const struct pattern_end *end, struct histogram *histogram,
	uint32_t *sequence, uint64_t count);
typedef int pattern_serve(const struct pattern_end *end, uint64_t *served, uint64_t count);

/* A producer's whole loop of a closed pattern: the warm-up, then each epoch, by `rounds`, which
 * does and records `count` round trips from *sequence on. */
int pattern_time_rounds(struct pattern_end *end, pattern_rounds *rounds);

/* The consumer's: `serve` answers `count` of them. */
int pattern_serve_rounds(struct pattern_end *end, pattern_serve *serve);

/* A `serve` that sends back what came. */
int pattern_echo(const struct pattern_end *end, uint64_t *served, uint64_t count);

/* Tells the consumer of a lossy link that no more will come, until it has heard. */
int pattern_send_end(const struct pattern_end *end);

#endif
