/* The null distributions against every order of a few values, and their sums where they barely fit.
 * tests/oracle/rank_golden.tsv has those of R. */
#include "rank_null.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MAXIMUM 64

/* Over all choices of n of m + n places: how many pairs have the chosen one last. */
static void mann_whitney_of_every_order(size_t m, size_t n, uint64_t found[static MAXIMUM])
{
	memset(found, 0, MAXIMUM * sizeof *found);
	for (unsigned chosen = 0; chosen < 1U << (m + n); chosen++) {
		size_t skipped = 0, pairs = 0;

		if ((size_t)__builtin_popcount(chosen) != n)
			continue;
		for (size_t place = 0; place < m + n; place++) {
			if (chosen >> place & 1)
				pairs += skipped;
			else
				skipped++;
		}
		found[pairs]++;
	}
}

static void signed_ranks_of_every_order(size_t n, uint64_t found[static MAXIMUM])
{
	memset(found, 0, MAXIMUM * sizeof *found);
	for (unsigned positive = 0; positive < 1U << n; positive++) {
		size_t sum = 0;

		for (size_t rank = 1; rank <= n; rank++)
			sum += positive >> (rank - 1) & 1 ? rank : 0;
		found[sum]++;
	}
}

static void expect_counts(struct rank_null *null, const uint64_t *found)
{
	double variance = 0;
	uint64_t all = 0, below = 0;

	for (size_t u = 0; u <= null->maximum; u++) {
		double deviation = (double)u - (double)null->maximum / 2;

		all += found[u];
		variance += (double)found[u] * deviation * deviation / (double)null->total;
	}
	assert_true(null->total == all);
	assert_true(fabs(null->variance - variance) < 1e-12 * (1 + variance));
	for (size_t u = 0; u <= null->maximum / 2; u++) {
		double p = fmin(1, 2 * (double)(below += found[u]) / (double)all);

		assert_true(null->counts[u] == found[u]);
		assert_true(fabs(rank_null_p(null, (double)u) - p) < 1e-15);
		assert_true(fabs(rank_null_p(null, (double)(null->maximum - u)) - p) < 1e-15);
	}
	rank_null_free(null);
}

static void as_by_enumeration(void **state)
{
	(void)state;
	uint64_t found[MAXIMUM];

	for (size_t m = 0; m <= 7; m++) {
		for (size_t n = 0; n <= 7; n++) {
			struct rank_null null = rank_null_two_sample(m, n);

			mann_whitney_of_every_order(m, n, found);
			expect_counts(&null, found);
		}
	}
	for (size_t n = 0; n <= 10; n++) {
		struct rank_null null = rank_null_paired(n);

		signed_ranks_of_every_order(n, found);
		expect_counts(&null, found);
	}
}

/* Each count, and its mirror image but for the middle one. */
static uint64_t sum_of_counts(const struct rank_null *null)
{
	uint64_t sum = 0;

	for (size_t u = 0; u <= null->maximum / 2; u++)
		sum += 2 * u == null->maximum ? null->counts[u] : 2 * null->counts[u];
	return sum;
}

/* Up to 67 values all fit; then only the unequal sizes do. */
static void counts_sum_up_to_the_total(void **state)
{
	(void)state;
	size_t exact = 0;

	for (size_t m = 1; m <= 80; m++) {
		for (size_t n = 1; n <= 80; n++) {
			struct rank_null null = rank_null_two_sample(m, n);

			assert_true(m + n > 67 || null.total);
			if (null.total) {
				exact++;
				assert_true(sum_of_counts(&null) == null.total);
			}
			for (size_t u = 0; null.total && u <= null.maximum / 2; u++)
				assert_true(null.counts[u] <= null.total);
			rank_null_free(&null);
		}
	}
	assert_true(exact > 2000);
}

static void the_last_that_fit(void **state)
{
	(void)state;
	struct rank_null fits = rank_null_two_sample(33, 34), large = rank_null_two_sample(34, 34);

	assert_true(fits.total == UINT64_C(14226520737620288370));
	assert_true(large.total == 0 && !large.counts);
	rank_null_free(&fits);
	fits = rank_null_two_sample(1000000, 2);
	assert_true(fits.total == UINT64_C(500001500001));
	rank_null_free(&fits);
	fits = rank_null_paired(63);
	assert_true(fits.total == UINT64_C(1) << 63 && sum_of_counts(&fits) == fits.total);
	rank_null_free(&fits);
	large = rank_null_paired(64);
	assert_true(large.total == 0 && !large.counts);
}

/* Across the border between the two, the normal bound continues the exact one. */
static void normal_bounds_are_near_the_exact_ones(void **state)
{
	(void)state;
	for (size_t n = 20; n <= 63; n++) {
		struct rank_null null = rank_null_paired(n);
		uint64_t total = null.total;

		for (int i = 0; i < 2; i++) {
			double level = i ? 0.90 : 0.95;
			size_t exact = rank_null_order(&null, level);

			null.total = 0;
			size_t normal = rank_null_order(&null, level);

			null.total = total;
			assert_true(normal <= exact + 1 && exact <= normal + 1);
		}
		rank_null_free(&null);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_by_enumeration),
		cmocka_unit_test(counts_sum_up_to_the_total),
		cmocka_unit_test(the_last_that_fit),
		cmocka_unit_test(normal_bounds_are_near_the_exact_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
