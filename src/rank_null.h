/* The distributions of the two rank statistics where nothing differs and nothing is tied: exact by
 * counting, where the counts fit in 64 bits. Part of rank.h, which says what they are for. */
#ifndef IPCMARK_RANK_NULL_H
#define IPCMARK_RANK_NULL_H

#include <stddef.h>
#include <stdint.h>

struct rank_null {
	size_t maximum;   /* the statistic is 0 .. maximum, symmetric about maximum / 2 */
	double variance;  /* of it */
	uint64_t total;   /* how many orders there are; 0: more than 64 bits, and no counts */
	uint64_t *counts; /* how many of them give 0 .. maximum / 2; the rest mirrors it */
};

/* Mann and Whitney's: how many of the m n pairs of values have the larger one in a given sample.
 * Exact where C(m + n, n) < 2^64: 33 and 34 values, for one. Release with rank_null_free. */
struct rank_null rank_null_two_sample(size_t m, size_t n);

/* Wilcoxon's: the sum of the ranks, of 1 .. n, of what is positive. Exact for n < 64. */
struct rank_null rank_null_paired(size_t n);

void rank_null_free(struct rank_null *null);

/* n (n + 1) (2 n + 1) / 24. */
double rank_null_paired_variance(size_t n);

/* The two-sided p of an integer statistic, at most 1; where total is not 0. */
double rank_null_p(const struct rank_null *null, double statistic);

/* The largest C with 2 P(statistic <= C - 1) <= 1 - level; 0 where there is none. Exact, or by the
 * normal distribution with a continuity correction where total is 0. level: 0.95 or 0.90. */
size_t rank_null_order(const struct rank_null *null, double level);

#endif
