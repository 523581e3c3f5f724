/* Every branch of the verdicts, at its borders. */
#include "verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MARGIN       0.03

/* Ratios, as people think of them; the effect is made of their logarithms. */
struct comparison {
	const char *what;
	double ratio, low95, high95, low90, high90, p;
	enum verdict lower_is_better, higher_is_better;
};

static const struct comparison comparisons[] = {
	{"slower", 1.05, 1.02, 1.08, 1.03, 1.07, 0.01, VERDICT_REGRESSION, VERDICT_IMPROVEMENT},
	{"faster", 0.95, 0.92, 0.98, 0.93, 0.97, 0.01, VERDICT_IMPROVEMENT, VERDICT_REGRESSION},
	{"p at its border", 1.05, 1.02, 1.08, 1.03, 1.07, 0.05, VERDICT_REGRESSION,
		VERDICT_IMPROVEMENT},
	{"p beyond it", 1.05, 1.02, 1.08, 1.03, 1.07, 0.0501, VERDICT_INCONCLUSIVE,
		VERDICT_INCONCLUSIVE},
	{"just the margin", 1.0301, 1.02, 1.04, 1.021, 1.039, 0.001, VERDICT_REGRESSION,
		VERDICT_IMPROVEMENT},
	{"just below it", 1.0299, 1.02, 1.04, 1.021, 1.039, 0.001, VERDICT_SMALL, VERDICT_SMALL},
	{"just the margin down", 0.9699, 0.96, 0.98, 0.961, 0.979, 0.001, VERDICT_IMPROVEMENT,
		VERDICT_REGRESSION},
	{"between 1 - d and 1 / (1 + d)", 0.9705, 0.96, 0.98, 0.961, 0.979, 0.001, VERDICT_SMALL,
		VERDICT_SMALL},
	{"small and equivalent", 1.01, 1.005, 1.015, 1.006, 1.014, 0.001, VERDICT_SMALL,
		VERDICT_SMALL},
	{"small, its interval beyond the margin", 1.02, 1.001, 1.04, 1.002, 1.038, 0.04,
		VERDICT_SMALL, VERDICT_SMALL},
	{"small by p, against its interval", 1.01, 0.999, 1.021, 1.0, 1.02, 0.04, VERDICT_SMALL,
		VERDICT_SMALL},
	{"large by p, against its interval", 1.05, 0.999, 1.1, 1.01, 1.09, 0.04,
		VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE},
	{"the interval ends at 1", 1.05, 1.0, 1.1, 1.01, 1.09, 0.04, VERDICT_INCONCLUSIVE,
		VERDICT_INCONCLUSIVE},
	{"the same", 1.001, 0.98, 1.02, 0.985, 1.015, 0.6, VERDICT_SAME, VERDICT_SAME},
	{"the same by 90 %, not by 95 %", 1.01, 0.96, 1.04, 0.975, 1.029, 0.6, VERDICT_SAME,
		VERDICT_SAME},
	{"too wide upwards", 1.01, 0.96, 1.04, 0.975, 1.0301, 0.6, VERDICT_INCONCLUSIVE,
		VERDICT_INCONCLUSIVE},
	{"too wide downwards", 0.99, 0.96, 1.04, 0.9705, 1.02, 0.6, VERDICT_INCONCLUSIVE,
		VERDICT_INCONCLUSIVE},
	{"nothing differs", 1, 1, 1, 1, 1, 1, VERDICT_SAME, VERDICT_SAME},
	{"no 95 % interval", 1.001, NAN, NAN, 0.99, 1.01, 0.1, VERDICT_INCONCLUSIVE,
		VERDICT_INCONCLUSIVE},
	{"half an interval", 1.05, 1.02, 1.08, NAN, 1.07, 0.01, VERDICT_INCONCLUSIVE,
		VERDICT_INCONCLUSIVE},
	{"no p", 1.001, 0.98, 1.02, 0.985, 1.015, NAN, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE},
	{"no ratio", NAN, 0.98, 1.02, 0.985, 1.015, 0.01, VERDICT_INCONCLUSIVE,
		VERDICT_INCONCLUSIVE},
};

static void expect(const struct comparison *of, enum verdict got, enum verdict expected)
{
	if (got != expected)
		fail_msg(
			"%s: %s, expected %s", of->what, verdict_name(got), verdict_name(expected));
}

