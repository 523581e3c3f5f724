/* See rank_null.h. */
#include "rank_null.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "memory.h"

/* C(large + small, small); 0 where it needs more than 64 bits. Before its division each product is
 * i times a binomial coefficient, and no later coefficient is smaller. */
static uint64_t two_sample_total(size_t small, size_t large)
{
	unsigned __int128 total = 1;

	for (size_t i = 1; i <= small; i++) {
		total = total * (large + i) / i;
		if (total > UINT64_MAX)
			return 0;
	}
	return (uint64_t)total;
}

/* The generating function of the counts is the Gaussian binomial coefficient, the product over i of
 * (1 - q^(large + i)) / (1 - q^i) (Andrews, The Theory of Partitions, 3.2). Up to q^half, a factor
 * and a divisor are each a recurrence in place. Between the two a count may wrap around: arithmetic
 * modulo 2^64, and no harm, since the counts themselves are at most the total, which fits. */
static uint64_t *two_sample_counts(size_t small, size_t large, size_t half)
{
	uint64_t *counts = memory_zeroed(half + 1, sizeof *counts);

	counts[0] = 1;
	for (size_t i = 1; i <= small; i++) {
		for (size_t u = half; u >= large + i; u--)
			counts[u] -= counts[u - large - i];
		for (size_t u = i; u <= half; u++)
			counts[u] += counts[u - i];
	}
	return counts;
}

struct rank_null rank_null_two_sample(size_t m, size_t n)
{
	size_t small = m < n ? m : n, large = m < n ? n : m;
	struct rank_null null = {.maximum = m * n, .total = two_sample_total(small, large)};

	null.variance = (double)null.maximum * (double)(m + n + 1) / 12;
	if (null.total)
		null.counts = two_sample_counts(small, large, null.maximum / 2);
	return null;
}

/* How many subsets of the ranks 1 .. n have each sum: every rank joins those without it. */
static uint64_t *paired_counts(size_t n, size_t half)
{
	uint64_t *counts = memory_zeroed(half + 1, sizeof *counts);

	counts[0] = 1;
	for (size_t rank = 1; rank <= n; rank++) {
		for (size_t sum = half; sum >= rank; sum--)
			counts[sum] += counts[sum - rank];
	}
	return counts;
}

struct rank_null rank_null_paired(size_t n)
{
	struct rank_null null = {.maximum = n * (n + 1) / 2};

	null.variance = rank_null_paired_variance(n);
	if (n < 64) {
		null.total = UINT64_C(1) << n;
		null.counts = paired_counts(n, null.maximum / 2);
	}
	return null;
}

void rank_null_free(struct rank_null *null)
{
	free(null->counts);
	null->counts = NULL;
}

double rank_null_paired_variance(size_t n)
{
	double count = (double)n;

	return count * (count + 1) * (2 * count + 1) / 24;
}

double rank_null_p(const struct rank_null *null, double statistic)
{
	size_t nearer = (size_t)fmin(statistic, (double)null->maximum - statistic);
	uint64_t tail = 0;

	for (size_t u = 0; u <= nearer; u++)
		tail += null->counts[u];
	return fmin(1, 2 * ((double)tail / (double)null->total));
}

/* The largest C whose C - 1 + 1/2 is not beyond the quantile. Samples with more than 2^64 orders
 * are large enough for it to be far above 0. */
static size_t normal_order(const struct rank_null *null, bool is_95)
{
	double z = is_95 ? 1.959963984540054 : 1.6448536269514722;

	return (size_t)((double)null->maximum / 2 + 0.5 - z * sqrt(null->variance));
}

size_t rank_null_order(const struct rank_null *null, double level)
{
	bool is_95 = level > 0.925;
	uint64_t below = 0, tail = null->total / (is_95 ? 40 : 20);
	size_t order = 0;

	if (!null->total)
		return normal_order(null, is_95);
	/* half of all orders give at most maximum / 2: the counts don't end before this does */
	while (below + null->counts[order] <= tail)
		below += null->counts[order++];
	return order;
}
