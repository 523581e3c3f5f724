/* Rank tests and estimates whose answers are known by hand. tests/oracle/rank_golden.tsv has many
 * more, by R. */
#include "rank.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b));
}

static bool is(struct interval interval, double low, double high)
{
	return interval.low == low && interval.high == high;
}

static bool is_none(struct interval interval)
{
	return isnan(interval.low) && isnan(interval.high);
}

static bool is_all_nan(struct effect effect)
{
	return isnan(effect.shift) && is_none(effect.ci95) && is_none(effect.ci90) &&
		isnan(effect.p) && !effect.exact;
}

/* METHOD, part 5. */
static void orders_of_the_table(void **state)
{
	(void)state;
	static const size_t two_sample[][3] = {
		{6, 6, 8}, {8, 14, 16}, {10, 24, 28}, {12, 38, 43}, {15, 65, 73}, {20, 128, 139}};
	static const size_t paired[][3] = {{10, 9, 11}, {12, 14, 18}, {15, 26, 31}, {20, 53, 61}};

	for (size_t i = 0; i < COUNT(two_sample); i++) {
		size_t runs = two_sample[i][0];

		assert_int_equal(rank_two_sample_order(runs, runs, 0.95), two_sample[i][1]);
		assert_int_equal(rank_two_sample_order(runs, runs, 0.90), two_sample[i][2]);
	}
	for (size_t i = 0; i < COUNT(paired); i++) {
		assert_int_equal(rank_paired_order(paired[i][0], 0.95), paired[i][1]);
		assert_int_equal(rank_paired_order(paired[i][0], 0.90), paired[i][2]);
	}
}

/* 3 and 3 values have a tail of 1/20: just enough for 90 %, which rounding must not lose. */
static void orders_of_few(void **state)
{
	(void)state;
	assert_int_equal(rank_two_sample_order(0, 5, 0.90), 0);
	assert_int_equal(rank_two_sample_order(2, 2, 0.90), 0);
	assert_int_equal(rank_two_sample_order(3, 3, 0.90), 1);
	assert_int_equal(rank_two_sample_order(3, 3, 0.95), 0);
	assert_int_equal(rank_two_sample_order(4, 4, 0.95), 1);
	assert_int_equal(rank_two_sample_order(1, 19, 0.90), 1);
	assert_int_equal(rank_two_sample_order(18, 1, 0.90), 0);
	assert_int_equal(rank_two_sample_order(1, 39, 0.95), 1);
	assert_int_equal(rank_paired_order(0, 0.90), 0);
	assert_int_equal(rank_paired_order(4, 0.90), 0);
	assert_int_equal(rank_paired_order(5, 0.90), 1);
	assert_int_equal(rank_paired_order(5, 0.95), 0);
	assert_int_equal(rank_paired_order(6, 0.95), 1);
}

/* METHOD, part 5: one discovery in m cells needs 2 / C(2R, R) <= 0.05 / m. */
static void smallest_p_of_the_runs(void **state)
{
	(void)state;
	assert_true(near(rank_two_sample_smallest_p(3, 3), 0.1));
	assert_true(near(rank_two_sample_smallest_p(8, 8), 2.0 / 12870));
	assert_true(rank_two_sample_smallest_p(8, 8) <= 0.05 / 321);
	assert_true(rank_two_sample_smallest_p(8, 8) > 0.05 / 322);
	assert_true(rank_two_sample_smallest_p(10, 10) <= 0.05 / 4618);
	assert_true(rank_two_sample_smallest_p(10, 10) > 0.05 / 4619);
	assert_true(near(rank_two_sample_smallest_p(2, 5), rank_two_sample_smallest_p(5, 2)));
	assert_true(rank_two_sample_smallest_p(1, 1) == 1);
	assert_true(rank_two_sample_smallest_p(0, 9) == 1);
	assert_true(rank_two_sample_smallest_p(1000, 1000) == 0);
	assert_true(rank_paired_smallest_p(10) == 2.0 / 1024);
	assert_true(rank_paired_smallest_p(1) == 1);
	assert_true(rank_paired_smallest_p(0) == 1);
	assert_true(rank_paired_smallest_p(5000) == 0);
}

static void two_samples_apart(void **state)
{
	(void)state;
	const double base[] = {3, 1, 2}, other[] = {14, 18, 16};
	struct effect effect = rank_two_sample(base, 3, other, 3);

	assert_true(effect.shift == 14 && effect.exact);
	assert_true(near(effect.p, 0.1));
	assert_true(is_none(effect.ci95));
	assert_true(is(effect.ci90, 11, 17));
	effect = rank_two_sample(other, 3, base, 3);
	assert_true(effect.shift == -14 && near(effect.p, 0.1));
	assert_true(is(effect.ci90, -17, -11));
}

