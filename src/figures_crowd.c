/* See figures_crowd.h. */
#include "figures_crowd.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "probe.h"

static void widen(struct spread *spread, double value)
{
	spread->min = fmin(spread->min, value);
	spread->max = fmax(spread->max, value);
}

static void add_usage(struct usage *sum, const struct usage *more)
{
	sum->cpu_ns += more->cpu_ns;
	sum->voluntary_switches += more->voluntary_switches;
	sum->involuntary_switches += more->involuntary_switches;
	sum->minor_faults += more->minor_faults;
	sum->major_faults += more->major_faults;
	if (more->max_rss_bytes > sum->max_rss_bytes)
		sum->max_rss_bytes = more->max_rss_bytes;
}

static void add_side(struct run_figures *sum, enum side side, const struct run_figures *more)
{
	const double *work = more->work_ns[side], *most = sum->work_ns[side];

	add_usage(&sum->usage[side], &more->usage[side]);
	sum->side_messages[side] += more->side_messages[side];
	sum->busy[side] += more->busy[side] / sum->pairs;
	if (!(probe_work_change(most[0], most[1]) >= probe_work_change(work[0], work[1])))
		memcpy(sum->work_ns[side], work, sizeof sum->work_ns[side]);
}

static void add_counts(struct run_figures *sum, const struct run_figures *more)
{
	sum->messages += more->messages;
	sum->discarded += more->discarded;
	sum->sent += more->sent;
	sum->lost += more->lost;
	sum->duplicates += more->duplicates;
	sum->reordered += more->reordered;
	sum->offered += more->offered;
	widen(&sum->pair_p50_ns, more->rtt.quantile[Q_P50]);
}

/* What went wrong first stays; a failure is more than a disturbance. */
static void add_status(struct run_figures *sum, uint32_t i, const struct run_figures *more)
{
	sum->flags |= more->flags;
	if (more->status == RUN_OK || sum->status == RUN_FAILED || sum->status == more->status)
		return;
	sum->status = more->status;
	snprintf(sum->reason, sizeof sum->reason, "pair %u: %.400s", i + 1, more->reason);
}

static void evaluate(const struct figures_context *context, const struct pair *pair, uint32_t i,
	struct run_figures *figures)
{
	struct pair_params params = *context->params;
	struct figures_context own = *context;
	struct pair one = *pair;

	params.cpus = pair_cpus(context->params, i);
	params.crowd = NULL;
	own.params = &params;
	one.pairs = 1;
	for (int side = 0; side < SIDES; side++)
		one.tally[side] = &pair->tally[side][i];
	*figures = (struct run_figures){.rtt.quantile[Q_P50] = NAN};
	figures_of_run(&own, &one, figures);
}

/* The time in which every pair is measured. What is cut from the front of a pair's durations
 * (MSER) is not cut here: where others end early, a pair changes its pace in mid-run, and a cut
 * there would leave nothing. */
struct window {
	int64_t from_ns, to_ns;
	double longest_s; /* what the slowest pair took */
};

static struct window window_of(const struct pair *pair, const struct pair_params *params)
{
	const struct tally *timed = pair->tally[params->pattern->timed];
	struct window window = {.from_ns = INT64_MIN, .to_ns = INT64_MAX};

	for (uint32_t i = 0; i < pair->pairs; i++) {
		int64_t start_ns = timed[i].stamp_ns[0];
		int64_t end_ns = timed[i].stamp_ns[params->exchange.epochs];

		window.from_ns = start_ns > window.from_ns ? start_ns : window.from_ns;
		window.to_ns = end_ns < window.to_ns ? end_ns : window.to_ns;
		window.longest_s = fmax(window.longest_s, (double)(end_ns - start_ns) / 1e9);
	}
	return window;
}

/* Messages of a pair up to a moment, in equal steps between the stamps around it. */
static double arrived_at(const struct tally *timed, uint32_t epochs, int64_t now_ns)
{
	uint32_t e = 0;

	while (e + 1 < epochs && timed->stamp_ns[e + 1] < now_ns)
		e++;

	double part = (double)(now_ns - timed->stamp_ns[e]) /
		fmax((double)(timed->stamp_ns[e + 1] - timed->stamp_ns[e]), 1);

	return (double)timed->arrived[e] +
		part * (double)(timed->arrived[e + 1] - timed->arrived[e]);
}

static void add_rates(
	const struct figures_context *context, const struct pair *pair, struct run_figures *figures)
{
	const struct window window = window_of(pair, context->params);
	const struct tally *timed = pair->tally[context->params->pattern->timed];
	uint32_t epochs = context->params->exchange.epochs;
	double seconds = (double)(window.to_ns - window.from_ns) / 1e9;

	if (!(seconds > 0)) {
		figures_invalidate(figures,
			"there is no time in which all pairs were measured: longer runs (--time) "
			"have some");
		return;
	}
	for (uint32_t i = 0; i < pair->pairs; i++) {
		double rate = (arrived_at(&timed[i], epochs, window.to_ns) -
				      arrived_at(&timed[i], epochs, window.from_ns)) /
			seconds;

		figures->messages_per_s += rate;
		widen(&figures->pair_messages_per_s, rate);
	}
	if (!(figures->messages_per_s > 0)) {
		figures_invalidate(figures, "nothing arrived while all pairs were measured");
		return;
	}
	figures->bytes_per_s = figures->messages_per_s * (double)context->params->message_bytes;
	figures->seconds = (double)figures->messages / figures->messages_per_s;
	figures->pair_overlap = fmin(seconds / window.longest_s, 1);
}

/* What is worked out from the sums. */
static void conclude(const struct figures_context *context, const struct histogram *kept,
	struct run_figures *figures)
{
	const struct pattern *pattern = context->params->pattern;

	figures_divide_usage(figures, pattern->timed);
	if (!pattern->is_recorded)
		return;
	figures->rtt = distribution_of(kept, context->params->exchange.batch);
	memcpy(context->kept, kept, sizeof *kept);
}

void figures_of_crowd(
	const struct figures_context *context, const struct pair *pair, struct run_figures *figures)
{
	const struct pattern *pattern = context->params->pattern;
	struct histogram *kept;

	if (pair->pairs <= 1) {
		figures_of_run(context, pair, figures);
		return;
	}
	kept = memory_zeroed(1, sizeof *kept);
	histogram_reset(kept);
	figures->pairs = pair->pairs;
	figures->padding_bytes = context->params->padding_bytes;
	figures->pair_messages_per_s = figures->pair_p50_ns = (struct spread){NAN, NAN};
	for (int side = 0; side < SIDES; side++)
		figures->work_ns[side][0] = figures->work_ns[side][1] = NAN;
	for (uint32_t i = 0; i < pair->pairs; i++) {
		struct run_figures own;

		evaluate(context, pair, i, &own);
		add_status(figures, i, &own);
		add_counts(figures, &own);
		for (enum side side = SIDE_PRODUCER; side < SIDES; side++)
			add_side(figures, side, &own);
		if (own.status != RUN_FAILED && pattern->is_recorded)
			histogram_merge(kept, context->kept);
	}
	if (figures->status != RUN_FAILED) {
		add_rates(context, pair, figures);
		conclude(context, kept, figures);
	}
	free(kept);
}