static void every_branch(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(comparisons); i++) {
		const struct comparison *of = &comparisons[i];
		struct effect effect = {.shift = log(of->ratio),
			.ci95 = {log(of->low95), log(of->high95)},
			.ci90 = {log(of->low90), log(of->high90)}};

		expect(of, verdict_of(&effect, of->p, MARGIN, false), of->lower_is_better);
		expect(of, verdict_of(&effect, of->p, MARGIN, true), of->higher_is_better);
		expect(of, verdict_of(&effect, of->p, NAN, true), VERDICT_INCONCLUSIVE);
	}
}

static void a_wider_margin_makes_less_of_it(void **state)
{
	(void)state;
	const struct effect effect = {.shift = log(1.05),
		.ci95 = {log(1.03), log(1.07)},
		.ci90 = {log(1.035), log(1.065)}};

	assert_int_equal(verdict_of(&effect, 0.01, 0.03, false), VERDICT_REGRESSION);
	assert_int_equal(verdict_of(&effect, 0.01, 0.10, false), VERDICT_SMALL);
	assert_int_equal(verdict_of(&effect, 0.10, 0.10, false), VERDICT_SAME);
	assert_int_equal(verdict_of(&effect, 0.10, 0.06, false), VERDICT_INCONCLUSIVE);
}

static void verdicts_have_names(void **state)
{
	(void)state;
	assert_string_equal(verdict_name(VERDICT_REGRESSION), "regression");
	assert_string_equal(verdict_name(VERDICT_IMPROVEMENT), "improvement");
	assert_string_equal(verdict_name(VERDICT_SMALL), "small");
	assert_string_equal(verdict_name(VERDICT_SAME), "same");
	assert_string_equal(verdict_name(VERDICT_INCONCLUSIVE), "inconclusive");
}

/* 18 (0.03 / ln 1.03)^2 = 18.54; a spread of nothing still needs 10. */
static void runs_that_would_settle_it(void **state)
{
	(void)state;
	assert_int_equal(verdict_runs_needed(0.03, 0.03), 19);
	assert_int_equal(verdict_runs_needed(0.06, 0.03), 75);
	assert_int_equal(verdict_runs_needed(log1p(0.05), 0.05), 18);
	assert_int_equal(verdict_runs_needed(0.01, 0.03), 10);
	assert_int_equal(verdict_runs_needed(0, 0.03), 10);
	assert_int_equal(verdict_runs_needed(NAN, 0.03), 0);
	assert_int_equal(verdict_runs_needed(0.03, NAN), 0);
	assert_int_equal(verdict_runs_needed(0.03, 0), 0);
	assert_int_equal(verdict_runs_needed(0, 0), 0);
	assert_int_equal(verdict_runs_needed(0.03, -2), 0);
	assert_true(verdict_runs_needed(1e300, 0.03) == SIZE_MAX);
	assert_true(verdict_runs_needed(INFINITY, 0.03) == SIZE_MAX);
}

static void smallest_effect_of_the_runs(void **state)
{
	(void)state;
	assert_true(fabs(verdict_smallest_effect(0.02, 4) - 0.0405) < 1e-15);
	assert_true(fabs(verdict_smallest_effect(0.03, 20) - 0.027168) < 1e-6);
	assert_true(verdict_smallest_effect(0, 10) == 0);
	assert_true(isnan(verdict_smallest_effect(0.03, 0)));
	assert_true(isnan(verdict_smallest_effect(NAN, 10)));
}

/* Squares of 2 about a mean of 2, of 8 about one of 1002, over 3 values that are free. */
static void spread_within_the_arms(void **state)
{
	(void)state;
	const double base[] = {1, 2, 3}, other[] = {1000, 1004};

	assert_true(fabs(verdict_pooled_sd(base, 3, other, 2) - sqrt(10.0 / 3)) < 1e-12);
	assert_true(fabs(verdict_pooled_sd(other, 2, base, 3) - sqrt(10.0 / 3)) < 1e-12);
	assert_true(verdict_pooled_sd((double[]){5, 5}, 2, (double[]){6, 6}, 2) == 0);
	assert_true(isnan(verdict_pooled_sd(base, 1, other, 2)));
	assert_true(isnan(verdict_pooled_sd(base, 3, other, 1)));
	assert_true(isnan(verdict_pooled_sd(NULL, 0, NULL, 0)));
	assert_true(isnan(verdict_pooled_sd((double[]){1, NAN}, 2, other, 2)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_branch),
		cmocka_unit_test(a_wider_margin_makes_less_of_it),
		cmocka_unit_test(verdicts_have_names),
		cmocka_unit_test(runs_that_would_settle_it),
		cmocka_unit_test(smallest_effect_of_the_runs),
		cmocka_unit_test(spread_within_the_arms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
