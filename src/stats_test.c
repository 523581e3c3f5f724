/* Statistics on small series whose answers are known by hand. tests/oracle/stats_oracle.py computes
 * the same figures another way, on many more series. */
#include "stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void median_of_few(void **state)
{
	(void)state;
	assert_true(isnan(stats_median(NULL, 0)));
	assert_true(stats_median((double[]){7}, 1) == 7);
	assert_true(stats_median((double[]){9, 4}, 2) == 6.5);
	assert_true(stats_median((double[]){9, -4, 3}, 3) == 3);
	assert_true(stats_median((double[]){4, 1, 3, 2}, 4) == 2.5);
	assert_true(stats_median((double[]){5, 5, 5, 1e300}, 4) == 5);
	assert_true(stats_median((double[]){2, INFINITY, 1}, 3) == 2);
}

static void nan_is_never_hidden(void **state)
{
	(void)state;
	const double values[] = {3, NAN, 1, 2, 5, 4, 6, 7};
	double modes[2];

	assert_int_equal(stats_mser(values, COUNT(values)), 0);
	assert_false(stats_drifting((double[]){1, NAN, 2}, 3));
	assert_true(isnan(stats_median(values, COUNT(values))));
	assert_true(isnan(stats_median_ci95(values, COUNT(values)).low));
	assert_true(isnan(stats_median_ci95(values, COUNT(values)).high));
	assert_false(stats_drifting(values, COUNT(values)));
	assert_false(stats_bimodal(values, COUNT(values), modes));
}

/* METHOD, part 4; and 17, where rank 5 covers 95.1 %. */
static void interval_ranks_of_the_table(void **state)
{
	(void)state;
	static const size_t table[][2] = {
		{6, 1}, {7, 1}, {9, 2}, {10, 2}, {12, 3}, {15, 4}, {17, 5}, {20, 6}, {30, 10}};

	for (size_t i = 0; i < COUNT(table); i++)
		assert_int_equal(stats_median_rank(table[i][0]), table[i][1]);
	for (size_t n = 0; n < 6; n++)
		assert_int_equal(stats_median_rank(n), 0);
}

/* The normal approximation n/2 - 0.98 sqrt(n) is within one rank for a large n. */
static void interval_ranks_of_many_runs(void **state)
{
	(void)state;
	for (size_t n = 100; n <= 30000; n += 997) {
		double rank = (double)stats_median_rank(n);

		assert_true(fabs(rank - ((double)n / 2 - 0.98 * sqrt((double)n))) < 1.5);
	}
}

static void interval_takes_order_statistics(void **state)
{
	(void)state;
	const double values[] = {50, 10, 90, 30, 70, 20, 80, 40, 100, 60};
	struct interval ci = stats_median_ci95(values, 10);

	assert_true(ci.low == 20 && ci.high == 90);
	ci = stats_median_ci95(values, 6);
	assert_true(ci.low == 10 && ci.high == 90);
	ci = stats_median_ci95(values, 5);
	assert_true(isnan(ci.low) && isnan(ci.high));
	ci = stats_median_ci95(NULL, 0);
	assert_true(isnan(ci.low) && isnan(ci.high));
}

static void mser_of_few(void **state)
{
	(void)state;
	assert_int_equal(stats_mser(NULL, 0), 0);
	assert_int_equal(stats_mser((double[]){5}, 1), 0);
	assert_int_equal(stats_mser((double[]){9, 1, 1, 1}, 4), 1);
	assert_int_equal(stats_mser((double[]){7, 7, 7, 7, 7}, 5), 0);
	/* 1/16, 2/27, 1/8: a plain variance, divided once, would choose 1 */
	assert_int_equal(stats_mser((double[]){1, 0, 1, 0}, 4), 0);
}

static void mser_finds_the_end_of_a_warm_up(void **state)
{
	(void)state;
	double values[101];

	for (size_t cut = 0; cut <= COUNT(values) / 2; cut++) {
		for (size_t i = 0; i < COUNT(values); i++)
			values[i] = 1000 + (double)(i % 2) + (i < cut ? 200 : 0);
		/* the noise has period two: the value at the cut may join either part */
		assert_in_range(stats_mser(values, COUNT(values)), cut, cut + 1);
	}
}

static void mser_discards_half_at_most(void **state)
{
	(void)state;
	double values[60];

	for (size_t i = 0; i < COUNT(values); i++)
		values[i] = i < 50 ? 1000.0 - 10 * (double)i : 500;
	assert_int_equal(stats_mser(values, COUNT(values)), 30);
	assert_int_equal(stats_mser(values + 1, COUNT(values) - 1), 29);
}

