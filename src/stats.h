/* Statistics over the runs of a cell, and over the sub-blocks of one run. Plain arrays of doubles
 * in, plain values out; the input is never changed. NaN means "not enough data", never 0; a NaN
 * among the values makes a median and an interval NaN, and the other answers 0 or false. */
#ifndef IPCMARK_STATS_H
#define IPCMARK_STATS_H

#include <stdbool.h>
#include <stddef.h>

struct interval {
	double low, high; /* both NaN where there are too few values */
};

/* The median; mean of the two middle values for an even n. NaN for n = 0. */
double stats_median(const double *values, size_t n);

/* Two-sided 95 % interval of the median: order statistics l .. n + 1 - l with the largest l whose
 * binomial coverage 1 - 2 P(Bin(n, 1/2) <= l - 1) is at least 0.95 (Hahn and Meeker, Statistical
 * Intervals, 5.2). NaN below 6 values. */
struct interval stats_median_ci95(const double *values, size_t n);

/* The rank l above, counted from 1; 0 where n is too small (n < 6). */
size_t stats_median_rank(size_t n);

/* MSER: how many of the first values belong to the warm-up: argmin over d <= n / 2 of
 * sum_{j >= d} (y_j - mean)^2 / (n - d)^2 (White 1997; METHOD, part 4). 0 for n < 2. */
size_t stats_mser(const double *values, size_t n);

/* The medians of the two halves of values[0 .. n) differ by more than 2 % of the smaller one. The
 * middle value of an odd n is in neither half. False for n < 2. */
bool stats_drifting(const double *values, size_t n);

/* Two regimes among run medians: the largest gap between sorted values is more than 5 times the
 * median gap and more than 10 % of the median. Fills the median of each mode, the lower one first;
 * both are NaN where there are not two. False below 4 values. */
bool stats_bimodal(const double *values, size_t n, double modes[2]);

#endif
