/* The histogram against its definition: the layout of the cells, ranks, support, merging. */
#include "histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static struct histogram h, other; /* too large for the stack of a small thread */

static int setup(void **state)
{
	(void)state;
	memset(&h, 0xa5, sizeof h); /* reset must not rely on what was there */
	histogram_reset(&h);
	histogram_reset(&other);
	return 0;
}

static void record_range(struct histogram *to, int64_t first, int64_t last)
{
	for (int64_t v = first; v <= last; v++)
		histogram_record(to, v);
}

static uint64_t cells_total(const struct histogram *of)
{
	uint64_t total = 0;

	for (size_t i = 0; i < HISTOGRAM_CELLS; i++)
		total += of->cells[i];
	return total;
}

static void layout_at_known_values(void **state)
{
	(void)state;
	assert_int_equal(HISTOGRAM_CELLS, 33792);
	assert_int_equal(HISTOGRAM_LIMIT, 4398046511104);
	assert_int_equal(histogram_index((uint64_t)HISTOGRAM_LIMIT - 1), HISTOGRAM_CELLS - 1);
	assert_int_equal(histogram_index(0), 0);
	assert_int_equal(histogram_index(2047), 2047);
	assert_int_equal(histogram_index(2048), 2048);
	assert_int_equal(histogram_index(2049), 2048);
	assert_int_equal(histogram_index(2050), 2049);
	assert_int_equal(histogram_index(4095), 3071);
	assert_int_equal(histogram_index(4096), 3072);
	assert_int_equal(histogram_index(4099), 3072);
	assert_int_equal(histogram_index(1U << 20), (10U << 10) + 1024);
}

static void cells_are_contiguous_and_know_their_bounds(void **state)
{
	(void)state;
	uint64_t expected = 0;

	for (size_t i = 0; i < HISTOGRAM_CELLS; i++) {
		uint64_t low = histogram_cell_low(i), high = histogram_cell_high(i);

		assert_int_equal(low, expected);
		assert_true(high >= low);
		assert_int_equal(histogram_index(low), i);
		assert_int_equal(histogram_index(high), i);
		expected = high + 1;
	}
	assert_int_equal(expected, HISTOGRAM_LIMIT);
}

static void cells_are_narrow(void **state)
{
	(void)state;
	for (size_t i = 0; i < HISTOGRAM_CELLS; i++) {
		uint64_t width = histogram_cell_high(i) - histogram_cell_low(i) + 1;

		if (i < 2048)
			assert_int_equal(width, 1);
		else
			assert_true(width * 1024 <= histogram_cell_low(i));
	}
}

static void empty_is_no_data(void **state)
{
	(void)state;
	assert_int_equal(h.count | h.sum | h.overflow | h.negative, 0);
	assert_true(h.min > h.max);
	assert_int_equal(cells_total(&h), 0);
	assert_true(isnan(histogram_quantile(&h, 0.5)));
	assert_true(isnan(histogram_quantile_interpolated(&h, 0.5)));
	assert_true(isnan(histogram_mean(&h)));
}

static bool is_mapped(const void *at)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	unsigned char resident;

	assert_int_equal(mincore((void *)((uintptr_t)at / page * page), 1, &resident), 0);
	return resident & 1;
}

