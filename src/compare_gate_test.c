/* What wins over what: 4, 7, 1, 3, 0. */
#include "compare_gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "compare_arm_test.h"
#include "exit_code.h"

struct fixture {
	struct compare_row rows[8];
	struct compare_table table;
	struct json *controls;
};

static struct fixture fixture;

/* Rows of these verdicts, as many of each. */
static void set(size_t regressions, size_t inconclusive, size_t absent, const char *controls)
{
	size_t n = 0;

	fixture.rows[n++].verdict = VERDICT_SAME;
	for (size_t i = 0; i < regressions; i++)
		fixture.rows[n++].verdict = VERDICT_REGRESSION;
	for (size_t i = 0; i < inconclusive; i++)
		fixture.rows[n++].verdict = VERDICT_INCONCLUSIVE;
	json_free(fixture.table.absent);
	json_free(fixture.controls);
	fixture.table = (struct compare_table){
		.rows = fixture.rows, .row_count = n, .comparisons = n, .absent = json_array()};
	for (size_t i = 0; i < absent; i++)
		json_add_object(fixture.table.absent);
	fixture.controls = json_object();
	json_put_string(fixture.controls, "verdict", controls);
	json_put_string(fixture.controls, "reason", "the A/A cell of new.json: differs");
}

static int tear_down(void **state)
{
	(void)state;
	json_free(fixture.table.absent);
	json_free(fixture.controls);
	fixture = (struct fixture){0};
	return 0;
}

static void assert_gate(struct compare_gate gate, int code, const char *reason)
{
	struct json *object;

	gate.controls = fixture.controls;
	object = compare_gate(&gate, &fixture.table);
	assert_int_equal(json_integer(json_get(object, "exit_code"), -1), code);
	assert_string_equal(json_text_at(object, "reason"), reason);
	assert_int_equal(json_is_true(json_get(object, "asked")), gate.asked);
	assert_int_equal(json_is_true(json_get(object, "strict")), gate.strict);
	json_free(object);
}

static const struct compare_gate none, plain = {.asked = true},
				       strict = {.asked = true, .strict = true};

static void a_gate_holds_where_nothing_is_worse(void **state)
{
	(void)state;
	set(0, 0, 0, "trustworthy");
	assert_gate(none, EXIT_DONE, "nothing worse");
	assert_gate(plain, EXIT_DONE, "nothing worse");
	assert_gate(strict, EXIT_DONE, "nothing worse");
	set(0, 0, 0, "not run");
	assert_gate(plain, EXIT_DONE, "nothing worse, but no controls prove it");
	assert_gate(strict, EXIT_INCONCLUSIVE, "nothing worse, but no controls prove it");
}

static void what_could_not_be_told_fails_a_strict_gate_only(void **state)
{
	(void)state;
	set(0, 2, 0, "trustworthy");
	assert_gate(none, EXIT_DONE, "nothing worse, 2 inconclusive");
	assert_gate(plain, EXIT_DONE, "nothing worse, 2 inconclusive");
	assert_gate(strict, EXIT_INCONCLUSIVE, "nothing worse, 2 inconclusive");
	set(0, 0, 3, "trustworthy");
	assert_gate(plain, EXIT_DONE, "nothing worse, 3 absent");
	assert_gate(strict, EXIT_INCONCLUSIVE, "nothing worse, 3 absent");
	set(0, 1, 3, "trustworthy");
	assert_gate(strict, EXIT_INCONCLUSIVE, "nothing worse, 1 inconclusive, 3 absent");
}

/* Without a test there is no pass, and what broke needs none. */
static void nothing_tested_and_what_broke(void **state)
{
	(void)state;
	set(0, 1, 0, "trustworthy");
	fixture.table.comparisons = 0;
	assert_gate(plain, EXIT_REFUSED,
		"no figure has runs enough for a test: an empty comparison is no pass");
	assert_gate(none, EXIT_DONE, "nothing worse, 1 inconclusive");
	set(0, 0, 1, "trustworthy");
	fixture.table.broken = 1;
	assert_gate(plain, EXIT_REGRESSION,
		"0 regressions, 1 cell that worked in the base and broke, or can't keep the rate");
}

static void a_regression_wins_over_what_could_not_be_told(void **state)
{
	(void)state;
	set(1, 2, 3, "not run");
	assert_gate(none, EXIT_DONE, "1 regression");
	assert_gate(plain, EXIT_REGRESSION, "1 regression");
	assert_gate(strict, EXIT_REGRESSION, "1 regression");
	set(2, 0, 0, "trustworthy");
	assert_gate(plain, EXIT_REGRESSION, "2 regressions");
}

static void a_control_that_failed_wins_over_a_regression(void **state)
{
	(void)state;
	set(1, 2, 3, "untrustworthy");
	assert_gate(plain, EXIT_UNTRUSTWORTHY, "untrustworthy: the A/A cell of new.json: differs");
	assert_gate(none, EXIT_DONE, "1 regression");
}

static void what_can_t_be_compared_wins_over_all(void **state)
{
	struct compare_gate gate = strict;

	(void)state;
	set(1, 2, 3, "untrustworthy");
	gate.is_one_measurement = true;
	assert_gate(gate, EXIT_REFUSED,
		"a measurement was compared with itself: this says nothing about a change");
	gate.refused = "not the same hardware";
	assert_gate(gate, EXIT_REFUSED, "not the same hardware");
	/* also without a gate, since nothing was compared; itself may be looked at */
	gate = none;
	gate.refused = "not the same hardware";
	assert_gate(gate, EXIT_REFUSED, "not the same hardware");
	gate = none;
	gate.is_one_measurement = true;
	assert_gate(gate, EXIT_DONE, "1 regression");
}

static void rows_are_counted_by_verdict(void **state)
{
	struct json *counts,
		*expected = arm_json("{'regression': 2, 'improvement': 0, 'small': 0,"
				     " 'same': 1, 'inconclusive': 3}");

	(void)state;
	set(2, 3, 0, "not run");
	counts = compare_gate_counts(&fixture.table);
	assert_true(json_same(counts, expected));
	json_free(counts);
	json_free(expected);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_teardown(test, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_gate_holds_where_nothing_is_worse),
		TEST(what_could_not_be_told_fails_a_strict_gate_only),
		TEST(nothing_tested_and_what_broke),
		TEST(a_regression_wins_over_what_could_not_be_told),
		TEST(a_control_that_failed_wins_over_a_regression),
		TEST(what_can_t_be_compared_wins_over_all),
		TEST(rows_are_counted_by_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
