/* What the loops of the patterns share; for pattern_*.c alone. */
#ifndef IPCMARK_PATTERN_LOOP_H
#define IPCMARK_PATTERN_LOOP_H

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

/* One round trip; the reply lands in another buffer than the question, so an old one can't pass for
 * it. */
static inline int pattern_round_trip(const struct pattern_end *end)
{
	int err = end->send(end->state, end->out, end->message_bytes);

	return UNLIKELY(err) ? err : end->recv(end->state, end->in, end->message_bytes);
}

/* Tells the consumer of a lossy link that no more will come, until it has heard. */
int pattern_send_end(const struct pattern_end *end);

#endif
