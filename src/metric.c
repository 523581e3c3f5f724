/* See metric.h. */
#include "metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static double quantile_of(const struct distribution *distribution, enum figure_quantile quantile)
{
	return distribution->is_there ? distribution->quantile[quantile] : NAN;
}

#define QUANTILE(member, name)                                           \
	static double member##_##name(const struct run_figures *figures) \
	{                                                                \
		return quantile_of(&figures->member, name);              \
	}

#define QUANTILES(member)         \
	QUANTILE(member, Q_P50)   \
	QUANTILE(member, Q_P90)   \
	QUANTILE(member, Q_P99)   \
	QUANTILE(member, Q_P99_9) \
	QUANTILE(member, Q_P99_99)

QUANTILES(rtt)
QUANTILES(response)
QUANTILES(service)

static double rtt_mean(const struct run_figures *figures)
{
	return figures->rtt.is_there ? figures->rtt.mean : NAN;
}

static double messages_per_s(const struct run_figures *figures)
{
	return figures->messages_per_s;
}

static double bytes_per_s(const struct run_figures *figures)
{
	return figures->bytes_per_s;
}

static double cpu_ns_per_message(const struct run_figures *figures)
{
	return figures->cpu_ns_per_message;
}

static double switches_per_message(const struct run_figures *figures)
{
	return figures->switches_per_message;
}

/* In the time of the rate beside it; a message that comes late may make up for one that is lost. */
static double loss_ratio(const struct run_figures *figures)
{
	return metric_loss((double)figures->messages, (double)figures->offered);
}

double metric_loss(double messages, double offered)
{
	return offered > 0 ? fmax(0, 1 - messages / offered) : NAN;
}

#define NO_QUANTILE FIGURE_QUANTILES

const struct metric metric_table[] = {
	{"rtt_ns.p50", "ns", "lower", FIGURE_ROUND_TRIP, false, Q_P50, rtt_Q_P50},
	{"rtt_ns.p90", "ns", "lower", FIGURE_ROUND_TRIP, false, Q_P90, rtt_Q_P90},
	{"rtt_ns.p99", "ns", "lower", FIGURE_ROUND_TRIP, false, Q_P99, rtt_Q_P99},
	{"rtt_ns.p99_9", "ns", "lower", FIGURE_ROUND_TRIP, false, Q_P99_9, rtt_Q_P99_9},
	{"rtt_ns.p99_99", "ns", "lower", FIGURE_ROUND_TRIP, false, Q_P99_99, rtt_Q_P99_99},
	{"rtt_ns.mean", "ns", "lower", FIGURE_ROUND_TRIP, false, NO_QUANTILE, rtt_mean},
	{"response_ns.p50", "ns", "lower", FIGURE_RESPONSE, false, Q_P50, response_Q_P50},
	{"response_ns.p90", "ns", "lower", FIGURE_RESPONSE, false, Q_P90, response_Q_P90},
	{"response_ns.p99", "ns", "lower", FIGURE_RESPONSE, false, Q_P99, response_Q_P99},
	{"response_ns.p99_9", "ns", "lower", FIGURE_RESPONSE, false, Q_P99_9, response_Q_P99_9},
	{"response_ns.p99_99", "ns", "lower", FIGURE_RESPONSE, false, Q_P99_99, response_Q_P99_99},
	{"service_ns.p50", "ns", "lower", FIGURE_RESPONSE, false, Q_P50, service_Q_P50},
	{"service_ns.p90", "ns", "lower", FIGURE_RESPONSE, false, Q_P90, service_Q_P90},
	{"service_ns.p99", "ns", "lower", FIGURE_RESPONSE, false, Q_P99, service_Q_P99},
	{"service_ns.p99_9", "ns", "lower", FIGURE_RESPONSE, false, Q_P99_9, service_Q_P99_9},
	{"service_ns.p99_99", "ns", "lower", FIGURE_RESPONSE, false, Q_P99_99, service_Q_P99_99},
	{"messages_per_s", "1/s", "higher", FIGURE_RATE, false, NO_QUANTILE, messages_per_s},
	{"bytes_per_s", "B/s", "higher", FIGURE_RATE, false, NO_QUANTILE, bytes_per_s},
	{"cpu_ns_per_message", "ns", "lower", FIGURE_ANY, false, NO_QUANTILE, cpu_ns_per_message},
	{"switches_per_message", "1", "lower", FIGURE_ANY, false, NO_QUANTILE,
		switches_per_message},
	{"loss_ratio", "1", "lower", FIGURE_ANY, true, NO_QUANTILE, loss_ratio},
	{.name = NULL},
};

bool metric_applies(const struct metric *metric, const struct cell *cell)
{
	bool lossy = cell->transport->traits & TRAIT_LOSSY && cell->pattern->timed == SIDE_CONSUMER;
	/* of several pairs, what all of them move is a figure, too */
	bool rated = metric->figure == FIGURE_RATE && cell->axes.pairs > 1;

	return (metric->figure == FIGURE_ANY || rated ||
		       metric->figure == pattern_figure(cell->pattern)) &&
		(!metric->lossy_only || lossy);
}

const struct metric *metric_find(const char *name)
{
	for (const struct metric *metric = metric_table; metric->name; metric++)
		if (strcmp(metric->name, name) == 0)
			return metric;
	return NULL;
}

struct estimate metric_estimate(const double *values, size_t runs)
{
	struct estimate estimate = {.value = NAN, .ci95 = {NAN, NAN}, .modes = {NAN, NAN}};
	double *have = memory_zeroed(runs, sizeof *have);

	for (size_t i = 0; i < runs; i++)
		if (!isnan(values[i]))
			have[estimate.runs++] = values[i];
	if (2 * estimate.runs > runs) {
		estimate.value = stats_median(have, estimate.runs);
		estimate.ci95 = stats_median_ci95(have, estimate.runs);
		estimate.multimodal = stats_bimodal(have, estimate.runs, estimate.modes);
	}
	free(have);
	return estimate;
}
