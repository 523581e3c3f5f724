#include "control.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "fail.h"

#include <cmocka.h>

#define PAIRS 20

/* Base values that spread by 2 %, and the same times `factor`, with a noise of +-`noise` of which
 * every other one is negative. */
static void make(double base[PAIRS], double control[PAIRS], double factor, double noise)
{
	for (int i = 0; i < PAIRS; i++) {
		double sign = i % 2 ? 1 : -1;

		base[i] = 5000 * (1 + 0.001 * ((i * 7) % PAIRS));
		control[i] = base[i] * factor * (1 + sign * noise * (1 + i / 40.0));
	}
}

static void assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-3 * fabs(expected)))
		fail_msg("%.17g is not %.17g", value, expected);
}

static void the_same_cell_twice_is_the_same(void **state)
{
	double base[PAIRS], control[PAIRS];
	struct control_finding finding;

	(void)state;
	make(base, control, 1, 0.004);
	finding = control_a_a(base, control, PAIRS);
	assert_int_equal(finding.verdict, CONTROL_SAME);
	assert_int_equal(finding.runs, PAIRS);
	assert_near(finding.ratio, 1);
	assert_true(finding.ci95.low < 1 && finding.ci95.high > 1 && finding.p > 0.5);
	/* to the last bit */
	finding = control_a_a(base, base, PAIRS);
	assert_int_equal(finding.verdict, CONTROL_SAME);
	assert_true(finding.p == 1 && finding.ratio == 1);
}

static void a_cell_that_differs_from_itself_is_told(void **state)
{
	double base[PAIRS], control[PAIRS];

	(void)state;
	make(base, control, 1.01, 0.004);
	assert_int_equal(control_a_a(base, control, PAIRS).verdict, CONTROL_DIFFERS);
	make(base, control, 0.99, 0.004);
	assert_int_equal(control_a_a(base, control, PAIRS).verdict, CONTROL_DIFFERS);
}

/* Steps of the ranks 1 .. 20, all upwards but two. */
static void make_ranks(double base[PAIRS], double control[PAIRS], int down, int down_too)
{
	make(base, control, 1, 0);
	for (int i = 0; i < PAIRS; i++)
		control[i] *=
			exp(i + 1 == down || i + 1 == down_too ? -1e-4 * (i + 1) : 1e-4 * (i + 1));
}

/* Of twenty signed ranks p is 0.00944 where those of one sign sum to 37, and 0.01069 at 38 (scipy):
 * that is too likely by chance to condemn a result. */
static void the_limit_of_an_a_a_is_one_in_a_hundred(void **state)
{
	double base[PAIRS], control[PAIRS];
	struct control_finding finding;

	(void)state;
	make_ranks(base, control, 17, 20);
	finding = control_a_a(base, control, PAIRS);
	assert_near(finding.p, 0.009435653686523438);
	assert_int_equal(finding.verdict, CONTROL_DIFFERS);
	make_ranks(base, control, 18, 20);
	finding = control_a_a(base, control, PAIRS);
	assert_near(finding.p, 0.01068878173828125);
	assert_int_equal(finding.verdict, CONTROL_SAME);
}

static void five_percent_are_detected(void **state)
{
	double base[PAIRS], control[PAIRS];
	struct control_finding finding;

	(void)state;
	make(base, control, 1.05, 0.004);
	finding = control_positive(base, control, PAIRS);
	assert_int_equal(finding.verdict, CONTROL_DETECTED);
	assert_near(finding.ratio, 1.05);
	assert_true(finding.ci95.low > 1.04 && finding.ci95.high < 1.06 && finding.p < 1e-4);
}

static void what_is_not_there_or_the_wrong_way_round_is_missed(void **state)
{
	double base[PAIRS], control[PAIRS];

	(void)state;
	make(base, control, 1, 0.004);
	assert_int_equal(control_positive(base, control, PAIRS).verdict, CONTROL_MISSED);
	make(base, control, 0.95, 0.004);
	assert_int_equal(control_positive(base, control, PAIRS).verdict, CONTROL_MISSED);
	make(base, control, 1.05, 0.4);
	assert_int_equal(control_positive(base, control, PAIRS).verdict, CONTROL_MISSED);
}

/* So few that no p can be small enough. */
static void too_few_runs_say_nothing(void **state)
{
	double base[PAIRS], control[PAIRS];
	struct control_finding finding;

	(void)state;
	make(base, control, 1.05, 0.004);
	assert_int_equal(control_a_a(base, control, 7).verdict, CONTROL_TOO_FEW_RUNS);
	assert_int_equal(control_a_a(base, control, 8).verdict, CONTROL_DIFFERS);
	assert_int_equal(control_positive(base, control, 5).verdict, CONTROL_TOO_FEW_RUNS);
	assert_int_equal(control_positive(base, control, 6).verdict, CONTROL_DETECTED);
	finding = control_a_a(base, control, 0);
	assert_int_equal(finding.verdict, CONTROL_TOO_FEW_RUNS);
	assert_true(isnan(finding.ratio) && isnan(finding.p) && isnan(finding.ci95.low));
	assert_int_equal(finding.runs, 0);
	assert_int_equal(control_positive(base, control, 1).verdict, CONTROL_TOO_FEW_RUNS);
}

static void pairs_without_a_figure_are_left_out(void **state)
{
	double base[PAIRS], control[PAIRS];
	struct control_finding finding;

	(void)state;
	make(base, control, 1.05, 0.004);
	base[3] = NAN;
	control[5] = NAN;
	control[7] = 0;
	finding = control_positive(base, control, PAIRS);
	assert_int_equal(finding.runs, PAIRS - 3);
	assert_int_equal(finding.verdict, CONTROL_DETECTED);
	finding = control_a_a(base, control, 10);
	assert_int_equal(finding.runs, 7);
	assert_int_equal(finding.verdict, CONTROL_TOO_FEW_RUNS);
}

static void verdicts_have_names(void **state)
{
	(void)state;
	assert_string_equal(control_verdict_name(CONTROL_SAME), "same");
	assert_string_equal(control_verdict_name(CONTROL_DIFFERS), "differs");
	assert_string_equal(control_verdict_name(CONTROL_DETECTED), "detected");
	assert_string_equal(control_verdict_name(CONTROL_MISSED), "missed");
	assert_string_equal(control_verdict_name(CONTROL_TOO_FEW_RUNS), "too few runs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_cell_twice_is_the_same),
		cmocka_unit_test(a_cell_that_differs_from_itself_is_told),
		cmocka_unit_test(the_limit_of_an_a_a_is_one_in_a_hundred),
		cmocka_unit_test(five_percent_are_detected),
		cmocka_unit_test(what_is_not_there_or_the_wrong_way_round_is_missed),
		cmocka_unit_test(too_few_runs_say_nothing),
		cmocka_unit_test(pairs_without_a_figure_are_left_out),
		cmocka_unit_test(verdicts_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