/* Between them every distance 1 .. 36 stands once: the order statistics are their own ranks. */
static void interval_takes_order_statistics(void **state)
{
	(void)state;
	const double base[] = {0, -1, -2, -3, -4, -5}, other[] = {1, 7, 13, 19, 25, 31};
	struct effect effect = rank_two_sample(base, 6, other, 6);

	assert_true(effect.shift == 18.5);
	assert_true(is(effect.ci95, 6, 31));
	assert_true(is(effect.ci90, 8, 29));
	assert_true(near(effect.p, 2.0 / 924));
}

/* U = 2.5 of 6 with one tie of two; variance (6 / 12) (6 - 6 / 20). */
static void ties_are_mid_ranks(void **state)
{
	(void)state;
	struct effect effect = rank_two_sample((double[]){1, 4}, 2, (double[]){0, 1, 8}, 3);

	assert_false(effect.exact);
	assert_true(effect.p == 1);
	effect = rank_two_sample((double[]){1, 4, 5}, 3, (double[]){0, 1}, 2);
	/* U = 0.5, 2.5 below the mean of 3, of which 2 count */
	assert_true(near(effect.p, erfc(2 / sqrt(2 * 0.5 * (6 - 6.0 / 20)))));
	assert_true(effect.shift == -3.5);
}

/* What rank.h says of the approximation: (8 - 1/2)^2 over (16 / 12) (9 - 120 / 56), and C = 1. */
static void two_constants_apart(void **state)
{
	(void)state;
	const double base[] = {2, 2, 2, 2}, other[] = {5, 5, 5, 5};
	struct effect effect = rank_two_sample(base, 4, other, 4);

	assert_false(effect.exact);
	assert_true(near(effect.p, erfc(7.5 / sqrt(2 * 16.0 / 12 * (9 - 120.0 / 56)))));
	assert_true(effect.p > 0.0130 && effect.p < 0.0132);
	assert_true(rank_two_sample_smallest_p(4, 4) > 0.0285);
	assert_true(effect.shift == 3 && is(effect.ci95, 3, 3) && is(effect.ci90, 3, 3));
}

static void pairs_that_all_rise(void **state)
{
	(void)state;
	const double base[] = {100, 200, 300, 400, 500, 600};
	const double other[] = {101, 202, 304, 408, 516, 632};
	struct effect effect = rank_paired(base, other, 6);

	assert_true(effect.exact && effect.p == 2.0 / 64);
	/* of 1, 1.5, 2, 2.5, 3, 4, 4.5, 5, 6, 8, 8.5, 9, 10, 12, 16, 16.5, 17, 18, 20, 24, 32 */
	assert_true(effect.shift == 8.5);
	assert_true(is(effect.ci95, 1, 32));
	assert_true(is(effect.ci90, 2, 20));
	effect = rank_paired(other, base, 6);
	assert_true(effect.shift == -8.5 && effect.p == 2.0 / 64 && is(effect.ci90, -20, -2));
}

/* p sees 2, 2, -5 and 7 at the ranks 1.5, 1.5, 3 and 4: V = 7 of 10, variance 7.5 - 6 / 48. The
 * interval and the shift see all. */
static void pairs_without_a_difference(void **state)
{
	(void)state;
	const double base[] = {0, 0, 0, 0, 0, 0}, other[] = {2, 0, -5, 7, 0, 2};
	struct effect effect = rank_paired(base, other, 6);

	assert_false(effect.exact);
	assert_true(near(effect.p, erfc(1.5 / sqrt(2 * (7.5 - 6.0 / 48)))));
	assert_true(effect.shift == 1);
	assert_true(is(effect.ci95, -5, 7));
}

static void nothing_differs(void **state)
{
	(void)state;
	const double same[] = {4, 4, 4, 4, 4, 4};
	struct effect two = rank_two_sample(same, 6, same, 6), pairs = rank_paired(same, same, 6);

	assert_true(two.shift == 0 && two.p == 1 && !two.exact);
	assert_true(is(two.ci95, 0, 0) && is(two.ci90, 0, 0));
	assert_true(pairs.shift == 0 && pairs.p == 1 && !pairs.exact);
	assert_true(is(pairs.ci95, 0, 0) && is(pairs.ci90, 0, 0));
	assert_true(is_none(rank_paired(same, same, 4).ci90));
}