/* With 1e9 added, sums of squares would lose every digit of the noise. */
static void mser_does_not_cancel(void **state)
{
	(void)state;
	double values[60];

	for (size_t i = 0; i < COUNT(values); i++)
		values[i] = 1e9 + (i < 7 ? 0.5 : 0) + 0.125 * (double)(i % 2);
	assert_in_range(stats_mser(values, COUNT(values)), 7, 8);
}

static void drift_is_more_than_two_percent(void **state)
{
	(void)state;
	assert_false(stats_drifting(NULL, 0));
	assert_false(stats_drifting((double[]){1}, 1));
	assert_false(stats_drifting((double[]){100, 102}, 2));
	assert_true(stats_drifting((double[]){100, 102.01}, 2)); /* 1.97 % of the larger */
	assert_true(stats_drifting((double[]){102.01, 100}, 2));
	assert_false(stats_drifting((double[]){0, 0, 0, 0}, 4));
	assert_false(stats_drifting((double[]){100, 999, 100}, 3));
	assert_false(stats_drifting((double[]){100, 100, 500, 100, 100, 1}, 6));
	assert_true(stats_drifting((double[]){100, 100, 500, 110, 110, 1}, 6));
}

static void two_modes_are_told_apart(void **state)
{
	(void)state;
	const double values[] = {41, 10, 42, 11, 43, 12, 13};
	double modes[2];

	assert_true(stats_bimodal(values, COUNT(values), modes));
	assert_true(modes[0] == 11.5 && modes[1] == 42);
}

static void an_outlier_is_a_mode_of_its_own(void **state)
{
	(void)state;
	double modes[2];

	assert_true(stats_bimodal((double[]){10, 10, 10, 30}, 4, modes));
	assert_true(modes[0] == 10 && modes[1] == 30);
	assert_true(stats_bimodal((double[]){30, 1, 31, 30}, 4, modes));
	assert_true(modes[0] == 1 && modes[1] == 30);
}

static void one_mode_is_left_alone(void **state)
{
	(void)state;
	double modes[2] = {1, 1};

	assert_false(stats_bimodal((double[]){100, 200, 300, 400, 500}, 5, modes));
	assert_true(isnan(modes[0]) && isnan(modes[1]));
	/* the gap is 5 times the typical one, no more */
	assert_false(stats_bimodal((double[]){10, 11, 12, 17, 18}, 5, modes));
	assert_true(stats_bimodal((double[]){10, 11, 12, 17.1, 18}, 5, modes));
	/* the gap is a tenth of the median, no more */
	assert_false(stats_bimodal((double[]){100, 100, 100, 110}, 4, modes));
	assert_true(stats_bimodal((double[]){100, 100, 100, 110.1}, 4, modes));
	assert_false(stats_bimodal((double[]){5, 5, 5, 5}, 4, modes));
	/* too few to tell */
	assert_false(stats_bimodal((double[]){1, 1, 9}, 3, modes));
	assert_false(stats_bimodal(NULL, 0, modes));
}

static void input_is_never_changed(void **state)
{
	(void)state;
	const double before[] = {9, 1, 8, 2, 70, 3, 60, 4, 50, 5};
	double values[COUNT(before)], modes[2];

	memcpy(values, before, sizeof before);
	stats_median(values, COUNT(values));
	stats_median_ci95(values, COUNT(values));
	stats_mser(values, COUNT(values));
	stats_drifting(values, COUNT(values));
	stats_bimodal(values, COUNT(values), modes);
	assert_memory_equal(values, before, sizeof before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_of_few),
		cmocka_unit_test(nan_is_never_hidden),
		cmocka_unit_test(interval_ranks_of_the_table),
		cmocka_unit_test(interval_ranks_of_many_runs),
		cmocka_unit_test(interval_takes_order_statistics),
		cmocka_unit_test(mser_of_few),
		cmocka_unit_test(mser_finds_the_end_of_a_warm_up),
		cmocka_unit_test(mser_discards_half_at_most),
		cmocka_unit_test(mser_does_not_cancel),
		cmocka_unit_test(drift_is_more_than_two_percent),
		cmocka_unit_test(two_modes_are_told_apart),
		cmocka_unit_test(an_outlier_is_a_mode_of_its_own),
		cmocka_unit_test(one_mode_is_left_alone),
		cmocka_unit_test(input_is_never_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
