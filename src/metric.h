/* The figures by which cells are compared: their names, units and which way is better, and how
 * those of a cell's runs become one estimate with its interval (METHOD, part 4). */
#ifndef IPCMARK_METRIC_H
#define IPCMARK_METRIC_H

#include "figures.h"
#include "plan.h"
#include "stats.h"

struct metric {
	const char *name;              /* "rtt_ns.p50": its path in a run of the JSON */
	const char *unit;              /* "ns", "1/s", "B/s", "1", "" never */
	const char *better;            /* "lower" or "higher" */
	enum figure figure;            /* of patterns that measure this */
	bool lossy_only;               /* only of streams over what may lose */
	enum figure_quantile quantile; /* of a quantile; FIGURE_QUANTILES else */
	double (*of_run)(const struct run_figures *figures);
};

/* Ends with one whose name is NULL. */
extern const struct metric metric_table[];

bool metric_applies(const struct metric *metric, const struct cell *cell);

/* By its name; NULL where there is none. */
const struct metric *metric_find(const char *name);

struct estimate {
	double value;         /* median over the runs; NaN: not supported */
	struct interval ci95; /* of the median, from order statistics; NaN with fewer than 6 runs */
	size_t runs;          /* that have the figure */
	bool multimodal;
	double modes[2]; /* NaN unless multimodal */
};

/* What share of the messages that were offered did not arrive: 0 .. 1. */
double metric_loss(double messages, double offered);

/* From the values of a cell's good runs, NaN where a run does not support it; more than half of the
 * runs must have the figure. A rate of a run is its messages / its time; the estimate is the median
 * of the runs' rates, of which the interval is, too. */
struct estimate metric_estimate(const double *values, size_t runs);

#endif
