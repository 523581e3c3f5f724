/* Durations of the messages of one run, summed up: what of a histogram is printed. */
#ifndef IPCMARK_DISTRIBUTION_H
#define IPCMARK_DISTRIBUTION_H

#include <stdbool.h>
#include <stdint.h>

#include "histogram.h"

/* The quantiles of every report: 0.5, 0.9, 0.99, 0.999, 0.9999. */
enum figure_quantile { Q_P50, Q_P90, Q_P99, Q_P99_9, Q_P99_99, FIGURE_QUANTILES };

/* "p99_9", and 0.999. */
const char *figure_quantile_name(enum figure_quantile quantile);
double figure_quantile_value(enum figure_quantile quantile);

/* All in ns for one message; NaN where unsupported or empty. */
struct distribution {
	bool is_there;  /* this kind of run has it */
	uint64_t count; /* samples: messages, or batches of them */
	double min, max, mean;
	double quantile[FIGURE_QUANTILES];
	double p50_interpolated; /* finer than its bucket, to compare two medians */
	unsigned low_confidence; /* bits of enum figure_quantile */
};

/* Of samples of `batch` messages each; of batches only the median says something. */
struct distribution distribution_of(const struct histogram *h, uint32_t batch);

/* Takes all quantiles back: the data do not support them. */
void distribution_forget(struct distribution *distribution);

#endif
