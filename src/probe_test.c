/* The gaps that a probe sees, the pace of its work, and what follows from them. No figure of this
 * machine is asserted, only what must hold on any. */
#include "probe.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "affinity.h"
#include "clock.h"
#include "fail.h"

#include <cmocka.h>

#define MS 1000000U

static int first_cpu(void)
{
	cpu_set_t mask;
	size_t cpu = 0;

	assert_int_equal(sched_getaffinity(0, sizeof mask, &mask), 0);
	while (!CPU_ISSET(cpu, &mask))
		cpu++;
	return (int)cpu;
}

static void a_probe_is_whole(void **state)
{
	int cpu = first_cpu();
	struct cpu_probe probe;

	(void)state;
	memset(&probe, 0xff, sizeof probe);
	int64_t start = clock_now_ns();

	assert_int_equal(probe_cpus(&cpu, 1, 50 * MS, &probe), 0);
	assert_true(clock_now_ns() - start >= 50 * MS);
	assert_int_equal(probe.cpu, cpu);
	assert_true(probe.gap_fraction >= 0 && probe.gap_fraction < 1);
	assert_true(probe.gap_rate_per_s >= 0 && probe.gap_rate_per_s < 1e6);
	assert_true(probe.gap_max_ns == 0 || probe.gap_max_ns > PROBE_GAP_NS);
	assert_true((probe.gap_rate_per_s == 0) == (probe.gap_max_ns == 0));
	assert_true((probe.gap_fraction == 0) == (probe.gap_max_ns == 0));
	/* 40000 steps of a cycle or more each, below 10 GHz */
	assert_true(probe.work_ns > 4000 && probe.work_first_ns > 4000);
	assert_true(probe.timer_late_ns >= 0);
}

static void every_cpu_is_probed(void **state)
{
	struct cpu_probe probes[2];
	int cpus[2];
	cpu_set_t mask;
	size_t count = 0;

	(void)state;
	sched_getaffinity(0, sizeof mask, &mask);
	for (size_t cpu = CPU_SETSIZE; cpu-- > 0 && count < 2;)
		if (CPU_ISSET(cpu, &mask))
			cpus[count++] = (int)cpu;
	if (count < 2)
		skip();
	assert_int_equal(probe_cpus(cpus, 2, 5 * MS, probes), 0);
	assert_int_equal(probes[0].cpu, cpus[0]);
	assert_int_equal(probes[1].cpu, cpus[1]);
	assert_true(probes[0].work_ns > 0 && probes[1].work_ns > 0);
}

/* A second program on the same CPU takes its turns: the probe loses at least one of them. */
static void other_work_makes_gaps(void **state)
{
	int cpu = first_cpu();
	struct cpu_probe probe;
	pid_t rival = fork();

	(void)state;
	assert_true(rival >= 0);
	if (rival == 0) {
		affinity_pin(cpu);
		alarm(60);
		for (;;)
			__asm__ volatile("");
	}
	int err = probe_cpus(&cpu, 1, 300 * MS, &probe);

	kill(rival, SIGKILL);
	waitpid(rival, NULL, 0);
	assert_int_equal(err, 0);
	assert_true(probe.gap_max_ns > 100000);
	assert_true(probe.gap_fraction > 0.1);
}

static void what_can_not_be_probed_is_told(void **state)
{
	struct cpu_probe probe;

	(void)state;
	assert_int_equal(probe_cpus((int[]){16000}, 1, MS, &probe), -EINVAL);
	assert_non_null(strstr(fail_reason(), "CPU 16000"));
	assert_int_equal(probe_cpus((int[]){first_cpu()}, 1, 0, &probe), -EINVAL);
	assert_non_null(strstr(fail_reason(), "0 ns"));
}

/* 40000 steps that can't be left out, nor be done at once. */
static void the_work_is_done(void **state)
{
	int64_t start = clock_now_ns();
	double least = probe_work_ns();

	(void)state;
	assert_true(least > 4000);
	assert_true(least <= (double)(clock_now_ns() - start));
}

static void a_change_of_pace_is_judged(void **state)
{
	(void)state;
	assert_true(fabs(probe_work_change(50000, 55000) - 0.1) < 1e-12);
	assert_true(fabs(probe_work_change(55000, 50000) - 0.1) < 1e-12);
	assert_true(probe_work_change(50000, 50000) == 0);
	assert_true(isnan(probe_work_change(0, 50000)));
	assert_true(isnan(probe_work_change(50000, NAN)));
	assert_int_equal(probe_judge_work(50000, 50999), DISTURBANCE_NONE);
	assert_int_equal(probe_judge_work(50000, 51001), DISTURBANCE_WARNING);
	assert_int_equal(probe_judge_work(54999, 50000), DISTURBANCE_WARNING);
	assert_int_equal(probe_judge_work(55001, 50000), DISTURBANCE_INVALID);
	assert_int_equal(probe_judge_work(NAN, 50000), DISTURBANCE_NONE);
}

static void the_machine_dominates_a_tail(void **state)
{
	const struct cpu_probe probes[] = {
		{.gap_fraction = 0.001, .gap_rate_per_s = 100},
		{.gap_fraction = 0.002, .gap_rate_per_s = 300},
	};

	(void)state;
	/* 0.003 + 400/s x 5 us = 0.005 */
	assert_true(fabs(probe_gap_share(probes, 2, 5000) - 0.005) < 1e-12);
	assert_true(fabs(probe_gap_share(probes, 1, 0) - 0.001) < 1e-12);
	assert_true(probe_gap_share(probes, 2, 1e9) == 1);
	assert_true(probe_gap_share(probes, 0, 5000) == 0);
	assert_false(probe_dominates(0.0049, 0.99));
	assert_true(probe_dominates(0.0051, 0.99));
	assert_true(probe_dominates(0.0006, 0.999));
	assert_false(probe_dominates(0.2, 0.5));
	assert_true(probe_dominates(0.26, 0.5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_probe_is_whole),
		cmocka_unit_test(every_cpu_is_probed),
		cmocka_unit_test(other_work_makes_gaps),
		cmocka_unit_test(what_can_not_be_probed_is_told),
		cmocka_unit_test(the_work_is_done),
		cmocka_unit_test(a_change_of_pace_is_judged),
		cmocka_unit_test(the_machine_dominates_a_tail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
