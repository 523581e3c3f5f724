/* See rank.h. */
#include "rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "rank_null.h"

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void sort(double *values, size_t count)
{
	qsort(values, count, sizeof *values, ascending);
}

static double *doubles_new(size_t count)
{
	return memory_zeroed(count, sizeof(double));
}

static bool all_finite(const double *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!isfinite(values[i]))
			return false;
	}
	return true;
}

/* The statistic moves in steps of 1/2 or 1, the deviation is from its mean. */
static double normal_p(double deviation, double variance)
{
	double beyond = fabs(deviation) - 0.5;

	/* all values tied: no variance, and no deviation */
	return beyond > 0 ? erfc(beyond / sqrt(2 * variance)) : 1;
}

/* Over all groups of equal values, the sum of t^3 - t. */
static double tie_sum(const double *sorted, size_t count)
{
	double sum = 0;

	for (size_t i = 0, next; i < count; i = next) {
		for (next = i + 1; next < count && sorted[next] == sorted[i];)
			next++;
		double tied = (double)(next - i);

		sum += tied * tied * tied - tied;
	}
	return sum;
}

/* How many are positive; a zero is half a one. */
static double positives(const double *values, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += values[i] > 0 ? 1 : values[i] == 0 ? 0.5 : 0;
	return sum;
}

static struct interval interval_of(const double *sorted, size_t count, size_t order)
{
	if (order == 0)
		return (struct interval){NAN, NAN};
	return (struct interval){sorted[order - 1], sorted[count - order]};
}

static struct effect no_effect(void)
{
	struct interval none = {NAN, NAN};

	return (struct effect){.shift = NAN, .ci95 = none, .ci90 = none, .p = NAN};
}

/* All but p, from the differences or Walsh averages, as many as the maximum of the statistic;
 * sorts them. */
static struct effect estimate(double *values, const struct rank_null *null)
{
	size_t count = null->maximum;

	sort(values, count);
	return (struct effect){
		.shift = (values[(count - 1) / 2] + values[count / 2]) / 2,
		.ci95 = interval_of(values, count, rank_null_order(null, 0.95)),
		.ci90 = interval_of(values, count, rank_null_order(null, 0.90)),
	};
}

static double *differences(const double *base, size_t m, const double *other, size_t n)
{
	double *all = doubles_new(m * n);

	for (size_t i = 0; i < m; i++) {
		for (size_t j = 0; j < n; j++)
			all[i * n + j] = other[j] - base[i];
	}
	return all;
}

static double pooled_tie_sum(const double *base, size_t m, const double *other, size_t n)
{
	double *pooled = doubles_new(m + n);

	memcpy(pooled, base, m * sizeof *pooled);
	memcpy(pooled + m, other, n * sizeof *pooled);
	sort(pooled, m + n);
	double sum = tie_sum(pooled, m + n);

	free(pooled);
	return sum;
}

struct effect rank_two_sample(
	const double *base, size_t base_count, const double *other, size_t other_count)
{
	double pool = (double)base_count + (double)other_count;

	if (base_count == 0 || other_count == 0 || !all_finite(base, base_count) ||
		!all_finite(other, other_count))
		return no_effect();
	struct rank_null null = rank_null_two_sample(base_count, other_count);
	double *all = differences(base, base_count, other, other_count);
	double statistic = positives(all, null.maximum), mean = (double)null.maximum / 2;
	double ties = pooled_tie_sum(base, base_count, other, other_count);
	struct effect effect = estimate(all, &null);

	effect.exact = null.total && ties == 0;
	if (effect.exact)
		effect.p = rank_null_p(&null, statistic);
	else
		effect.p = normal_p(statistic - mean,
			null.variance - (double)null.maximum * ties / (12 * pool * (pool - 1)));
	free(all);
	rank_null_free(&null);
	return effect;
}

