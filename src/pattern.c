/* See pattern.h. */
#include "pattern.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "message.h"

#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Together on few pages: after a context switch the processor has forgotten where pages are. */
#define HOT __attribute__((hot))

#define PROGRESS_EVERY 16 /* messages */

uint64_t exchange_messages(const struct exchange *exchange)
{
	return exchange->warmup + exchange->per_epoch * exchange->epochs;
}

/* For the watchdog; now and then, as it is one more page to touch. */
static void progress(const struct pattern_end *end, uint64_t messages)
{
	if (messages % PROGRESS_EVERY == 0)
		atomic_store_explicit(&end->tally->progress, messages, memory_order_relaxed);
}

/* One round trip; the reply lands in another buffer than the question, so an old one can't pass for
 * it. */
static inline int round_trip(const struct pattern_end *end)
{
	int err = end->send(end->state, end->out, end->message_bytes);

	return UNLIKELY(err) ? err : end->recv(end->state, end->in, end->message_bytes);
}

/* `count` round trips from *sequence on, each between two clock reads. */
HOT static int rounds(const struct pattern_end *end, struct histogram *histogram,
	uint32_t *sequence, uint64_t count)
{
	struct histogram_totals totals = HISTOGRAM_NO_TOTALS;
	uint32_t number = *sequence;
	int err = 0;

	for (uint64_t i = 0; i < count; i++, number++) {
		message_stamp(end->out, end->nonce, number);

		int64_t start = clock_now_ns();

		err = round_trip(end);

		int64_t stop = clock_now_ns();

		if (UNLIKELY(err))
			break;
		if (UNLIKELY(!message_is(end->in, end->nonce, number))) {
			err = message_unexpected(end->in, end->nonce, number);
			break;
		}
		histogram_count(histogram, &totals, stop - start);
		progress(end, number);
	}
	histogram_add_totals(histogram, &totals);
	*sequence = number;
	return err;
}

/* `count` round trips without a look at the clock. */
static inline int batch(const struct pattern_end *end, uint32_t number, uint32_t count)
{
	for (uint32_t k = 0; k < count; k++) {
		message_stamp(end->out, end->nonce, number + k);

		int err = round_trip(end);

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
		progress(end, *sequence);
	}
	histogram_add_totals(histogram, &totals);
	return err;
}

static int pingpong_producer(struct pattern_end *end)
{
	const struct exchange *x = &end->exchange;
	int (*run)(const struct pattern_end *, struct histogram *, uint32_t *, uint64_t) =
		x->batch > 1 ? batches : rounds;
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

/* Sends back what came: the producer's check of the reply covers both ways. Counts what it has sent
 * back. */
HOT static int echo(const struct pattern_end *end, uint64_t *echoed, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++, ++*echoed) {
		int err = end->recv(end->state, end->in, end->message_bytes);

		if (UNLIKELY(err))
			return err;
		err = end->send(end->state, end->in, end->message_bytes);
		if (UNLIKELY(err))
			return err;
		progress(end, i);
	}
	return 0;
}

static int pingpong_consumer(struct pattern_end *end)
{
	const struct exchange *x = &end->exchange;
	uint64_t before = 0, messages = 0;
	int err = echo(end, &before, x->warmup);

	tally_begin(end->tally);
	if (!err)
		err = echo(end, &messages, x->per_epoch * x->epochs);
	tally_end(end->tally);
	end->tally->before = before;
	end->tally->messages = messages;
	return err;
}

HOT static int send_numbered(const struct pattern_end *end, uint32_t *sequence, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++, ++*sequence) {
		message_stamp(end->out, end->nonce, *sequence);

		int err = end->send(end->state, end->out, end->message_bytes);

		if (UNLIKELY(err))
			return err;
		progress(end, *sequence);
	}
	return 0;
}

