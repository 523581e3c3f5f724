/* Histograms as results keep them: read back whole, and refused where their figures disagree. */
#include "result_histogram.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "random.h"

#include <cmocka.h>

static struct histogram histogram, written;

/* What stands in a result. */
struct member {
	int64_t count, min, max, overflow;
	double sum;
	const char *counts;
};

static int read_member(const struct member *m)
{
	char text[1024];
	int bytes = snprintf(text, sizeof text,
		"{\"unit\": \"ns\", \"batch\": 1, \"sub_bits\": 10, \"count\": %" PRId64
		", \"min\": %" PRId64 ", \"max\": %" PRId64
		", \"sum\": %.17g, \"overflow\": %" PRId64 ", \"counts\": [%s]}",
		m->count, m->min, m->max, m->sum, m->overflow, m->counts);
	struct json *member = json_parse(text, (size_t)bytes, NULL);

	if (!member)
		fail_msg("%s", fail_reason());
	memset(&histogram, 0x5a, sizeof histogram); /* all of it must be filled */
	fail_text(EIO, "stale");

	int err = result_histogram(member, &histogram);

	json_free(member);
	return err;
}

/* 3 of 900, 2 of 1000, 1 of 3000 to 3001: bucket 1024 + 1500. */
static const struct member good = {.count = 6,
	.min = 900,
	.max = 3001,
	.sum = 7701,
	.counts = "[900, 3], [1000, 2], [2524, 1]"};

static void assert_refused(struct member m, const char *reason)
{
	assert_int_equal(read_member(&m), -EINVAL);
	assert_string_equal(fail_reason(), reason);
}

static void a_good_one_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_member(&good), 0);
	assert_int_equal(histogram.count, 6);
	assert_int_equal(histogram.sum, 7701);
	assert_int_equal(histogram.min, 900);
	assert_int_equal(histogram.max, 3001);
	assert_int_equal(histogram.overflow, 0);
	assert_int_equal(histogram.negative, 0);
	assert_int_equal(histogram.cells[900], 3);
	assert_int_equal(histogram.cells[1000], 2);
	assert_int_equal(histogram.cells[2524], 1);
	for (size_t i = 0, sum = 0; i < HISTOGRAM_CELLS; i++) {
		sum += histogram.cells[i];
		if (i == HISTOGRAM_CELLS - 1)
			assert_int_equal(sum, 6);
	}
}

/* The struct as JSON, as result_cell writes it. */
static struct json *member_of(const struct histogram *h)
{
	struct json *member = json_object(), *counts;

	json_put_integer(member, "count", (int64_t)h->count);
	json_put_integer(member, "min", (int64_t)h->min);
	json_put_integer(member, "max", (int64_t)h->max);
	json_put_number(member, "sum", (double)h->sum);
	json_put_integer(member, "overflow", (int64_t)h->overflow);
	counts = json_put_array(member, "counts");
	for (size_t i = 0; i < HISTOGRAM_CELLS; i++) {
		struct json *bucket;

		if (!h->cells[i])
			continue;
		bucket = json_add_array(counts);
		json_add_integer(bucket, (int64_t)i);
		json_add_integer(bucket, (int64_t)h->cells[i]);
	}
	return member;
}

static void what_is_written_is_read_back(void **state)
{
	(void)state;
	struct random random = {.state = 99};
	struct json *member;
	char *text;

	histogram_reset(&written);
	for (int i = 0; i < 20000; i++) /* of all magnitudes, and some beyond */
		histogram_record(&written,
			(int64_t)(random_next(&random) >> (21 + random_below(&random, 43))));
	histogram_record(&written, 0);
	histogram_record(&written, HISTOGRAM_LIMIT - 1);
	histogram_record(&written, HISTOGRAM_LIMIT);
	written.sum &= ~UINT64_C(0xffff); /* a double holds 53 bits */
	member = member_of(&written);
	text = json_print(member);
	json_free(member);
	member = json_parse(text, strlen(text), NULL);
	if (result_histogram(member, &histogram) != 0)
		fail_msg("%s", fail_reason());
	assert_memory_equal(&histogram, &written, sizeof written);
	assert_true(written.overflow > 1);
	json_free(member);
	free(text);
}

static void buckets_rise(void **state)
{
	(void)state;
	struct member m = good;

	m.counts = "[1000, 2], [900, 3], [2524, 1]";
	assert_refused(m, "counts: bucket 900 after bucket 1000: expected rising indices");
	m.counts = "[900, 3], [900, 2], [2524, 1]";
	assert_refused(m, "counts: bucket 900 after bucket 900: expected rising indices");
}

static void the_count_is_the_sum_of_the_counts(void **state)
{
	(void)state;
	struct member m = good;

	m.count = 7;
	assert_refused(m, "count: expected 6, the sum of the counts, got 7");
	m.count = 0;
	assert_refused(m, "count: expected 6, the sum of the counts, got 0");
	m.count = 6;
	m.counts = "[900, 3], [2524, 1]";
	assert_refused(m, "count: expected 4, the sum of the counts, got 6");
}

static void the_ends_are_in_the_end_buckets(void **state)
{
	(void)state;
	static const int64_t wrong[][2] = {{899, 3001}, {901, 3001}, {900, 2999}, {900, 3002},
		{3001, 900}, {1000, 1000}, {0, 3001}, {900, HISTOGRAM_LIMIT},
		{900, JSON_MAX_INTEGER}};
	char reason[128];

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct member m = good;

		m.min = wrong[i][0];
		m.max = wrong[i][1];
		snprintf(reason, sizeof reason,
			"min, max: expected values of the first and the last bucket, got %" PRId64
			" and %" PRId64,
			m.min, m.max);
		assert_refused(m, reason);
	}
}

/* 3 x 900 + 2 x 1000 + 3000 at least, 1 more at most. */
static void the_sum_is_what_the_buckets_allow(void **state)
{
	(void)state;
	static const double right[] = {7700, 7701}, wrong[] = {7699, 7702, 0, 1e300};
	struct member m = good;
	char reason[512];

	for (size_t i = 0; i < 2; i++) {
		m.sum = right[i];
		assert_int_equal(read_member(&m), 0);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		m.sum = wrong[i];
		snprintf(reason, sizeof reason,
			"sum: expected 7700 to 7701 from the counts, got %.0f", wrong[i]);
		assert_refused(m, reason);
	}
}

static void an_empty_one(void **state)
{
	(void)state;
	struct member m = {.overflow = 3, .counts = ""};

	assert_int_equal(read_member(&m), 0);
	assert_int_equal(histogram.count, 0);
	assert_int_equal(histogram.overflow, 3);
	assert_true(histogram.min > histogram.max);
	for (size_t i = 0; i < HISTOGRAM_CELLS; i++)
		assert_int_equal(histogram.cells[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_one_is_read),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(buckets_rise),
		cmocka_unit_test(the_count_is_the_sum_of_the_counts),
		cmocka_unit_test(the_ends_are_in_the_end_buckets),
		cmocka_unit_test(the_sum_is_what_the_buckets_allow),
		cmocka_unit_test(an_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
