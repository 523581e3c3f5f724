/* What is made of measurements. */
#include "checks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB ((int64_t)1 << 20)

static struct env env;
static struct vitals vitals;
static struct cpu_probe probes[2];

/* A healthy machine. */
static int setup(void **state)
{
	static const struct cpu_probe healthy = {
		.gap_fraction = 1e-5,
		.gap_rate_per_s = 10,
		.gap_max_ns = 5000,
		.work_first_ns = 50000,
		.work_ns = 50000,
		.timer_late_ns = 2000,
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		probes[i] = healthy;
		probes[i].cpu = i + 2;
	}
	vitals = (struct vitals){
		.probes = probes,
		.probe_count = 2,
		.load = {.resolution = 0.005},
		.clock = {.read_ns = 23.7, .quantum_ns = 10},
		.skew = {.low_ns = -40, .high_ns = 52},
		.cpus = {2, 3},
		.load_average = 0.06,
		.memory_available_bytes = 8192 * MIB,
		.memory_limit_bytes = INT64_MAX,
		.pipe_bytes = 16 * sysconf(_SC_PAGESIZE),
		.lock = LOCK_FREE,
	};
	return 0;
}

static struct check check_of(const char *id)
{
	struct check checks[CHECKS_MOST];

	for (size_t i = 0, count = checks_of(&env, &vitals, checks); i < count; i++)
		if (!strcmp(checks[i].id, id))
			return checks[i];
	fail_msg("no check %s", id);
	return checks[0];
}

static void expect(const char *id, const char *expected)
{
	struct check check = check_of(id);
	char text[CHECK_TEXT_BYTES + 16];

	snprintf(text, sizeof text, "%s: %s", check_status_name(check.status), check.observed);
	if (strcmp(text, expected) != 0)
		fail_msg("%s is \"%s\", expected \"%s\"", id, text, expected);
}

static void a_healthy_machine_passes(void **state)
{
	(void)state;
	expect("other-measurement", "pass: none");
	expect("other-work", "pass: 0.0 % of the used CPUs; load average 0.06");
	expect("steal", "pass: 0.0 %");
	expect("frequency", "pass: CPU 2: 0.0 %, CPU 3: 0.0 %");
	expect("clock-read", "pass: 23.7 ns, in steps of 10 ns");
	expect("clock-skew", "pass: -40 to +52 ns between CPUs 2 and 3");
	expect("timer", "pass: 2 us late, by median");
	expect("memory", "pass: 8.0 GiB available");
	expect("swap", "pass: 0.0 GiB");
	expect("counters", "pass: user and kernel");
	assert_int_equal(check_of("pipe-capacity").status, CHECK_PASS);
	assert_int_equal(check_of("noise-floor").status, CHECK_PASS);
}

static void what_was_not_measured_is_unknown(void **state)
{
	static const char *const ids[] = {"other-measurement", "steal", "noise-floor", "frequency",
		"clock-read", "clock-skew", "timer", "memory", "swap", "pipe-capacity"};

	(void)state;
	vitals = (struct vitals){
		.load = {.foreign = NAN, .steal = NAN},
		.clock = {.read_ns = NAN},
		.skew = {.low_ns = NAN, .high_ns = NAN},
		.load_average = NAN,
		.memory_available_bytes = -1,
		.swap_used_bytes = -1,
		.pipe_bytes = -1,
	};
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		expect(ids[i], "unknown: ");
	expect("other-work", "unknown: ");
	vitals.load_average = 3;
	expect("other-work", "unknown: load average 3.00");
}

static void another_measurement_is_waited_for(void **state)
{
	(void)state;
	vitals.lock = LOCK_HELD;
	expect("other-measurement", "warn: another one");
	assert_string_equal(check_of("other-measurement").fix, "");
	vitals.lock_holder = 4711;
	expect("other-measurement", "warn: process 4711");
	assert_non_null(strstr(check_of("other-measurement").fix, "--pid=4711"));
}

/* By the thresholds, less what may be rounding. */
static void time_that_others_took(void **state)
{
	(void)state;
	vitals.load.foreign = 0.0149;
	vitals.load.steal = 0.0109;
	expect("other-work", "pass: 1.5 % of the used CPUs; load average 0.06");
	expect("steal", "pass: 1.1 %");
	vitals.load.foreign = 0.016;
	vitals.load.steal = 0.012;
	expect("other-work", "warn: 1.6 % of the used CPUs; load average 0.06");
	expect("steal", "warn: 1.2 %");
	vitals.load.foreign = 0.0601;
	vitals.load.steal = 0.0201;
	vitals.load_average = NAN;
	expect("other-work", "fail: 6.0 % of the used CPUs");
	expect("steal", "fail: 2.0 %");
	assert_int_equal(check_of("steal").level, CHECK_WARNING);
}

