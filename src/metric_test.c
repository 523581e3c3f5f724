/* From the figures of runs to the estimate of a cell: medians, rates, intervals, and what is not
 * known. */
#include "metric.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The estimate of a list of values. */
#define ESTIMATE(...)                                  \
	metric_estimate((const double[]){__VA_ARGS__}, \
		sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void assert_estimate(struct estimate estimate, double value, size_t runs)
{
	if (isnan(value) ? !isnan(estimate.value) : estimate.value != value)
		fail_msg("%g instead of %g", estimate.value, value);
	assert_int_equal(estimate.runs, runs);
}

static void the_estimate_is_the_median(void **state)
{
	(void)state;
	assert_estimate(ESTIMATE(5), 5, 1);
	assert_estimate(ESTIMATE(1000, 3, 1), 3, 3);
	assert_estimate(ESTIMATE(4, 1000, 1, 2), 3, 4);
	assert_estimate(ESTIMATE(0, 0, 0), 0, 3);
	assert_estimate(metric_estimate(NULL, 0), NAN, 0);
}

static void the_interval_is_of_order_statistics(void **state)
{
	(void)state;
	struct estimate five = ESTIMATE(5, 1, 4, 2, 3), six = ESTIMATE(6, 1, 5, 2, 4, 3),
			nine = ESTIMATE(9, 1, 8, 2, 7, 3, 6, 4, 5);

	assert_true(isnan(five.ci95.low) && isnan(five.ci95.high));
	assert_true(six.value == 3.5 && six.ci95.low == 1 && six.ci95.high == 6);
	assert_true(nine.value == 5 && nine.ci95.low == 2 && nine.ci95.high == 8);
}

/* More than half of the runs must have the figure. */
static void the_majority_decides(void **state)
{
	(void)state;
	assert_estimate(ESTIMATE(NAN), NAN, 0);
	assert_estimate(ESTIMATE(7, NAN), NAN, 1);
	assert_estimate(ESTIMATE(NAN, 3, NAN, 1, 2, NAN), NAN, 3);
	assert_estimate(ESTIMATE(NAN, 3, NAN, 1, 2), 2, 3);
	assert_estimate(ESTIMATE(3, 1, NAN), 2, 2);

	struct estimate none = ESTIMATE(NAN, NAN, 1, 9), most = ESTIMATE(NAN, 6, 1, 5, 2, 4, 3);

	assert_true(isnan(none.ci95.low) && isnan(none.ci95.high));
	assert_false(none.multimodal);
	assert_true(most.value == 3.5 && most.ci95.low == 1 && most.ci95.high == 6);
	assert_int_equal(most.runs, 6);
}

static void two_regimes_are_told(void **state)
{
	(void)state;
	struct estimate two = ESTIMATE(10, 20.1, 10.1, 20, 10.2, 20.2, NAN),
			one = ESTIMATE(10, 10.1, 10.2, 10.3, 10.4, 10.5);

	assert_true(two.multimodal);
	assert_true(two.modes[0] == 10.1 && two.modes[1] == 20.1);
	assert_int_equal(two.runs, 6);
	assert_false(one.multimodal);
}

static void the_input_is_not_changed(void **state)
{
	(void)state;
	double values[] = {5, NAN, 4, 3, 2, 1};
	double same[COUNT(values)];

	memcpy(same, values, sizeof values);
	metric_estimate(values, COUNT(values));
	assert_memory_equal(values, same, sizeof values);
}

static void each_reads_its_figure(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		double value;
	} table[] = {{"rtt_ns.p50", 50}, {"rtt_ns.p90", 90}, {"rtt_ns.p99", 99},
		{"rtt_ns.p99_9", 999}, {"rtt_ns.p99_99", 9999}, {"rtt_ns.mean", 55},
		{"response_ns.p50", 150}, {"response_ns.p90", 190}, {"response_ns.p99", 199},
		{"response_ns.p99_9", 1999}, {"response_ns.p99_99", 19999}, {"service_ns.p50", 5},
		{"service_ns.p90", 6}, {"service_ns.p99", 7}, {"service_ns.p99_9", 8},
		{"service_ns.p99_99", 9}, {"messages_per_s", 1e6}, {"bytes_per_s", 64e6},
		{"cpu_ns_per_message", 300}, {"switches_per_message", 2}, {"loss_ratio", 0.25}};
	const struct run_figures figures = {
		.rtt = {.is_there = true, .quantile = {50, 90, 99, 999, 9999}, .mean = 55},
		.response = {.is_there = true, .quantile = {150, 190, 199, 1999, 19999}},
		.service = {.is_there = true, .quantile = {5, 6, 7, 8, 9}},
		.messages_per_s = 1e6,
		.bytes_per_s = 64e6,
		.cpu_ns_per_message = 300,
		.switches_per_message = 2,
		.messages = 750,
		.offered = 1000};
	const struct run_figures nothing = {.rtt = {.quantile = {1, 1, 1, 1, 1}, .mean = 1}};

	for (size_t i = 0; i < COUNT(table); i++) {
		const struct metric *metric = metric_find(table[i].name);

		assert_non_null(metric);
		assert_true(metric->of_run(&figures) == table[i].value);
		if (metric->quantile < FIGURE_QUANTILES || metric->lossy_only)
			assert_true(isnan(metric->of_run(&nothing)));
		assert_string_equal(metric_table[i].name, table[i].name);
	}
	assert_null(metric_table[COUNT(table)].name);
	assert_null(metric_find("rtt_ns.p5"));
	assert_null(metric_find(""));
}

