/* See figures.h. */
#include "figures.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats.h"

const char *run_flag_name(unsigned bit)
{
	static const char *const names[RUN_FLAGS] = {"drifting", "batched", "clock_limited",
		"unstable", "generator_limited", "one_way_unresolved", "foreign_load", "steal",
		"throttled", "frequency", "involuntary_switches", "unexpected_wait_mode",
		"deep_idle", "retransmits"};

	return names[bit];
}

/* Ends the evaluation: what went wrong first stays. */
static void judge(struct run_figures *figures, enum run_status status, const char *reason)
{
	if (figures->status != RUN_OK)
		return;
	figures->status = status;
	snprintf(figures->reason, sizeof figures->reason, "%s", reason);
}

void figures_invalidate(struct run_figures *figures, const char *reason)
{
	judge(figures, RUN_INVALID, reason);
}

/* One value for each epoch: the median round trip, or the time that one message took. NaN: nothing
 * arrived. */
static void epoch_values(
	const struct figures_context *context, const struct pair *pair, double values[TALLY_EPOCHS])
{
	const struct tally *timed = pair->tally[context->params->pattern->timed];

	for (uint32_t e = 0; e < context->params->exchange.epochs; e++) {
		if (context->params->pattern->is_recorded) {
			values[e] = histogram_quantile_interpolated(&timed->epoch[e], 0.5);
		} else {
			double messages = (double)(timed->arrived[e + 1] - timed->arrived[e]);

			values[e] = messages > 0
				? (double)(timed->stamp_ns[e + 1] - timed->stamp_ns[e]) / messages
				: NAN;
		}
	}
}

/* How many epochs to cut from the front; an epoch in which nothing arrived defeats the rule. */
static uint32_t find_warmup(const double *values, uint32_t epochs, struct run_figures *figures)
{
	for (uint32_t e = 0; e < epochs; e++)
		if (isnan(values[e]))
			return 0;

	uint32_t cut = (uint32_t)stats_mser(values, epochs);

	if (stats_drifting(values + cut, epochs - cut))
		figures->flags |= FLAG_DRIFTING;
	return cut;
}

/* One negative sample fails the run, in the warm-up, too: a clock that does it once can't be
 * trusted.
 */
static bool ran_backwards(const struct figures_context *context, const struct pair *pair)
{
	uint64_t negative = 0;

	for (int side = 0; side < SIDES; side++) {
		const struct tally *tally = pair->tally[side];

		negative += tally->warmup.negative + tally->service_warmup.negative;
		for (uint32_t e = 0; e < context->params->exchange.epochs; e++)
			negative += tally->epoch[e].negative + tally->service[e].negative;
	}
	return negative > 0;
}

/* The epochs from `cut` on. */
static void merge_epochs(struct histogram *kept, const struct histogram *epochs, uint32_t cut,
	const struct exchange *exchange)
{
	histogram_reset(kept);
	for (uint32_t e = cut; e < exchange->epochs; e++)
		histogram_merge(kept, &epochs[e]);
}

static struct distribution sum_up(
	const struct histogram *epochs, uint32_t cut, const struct exchange *exchange)
{
	struct histogram *kept = memory_resize(NULL, sizeof *kept);
	struct distribution distribution;

	merge_epochs(kept, epochs, cut, exchange);
	distribution = distribution_of(kept, exchange->batch);
	free(kept);
	return distribution;
}

/* A backlog that neither grows nor goes: more than half of the messages were sent later than ten
 * intervals and ten service times after they were due. In the epochs that are cut, too: a backlog
 * of the warm-up is one. */
static bool is_behind(const struct pair *pair, const struct exchange *exchange)
{
	struct distribution lateness = sum_up(pair->tally[SIDE_PRODUCER]->epoch, 0, exchange);
	struct distribution service = sum_up(pair->tally[SIDE_CONSUMER]->service, 0, exchange);

	return lateness.quantile[Q_P50] > 10 * (exchange->interval_ns + service.quantile[Q_P50]);
}

