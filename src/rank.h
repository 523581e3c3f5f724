/* How two sets of run values differ, by ranks alone: no assumption about the shape of their spread
 * (METHOD, part 5). Plain arrays of doubles in, plain values out; the input is never changed.
 * Callers pass ln(run value), so that a shift is the ln of a ratio. A value that is not finite, or
 * no value at all, makes everything NaN: leave runs without the figure out first. */
#ifndef IPCMARK_RANK_H
#define IPCMARK_RANK_H

#include <stdbool.h>
#include <stddef.h>

#include "stats.h"

struct effect {
	double shift;         /* Hodges-Lehmann: other minus base; NaN where there is none */
	struct interval ci95; /* of the shift; NaN where the sample is too small for that level */
	struct interval ci90;
	double p;   /* two-sided; NaN for no data */
	bool exact; /* p from the exact null distribution; false: normal approximation */
};

/* Two independent samples. The shift is the median of all other_j - base_i (Hodges and Lehmann
 * 1963), its interval [D_(C), D_(mn+1-C)] of the sorted differences with C of rank_two_sample_order
 * (Hollander and Wolfe, Nonparametric Statistical Methods, 4.3), with ties as without: the interval
 * is then conservative.
 *
 * p: Mann and Whitney 1947. Exact without any tie among the values of both samples, where
 * C(m + n, n) fits in 64 bits (33 and 34 values, for one). Else by the normal distribution with
 * mid-ranks, the variance corrected for ties, and a continuity correction of 1/2. That is
 * wilcox.test(other, base, correct = TRUE) of R, whose exact argument draws the line between the
 * two elsewhere (at 50 values). p = 1 where all values are the same. */
struct effect rank_two_sample(
	const double *base, size_t base_count, const double *other, size_t other_count);

/* Pairs, from blocks that both share: d_i = other_i - base_i. The shift is the median of the Walsh
 * averages (d_i + d_j) / 2, i <= j, its interval their order statistics with C of rank_paired_order
 * (Hollander and Wolfe, 3.3), all d included.
 *
 * p: signed ranks (Wilcoxon 1945). Exact for up to 63 pairs where no d is 0 and no two |d| are
 * equal. Else as above, of the d that are not 0 alone: wilcox.test(other, base, paired = TRUE).
 * p = 1 where all are 0. */
struct effect rank_paired(const double *base, const double *other, size_t count);

/* Adjusted p (Benjamini and Hochberg 1995), in place: those <= q are the discoveries at a false
 * discovery rate of q. NaN is left alone and not counted. p.adjust(p, "BH") of R. */
void rank_adjust(double *p, size_t count);

/* The smallest exact two-sided p that such sample sizes can reach: 2 / C(m + n, n), and 2 / 2^n for
 * n pairs; at most 1, also for no values. 0 where it is smaller than any double. The approximation
 * with ties may fall below it: 0.013 instead of 0.029 for 4 equal values against 4 others. */
double rank_two_sample_smallest_p(size_t base_count, size_t other_count);
double rank_paired_smallest_p(size_t count);

/* The C of METHOD, part 5: the largest with 2 P(statistic <= C - 1) <= 1 - level under the null
 * distribution, so that [D_(C), D_(N+1-C)] of the N sorted differences (or Walsh averages) covers
 * the shift with at least that level. The distribution is exact where its counts fit in 64 bits,
 * else normal with a continuity correction. 0 where the sample is too small for that level. level:
 * 0.95 or 0.90. */
size_t rank_two_sample_order(size_t m, size_t n, double level);
size_t rank_paired_order(size_t n, double level);

#endif