/* Tells the consumer of a lossy stream that no more will come, until it has heard. */
static int send_end(const struct pattern_end *end)
{
	const struct timespec pause = {.tv_nsec = 50000};

	message_stamp(end->out, end->nonce, MESSAGE_END);
	while (!atomic_load_explicit(&end->peer->finished, memory_order_acquire)) {
		int err = end->send(end->state, end->out, end->message_bytes);

		if (err == -ECONNREFUSED) /* it has heard, and left */
			return 0;
		if (err)
			return err;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int stream_producer(struct pattern_end *end)
{
	const struct exchange *x = &end->exchange;
	uint32_t sequence = 0;
	int err = send_numbered(end, &sequence, x->warmup);

	if (err)
		return err;
	tally_begin(end->tally);
	err = send_numbered(end, &sequence, x->per_epoch * x->epochs);
	tally_end(end->tally);
	end->tally->sent = sequence;
	end->tally->messages = sequence - x->warmup;
	if (!err && end->transport->traits & TRAIT_LOSSY)
		err = send_end(end);
	return err;
}

HOT static int recv_numbered(const struct pattern_end *end, uint32_t *sequence, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++, ++*sequence) {
		int err = end->recv(end->state, end->in, end->message_bytes);

		if (UNLIKELY(err))
			return err;
		if (UNLIKELY(!message_is(end->in, end->nonce, *sequence)))
			return message_unexpected(end->in, end->nonce, *sequence);
		progress(end, *sequence);
	}
	return 0;
}

static int recv_all(struct pattern_end *end)
{
	const struct exchange *x = &end->exchange;
	struct tally *tally = end->tally;
	uint32_t sequence = 0;
	int err = recv_numbered(end, &sequence, x->warmup);

	tally->before = sequence;
	tally_begin(tally);
	for (uint32_t e = 0; e < x->epochs && !err; e++) {
		tally_stamp(tally, e, sequence - x->warmup);
		err = recv_numbered(end, &sequence, x->per_epoch);
	}
	tally_stamp(tally, x->epochs, sequence - x->warmup);
	tally_end(tally);
	tally->messages = sequence - x->warmup;
	return err;
}

/* The number of the next message of a lossy stream, MESSAGE_END at its end. */
HOT static int recv_lossy(const struct pattern_end *end, uint32_t *number)
{
	struct message m;
	int err = end->recv(end->state, end->in, end->message_bytes);

	if (UNLIKELY(err))
		return err;
	memcpy(&m, end->in, sizeof m);
	if (UNLIKELY(m.nonce != end->nonce))
		return message_unexpected(end->in, end->nonce, (uint32_t)end->tally->sequence.next);
	*number = m.sequence;
	if (m.sequence != MESSAGE_END)
		sequence_note(&end->tally->sequence, m.sequence);
	progress(end, end->tally->sequence.received);
	return 0;
}

/* Receives until a number of at least `bound` has come: then the epoch that begins there is
 * stamped. */
HOT static int recv_until(const struct pattern_end *end, uint64_t bound, uint32_t *number)
{
	int err = 0;

	while (!err && *number < bound && *number != MESSAGE_END)
		err = recv_lossy(end, number);
	return err;
}

/* Epochs are cut by the numbers that were sent, so a lost burst is an epoch with few arrivals. No
 * number reaches the end of the last epoch: it lasts until MESSAGE_END. */
static int recv_some(struct pattern_end *end)
{
	const struct exchange *x = &end->exchange;
	struct tally *tally = end->tally;
	uint32_t number = 0;

	sequence_reset(&tally->sequence);

	int err = recv_until(end, x->warmup, &number);

	/* the message that has come belongs to the measured part, and begins it */
	tally->before =
		tally->sequence.unique - (number != MESSAGE_END && tally->sequence.unique > 0);
	tally_begin(tally);
	for (uint32_t e = 0; e < x->epochs && !err; e++) {
		tally_stamp(tally, e, tally->sequence.unique - tally->before);
		err = recv_until(end, x->warmup + (e + 1) * x->per_epoch, &number);
	}
	tally_stamp(tally, x->epochs, tally->sequence.unique - tally->before);
	tally_end(tally);
	tally->messages = tally->sequence.unique - tally->before;
	atomic_store_explicit(&tally->finished, 1, memory_order_release);
	return err;
}

static int stream_consumer(struct pattern_end *end)
{
	return end->transport->traits & TRAIT_LOSSY ? recv_some(end) : recv_all(end);
}

static int verify_producer(struct pattern_end *end)
{
	int err = 0;

	for (uint32_t i = 0; i < end->exchange.per_epoch && !err; i++) {
		message_fill(end->out, end->message_bytes, end->nonce, i);
		memset(end->in, 0, end->message_bytes);
		err = round_trip(end);
		if (!err)
			err = message_verify(end->in, end->message_bytes, end->nonce, i);
		progress(end, i);
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
		progress(end, i);
	}
	return err;
}

const struct pattern pattern_pingpong = {
	.name = "pingpong",
	.summary = "closed loop, one message in flight: round-trip time",
	.timed = SIDE_PRODUCER,
	.loop = {pingpong_producer, pingpong_consumer},
};

const struct pattern pattern_stream = {
	.name = "stream",
	.summary = "saturated, one way: rate at the receiver",
	.timed = SIDE_CONSUMER,
	.loop = {stream_producer, stream_consumer},
};

const struct pattern pattern_verify = {
	.name = "verify",
	.summary = "echo with every byte checked; not measured",
	.timed = SIDE_PRODUCER,
	.loop = {verify_producer, verify_consumer},
};

const struct pattern *const pattern_registry[] = {&pattern_pingpong, &pattern_stream, NULL};