/* What an open loop must be asked before its times mean something (METHOD, part 1). */
static void judge_schedule(const struct figures_context *context, const struct pair *pair,
	uint32_t cut, struct run_figures *figures)
{
	const struct exchange *x = &context->params->exchange;
	const struct tally *producer = pair->tally[SIDE_PRODUCER];
	double rate = 1e9 / x->interval_ns;

	figures->sent_per_s = (double)producer->messages * 1e9 /
		(double)(producer->stamp_ns[x->epochs] - producer->stamp_ns[0]);
	if (figures->sent_per_s < 0.99 * rate ||
		figures->lateness.quantile[Q_P99] > 0.1 * figures->response.quantile[Q_P50])
		figures->flags |= FLAG_GENERATOR_LIMITED;
	/* lost messages do not count against it, only time that runs away */
	if ((double)((x->epochs - cut) * x->per_epoch) / figures->seconds < 0.99 * rate ||
		is_behind(pair, x))
		figures->flags |= FLAG_UNSTABLE;
	if (!(figures->response.quantile[Q_P50] > 10 * context->one_way_ns))
		figures->flags |= FLAG_ONE_WAY_UNRESOLVED;
	if (figures->flags & (FLAG_UNSTABLE | FLAG_ONE_WAY_UNRESOLVED)) {
		distribution_forget(&figures->response);
		distribution_forget(&figures->service);
	}
}

static void add_durations(const struct figures_context *context, const struct pair *pair,
	uint32_t cut, struct run_figures *figures)
{
	const struct exchange *x = &context->params->exchange;
	const struct tally *timed = pair->tally[context->params->pattern->timed];
	struct distribution durations;

	merge_epochs(context->kept, timed->epoch, cut, x);
	durations = distribution_of(context->kept, x->batch);
	if (ran_backwards(context, pair))
		judge(figures, RUN_FAILED, "the clock ran backwards");
	if (context->params->pattern->is_one_way) {
		figures->response = durations;
		figures->service = sum_up(timed->service, cut, x);
		figures->lateness = sum_up(pair->tally[SIDE_PRODUCER]->epoch, cut, x);
		judge_schedule(context, pair, cut, figures);
	} else {
		figures->rtt = durations;
	}
}

void figures_merge(const struct figures_context *context, const struct run_figures *figures,
	struct histogram *merged)
{
	if (figures->status == RUN_OK && context->params->pattern->is_recorded &&
		!(figures->flags & (FLAG_UNSTABLE | FLAG_ONE_WAY_UNRESOLVED)))
		histogram_merge(merged, context->kept);
}

/* Both sides' counts must agree; what a lossy transport lost is counted. Where that is all of it,
 * as when something else has the consumer's CPU, nothing went wrong, and there is no figure. */
static void check_counts(
	const struct figures_context *context, const struct pair *pair, struct run_figures *figures)
{
	const struct tally *producer = pair->tally[SIDE_PRODUCER],
			   *consumer = pair->tally[SIDE_CONSUMER];
	const struct exchange *x = &context->params->exchange;
	bool is_counted = context->params->pattern->timed == SIDE_CONSUMER &&
		context->params->transport->traits & TRAIT_LOSSY;
	char reason[128];

	figures->sent = producer->sent;
	if (producer->sent != exchange_messages(x)) {
		judge(figures, RUN_FAILED, "the producer did not send what was planned");
	} else if (consumer->messages == 0 && is_counted) {
		judge(figures, RUN_INVALID,
			"every message was lost: all were sent before the consumer got its CPU; "
			"more --time gives it a turn");
	} else if (consumer->messages == 0) {
		judge(figures, RUN_FAILED, "no message arrived");
	} else if (is_counted) {
		int64_t lost = sequence_lost(&consumer->sequence, figures->sent);

		if (lost < 0) {
			judge(figures, RUN_FAILED, fail_reason());
			return;
		}
		figures->lost = (uint64_t)lost;
		figures->duplicates = consumer->sequence.duplicates;
		figures->reordered = consumer->sequence.reordered;
	} else if (producer->messages != consumer->messages ||
		producer->messages != x->per_epoch * x->epochs) {
		snprintf(reason, sizeof reason,
			"the producer counts %llu messages, the consumer %llu, the plan %llu",
			(unsigned long long)producer->messages,
			(unsigned long long)consumer->messages,
			(unsigned long long)(x->per_epoch * x->epochs));
		judge(figures, RUN_FAILED, reason);
	}
}

