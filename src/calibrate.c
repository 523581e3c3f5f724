/* See calibrate.h. */
#include "calibrate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "message.h"
#include "stats.h"

#define VERIFY_MESSAGES   50
#define COUNTED_EPOCHS    (TALLY_EPOCHS / 10)
#define FIRST_MESSAGES    64
#define FIRST_THINKING    4
#define CAPACITY_TRIALS   5
#define ENOUGH_NS         10e6  /* an exchange this long tells the rate well enough */
#define MOST_GROWTH       256.0 /* from one exchange to the next */
#define FIXED_BATCH_MOST  64
#define FASTEST_RTT_NS    32.0 /* two cache lines, one each way (METHOD, part 8) */
#define CLOCK_READS       20.0 /* METHOD, part 2 */
#define CLOCK_QUANTA      50.0
#define WARMUP_MESSAGES   1000
#define WARMUP_FRACTION   100  /* 1 / this */
#define CONNECTIONS_LEAST 1000 /* of a run: fewer are no figure */
#define SLOW_MESSAGE_NS   1e6  /* no mechanism takes that long by itself */

uint32_t calibrate_batch(double rtt_ns, const struct clock_cost *clock)
{
	double limit = fmax(CLOCK_READS * clock->read_ns, CLOCK_QUANTA * clock->quantum_ns);
	uint32_t batch = 1;

	while (batch * rtt_ns < limit && batch < 1U << 16)
		batch *= 2;
	return batch;
}

/* Where batches are needed at all, they are long enough for the fastest round trip that caches
 * allow: where host CPUs move, two CPUs are far apart in one run and near in the next, and batches
 * of another length would be another figure in each invocation. A slow clock would make them far
 * too long: then they have room for a round trip four times faster. */
