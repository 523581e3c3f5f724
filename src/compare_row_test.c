/* What a row says of itself; the figures are tested end to end and in rank_test.c. */
#include "compare_row.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "compare_arm_test.h"

static struct compare_cell cell = {.id = "x"};

/* An effect of +-half around the shift. */
static struct compare_row row_of(double shift, double half, double p, double sd)
{
	return (struct compare_row){
		.base_cell = &cell,
		.new_cell = &cell,
		.arm = 1,
		.base = {.value = 100},
		.new = {.value = 100},
		.runs = {20, 20},
		.effect = {.shift = shift,
			.ci95 = {shift - half, shift + half},
			.ci90 = {shift - 0.84 * half, shift + 0.84 * half},
			.p = p},
		.p_adjusted = p,
		.sd = sd,
		.margin = {0.03, "default"},
	};
}

static void assert_inconclusive(struct compare_row row, const char *reason, int64_t needed)
{
	struct json *rows = json_array();
	const struct json *told;

	compare_row_judge(&row, 48);
	compare_row_put(&row, rows);
	told = json_first(rows);
	assert_string_equal(json_text_at(told, "verdict"), "inconclusive");
	assert_string_equal(json_text_at(told, "reason"), reason);
	assert_int_equal(json_integer(json_get(told, "runs_needed"), 0), needed);
	json_free(rows);
}

static void a_wide_spread_says_how_many_runs_would_do(void **state)
{
	(void)state;
	assert_inconclusive(row_of(0.01, 0.05, 0.6, 0.08), "", 132);
}

static void too_few_values_say_how_many_an_interval_needs(void **state)
{
	struct compare_row row = row_of(0.5, NAN, NAN, 0.08);

	(void)state;
	row.runs[1] = 5;
	assert_inconclusive(row, "5 runs of new: an interval needs 6", 132);
	row.runs[0] = 1;
	row.sd = NAN;
	assert_inconclusive(row, "1 run of base: an interval needs 6", 0);
	row.figure.unit = COMPARE_BOOT;
	row.runs[0] = 4;
	assert_inconclusive(row, "4 boots of base: an interval needs 5", 0);
	row.runs[0] = row.runs[1] = 5;
	assert_inconclusive(row, "the effect is about as large as the margin", 0);
}

/* More runs are not what is wanting: there are enough by the formula. */
static void what_many_comparisons_hide_is_told(void **state)
{
	struct compare_row row = row_of(0.04, 0.02, 0.004, 0.02);

	(void)state;
	row.p_adjusted = 0.19;
	assert_inconclusive(row, "p is 0.004 alone, and 0.19 among 48 comparisons", 0);
	assert_inconclusive(
		row_of(0.029, 0.03, 0.2, 0.02), "the effect is about as large as the margin", 0);
}

static void what_is_settled_needs_nothing(void **state)
{
	struct compare_row row = row_of(0.1, 0.01, 1e-9, 0.08);
	struct json *rows = json_array();

	(void)state;
	compare_row_judge(&row, 48);
	compare_row_put(&row, rows);
	assert_int_equal(row.verdict, VERDICT_REGRESSION);
	assert_int_equal(json_type(json_get(json_first(rows), "runs_needed")), JSON_NULL);
	assert_int_equal(json_type(json_get(json_first(rows), "reason")), JSON_NULL);
	assert_true(fabs(json_number_at(json_first(rows), "ratio") - exp(0.1)) < 1e-12);
	json_free(rows);
	/* of a rate the same step is an improvement */
	row.figure.metric = compare_metric_index("messages_per_s");
	compare_row_judge(&row, 48);
	assert_int_equal(row.verdict, VERDICT_IMPROVEMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wide_spread_says_how_many_runs_would_do),
		cmocka_unit_test(too_few_values_say_how_many_an_interval_needs),
		cmocka_unit_test(what_many_comparisons_hide_is_told),
		cmocka_unit_test(what_is_settled_needs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