/* For 5 us: the share is 2 x (fraction + rate x 5e-6). */
static void gaps_that_are_in_the_tail(void **state)
{
	(void)state;
	probes[0].gap_fraction = probes[1].gap_fraction = 0.0001;
	probes[0].gap_rate_per_s = probes[1].gap_rate_per_s = 28;
	assert_int_equal(check_of("noise-floor").status, CHECK_PASS);
	probes[0].gap_rate_per_s = 100;
	probes[0].gap_max_ns = 85000;
	expect("noise-floor",
		"warn: 0.084 % of 5 us round trips; CPU 2: 0.01 % in 100 gaps/s, longest 85 us; "
		"CPU 3: 0.01 % in 28 gaps/s, longest 5 us");
	probes[0].gap_fraction = 0.005;
	assert_int_equal(check_of("noise-floor").status, CHECK_FAIL);
	vitals.probe_count = 1;
	probes[0].gap_fraction = 0;
	expect("noise-floor",
		"pass: 0.05 % of 5 us round trips; CPU 2: 0 % in 100 gaps/s, longest 85 us");
}

static void a_cpu_that_was_slow_at_first(void **state)
{
	(void)state;
	probes[1].work_first_ns = 51500;
	expect("frequency", "warn: CPU 2: 0.0 %, CPU 3: 3.0 %");
	probes[0].work_first_ns = 100000;
	expect("frequency", "fail: CPU 2: 100.0 %, CPU 3: 3.0 %");
	probes[1].work_ns = NAN;
	expect("frequency", "unknown: the clock is too slow to tell");
}

static void clocks(void **state)
{
	(void)state;
	vitals.clock = (struct clock_cost){.read_ns = 101, .quantum_ns = 1};
	assert_int_equal(check_of("clock-read").status, CHECK_WARN);
	vitals.clock.read_ns = 1250;
	expect("clock-read", "fail: 1250.0 ns, in steps of 1 ns");
	vitals.skew = (struct clock_skew){.low_ns = -1500, .high_ns = 600};
	expect("clock-skew", "warn: -1500 to +600 ns between CPUs 2 and 3");
	vitals.skew = (struct clock_skew){.low_ns = 10, .high_ns = 90};
	expect("clock-skew", "fail: +10 to +90 ns between CPUs 2 and 3");
	vitals.skew = (struct clock_skew){.low_ns = -90, .high_ns = -10};
	assert_int_equal(check_of("clock-skew").status, CHECK_FAIL);
	vitals.skew = (struct clock_skew){.low_ns = 10, .high_ns = -10};
	expect("clock-skew", "fail: not two clocks at a fixed distance");
	vitals.skew = (struct clock_skew){.low_ns = 0, .high_ns = 0};
	vitals.cpus = (struct cpu_pair){2, 2};
	expect("clock-skew", "pass: one CPU, one clock");
	probes[0].timer_late_ns = 201e3;
	expect("timer", "warn: 201 us late, by median");
	probes[1].timer_late_ns = 2e6;
	expect("timer", "fail: 2000 us late, by median");
}

static void memory(void **state)
{
	(void)state;
	vitals.swap_used_bytes = 512 * MIB;
	expect("swap", "pass: 0.5 GiB");
	vitals.memory_available_bytes = 600 * MIB;
	expect("swap", "warn: 0.5 GiB");
	expect("memory", "pass: 0.6 GiB available");
	vitals.memory_available_bytes = 200 * MIB;
	assert_int_equal(check_of("memory").status, CHECK_WARN);
	vitals.memory_available_bytes = 8192 * MIB;
	vitals.memory_limit_bytes = 1024 * MIB;
	expect("memory", "pass: 8.0 GiB available, limit 1.0 GiB");
	vitals.memory_limit_bytes = 128 * MIB;
	expect("memory", "warn: 8.0 GiB available, limit 0.1 GiB");
}

static void small_pipes_fail(void **state)
{
	(void)state;
	vitals.pipe_bytes = 8192;
	expect("pipe-capacity", "fail: 8 KiB");
	assert_int_equal(check_of("pipe-capacity").level, CHECK_WARNING);
}

static void counters_that_did_not_run(void **state)
{
	(void)state;
	vitals.counters.is_user_only = true;
	expect("counters", "warn: user space only");
	assert_non_null(strstr(check_of("counters").fix, "perf_event_paranoid"));
	vitals.counters.value[COUNTER_CYCLES] = -1;
	vitals.counters.value[COUNTER_CACHE_MISSES] = -1;
	strcpy(vitals.counters.reason[COUNTER_CYCLES], "forbidden");
	expect("counters", "warn: no cycles: forbidden");
	vitals.counters.is_user_only = false;
	assert_string_equal(check_of("counters").fix, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_healthy_machine_passes, setup),
		cmocka_unit_test_setup(what_was_not_measured_is_unknown, setup),
		cmocka_unit_test_setup(another_measurement_is_waited_for, setup),
		cmocka_unit_test_setup(time_that_others_took, setup),
		cmocka_unit_test_setup(gaps_that_are_in_the_tail, setup),
		cmocka_unit_test_setup(a_cpu_that_was_slow_at_first, setup),
		cmocka_unit_test_setup(clocks, setup),
		cmocka_unit_test_setup(memory, setup),
		cmocka_unit_test_setup(small_pipes_fail, setup),
		cmocka_unit_test_setup(counters_that_did_not_run, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
