/* See stats.h. */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* Ascending, NaN last: so that one look at the end tells whether there is any. */
static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	return (x > y) - (x < y);
}

/* The caller frees it. n > 0. These are a few thousand values at most, after the measurement: a
 * process without memory for them could not write the result either. */
static double *doubles_new(size_t n)
{
	return memory_zeroed(n, sizeof(double));
}

static double *sorted_copy(const double *values, size_t n)
{
	double *sorted = doubles_new(n);

	memcpy(sorted, values, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, order);
	return sorted;
}

static double sorted_median(const double *sorted, size_t n)
{
	if (isnan(sorted[n - 1]))
		return NAN;
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double stats_median(const double *values, size_t n)
{
	if (n == 0)
		return NAN;
	double *sorted = sorted_copy(values, n);
	double median = sorted_median(sorted, n);

	free(sorted);
	return median;
}

/* P(Bin(n, 1/2) = k), by way of logarithms: 2^-n itself is no double beyond n = 1074. */
static double binomial_half(double n, double k)
{
	return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * M_LN2);
}

size_t stats_median_rank(size_t n)
{
	double tail = binomial_half((double)n, 0);
	size_t l = 0;

	/* No n has a tail of exactly 1/40 (it is a multiple of 2^-n), so rounding decides nothing.
	 */
	while (2 * tail <= 0.05)
		tail += binomial_half((double)n, (double)++l);
	return l;
}

struct interval stats_median_ci95(const double *values, size_t n)
{
	struct interval ci = {NAN, NAN};
	size_t l = stats_median_rank(n);

	if (l == 0)
		return ci;
	double *sorted = sorted_copy(values, n);

	if (!isnan(sorted[n - 1]))
		ci = (struct interval){sorted[l - 1], sorted[n - l]};
	free(sorted);
	return ci;
}

/* From the last value backwards: each step adds one value to the mean and to the squared distances
 * from it (Welford 1962), which is O(n) and does not cancel as sums of y^2 do. Of equal minima the
 * smallest d stays: nothing is discarded that need not be. */
size_t stats_mser(const double *values, size_t n)
{
	double mean = 0, squares = 0, best = INFINITY;
	size_t best_d = 0;

	if (n < 2)
		return 0;
	for (size_t d = n; d-- > 0;) {
		double kept = (double)(n - d);
		double delta = values[d] - mean;

		mean += delta / kept;
		squares += delta * (values[d] - mean);
		if (d <= n / 2 && squares / (kept * kept) <= best) {
			best = squares / (kept * kept);
			best_d = d;
		}
	}
	return isnan(mean) ? 0 : best_d;
}

bool stats_drifting(const double *values, size_t n)
{
	size_t half = n / 2;

	if (n < 2 || isnan(stats_median(values, n)))
		return false;
	double first = stats_median(values, half);
	double last = stats_median(values + (n - half), half);

	return fabs(last - first) > 0.02 * fmin(first, last);
}

/* The index of the value before the largest gap; that gap and the median gap. n >= 2, no NaN. */
static size_t largest_gap(const double *sorted, size_t n, double *largest, double *median)
{
	double *gaps = doubles_new(n - 1);
	size_t at = 0;

	for (size_t i = 0; i < n - 1; i++) {
		gaps[i] = sorted[i + 1] - sorted[i];
		if (gaps[i] > gaps[at])
			at = i;
	}
	*largest = gaps[at];
	*median = stats_median(gaps, n - 1);
	free(gaps);
	return at;
}

bool stats_bimodal(const double *values, size_t n, double modes[2])
{
	double largest, typical;

	modes[0] = modes[1] = NAN;
	if (n < 4)
		return false;
	double *sorted = sorted_copy(values, n);
	size_t below = largest_gap(sorted, n, &largest, &typical) + 1;
	bool split = largest > 5 * typical && largest > 0.1 * sorted_median(sorted, n);

	if (split) {
		modes[0] = sorted_median(sorted, below);
		modes[1] = sorted_median(sorted + below, n - below);
	}
	free(sorted);
	return split;
}