static bool applies(const struct metric *metric, const struct pattern *pattern,
	const struct transport *transport, uint32_t pairs)
{
	const struct cell cell = {.pattern = pattern, .transport = transport, .axes.pairs = pairs};

	return metric_applies(metric, &cell);
}

static void each_goes_with_its_pattern(void **state)
{
	static const struct transport safe = {.name = "safe"},
				      lossy = {.name = "lossy", .traits = TRAIT_LOSSY};

	(void)state;
	for (const struct metric *metric = metric_table; metric->name; metric++) {
		bool rtt = strncmp(metric->name, "rtt_ns.", 7) == 0,
		     one_way = strncmp(metric->name, "response_ns.", 12) == 0 ||
			strncmp(metric->name, "service_ns.", 11) == 0,
		     loss = strcmp(metric->name, "loss_ratio") == 0,
		     rate = strstr(metric->name, "_per_s") != NULL,
		     all = !rtt && !one_way && !loss && !rate;

		assert_int_equal(applies(metric, &pattern_pingpong, &safe, 1), rtt || all);
		assert_int_equal(applies(metric, &pattern_pingpong, &lossy, 1), rtt || all);
		assert_int_equal(applies(metric, &pattern_fanin, &safe, 1), rtt || all);
		assert_int_equal(applies(metric, &pattern_pingpong, &safe, 2), rtt || rate || all);
		assert_int_equal(applies(metric, &pattern_stream, &safe, 1), rate || all);
		assert_int_equal(applies(metric, &pattern_stream, &lossy, 1), rate || loss || all);
		assert_int_equal(applies(metric, &pattern_paced, &safe, 1), one_way || all);
		assert_int_equal(
			applies(metric, &pattern_paced, &lossy, 1), one_way || loss || all);
		assert_string_equal(metric->better, rate ? "higher" : "lower");
		assert_true(metric->unit[0] != '\0');
		assert_int_equal(metric->quantile < FIGURE_QUANTILES,
			one_way || (rtt && strcmp(metric->name, "rtt_ns.mean") != 0));
		if (metric->quantile < FIGURE_QUANTILES)
			assert_string_equal(strchr(metric->name, '.') + 1,
				figure_quantile_name(metric->quantile));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_estimate_is_the_median),
		cmocka_unit_test(the_interval_is_of_order_statistics),
		cmocka_unit_test(the_majority_decides),
		cmocka_unit_test(two_regimes_are_told),
		cmocka_unit_test(the_input_is_not_changed),
		cmocka_unit_test(each_reads_its_figure),
		cmocka_unit_test(each_goes_with_its_pattern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
