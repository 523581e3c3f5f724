/* See compare_metric.h. */
#include "compare_metric.h"

#include <errno.h>
#include <string.h>

#include "fail.h"
#include "words.h"

/* One that is not among the figures of a result has no rows. */
const struct compare_metric compare_metrics[] = {
	{"rtt_ns.p50", "p50", 0.03, "rtt_ns.p50_interpolated", "rtt_ns.p50"},
	{"rtt_ns.p90", "p90", 0.05, NULL, "rtt_ns.p50"},
	{"rtt_ns.p99", "p99", 0.05, NULL, "rtt_ns.p50"},
	{"rtt_ns.p99_9", "p99.9", 0.10, NULL, "rtt_ns.p50"},
	{"response_ns.p50", "p50", 0.03, "response_ns.p50_interpolated", "response_ns.p50"},
	{"response_ns.p90", "p90", 0.05, NULL, "response_ns.p50"},
	{"response_ns.p99", "p99", 0.05, NULL, "response_ns.p50"},
	{"response_ns.p99_9", "p99.9", 0.10, NULL, "response_ns.p50"},
	{"service_ns.p50", "p50", 0.03, "service_ns.p50_interpolated", "service_ns.p50"},
	{"service_ns.p90", "p90", 0.05, NULL, "service_ns.p50"},
	{"service_ns.p99", "p99", 0.05, NULL, "service_ns.p50"},
	{"service_ns.p99_9", "p99.9", 0.10, NULL, "service_ns.p50"},
	{"messages_per_s", "throughput", 0.05, NULL, NULL},
	{"cpu_ns_per_message", "cpu", 0.05, NULL, NULL},
	{.name = NULL},
};

#define METRICS (sizeof compare_metrics / sizeof compare_metrics[0] - 1)

_Static_assert(METRICS <= COMPARE_METRICS_MOST, "more metrics than the sets of them hold");

size_t compare_metric_count(void)
{
	return METRICS;
}

size_t compare_metric_index(const char *name)
{
	size_t i = 0;

	while (i < METRICS && strcmp(compare_metrics[i].name, name) != 0)
		i++;
	return i;
}

bool compare_metric_is(const struct compare_metric *metric, const char *word)
{
	return strcmp(metric->word, word) == 0 || strcmp(metric->name, word) == 0;
}

int compare_metric_check(const char *word)
{
	const char *words[2 * METRICS + 1] = {NULL};
	const char *nearest;

	for (size_t i = 0; i < METRICS; i++) {
		if (compare_metric_is(&compare_metrics[i], word))
			return 0;
		words[i] = compare_metrics[i].word;
		words[METRICS + i] = compare_metrics[i].name;
	}
	nearest = words_nearest(word, words);
	if (nearest)
		return fail_text(
			EINVAL, "unknown metric \"%.64s\": did you mean \"%s\"?", word, nearest);
	return fail_text(EINVAL,
		"unknown metric \"%.64s\": expected p50, p90, p99, p99.9, throughput, cpu or the "
		"name of one in the result",
		word);
}