static uint32_t batch_with_room(double rtt_ns, const struct clock_cost *clock)
{
	uint32_t most = calibrate_batch(FASTEST_RTT_NS, clock);

	if (calibrate_batch(rtt_ns, clock) == 1)
		return 1;
	return most <= FIXED_BATCH_MOST ? most : calibrate_batch(rtt_ns / 4, clock);
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
	if (params->pattern->waits) { /* a link of such a pattern blocks; one is as good as many */
		verifying.wait = WAIT_BLOCK;
		verifying.connections = 1;
	}
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

/* 1000 messages, unless fewer were asked for; where each has to wait (think time, a slow schedule,
 * a timer of the kernel's), no more than a run's time. */
static uint64_t by_messages(
	const struct calibration_targets *targets, const struct calibration *calibration)
{
	double most = (double)targets->time_ns / calibration->message_ns;
	bool waits = targets->axes.think_ns || calibration->capacity_per_s > 0 ||
		calibration->message_ns > SLOW_MESSAGE_NS;
	uint64_t wanted = targets->warmup_messages ? targets->warmup_messages : WARMUP_MESSAGES;

	return waits && most < (double)wanted ? (uint64_t)most : wanted;
}

static void plan_exchange(
	const struct calibration_targets *targets, struct calibration *calibration, uint32_t batch)
{
	double per_epoch = (double)targets->time_ns / calibration->message_ns / TALLY_EPOCHS;
	/* a fan-in's rounds are whole, too: a message over each active connection */
	uint32_t unit = targets->axes.active > 1 ? targets->axes.active : batch;
	uint64_t messages_per_epoch = capped(whole_batches(per_epoch, unit), unit);
	uint64_t by_count = messages_per_epoch * TALLY_EPOCHS / WARMUP_FRACTION;
	uint64_t by_time = (uint64_t)((double)targets->warmup_ns / calibration->message_ns);
	uint64_t warmup = at_least(by_messages(targets, calibration), at_least(by_count, by_time));

	if (warmup > MESSAGE_MAX_SEQUENCE / 2)
		warmup = MESSAGE_MAX_SEQUENCE / 2;
	calibration->exchange = (struct exchange){
		.warmup = (warmup + unit - 1) / unit * unit,
		.per_epoch = messages_per_epoch,
		.epochs = TALLY_EPOCHS,
		.batch = batch,
		.per_call = targets->axes.batch,
		.think_ns = targets->axes.think_ns,
	};
}

struct trial_result {
	double elapsed_ns; /* of the exchange, after as many messages of warm-up */
	double message_ns; /* elapsed for each that arrived */
	double rtt_ns;     /* the smallest median round trip so far, where there is one */
	char *reason;      /* FAIL_TEXT_BYTES, of a failure */
};

static enum pair_status try_messages(const struct pair_params *trial, struct trial_result *result)
{
	struct pair pair;
	enum pair_status status = run_once(trial, &pair, result->reason);

	if (status == PAIR_DONE) {
		const struct tally *timed = pair.tally[trial->pattern->timed];
		double arrived = (double)(timed->arrived[1] - timed->arrived[0]);

		result->elapsed_ns = (double)(timed->stamp_ns[1] - timed->stamp_ns[0]);
		result->message_ns = fmax(result->elapsed_ns, 1) / fmax(arrived, 1);
		if (pattern_figure(trial->pattern) == FIGURE_ROUND_TRIP)
			result->rtt_ns = fmin(result->rtt_ns,
				histogram_quantile(&timed->epoch[0], 0.5) / trial->exchange.batch);
	}
	pair_release(&pair);
	return status;
}

/* Exchanges of growing length until one is long enough. */
static enum pair_status grow(struct pair_params *trial, const struct calibration_targets *targets,
	bool batching, struct trial_result *result)
{
	enum pair_status status;

	while ((status = try_messages(trial, result)) == PAIR_DONE) {
		if (result->elapsed_ns >= ENOUGH_NS ||
			trial->exchange.per_epoch > MESSAGE_MAX_SEQUENCE / 512)
			break;

		double growth =
			fmin(fmax(1.2 * ENOUGH_NS / fmax(result->elapsed_ns, 1), 2), MOST_GROWTH);

		trial->exchange.batch =
			batching ? batch_with_room(result->rtt_ns, &targets->clock) : 1;
		trial->exchange.per_epoch = whole_batches(
			(double)trial->exchange.per_epoch * growth, trial->exchange.batch);
		trial->exchange.warmup = trial->exchange.per_epoch;
	}
	return status;
}

/* The rate at which the messages of a paced cell are due. Its own capacity is what it moves when
 * all are due at once: the same loops, generator and stamps included. One exchange may fall into a
 * rare regime, so it is the median of several. */
static enum pair_status pace(struct pair_params *trial, const struct calibration_targets *targets,
	struct trial_result *result, struct calibration *calibration)
{
	const struct axes *axes = &targets->axes;
	double message_ns[CAPACITY_TRIALS] = {result->message_ns};
	size_t trials = targets->capacity_per_s > 0 ? 1 : CAPACITY_TRIALS;
	enum pair_status status = PAIR_DONE;

	for (size_t i = 1; i < trials && status == PAIR_DONE; i++) {
		status = try_messages(trial, result);
		message_ns[i] = result->message_ns;
	}
	calibration->capacity_per_s = targets->capacity_per_s > 0
		? targets->capacity_per_s
		: 1e9 / stats_median(message_ns, trials);
	calibration->message_ns = 1e9 /
		(axes->rate_per_s ? (double)axes->rate_per_s
				  : calibration->capacity_per_s * axes->load_percent / 100);
	return status;
}

/* As many connections as there are names for, in one run. */
static enum pair_status cap_connections(const struct transport *transport,
	struct calibration *calibration, char reason[FAIL_TEXT_BYTES])
{
	const char *limit;
	uint64_t most = transport->rendezvous->most(&limit);
	struct exchange *x = &calibration->exchange;

	if (exchange_messages(x) <= most)
		return PAIR_DONE;
	if (most < CONNECTIONS_LEAST) {
		snprintf(reason, FAIL_TEXT_BYTES,
			"too few %s are free for %d connections: earlier ones give theirs back "
			"after "
			"a minute",
			limit, CONNECTIONS_LEAST);
		return PAIR_UNSUPPORTED;
	}
	x->warmup = x->warmup < most / 4 ? x->warmup : most / 4;
	x->per_epoch = at_least((most - x->warmup) / x->epochs, 1);
	calibration->limit = limit;
	return PAIR_DONE;
}

/* What the counters of a side said, of all pairs. */
static void add_counters(const struct pair *pair, enum side side, struct counters *sum)
{
	for (uint32_t i = 0; i < pair->pairs; i++) {
		struct tally *tally = &pair->tally[side][i];

		tally->counters.messages = tally->messages;
		if (i == 0)
			*sum = tally->counters;
		else
			counters_add(sum, &tally->counters);
	}
	sum->is_open = false; /* here */
}

/* A tenth of a run. Without counters: why there are none. */
static enum pair_status count(const struct pair_params *params, struct calibration *calibration,
	char reason[FAIL_TEXT_BYTES])
{
	struct pair_params counting = *params;
	struct counters here;
	struct pair pair;

	counters_open(&here);
	counters_close(&here);
	calibration->counters[SIDE_PRODUCER] = calibration->counters[SIDE_CONSUMER] = here;
	if (!counters_any(&here))
		return PAIR_DONE;
	counting.counts = true;
	counting.exchange = calibration->exchange;
	counting.exchange.epochs = COUNTED_EPOCHS;

	enum pair_status status = run_once(&counting, &pair, reason);

	for (enum side side = SIDE_PRODUCER; side < SIDES && status == PAIR_DONE; side++)
		add_counters(&pair, side, &calibration->counters[side]);
	pair_release(&pair);
	return status;
}

enum pair_status calibrate(const struct pair_params *params,
	const struct calibration_targets *targets, struct calibration *calibration,
	char reason[FAIL_TEXT_BYTES])
{
	struct pair_params trial = *params;
	bool batching = params->pattern == &pattern_pingpong && !targets->axes.think_ns &&
		!(params->transport->traits & TRAIT_HARNESS);
	uint64_t first = targets->axes.think_ns ? FIRST_THINKING : FIRST_MESSAGES;
	struct trial_result result = {.rtt_ns = NAN, .reason = reason};
	enum pair_status status = verify(params, reason);

	trial.exchange = (struct exchange){.warmup = first,
		.per_epoch = first,
		.epochs = 1,
		.batch = 1,
		.per_call = targets->axes.batch,
		.think_ns = targets->axes.think_ns};
	if (status == PAIR_DONE)
		status = grow(&trial, targets, batching, &result);
	calibration->message_ns = result.message_ns;
	if (status == PAIR_DONE && params->pattern == &pattern_paced)
		status = pace(&trial, targets, &result, calibration);
	if (status != PAIR_DONE)
		return status;
	calibration->clock_limited = calibrate_batch(result.rtt_ns, &targets->clock) > 1;
	plan_exchange(targets, calibration,
		batching ? batch_with_room(result.rtt_ns, &targets->clock) : 1);
	if (params->pattern == &pattern_paced)
		calibration->exchange.interval_ns = calibration->message_ns;
	if (targets->axes.control == CONTROL_POSITIVE)
		calibration->exchange.spin_ns = (uint64_t)(CONTROL_INJECTED * result.rtt_ns);
	if (params->connects)
		status = cap_connections(params->transport, calibration, reason);
	return status == PAIR_DONE ? count(params, calibration, reason) : status;
}
