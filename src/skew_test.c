/* The distance of two CPUs' clocks: that of one machine is none, and what two bounds have in
 * common. */
#include "skew.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"

#include <cmocka.h>

/* Two CPUs, or the test is skipped. */
static struct cpu_pair two_cpus(void)
{
	struct cpu_pair pair = {-1, -1};
	cpu_set_t mask;

	assert_int_equal(sched_getaffinity(0, sizeof mask, &mask), 0);
	for (size_t cpu = 0; cpu < CPU_SETSIZE && pair.consumer < 0; cpu++) {
		if (!CPU_ISSET(cpu, &mask))
			continue;
		if (pair.producer < 0)
			pair.producer = (int)cpu;
		else
			pair.consumer = (int)cpu;
	}
	if (pair.consumer < 0)
		skip();
	return pair;
}

/* Half the width of what both have in common. */
static double resolution_ns(const struct clock_skew *before, const struct clock_skew *after)
{
	struct clock_skew both = skew_common(before, after);

	return (both.high_ns - both.low_ns) / 2;
}

/* Whatever happens to an exchange, its bounds hold the truth: the kernel has one clock. */
static void zero_is_within_the_bounds(void **state)
{
	struct cpu_pair pair = two_cpus();
	struct clock_skew forth = {NAN, NAN}, back = {NAN, NAN};

	(void)state;
	assert_int_equal(skew_measure(pair, &forth), 0);
	assert_int_equal(skew_measure((struct cpu_pair){pair.consumer, pair.producer}, &back), 0);
	assert_true(forth.low_ns <= 0 && forth.high_ns >= 0);
	assert_true(back.low_ns <= 0 && back.high_ns >= 0);
	assert_true(skew_agrees(&forth, &forth));
	assert_true(resolution_ns(&forth, &forth) >= 0);
}

static void busy_cpus_are_measured_all_the_same(void **state)
{
	struct cpu_pair pair = two_cpus();
	struct clock_skew skew;
	pid_t rival = fork();

	(void)state;
	assert_true(rival >= 0);
	if (rival == 0) {
		affinity_pin(pair.consumer);
		alarm(60);
		for (;;)
			__asm__ volatile("");
	}
	int64_t start = clock_now_ns();
	int err = skew_measure(pair, &skew);
	int64_t took = clock_now_ns() - start;

	kill(rival, SIGKILL);
	waitpid(rival, NULL, 0);
	assert_true(err == 0 || err == -ETIMEDOUT);
	assert_true(took < INT64_C(20000000000));
	if (!err)
		assert_true(skew.low_ns <= 0 && skew.high_ns >= 0);
}

static void one_cpu_has_one_clock(void **state)
{
	struct clock_skew skew = {NAN, NAN};

	(void)state;
	assert_int_equal(skew_measure((struct cpu_pair){0, 0}, &skew), 0);
	assert_true(skew.low_ns == 0 && skew.high_ns == 0);
	assert_true(resolution_ns(&skew, &skew) == 0);
}

static void what_can_not_be_measured_is_told(void **state)
{
	struct clock_skew skew;

	(void)state;
	assert_int_equal(skew_measure((struct cpu_pair){-1, -1}, &skew), -EINVAL);
	assert_non_null(strstr(fail_reason(), "not pinned"));
	assert_int_equal(skew_measure((struct cpu_pair){0, 16000}, &skew), -EINVAL);
	assert_non_null(strstr(fail_reason(), "CPU 16000"));
}

static void agreement_is_what_both_have_in_common(void **state)
{
	static const struct {
		struct clock_skew before, after;
		double resolution_ns; /* NaN: they don't agree */
	} cases[] = {
		{{-40, 60}, {-50, 40}, 40},
		{{-40, 60}, {60, 80}, 0},
		{{-40, 60}, {61, 80}, NAN},
		{{10, -10}, {-100, 100}, NAN},
		{{-100, 100}, {10, -10}, NAN},
		{{5, 5}, {5, 5}, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct clock_skew *before = &cases[i].before, *after = &cases[i].after;
		double expected = cases[i].resolution_ns;
		double common_ns = resolution_ns(before, after);

		assert_int_equal(skew_agrees(before, after), !isnan(expected));
		assert_true(isnan(expected) ? common_ns < 0 : common_ns == expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zero_is_within_the_bounds),
		cmocka_unit_test(busy_cpus_are_measured_all_the_same),
		cmocka_unit_test(one_cpu_has_one_clock),
		cmocka_unit_test(what_can_not_be_measured_is_told),
		cmocka_unit_test(agreement_is_what_both_have_in_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
