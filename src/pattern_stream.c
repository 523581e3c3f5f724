/* See pattern.h: saturated, one way. */
#include <string.h>

#include "pattern_loop.h"

HOT static int send_numbered(const struct pattern_end *end, uint32_t *sequence, uint64_t count)
{
	uint32_t number = *sequence;
	int err = 0;

	for (uint64_t i = 0; i < count && !err; i++, number++) {
		unsigned char *message = pattern_out(end);

		message_stamp(message, end->nonce, number);
		err = end->send(end->state, message, end->message_bytes);
		pattern_progress(end, number);
	}
	*sequence = number;
	return err;
}

/* As send_numbered, several in each system call. */
HOT static int send_grouped(const struct pattern_end *end, uint32_t *sequence, uint64_t count)
{
	uint32_t most = end->exchange.per_call;

	for (uint64_t left = count; left > 0;) {
		uint32_t group = left < most ? (uint32_t)left : most;

		for (uint32_t k = 0; k < group; k++, ++*sequence)
			message_stamp(end->out + k * end->message_bytes, end->nonce, *sequence);

		int err =
			end->transport->send_many(end->state, end->out, end->message_bytes, group);

		if (UNLIKELY(err))
			return err;
		left -= group;
		atomic_store_explicit(&end->tally->progress, *sequence, memory_order_relaxed);
	}
	return 0;
}

static int stream_producer(struct pattern_end *end)
{
	const struct exchange *x = &end->exchange;
	int (*send)(const struct pattern_end *, uint32_t *, uint64_t) =
		x->per_call ? send_grouped : send_numbered;
	uint32_t sequence = 0;
	int err = send(end, &sequence, x->warmup);

	if (err)
		return err;
	tally_begin(end->tally);
	err = send(end, &sequence, x->per_epoch * x->epochs);
	tally_end(end->tally);
	end->tally->sent = sequence;
	end->tally->messages = sequence - x->warmup;
	if (!err && end->transport->traits & TRAIT_LOSSY)
		err = pattern_send_end(end);
	return err;
}

/* Messages that one system call brought, and how far they have been looked at. */
struct inbox {
	uint32_t at, count;
};

/* The next message, in *message. */
ALWAYS_INLINE int take(
	const struct pattern_end *end, struct inbox *inbox, const unsigned char **message)
{
	*message = end->in;
	if (!end->exchange.per_call)
		return end->recv(end->state, end->in, end->message_bytes);
	if (inbox->at == inbox->count) {
		int got = end->transport->recv_many(
			end->state, end->in, end->message_bytes, end->exchange.per_call);

		if (UNLIKELY(got < 0))
			return got;
		*inbox = (struct inbox){.count = (uint32_t)got};
	}
	*message += inbox->at++ * end->message_bytes;
	return 0;
}

HOT static int recv_numbered(
	const struct pattern_end *end, struct inbox *inbox, uint32_t *sequence, uint64_t count)
{
	uint32_t number = *sequence;
	int err = 0;

	for (uint64_t i = 0; i < count && !err; i++, number++) {
		const unsigned char *message;

		err = take(end, inbox, &message);
		if (UNLIKELY(!err && !message_is(message, end->nonce, number)))
			err = message_unexpected(message, end->nonce, number);
		pattern_progress(end, number);
	}
	*sequence = number;
	return err;
}

static int recv_all(struct pattern_end *end)
{
	const struct exchange *x = &end->exchange;
	struct tally *tally = end->tally;
	struct inbox inbox = {0};
	uint32_t sequence = 0;
	int err = recv_numbered(end, &inbox, &sequence, x->warmup);

	tally->before = sequence;
	tally_begin(tally);
	for (uint32_t e = 0; e < x->epochs && !err; e++) {
		tally_stamp(tally, e, sequence - x->warmup);
		err = recv_numbered(end, &inbox, &sequence, x->per_epoch);
	}
	tally_stamp(tally, x->epochs, sequence - x->warmup);
	tally_end(tally);
	tally->messages = sequence - x->warmup;
	return err;
}

/* The number of the next message of a lossy stream, MESSAGE_END at its end. */
HOT static int recv_lossy(const struct pattern_end *end, struct inbox *inbox, uint32_t *number)
{
	const unsigned char *message;
	struct message m;
	int err = take(end, inbox, &message);

	if (UNLIKELY(err))
		return err;
	memcpy(&m, message, sizeof m);
	if (UNLIKELY(m.nonce != end->nonce))
		return message_unexpected(message, end->nonce, (uint32_t)end->tally->sequence.next);
	*number = m.sequence;
	if (m.sequence != MESSAGE_END)
		sequence_note(&end->tally->sequence, m.sequence);
	pattern_progress(end, end->tally->sequence.received);
	return 0;
}

/* Receives until a number of at least `bound` has come: then the epoch that begins there is
 * stamped. */
HOT static int recv_until(
	const struct pattern_end *end, struct inbox *inbox, uint64_t bound, uint32_t *number)
{
	int err = 0;

	while (!err && *number < bound && *number != MESSAGE_END)
		err = recv_lossy(end, inbox, number);
	return err;
}

/* Epochs are cut by the numbers that were sent, so a lost burst is an epoch with few arrivals. No
 * number reaches the end of the last epoch: it lasts until MESSAGE_END. */
static int recv_some(struct pattern_end *end)
{
	const struct exchange *x = &end->exchange;
	struct tally *tally = end->tally;
	struct inbox inbox = {0};
	uint32_t number = 0;

	sequence_reset(&tally->sequence);

	int err = recv_until(end, &inbox, x->warmup, &number);

	/* the message that has come belongs to the measured part, and begins it */
	tally->before =
		tally->sequence.unique - (number != MESSAGE_END && tally->sequence.unique > 0);
	tally_begin(tally);
	for (uint32_t e = 0; e < x->epochs && !err; e++) {
		tally_stamp(tally, e, tally->sequence.unique - tally->before);
		err = recv_until(end, &inbox, x->warmup + (e + 1) * x->per_epoch, &number);
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

const struct pattern pattern_stream = {
	.name = "stream",
	.summary = "saturated, one way: rate at the receiver",
	.timed = SIDE_CONSUMER,
	.loop = {stream_producer, stream_consumer},
};