/* (d_i + d_j) / 2 for i <= j. */
static double *walsh_averages(const double *d, size_t count)
{
	double *all = doubles_new(count * (count + 1) / 2);
	size_t k = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = i; j < count; j++)
			all[k++] = (d[i] + d[j]) / 2;
	}
	return all;
}

/* Leaves out what is 0; returns how many remain. */
static size_t without_zeros(double *d, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (d[i] != 0)
			d[kept++] = d[i];
	}
	return kept;
}

/* The sum of the (mid-)ranks of the |d| whose d is positive is the number of positive Walsh
 * averages, a zero as a half (Tukey 1949), where no d is 0. */
static double signed_rank(const double *d, size_t count)
{
	double *averages = walsh_averages(d, count);
	double sum = positives(averages, count * (count + 1) / 2);

	free(averages);
	return sum;
}

static double size_tie_sum(double *d, size_t count)
{
	for (size_t i = 0; i < count; i++)
		d[i] = fabs(d[i]);
	sort(d, count);
	return tie_sum(d, count);
}

/* Of the differences d, which it spoils; the null distribution is that of all of them. */
static void paired_test(
	struct effect *effect, double *d, size_t count, const struct rank_null *null)
{
	size_t kept = without_zeros(d, count);
	double statistic = signed_rank(d, kept), mean = (double)kept * (double)(kept + 1) / 4;
	double ties = size_tie_sum(d, kept);

	effect->exact = null->total && kept == count && ties == 0;
	if (effect->exact)
		effect->p = rank_null_p(null, statistic);
	else
		effect->p = normal_p(statistic - mean, rank_null_paired_variance(kept) - ties / 48);
}

struct effect rank_paired(const double *base, const double *other, size_t count)
{
	if (count == 0 || !all_finite(base, count) || !all_finite(other, count))
		return no_effect();
	double *d = doubles_new(count);

	for (size_t i = 0; i < count; i++)
		d[i] = other[i] - base[i];
	struct rank_null null = rank_null_paired(count);
	double *averages = walsh_averages(d, count);
	struct effect effect = estimate(averages, &null);

	paired_test(&effect, d, count, &null);
	free(averages);
	rank_null_free(&null);
	free(d);
	return effect;
}

struct ranked_p {
	double p;
	size_t at;
};

static int by_p(const void *a, const void *b)
{
	return ascending(&((const struct ranked_p *)a)->p, &((const struct ranked_p *)b)->p);
}

/* From the largest p downwards: p_(i) m / i, but never more than what follows. m / i first, so that
 * nothing is adjusted to less than itself by rounding. */
void rank_adjust(double *p, size_t count)
{
	struct ranked_p *ranked = memory_zeroed(count, sizeof *ranked);
	size_t known = 0;
	double least = 1;

	for (size_t i = 0; i < count; i++) {
		if (!isnan(p[i]))
			ranked[known++] = (struct ranked_p){p[i], i};
	}
	qsort(ranked, known, sizeof *ranked, by_p);
	for (size_t i = known; i > 0; i--) {
		least = fmin(least, (double)known / (double)i * ranked[i - 1].p);
		p[ranked[i - 1].at] = least;
	}
	free(ranked);
}

double rank_two_sample_smallest_p(size_t base_count, size_t other_count)
{
	size_t small = base_count < other_count ? base_count : other_count;
	size_t large = base_count < other_count ? other_count : base_count;
	double p = 2;

	for (size_t i = 1; i <= small && p > 0; i++)
		p *= (double)i / (double)(large + i);
	return fmin(1, p);
}

double rank_paired_smallest_p(size_t count)
{
	return fmin(1, 2 * exp2(-(double)count));
}

static size_t order_of(struct rank_null null, double level)
{
	size_t order = rank_null_order(&null, level);

	rank_null_free(&null);
	return order;
}

size_t rank_two_sample_order(size_t m, size_t n, double level)
{
	return order_of(rank_null_two_sample(m, n), level);
}

size_t rank_paired_order(size_t n, double level)
{
	return order_of(rank_null_paired(n), level);
}
