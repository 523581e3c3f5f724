/* What the closed loops share: a warm-up and then epochs of round trips at the producer, as many
 * echoes at the consumer. */
#include "clock.h"
#include "pattern_loop.h"

int pattern_time_rounds(struct pattern_end *end, pattern_rounds *rounds)
{
	const struct exchange *x = &end->exchange;
	struct tally *tally = end->tally;
	uint64_t first_half = x->warmup / 2 / x->batch * x->batch;
	uint32_t sequence = 0;

	histogram_reset(&tally->warmup);

	int err = rounds(end, &tally->warmup, &sequence, first_half);

	/* in mid-warm-up, so that neither page faults nor a pause fall into the measured part */
	for (uint32_t e = 0; e < x->epochs; e++)
		histogram_prepare(&tally->epoch[e], &tally->warmup);
	if (!err)
		err = rounds(end, &tally->warmup, &sequence, x->warmup - first_half);
	tally_begin(tally);
	for (uint32_t e = 0; e < x->epochs && !err; e++) {
		tally_stamp(tally, e, sequence - x->warmup);
		err = rounds(end, &tally->epoch[e], &sequence, x->per_epoch);
	}
	tally_stamp(tally, x->epochs, sequence - x->warmup);
	tally_end(tally);
	tally->sent = sequence;
	tally->before = x->warmup;
	tally->messages = sequence - x->warmup;
	return err;
}

int pattern_serve_rounds(struct pattern_end *end, pattern_serve *serve)
{
	const struct exchange *x = &end->exchange;
	uint64_t before = 0, messages = 0;
	int err = serve(end, &before, x->warmup);

	tally_begin(end->tally);
	if (!err)
		err = serve(end, &messages, x->per_epoch * x->epochs);
	tally_end(end->tally);
	end->tally->before = before;
	end->tally->messages = messages;
	return err;
}

HOT int pattern_echo(const struct pattern_end *end, uint64_t *served, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++, ++*served) {
		int err = pattern_echo_one(end);

		if (UNLIKELY(err))
			return err;
		pattern_progress(end, i);
	}
	return 0;
}
