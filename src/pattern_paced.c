/* See pattern.h: open loop, on a fixed schedule.
 *
 * Message k is due at start + k x interval, computed from k and never from the message before, so a
 * generator or a mechanism that falls behind does not silently lower the rate (coordinated
 * omission; G. Tene's wrk2). Every message carries the time at which it was really sent; when it
 * was due follows from its number. */
#include <sched.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "pattern_loop.h"
#include "spin.h"

#define LEAD_NS 500000 /* from "go" to the first message: both sides are there */
#define AHEAD_NS                                                                              \
	100000       /* a sleep ends this long before a message is due, for the timer's delay \
		      */
#define NAP_NS 20000 /* on one CPU: shorter waits give way instead of sleeping */

static int64_t due_ns(int64_t start_ns, const struct exchange *exchange, uint64_t number)
{
	return start_ns + (int64_t)((double)number * exchange->interval_ns);
}

static void sleep_until(int64_t ns)
{
	const struct timespec time = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

/* Both wait until a message is due, and return the time. This one has a CPU of its own. */
static int64_t wait_spinning(int64_t due)
{
	int64_t now = clock_now_ns();

	if (due - now > 2 * AHEAD_NS) {
		sleep_until(due - AHEAD_NS);
		now = clock_now_ns();
	}
	while (now < due) {
		spin_relax();
		now = clock_now_ns();
	}
	return now;
}

/* This one leaves the CPU to the consumer, which shares it. */
static int64_t wait_giving_way(int64_t due)
{
	int64_t now = clock_now_ns();

	if (due - now > NAP_NS) {
		sleep_until(due);
		now = clock_now_ns();
	}
	while (now < due) {
		sched_yield();
		now = clock_now_ns();
	}
	return now;
}

/* `count` messages from *sequence on; records how late each was sent. */
HOT static int send_on_schedule(const struct pattern_end *end, struct histogram *lateness,
	uint32_t *sequence, uint64_t count)
{
	int64_t (*wait)(int64_t) = end->shares_cpu ? wait_giving_way : wait_spinning;
	int64_t start = atomic_load_explicit(&end->tally->start_ns, memory_order_relaxed);
	struct histogram_totals totals = HISTOGRAM_NO_TOTALS;
	int err = 0;

	for (uint64_t i = 0; i < count && !err; i++, ++*sequence) {
		int64_t due = due_ns(start, &end->exchange, *sequence);
		struct message m = {.nonce = end->nonce, .sequence = *sequence};
		int64_t now = wait(due);

		unsigned char *out = pattern_out(end);

		m.sent_ns = (uint64_t)now;
		memcpy(out, &m, sizeof m);
		err = end->send(end->state, out, end->message_bytes);
		histogram_count(lateness, &totals, now - due);
		atomic_store_explicit(&end->tally->progress, *sequence, memory_order_relaxed);
	}
	histogram_add_totals(lateness, &totals);
	return err;
}

static int paced_producer(struct pattern_end *end)
{
	const struct exchange *x = &end->exchange;
	struct tally *tally = end->tally;
	uint32_t sequence = 0;

	histogram_reset(&tally->warmup);
	for (uint32_t e = 0; e < x->epochs; e++)
		histogram_prepare(&tally->epoch[e], NULL);
	/* before the first message, which tells the consumer that it is there */
	atomic_store_explicit(&tally->start_ns, clock_now_ns() + LEAD_NS, memory_order_release);

	int err = send_on_schedule(end, &tally->warmup, &sequence, x->warmup);

	tally_begin(tally);
	for (uint32_t e = 0; e < x->epochs && !err; e++) {
		tally_stamp(tally, e, sequence - x->warmup);
		err = send_on_schedule(end, &tally->epoch[e], &sequence, x->per_epoch);
	}
	tally_stamp(tally, x->epochs, sequence - x->warmup);
	tally_end(tally);
	tally->sent = sequence;
	tally->messages = sequence - x->warmup;
	if (!err && end->transport->traits & TRAIT_LOSSY)
		err = pattern_send_end(end);
	return err;
}

/* The consumer's place in the exchange: the two halves of the warm-up, then the epochs. */
enum { WARMING, WARM, MEASURING };

struct arrivals {
	uint32_t phase;
	uint64_t bound;                       /* the first number of the next phase */
	struct histogram *response, *service; /* of this phase */
	struct histogram_totals response_totals, service_totals;
};

static void flush(struct arrivals *a)
{
	histogram_add_totals(a->response, &a->response_totals);
	histogram_add_totals(a->service, &a->service_totals);
	a->response_totals = a->service_totals = HISTOGRAM_NO_TOTALS;
}

static void enter(const struct pattern_end *end, struct arrivals *a, uint32_t phase)
{
	const struct exchange *x = &end->exchange;
	struct tally *tally = end->tally;

	a->phase = phase;
	if (phase < MEASURING) {
		a->response = &tally->warmup;
		a->service = &tally->service_warmup;
		a->bound = phase == WARMING ? x->warmup / 2 : x->warmup;
	} else {
		a->response = &tally->epoch[phase - MEASURING];
		a->service = &tally->service[phase - MEASURING];
		a->bound = x->warmup + (phase - MEASURING + 1) * x->per_epoch;
	}
}

/* The next phase begins, before the message that belongs to it is counted. */
static void advance(const struct pattern_end *end, struct arrivals *a)
{
	const struct exchange *x = &end->exchange;
	struct tally *tally = end->tally;

	flush(a);
	if (a->phase == WARMING) {
		/* so that no page faults fall into the measured part */
		for (uint32_t e = 0; e < x->epochs; e++) {
			histogram_prepare(&tally->epoch[e], &tally->warmup);
			histogram_prepare(&tally->service[e], &tally->service_warmup);
		}
	} else if (a->phase == WARM) {
		tally->before = tally->sequence.unique;
		tally_begin(tally);
	}
	if (a->phase >= WARM)
		tally_stamp(tally, a->phase - WARM, tally->sequence.unique - tally->before);
	if (a->phase + 1 < MEASURING + x->epochs)
		enter(end, a, a->phase + 1);
	else
		a->phase++;
}

/* One message; *more is false after the last. */
HOT static inline int arrive(const struct pattern_end *end, struct arrivals *a, bool *more)
{
	struct sequence *seen = &end->tally->sequence;
	bool lossy = end->transport->traits & TRAIT_LOSSY;
	struct message m;
	int err = end->recv(end->state, end->in, end->message_bytes);
	int64_t now = clock_now_ns();

	if (UNLIKELY(err))
		return err;
	memcpy(&m, end->in, sizeof m);
	if (UNLIKELY(m.nonce != end->nonce || (!lossy && m.sequence != seen->received)))
		return message_unexpected(end->in, end->nonce, (uint32_t)seen->next);
	if (UNLIKELY(m.sequence == MESSAGE_END)) {
		*more = false;
		return 0;
	}
	while (UNLIKELY(m.sequence >= a->bound && a->phase < WARM + end->exchange.epochs))
		advance(end, a);
	sequence_note(seen, m.sequence);

	int64_t start = atomic_load_explicit(&end->peer->start_ns, memory_order_acquire);

	histogram_count(
		a->response, &a->response_totals, now - due_ns(start, &end->exchange, m.sequence));
	histogram_count(a->service, &a->service_totals, now - (int64_t)m.sent_ns);
	pattern_progress(end, seen->received);
	*more = lossy || m.sequence + 1 < exchange_messages(&end->exchange);
	return 0;
}

static int paced_consumer(struct pattern_end *end)
{
	struct tally *tally = end->tally;
	struct arrivals a = {
		.response_totals = HISTOGRAM_NO_TOTALS, .service_totals = HISTOGRAM_NO_TOTALS};
	bool more = true;
	int err = 0;

	sequence_reset(&tally->sequence);
	histogram_reset(&tally->warmup);
	histogram_reset(&tally->service_warmup);
	enter(end, &a, WARMING);
	while (more && !err)
		err = arrive(end, &a, &more);
	while (a.phase <= WARM + end->exchange.epochs)
		advance(end, &a);
	tally_end(tally);
	tally->messages = tally->sequence.unique - tally->before;
	atomic_store_explicit(&tally->finished, 1, memory_order_release);
	return err;
}

const struct pattern pattern_paced = {
	.name = "paced",
	.summary = "open loop, fixed schedule: response time from the intended send, at a rate",
	.timed = SIDE_CONSUMER,
	.is_recorded = true,
	.is_one_way = true,
	.loop = {paced_producer, paced_consumer},
};
