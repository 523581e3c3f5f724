#include "compare_margin.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "compare_metric.h"
#include "fail.h"

#include <cmocka.h>

static void assert_margin(struct compare_margin margin, double value, const char *from)
{
	if (!(fabs(margin.value - value) < 1e-12))
		fail_msg("%g is not %g", margin.value, value);
	assert_string_equal(margin.from, from);
}

static void margins_are_those_of_the_method(void **state)
{
	static const struct {
		const char *metric;
		double margin;
	} defaults[] = {{"rtt_ns.p50", 0.03}, {"rtt_ns.p90", 0.05}, {"rtt_ns.p99", 0.05},
		{"rtt_ns.p99_9", 0.1}, {"response_ns.p50", 0.03}, {"service_ns.p99_9", 0.1},
		{"messages_per_s", 0.05}, {"cpu_ns_per_message", 0.05}};
	struct compare_policy *policy = compare_policy_new();

	(void)state;
	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
		assert_margin(compare_margin_of(policy, "x",
				      compare_metric_index(defaults[i].metric), NAN, NAN),
			defaults[i].margin, "default");
	compare_policy_free(policy);
}

static void they_are_raised_and_never_lowered(void **state)
{
	struct compare_policy *policy = compare_policy_new();

	(void)state;
	assert_margin(compare_margin_of(policy, "x", 0, 0.01, 0.02), 0.03, "default");
	assert_margin(compare_margin_of(policy, "x", 0, 0.02, 0.02), 0.04, "a_a");
	assert_margin(compare_margin_of(policy, "x", 0, 0.02, 0.05), 0.05, "quantum");
	assert_margin(compare_margin_of(policy, "x", 0, NAN, 0.05), 0.05, "quantum");
	assert_int_equal(compare_policy_add_margin(policy, "p50=1%"), 0);
	assert_margin(compare_margin_of(policy, "x", 0, NAN, NAN), 0.01, "--margin");
	/* what can't be told apart is no finding, whatever the user says */
	assert_margin(compare_margin_of(policy, "x", 0, 0.01, NAN), 0.02, "a_a");
	assert_margin(compare_margin_of(policy, "x", 1, NAN, NAN), 0.05, "default");
	compare_policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(margins_are_those_of_the_method),
		cmocka_unit_test(they_are_raised_and_never_lowered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