static void preparing_maps_what_will_be_used(void **state)
{
	(void)state;
	struct histogram *fresh = mmap(
		NULL, sizeof *fresh, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(fresh != MAP_FAILED);
	if (is_mapped(&fresh->cells[HISTOGRAM_CELLS - 1]))
		skip(); /* mincore of a user-mode kernel may say so of every page */
	histogram_record(&other, 1000000);
	histogram_prepare(fresh, &other);
	assert_true(is_mapped(&fresh->count));
	assert_true(is_mapped(&fresh->cells[histogram_index(1000000)]));
	assert_false(is_mapped(&fresh->cells[HISTOGRAM_CELLS - 1]));
	assert_memory_equal(fresh, &h, sizeof h); /* empty, as after a reset */
	munmap(fresh, sizeof *fresh);
}

static void one_value_is_every_quantile(void **state)
{
	(void)state;
	histogram_record(&h, 123456789); /* the midpoint of its cell is another number */
	for (int i = 0; i <= 10; i++) {
		assert_true(histogram_quantile(&h, i / 10.0) == 123456789);
		assert_true(histogram_quantile_interpolated(&h, i / 10.0) == 123456789);
	}
	assert_true(histogram_mean(&h) == 123456789);
	assert_int_equal(h.min, 123456789);
	assert_int_equal(h.max, 123456789);
}

static void zero_is_a_value(void **state)
{
	(void)state;
	histogram_record(&h, 0);
	assert_int_equal(h.count, 1);
	assert_int_equal(h.min, 0);
	assert_int_equal(h.max, 0);
	assert_true(histogram_quantile(&h, 0.5) == 0);
	assert_true(histogram_quantile_interpolated(&h, 0.01) == 0);
}

static void out_of_range_is_counted_apart(void **state)
{
	(void)state;
	histogram_record(&h, -1);
	histogram_record(&h, INT64_MIN);
	histogram_record(&h, HISTOGRAM_LIMIT);
	histogram_record(&h, HISTOGRAM_LIMIT + 1);
	histogram_record(&h, INT64_MAX);
	assert_int_equal(h.negative, 2);
	assert_int_equal(h.overflow, 3);
	assert_int_equal(h.count, 0);
	assert_int_equal(h.sum, 0);
	assert_int_equal(cells_total(&h), 0);
	assert_true(h.min > h.max);
	assert_true(isnan(histogram_quantile(&h, 0.5)));
}

static void the_last_value_has_the_last_cell(void **state)
{
	(void)state;
	histogram_record(&h, HISTOGRAM_LIMIT - 1);
	assert_int_equal(h.overflow, 0);
	assert_int_equal(h.count, 1);
	assert_int_equal(h.cells[HISTOGRAM_CELLS - 1], 1);
	assert_int_equal(h.max, HISTOGRAM_LIMIT - 1);
	assert_true(histogram_quantile(&h, 1) == (double)(HISTOGRAM_LIMIT - 1));
}

static void sums_and_extremes_are_exact(void **state)
{
	(void)state;
	record_range(&h, 1, 1000);
	histogram_record(&h, 3000000000001);
	histogram_record(&h, 500);
	assert_int_equal(h.count, 1002);
	assert_int_equal(h.sum, 501000 + 3000000000001);
	assert_int_equal(h.min, 1);
	assert_int_equal(h.max, 3000000000001);
	assert_int_equal(cells_total(&h), 1002);
	assert_true(histogram_mean(&h) == (501000 + 3000000000001) / 1002.0);
}

/* In 1 .. n, n < 2048, the value at a rank is the rank. */
static void ranks_are_nearest_ranks(void **state)
{
	(void)state;
	record_range(&h, 1, 1000);
	for (int k = 1; k <= 1000; k++)
		assert_true(histogram_quantile(&h, k / 1000.0) == k);
	assert_true(histogram_quantile(&h, 0) == 1);
	assert_true(histogram_quantile(&h, 0.0001) == 1);
	assert_true(histogram_quantile(&h, 0.50001) == 501);
	assert_true(histogram_quantile(&h, 0.9989) == 999);
	assert_true(histogram_quantile(&h, 0.9991) == 1000);
}

static void ranks_survive_rounding(void **state)
{
	(void)state;
	for (int n = 1; n <= 400; n++) {
		histogram_record(&h, n);
		for (int percent = 1; percent <= 100; percent++) {
			int rank = (percent * n + 99) / 100;

			assert_true(histogram_quantile(&h, percent / 100.0) == rank);
		}
		for (int k = 1; k <= n; k++)
			assert_true(histogram_quantile(&h, (double)k / n) == k);
	}
}

/* 0.999999 n = 999998999.000001: so small a fraction still asks for the next rank. */
static void ranks_keep_small_fractions(void **state)
{
	(void)state;
	h.count = 999999999;
	h.min = 1;
	h.max = 2;
	h.cells[1] = 999998999;
	h.cells[2] = 1000;
	assert_true(histogram_quantile(&h, 0.999999) == 2);
	h.cells[1] = 999999000;
	h.cells[2] = 999;
	assert_true(histogram_quantile(&h, 0.999999) == 1);
}

static void quantiles_are_midpoints_within_the_extremes(void **state)
{
	(void)state;
	record_range(&h, 4096, 4111); /* four cells of four values */
	assert_true(histogram_quantile(&h, 0.25) == 4097.5);
	assert_true(histogram_quantile(&h, 0.26) == 4101.5);
	assert_true(histogram_quantile(&h, 1) == 4109.5);
	histogram_reset(&h);
	histogram_record(&h, 4099);
	histogram_record(&h, 4108);
	assert_true(histogram_quantile(&h, 0.5) == 4099);
	assert_true(histogram_quantile(&h, 1) == 4108);
}

static void interpolation_moves_within_the_cell(void **state)
{
	(void)state;
	record_range(&h, 4092, 4103); /* cells of 2, 2, 4 and 4 values */
	assert_true(histogram_quantile_interpolated(&h, 4.0 / 12) == 4095.5);
	assert_true(histogram_quantile_interpolated(&h, 5.0 / 12) == 4096.5);
	assert_true(histogram_quantile_interpolated(&h, 0.5) == 4097.5);
	assert_true(histogram_quantile_interpolated(&h, 7.0 / 12) == 4098.5);
	assert_true(histogram_quantile_interpolated(&h, 1) == 4103);
	assert_true(histogram_quantile_interpolated(&h, 0) == 4092);
}

static void interpolation_tells_equal_midpoints_apart(void **state)
{
	(void)state;
	const int64_t low = 1 << 20, beyond = low + 1024; /* one cell below beyond */

	for (int64_t i = 0; i < 100; i++) {
		histogram_record(&h, low + i);
		histogram_record(&other, low + i);
		histogram_record(&h, i < 60 ? 1 : beyond);
		histogram_record(&other, i < 40 ? 1 : beyond);
	}
	assert_true(histogram_quantile(&h, 0.5) == (double)low + 511.5);
	assert_true(histogram_quantile(&other, 0.5) == (double)low + 511.5);
	assert_true(histogram_quantile_interpolated(&h, 0.5) == (double)low - 0.5 + 1024 * 0.4);
	assert_true(histogram_quantile_interpolated(&other, 0.5) == (double)low - 0.5 + 1024 * 0.6);
}

static void interpolation_stays_close_and_grows(void **state)
{
	(void)state;
	double before = 0;

	for (int64_t v = 1; v < 1 << 24; v += 1 + v / 7)
		histogram_record(&h, v);
	for (int k = 1; k <= 1000; k++) {
		double q = k / 1000.0;
		double plain = histogram_quantile(&h, q);
		double fine = histogram_quantile_interpolated(&h, q);

		assert_true(fabs(fine - plain) <= fmax(0.5, plain / 1024));
		assert_true(fine >= before);
		before = fine;
	}
}

static void merging_equals_recording_both(void **state)
{
	(void)state;
	struct histogram *both = malloc(sizeof *both);

	assert_non_null(both);
	histogram_reset(both);
	for (int64_t v = -2; v < HISTOGRAM_LIMIT + 2; v += 1 + v * v / 50) {
		histogram_record(v & 1 ? &h : &other, v);
		histogram_record(both, v);
	}
	record_range(&other, HISTOGRAM_LIMIT - 1, HISTOGRAM_LIMIT);
	record_range(both, HISTOGRAM_LIMIT - 1, HISTOGRAM_LIMIT);
	histogram_merge(&h, &other);
	assert_memory_equal(&h, both, sizeof h);
	free(both);
}

static void merging_an_empty_one_changes_nothing(void **state)
{
	(void)state;
	static struct histogram before;

	record_range(&h, 5, 5000);
	before = h;
	histogram_merge(&h, &other);
	assert_memory_equal(&h, &before, sizeof h);
	histogram_merge(&other, &h);
	assert_memory_equal(&other, &before, sizeof h);
}

static void needs_are_exact(void **state)
{
	(void)state;
	assert_int_equal(histogram_needs(0.5), 200);
	assert_int_equal(histogram_needs(0.9), 1000);
	assert_int_equal(histogram_needs(0.95), 2000);
	assert_int_equal(histogram_needs(0.99), 10000);
	assert_int_equal(histogram_needs(0.999), 100000);
	assert_int_equal(histogram_needs(0.9999), 1000000);
	assert_int_equal(histogram_needs(0.99999), 10000000);
	assert_int_equal(histogram_needs(0.999999), 100000000);
	assert_int_equal(histogram_needs(0.99999999), 10000000000);
	assert_int_equal(histogram_needs(0.7), 334); /* 333.3 rounded up */
	assert_int_equal(histogram_needs(0), 1);
	assert_int_equal(histogram_needs(1), 1);
	assert_true(histogram_needs(nextafter(1, 0)) > histogram_needs(0.999999));
}

static void support_changes_at_10_and_100_beyond(void **state)
{
	(void)state;
	static const double q[] = {0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999};

	for (size_t i = 0; i < sizeof q / sizeof *q; i++) {
		uint64_t full = histogram_needs(q[i]), low = full / 10;

		assert_int_equal(histogram_support(0, q[i]), SUPPORT_NONE);
		assert_int_equal(histogram_support(low - 1, q[i]), SUPPORT_NONE);
		assert_int_equal(histogram_support(low, q[i]), SUPPORT_LOW);
		assert_int_equal(histogram_support(full - 1, q[i]), SUPPORT_LOW);
		assert_int_equal(histogram_support(full, q[i]), SUPPORT_FULL);
		assert_int_equal(histogram_support(UINT64_MAX, q[i]), SUPPORT_FULL);
	}
}

static void extremes_need_one_value(void **state)
{
	(void)state;
	assert_int_equal(histogram_support(0, 1), SUPPORT_NONE);
	assert_int_equal(histogram_support(1, 1), SUPPORT_FULL);
	assert_int_equal(histogram_support(0, 0), SUPPORT_NONE);
	assert_int_equal(histogram_support(1, 0), SUPPORT_FULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout_at_known_values),
		cmocka_unit_test(cells_are_contiguous_and_know_their_bounds),
		cmocka_unit_test(cells_are_narrow),
		cmocka_unit_test_setup(empty_is_no_data, setup),
		cmocka_unit_test_setup(preparing_maps_what_will_be_used, setup),
		cmocka_unit_test_setup(one_value_is_every_quantile, setup),
		cmocka_unit_test_setup(zero_is_a_value, setup),
		cmocka_unit_test_setup(out_of_range_is_counted_apart, setup),
		cmocka_unit_test_setup(the_last_value_has_the_last_cell, setup),
		cmocka_unit_test_setup(sums_and_extremes_are_exact, setup),
		cmocka_unit_test_setup(ranks_are_nearest_ranks, setup),
		cmocka_unit_test_setup(ranks_survive_rounding, setup),
		cmocka_unit_test_setup(ranks_keep_small_fractions, setup),
		cmocka_unit_test_setup(quantiles_are_midpoints_within_the_extremes, setup),
		cmocka_unit_test_setup(interpolation_moves_within_the_cell, setup),
		cmocka_unit_test_setup(interpolation_tells_equal_midpoints_apart, setup),
		cmocka_unit_test_setup(interpolation_stays_close_and_grows, setup),
		cmocka_unit_test_setup(merging_equals_recording_both, setup),
		cmocka_unit_test_setup(merging_an_empty_one_changes_nothing, setup),
		cmocka_unit_test(needs_are_exact),
		cmocka_unit_test(support_changes_at_10_and_100_beyond),
		cmocka_unit_test(extremes_need_one_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