static void check_side(
	const struct tally *tally, enum side side, int cpu, struct run_figures *figures)
{
	char reason[128];

	if (cpu >= 0 && (tally->cpu_start != cpu || tally->cpu_end != cpu)) {
		snprintf(reason, sizeof reason, "the %s was pinned to CPU %d but ran on %d",
			side_name(side), cpu,
			tally->cpu_start != cpu ? tally->cpu_start : tally->cpu_end);
		judge(figures, RUN_INVALID, reason);
	}
	if (tally->usage.major_faults > 0) {
		snprintf(reason, sizeof reason, "the %s waited for the disk: %lld major faults",
			side_name(side), (long long)tally->usage.major_faults);
		judge(figures, RUN_INVALID, reason);
	}
}

static void check_conditions(
	const struct figures_context *context, const struct pair *pair, struct run_figures *figures)
{
	char reason[160];

	check_side(
		pair->tally[SIDE_PRODUCER], SIDE_PRODUCER, context->params->cpus.producer, figures);
	check_side(
		pair->tally[SIDE_CONSUMER], SIDE_CONSUMER, context->params->cpus.consumer, figures);
	if (pair->effective.pipe_bytes < pair->requested.pipe_bytes) {
		snprintf(reason, sizeof reason,
			"the pipe holds %lld bytes instead of %lld: over fs.pipe-max-size or "
			"fs.pipe-user-pages-soft, or more than the kernel allocates",
			(long long)pair->effective.pipe_bytes,
			(long long)pair->requested.pipe_bytes);
		judge(figures, RUN_INVALID, reason);
	}
}

void figures_divide_usage(struct run_figures *figures, enum side timed)
{
	double messages = (double)figures->side_messages[timed], cpu_ns = 0, switches = 0;

	for (int side = 0; side < SIDES; side++) {
		cpu_ns += (double)figures->usage[side].cpu_ns;
		switches += (double)figures->usage[side].voluntary_switches;
	}
	figures->cpu_ns_per_message = cpu_ns / messages;
	figures->switches_per_message = switches / messages;
}

static void add_rates(const struct figures_context *context, const struct pair *pair, uint32_t cut,
	struct run_figures *figures)
{
	const struct exchange *x = &context->params->exchange;
	const struct tally *timed = pair->tally[context->params->pattern->timed];

	figures->messages = timed->arrived[x->epochs] - timed->arrived[cut];
	figures->offered = (x->epochs - cut) * x->per_epoch;
	figures->discarded = timed->before + timed->arrived[cut];
	if (figures->messages + figures->discarded + figures->lost != figures->sent)
		judge(figures, RUN_FAILED,
			"messages, discarded and lost do not add up to what was sent");
	figures->seconds = (double)(timed->stamp_ns[x->epochs] - timed->stamp_ns[cut]) / 1e9;
	if (figures->messages == 0 || figures->seconds <= 0) {
		judge(figures, RUN_FAILED, "no time passed between the first and the last message");
		return;
	}
	figures->messages_per_s = (double)figures->messages / figures->seconds;
	figures->bytes_per_s = figures->messages_per_s * (double)context->params->message_bytes;
	for (int side = 0; side < SIDES; side++) {
		figures->usage[side] = pair->tally[side]->usage;
		memcpy(figures->work_ns[side], pair->tally[side]->work_ns,
			sizeof figures->work_ns[side]);
		figures->side_messages[side] = pair->tally[side]->messages;
		figures->busy[side] = fmin(
			(double)figures->usage[side].cpu_ns / (double)pair->tally[side]->elapsed_ns,
			1);
	}
	figures_divide_usage(figures, context->params->pattern->timed);
}

void figures_of_run(
	const struct figures_context *context, const struct pair *pair, struct run_figures *figures)
{
	const struct exchange *x = &context->params->exchange;
	double values[TALLY_EPOCHS];

	if (x->batch > 1)
		figures->flags |= FLAG_BATCHED;
	if (context->clock_limited)
		figures->flags |= FLAG_CLOCK_LIMITED;
	figures->padding_bytes = context->params->padding_bytes;
	check_counts(context, pair, figures);
	if (figures->status != RUN_OK)
		return;
	check_conditions(context, pair, figures);
	epoch_values(context, pair, values);

	uint32_t cut = find_warmup(values, x->epochs, figures);

	add_rates(context, pair, cut, figures);
	if (figures->status != RUN_FAILED && context->params->pattern->is_recorded)
		add_durations(context, pair, cut, figures);
}
