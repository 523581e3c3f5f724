/* See calibrate.h. */
#include "calibrate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "message.h"

#define VERIFY_MESSAGES 50
#define FIRST_MESSAGES  64
#define ENOUGH_NS       10e6  /* an exchange this long tells the rate well enough */
#define MOST_GROWTH     256.0 /* from one exchange to the next */
#define CLOCK_READS     20.0  /* METHOD, part 2 */
#define CLOCK_QUANTA    50.0
#define WARMUP_MESSAGES 1000
#define WARMUP_FRACTION 100 /* 1 / this */

uint32_t calibrate_batch(double rtt_ns, const struct clock_cost *clock)
{
	double limit = fmax(CLOCK_READS * clock->read_ns, CLOCK_QUANTA * clock->quantum_ns);
	uint32_t batch = 1;

	while (batch * rtt_ns < limit && batch < 1U << 16)
		batch *= 2;
	return batch;
}

/* Where batches are needed at all, they are long enough for a regime four times faster, too: where
 * host CPUs move, two CPUs are far apart in one run and near in the next. */
static uint32_t batch_with_room(double rtt_ns, const struct clock_cost *clock)
{
	return calibrate_batch(rtt_ns, clock) > 1 ? calibrate_batch(rtt_ns / 4, clock) : 1;
}

static enum pair_status run_once(
	const struct pair_params *params, struct pair *pair, char reason[FAIL_TEXT_BYTES])
{
	pair_run(params, pair);
	if (pair->status != PAIR_DONE)
		memcpy(reason, pair->reason, FAIL_TEXT_BYTES);
	return pair->status;
}

static enum pair_status verify(const struct pair_params *params, char reason[FAIL_TEXT_BYTES])
{
	struct pair_params verifying = *params;
	struct pair pair;

	verifying.pattern = &pattern_verify;
	verifying.exchange =
		(struct exchange){.per_epoch = VERIFY_MESSAGES, .epochs = 1, .batch = 1};
	if (params->transport->traits & TRAIT_HARNESS)
		return PAIR_DONE; /* nothing crosses */

	enum pair_status status = run_once(&verifying, &pair, reason);

	pair_release(&pair);
	return status;
}

static uint64_t at_least(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t whole_batches(double messages, uint32_t batch)
{
	uint64_t batches = (uint64_t)(messages / batch);

	return at_least(batches, 1) * batch;
}

/* The longest run that the sequence numbers can count. */
static uint64_t capped(uint64_t per_epoch, uint32_t batch)
{
	uint64_t most = MESSAGE_MAX_SEQUENCE / 2 / TALLY_EPOCHS / batch * batch;

	return per_epoch < most ? per_epoch : most;
}

static void plan_exchange(
	const struct calibration_targets *targets, struct calibration *calibration, uint32_t batch)
{
	double per_epoch = (double)targets->time_ns / calibration->message_ns / TALLY_EPOCHS;
	uint64_t messages_per_epoch = capped(whole_batches(per_epoch, batch), batch);
	uint64_t by_count = messages_per_epoch * TALLY_EPOCHS / WARMUP_FRACTION;
	uint64_t by_time = (uint64_t)((double)targets->warmup_ns / calibration->message_ns);
	uint64_t warmup = at_least(WARMUP_MESSAGES, at_least(by_count, by_time));

	if (warmup > MESSAGE_MAX_SEQUENCE / 2)
		warmup = MESSAGE_MAX_SEQUENCE / 2;
	calibration->exchange = (struct exchange){
		.warmup = (warmup + batch - 1) / batch * batch,
		.per_epoch = messages_per_epoch,
		.epochs = TALLY_EPOCHS,
		.batch = batch,
	};
}

/* What one exchange shows, after as many messages of warm-up: ns for a message, and the median
 * round trip where there is one. */
static enum pair_status try_messages(const struct pair_params *trial, double *elapsed_ns,
	double *rtt_ns, char reason[FAIL_TEXT_BYTES])
{
	struct pair pair;
	enum pair_status status = run_once(trial, &pair, reason);

	if (status == PAIR_DONE) {
		const struct tally *timed = pair.tally[trial->pattern->timed];

		*elapsed_ns = (double)(timed->stamp_ns[1] - timed->stamp_ns[0]);
		if (trial->pattern == &pattern_pingpong)
			*rtt_ns = fmin(*rtt_ns,
				histogram_quantile(&timed->epoch[0], 0.5) / trial->exchange.batch);
	}
	pair_release(&pair);
	return status;
}

enum pair_status calibrate(const struct pair_params *params,
	const struct calibration_targets *targets, struct calibration *calibration,
	char reason[FAIL_TEXT_BYTES])
{
	struct pair_params trial = *params;
	bool batching = params->pattern == &pattern_pingpong &&
		!(params->transport->traits & TRAIT_HARNESS);
	double elapsed_ns = 0, rtt_ns = NAN;
	enum pair_status status = verify(params, reason);

	trial.exchange = (struct exchange){
		.warmup = FIRST_MESSAGES, .per_epoch = FIRST_MESSAGES, .epochs = 1, .batch = 1};
	while (status == PAIR_DONE) {
		status = try_messages(&trial, &elapsed_ns, &rtt_ns, reason);
		if (status != PAIR_DONE || elapsed_ns >= ENOUGH_NS ||
			trial.exchange.per_epoch > MESSAGE_MAX_SEQUENCE / 512)
			break;

		double growth = fmin(fmax(1.2 * ENOUGH_NS / fmax(elapsed_ns, 1), 2), MOST_GROWTH);

		trial.exchange.batch = batching ? batch_with_room(rtt_ns, &targets->clock) : 1;
		trial.exchange.per_epoch = whole_batches(
			(double)trial.exchange.per_epoch * growth, trial.exchange.batch);
		trial.exchange.warmup = trial.exchange.per_epoch;
	}
	if (status != PAIR_DONE)
		return status;
	calibration->message_ns = fmax(elapsed_ns, 1) / (double)trial.exchange.per_epoch;
	calibration->clock_limited = calibrate_batch(rtt_ns, &targets->clock) > 1;
	plan_exchange(
		targets, calibration, batching ? batch_with_room(rtt_ns, &targets->clock) : 1);
	return PAIR_DONE;
}
