/* See verdict.h. */
#include "verdict.h"

#include <math.h>
#include <stdint.h>

static const char *const names[VERDICTS] = {
	[VERDICT_REGRESSION] = "regression",
	[VERDICT_IMPROVEMENT] = "improvement",
	[VERDICT_SMALL] = "small",
	[VERDICT_SAME] = "same",
	[VERDICT_INCONCLUSIVE] = "inconclusive",
};

const char *verdict_name(enum verdict verdict)
{
	return names[verdict];
}

static bool any_nan(const struct effect *effect, double p_adjusted, double margin)
{
	return isnan(effect->shift + p_adjusted + margin) || isnan(effect->ci95.low) ||
		isnan(effect->ci95.high) || isnan(effect->ci90.low) || isnan(effect->ci90.high);
}

enum verdict verdict_of(
	const struct effect *effect, double p_adjusted, double margin, bool higher_is_better)
{
	bool significant = p_adjusted <= VERDICT_LEVEL;
	bool relevant = fabs(expm1(effect->shift)) >= margin;
	bool excludes_1 = effect->ci95.low > 0 || effect->ci95.high < 0;

	if (any_nan(effect, p_adjusted, margin))
		return VERDICT_INCONCLUSIVE;
	if (significant && relevant && excludes_1)
		return (effect->shift > 0) == higher_is_better ? VERDICT_IMPROVEMENT
							       : VERDICT_REGRESSION;
	if (significant && !relevant)
		return VERDICT_SMALL;
	if (effect->ci90.low > -log1p(margin) && effect->ci90.high < log1p(margin))
		return VERDICT_SAME;
	return VERDICT_INCONCLUSIVE;
}

size_t verdict_runs_needed(double sd, double margin)
{
	double spreads = sd / log1p(margin), runs = ceil(18 * spreads * spreads);

	if (!(margin > 0) || isnan(runs))
		return 0;
	if (runs >= (double)SIZE_MAX)
		return SIZE_MAX;
	return runs > 10 ? (size_t)runs : 10;
}

double verdict_smallest_effect(double sd, size_t runs)
{
	return runs ? 4.05 * sd / sqrt((double)runs) : NAN;
}

/* Sum of squares about the mean. */
static double squares(const double *values, size_t count)
{
	double mean = 0, sum = 0;

	for (size_t i = 0; i < count; i++)
		mean += values[i] / (double)count;
	for (size_t i = 0; i < count; i++)
		sum += (values[i] - mean) * (values[i] - mean);
	return sum;
}

double verdict_pooled_sd(
	const double *base, size_t base_count, const double *other, size_t other_count)
{
	if (base_count < 2 || other_count < 2)
		return NAN;
	double sum = squares(base, base_count) + squares(other, other_count);

	return sqrt(sum / ((double)base_count + (double)other_count - 2));
}
