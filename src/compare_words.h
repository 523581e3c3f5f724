/* The words that every way of showing a comparison (ipcmark-comparison/1) uses for one of its rows.
 * Texts are new; the caller frees them. */
#ifndef IPCMARK_COMPARE_WORDS_H
#define IPCMARK_COMPARE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"

#define COMPARE_DASH "\xe2\x80\x94" /* em dash: a figure that the data do not support */

/* "rtt_ns.p99_9" is "p99.9", "response_ns.p50" "response p50", "messages_per_s" "throughput". */
char *compare_metric_text(const char *metric);

/* The median of a round trip or of a response, or a rate: what a reader looks at first. */
bool compare_is_headline(const char *metric);

/* A figure with its unit: "4.61 us", "1.25 M/s"; seven columns wide where it is a duration, so that
 * right-aligned figures meet at their units. NaN is an em dash. */
char *compare_value_text(double value, const char *unit);

/* A ratio as what it changes: "+18.3 %", "0.0 %", "+1440 %"; an em dash for NaN.
 */
char *compare_change_text(double ratio);

/* A ratio's interval, the same way: "[+17.1, +19.6]"; an em dash where `interval` is null. */
char *compare_interval_text(const struct json *interval);

/* "REGRESSION", "improvement", "inconclusive: about 34 runs", "inconclusive: 3 runs in new". */
char *compare_verdict_text(const struct json *row);

/* What else a reader of a row must know: "margin 6.1 % (A/A); two regimes in base", or "". */
char *compare_remarks_text(const struct json *row);

/* What tells arm `index` from the others: its label, or its first file where another has that
 * label, too. */
const char *compare_arm_name(const struct json *comparison, size_t index);

/* The arm itself; NULL where there is none. */
const struct json *compare_arm(const struct json *comparison, size_t index);

bool compare_row_is(const struct json *row, const char *verdict);

/* Whether two rows are of one cell, and of one cell and metric. */
bool compare_same_cell(const struct json *a, const struct json *b);
bool compare_same_line(const struct json *a, const struct json *b);

/* "1 regression, 1 improvement, 3 inconclusive, 43 same": regressions always, others where there
 * are any. Where the gate was asked, its answer: " (exit 3: 3 inconclusive, --strict)". */
char *compare_outcome_text(const struct json *comparison);

#endif
