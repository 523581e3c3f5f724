/* See distribution.h. */
#include "distribution.h"

#include <math.h>

static const struct {
	const char *name;
	double value;
} quantiles[FIGURE_QUANTILES] = {
	[Q_P50] = {"p50", 0.5},
	[Q_P90] = {"p90", 0.9},
	[Q_P99] = {"p99", 0.99},
	[Q_P99_9] = {"p99_9", 0.999},
	[Q_P99_99] = {"p99_99", 0.9999},
};

const char *figure_quantile_name(enum figure_quantile quantile)
{
	return quantiles[quantile].name;
}

double figure_quantile_value(enum figure_quantile quantile)
{
	return quantiles[quantile].value;
}

void distribution_forget(struct distribution *distribution)
{
	for (int q = 0; q < FIGURE_QUANTILES; q++)
		distribution->quantile[q] = NAN;
	distribution->p50_interpolated = NAN;
	distribution->low_confidence = 0;
}

struct distribution distribution_of(const struct histogram *h, uint32_t batch)
{
	struct distribution d = {.is_there = true,
		.count = h->count,
		.mean = histogram_mean(h) / batch,
		.min = h->count ? (double)h->min / batch : NAN,
		.max = h->count ? (double)h->max / batch : NAN};

	distribution_forget(&d);
	for (int q = 0; q < FIGURE_QUANTILES; q++) {
		enum support support = histogram_support(h->count, quantiles[q].value);

		/* a batch mean says nothing about the tail of single messages */
		if (support == SUPPORT_NONE || (batch > 1 && q != Q_P50))
			continue;
		d.quantile[q] = histogram_quantile(h, quantiles[q].value) / batch;
		if (support == SUPPORT_LOW)
			d.low_confidence |= 1U << q;
	}
	if (!isnan(d.quantile[Q_P50]))
		d.p50_interpolated = histogram_quantile_interpolated(h, 0.5) / batch;
	return d;
}