static void one_value_each(void **state)
{
	(void)state;
	struct effect effect = rank_two_sample((double[]){3}, 1, (double[]){5}, 1);

	assert_true(effect.shift == 2 && effect.p == 1 && effect.exact && is_none(effect.ci90));
	effect = rank_paired((double[]){3}, (double[]){5}, 1);
	assert_true(effect.shift == 2 && effect.p == 1 && effect.exact && is_none(effect.ci90));
}

static void no_data_is_not_an_effect(void **state)
{
	(void)state;
	const double good[] = {1, 2, 3}, nan[] = {1, NAN, 3}, infinite[] = {1, 2, -INFINITY};

	assert_true(is_all_nan(rank_two_sample(NULL, 0, good, 3)));
	assert_true(is_all_nan(rank_two_sample(good, 3, NULL, 0)));
	assert_true(is_all_nan(rank_two_sample(good, 3, nan, 3)));
	assert_true(is_all_nan(rank_two_sample(infinite, 3, good, 3)));
	assert_true(is_all_nan(rank_paired(NULL, NULL, 0)));
	assert_true(is_all_nan(rank_paired(nan, good, 3)));
	assert_true(is_all_nan(rank_paired(good, infinite, 3)));
}

/* other is base, moved by 40 places of 1000: U and V by counting, both far below the mean. */
static void many_runs(void **state)
{
	(void)state;
	enum { RUNS = 1000, MOVED = 40 };
	static double base[RUNS], other[RUNS];

	for (size_t i = 0; i < RUNS; i++) {
		base[i] = (double)i;
		other[i] = (double)i - MOVED - 0.25;
	}
	struct effect effect = rank_two_sample(base, RUNS, other, RUNS);
	double pairs = (RUNS - MOVED) * (RUNS - MOVED - 1) / 2.0, mean = RUNS * RUNS / 2.0;
	double variance = mean * (2 * RUNS + 1) / 6;

	assert_false(effect.exact);
	assert_true(effect.shift == -MOVED - 0.25);
	assert_true(near(effect.p, erfc((mean - pairs - 0.5) / sqrt(2 * variance))));
	effect = rank_paired(base, other, RUNS);
	assert_true(effect.shift == -MOVED - 0.25 && effect.p < 1e-100);
	assert_true(is(effect.ci95, -MOVED - 0.25, -MOVED - 0.25));
}

/* The example of the paper: 15 comparisons, 4 discoveries (Benjamini and Hochberg 1995, 4.1). */
static void adjusted_as_in_the_paper(void **state)
{
	(void)state;
	double p[] = {0.4262, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
		0.0459, 0.3240, 0.5719, 0.6528, 0.7590, 1.0000};
	size_t discoveries = 0;

	rank_adjust(p, COUNT(p));
	for (size_t i = 0; i < COUNT(p); i++)
		discoveries += p[i] <= 0.05;
	assert_int_equal(discoveries, 4);
	assert_true(near(p[1], 0.0015) && near(p[2], 0.0030) && near(p[4], 0.035625));
	/* 0.0278 * 15 / 6 is more than 0.0298 * 15 / 7 */
	assert_true(near(p[6], 0.447 / 7) && near(p[7], 0.447 / 7));
	assert_true(p[14] == 1);
}

static void adjusting_leaves_nan_alone(void **state)
{
	(void)state;
	double p[] = {NAN, 0.04, NAN, 0.01, 0.04}, none[] = {NAN}, one = 0.1;

	rank_adjust(p, COUNT(p));
	assert_true(isnan(p[0]) && isnan(p[2]));
	assert_true(p[1] == 0.04 && near(p[3], 0.03) && p[4] == 0.04);
	rank_adjust(none, 1);
	assert_true(isnan(none[0]));
	rank_adjust(NULL, 0);
	rank_adjust(&one, 1);
	assert_true(one == 0.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_of_the_table),
		cmocka_unit_test(orders_of_few),
		cmocka_unit_test(smallest_p_of_the_runs),
		cmocka_unit_test(two_samples_apart),
		cmocka_unit_test(interval_takes_order_statistics),
		cmocka_unit_test(ties_are_mid_ranks),
		cmocka_unit_test(two_constants_apart),
		cmocka_unit_test(pairs_that_all_rise),
		cmocka_unit_test(pairs_without_a_difference),
		cmocka_unit_test(nothing_differs),
		cmocka_unit_test(one_value_each),
		cmocka_unit_test(no_data_is_not_an_effect),
		cmocka_unit_test(many_runs),
		cmocka_unit_test(adjusted_as_in_the_paper),
		cmocka_unit_test(adjusting_leaves_nan_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
