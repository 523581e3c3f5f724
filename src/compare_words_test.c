/* The words of a comparison's rows. */
#include "compare_words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include "comparison_test.h"

#include <cmocka.h>

static void assert_text(char *text, const char *expected)
{
	assert_string_equal(text, expected);
	free(text);
}

static void metrics_are_short(void **state)
{
	(void)state;
	assert_text(compare_metric_text("rtt_ns.p50"), "p50");
	assert_text(compare_metric_text("rtt_ns.p99_99"), "p99.99");
	assert_text(compare_metric_text("response_ns.p99_9"), "response p99.9");
	assert_text(compare_metric_text("messages_per_s"), "throughput");
	assert_text(compare_metric_text("cpu_ns_per_message"), "CPU");
	assert_text(compare_metric_text("cell"), "cell");
	assert_true(compare_is_headline("rtt_ns.p50"));
	assert_true(compare_is_headline("messages_per_s"));
	assert_false(compare_is_headline("rtt_ns.p99"));
	assert_false(compare_is_headline("service_ns.p50"));
}

static void values_have_their_unit(void **state)
{
	(void)state;
	assert_text(compare_value_text(4610, "ns"), "4.61 us");
	assert_text(compare_value_text(22, "ns"), "  22 ns");
	assert_text(compare_value_text(812, "1/s"), "812 /s");
	assert_text(compare_value_text(1.25e6, "1/s"), "1.25 M/s");
	assert_text(compare_value_text(1.18e10, "B/s"), "11.8 GB/s");
	assert_text(compare_value_text(0.5, "1"), "0.5");
	assert_text(compare_value_text(NAN, "ns"), COMPARE_DASH);
}

static void changes_have_a_sign_but_for_none(void **state)
{
	(void)state;
	assert_text(compare_change_text(1.183), "+18.3 %");
	assert_text(compare_change_text(0.993), "-0.7 %");
	assert_text(compare_change_text(0.9996), "0.0 %");
	assert_text(compare_change_text(1.00051), "+0.1 %");
	assert_text(compare_change_text(2), "+100 %");
	assert_text(compare_change_text(15.4), "+1440 %");
	assert_text(compare_change_text(NAN), COMPARE_DASH);
	assert_text(compare_interval_text(NULL), COMPARE_DASH);
}

/* Verdict and remarks of row `place` of the sample. */
static void assert_row(size_t place, const char *interval, const char *verdict, const char *remarks)
{
	struct json *comparison = comparison_with(NULL, NULL);
	const struct json *row = json_first(json_get(comparison, "rows"));

	while (place--)
		row = json_next(row);
	assert_text(compare_interval_text(json_get(row, "ci95")), interval);
	assert_text(compare_verdict_text(row), verdict);
	assert_text(compare_remarks_text(row), remarks);
	json_free(comparison);
}

static void verdicts_say_what_would_settle_them(void **state)
{
	(void)state;
	assert_row(0, "[-1.4, +0.1]", "same", "");
	assert_row(1, "[-2.0, +2.0]", "same", "");
	assert_row(2, "[-5.9, +9.8]", "inconclusive: about 34 runs", "");
	assert_row(4, "[+17.1, +19.6]", "REGRESSION", "");
	assert_row(5, "[+1.0, +3.0]", "small", "low confidence; two regimes in 6.17");
	assert_row(7, COMPARE_DASH, "inconclusive: only 3 runs in 6.18", "");
}

static void assert_outcome(const char *from, const char *to, const char *expected)
{
	struct json *comparison = comparison_with(from, to);

	assert_text(compare_outcome_text(comparison), expected);
	json_free(comparison);
}

static void outcome_has_the_exit_code_where_the_gate_was_asked(void **state)
{
	(void)state;
	assert_outcome(NULL, NULL,
		"1 regression, 1 improvement, 1 small, 2 inconclusive, 3 same (exit 1)");
	assert_outcome("'asked': true", "'asked': false",
		"1 regression, 1 improvement, 1 small, 2 inconclusive, 3 same");
	assert_outcome("'exit_code': 1, 'reason': '1 regression'",
		"'exit_code': 7, 'reason': 'a control failed'",
		"1 regression, 1 improvement, 1 small, 2 inconclusive, 3 same "
		"(exit 7: a control failed)");
	assert_outcome("'regression': 1, 'improvement': 1, 'small': 1,",
		"'regression': 0, 'improvement': 2, 'small': 0,",
		"0 regressions, 2 improvements, 2 inconclusive, 3 same (exit 1)");
}

static void arms_of_one_label_go_by_their_files(void **state)
{
	(void)state;
	struct json *comparison = comparison_with(NULL, NULL);

	assert_string_equal(compare_arm_name(comparison, 0), "6.17");
	assert_string_equal(compare_arm_name(comparison, 1), "6.18");
	assert_null(compare_arm(comparison, 2));
	json_free(comparison);
	comparison = comparison_with("'label': '6.17'", "'label': '6.18'");
	assert_string_equal(compare_arm_name(comparison, 0), "a.json");
	assert_string_equal(compare_arm_name(comparison, 1), "b.json");
	json_free(comparison);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(metrics_are_short),
		cmocka_unit_test(values_have_their_unit),
		cmocka_unit_test(changes_have_a_sign_but_for_none),
		cmocka_unit_test(verdicts_say_what_would_settle_them),
		cmocka_unit_test(outcome_has_the_exit_code_where_the_gate_was_asked),
		cmocka_unit_test(arms_of_one_label_go_by_their_files)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
