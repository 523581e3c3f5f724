/* Which figures are compared, what they are called on the command line, and how far one may move
 * before it matters (METHOD, part 5). Units and directions are those of metric.h. */
#ifndef IPCMARK_COMPARE_METRIC_H
#define IPCMARK_COMPARE_METRIC_H

#include <stdbool.h>
#include <stddef.h>

#define COMPARE_METRICS_MOST 16

struct compare_metric {
	const char *name;  /* in metric_table: its path in a run */
	const char *word;  /* "p50", "p99.9", "throughput", "cpu": several metrics may share one */
	double margin;     /* by default; 0.03 is 3 % */
	const char *finer; /* the same, interpolated within its bucket, where results have it: its
			      path; else NULL */
	const char *clocked_by; /* the metric whose p50 says how far the clock's quantum reaches;
				   NULL: not read from the clock message by message */
};

/* In the order of rows; ends with one whose name is NULL. */
extern const struct compare_metric compare_metrics[];

/* How many there are. At most COMPARE_METRICS_MOST. */
size_t compare_metric_count(void);

/* The index of a metric by its full name; compare_metric_count() where it is not compared. */
size_t compare_metric_index(const char *name);

/* Whether a word of the user, short or full, means this metric. */
bool compare_metric_is(const struct compare_metric *metric, const char *word);

/* 0; or -EINVAL with a reason that names the nearest word where it means no metric. */
int compare_metric_check(const char *word);

#endif
