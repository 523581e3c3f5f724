/* What is made of recorded counters: whose time it was, and what can't be told from rounding. */
#include "load.h"

#include "clock.h"
#include "tree_test.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define CPU  "/sys/devices/system/cpu/"
#define STAT "/proc/stat"
#define S    INT64_C(1000000000)

/* The second moment, whose tree replaces files of the first. */
struct later {
	const struct tree_file *before, *after;
	int64_t wall_ns, own_cpu_ns;
	const int *cpus;
	size_t count;
};

/* Snapshots take the time and our own from the kernel; a test needs its own. */
static struct load_change change_of(const char *root, struct later later)
{
	struct load_snapshot before, after;
	struct load_change change;

	tree_put_all(root, later.before);
	load_read(&before, root, later.cpus, later.count);
	tree_put_all(root, later.after);
	load_read(&after, root, later.cpus, later.count);
	after.at_ns = before.at_ns + later.wall_ns;
	after.own_cpu_ns = before.own_cpu_ns + later.own_cpu_ns;
	load_difference(&before, &after, &change);
	return change;
}

static bool near(double value, double expected)
{
	return fabs(value - expected) < 1e-9;
}

/* Columns: user nice system idle iowait irq softirq steal guest guest_nice. */
static const struct tree_file quiet[] = {
	{STAT,
		"cpu  900 0 0 9000 0 0 0 0 0 0\n"
		"cpu0 300 0 0 3000 10 0 0 5 0 0\n"
		"cpu1 300 0 0 3000 0 0 0 0 0 0\n"
		"cpu12 300 0 0 3000 0 0 0 0 0 0\n"
		"intr 5 0 0\n"},
	{NULL, NULL},
};

/* In a second CPU 0 was idle 0.5 s and waited 0.1 s, had 0.02 s of interrupts and lost 0.01 s;
 * CPU 12 was idle 0.6 s, and its user time is that of a guest. */
static const struct tree_file a_second_later[] = {
	{STAT,
		"cpu  999 0 0 9999 0 0 0 0 0 0\n"
		"cpu0 330 0 7 3050 20 1 1 6 0 0\n"
		"cpu1 400 0 0 3000 0 0 0 0 0 0\n"
		"cpu12 340 0 0 3060 0 0 0 0 40 0\n"
		"intr 6 0 0\n"},
	{NULL, NULL},
};

static void whose_time_it_was(void **state)
{
	if (sysconf(_SC_CLK_TCK) != 100)
		skip();

	const struct load_change change = change_of(
		*state, (struct later){quiet, a_second_later, S, S / 2, (int[]){0, 12}, 2});

	assert_true(near(change.resolution, 0.005));
	assert_true(near(change.steal, 0.005));
	assert_true(near(change.interrupts, 0.01));
	/* 2 - (0.6 + 0.6) - 0.01 - 0.02 - 0.5, of 2 s */
	assert_true(near(change.foreign, 0.135));
	assert_int_equal(load_judge_foreign(&change), DISTURBANCE_INVALID);
	assert_int_equal(load_judge_steal(&change), DISTURBANCE_NONE);
}

/* What the kernel spends between a side that sleeps and an idle CPU is nobody's work. */
static void going_idle_is_no_work(void **state)
{
	(void)state;
	const struct load_snapshot before = {.cpus = 2};
	struct load_snapshot after = before;
	struct load_change change;

	after.at_ns = S;
	after.idle_ticks = (int64_t)(0.8 * 2 * (double)sysconf(_SC_CLK_TCK));
	load_difference(&before, &after, &change);
	assert_true(near(change.foreign, 0.2));
	after.own_switches = 50000; /* of 4 us */
	load_difference(&before, &after, &change);
	assert_true(near(change.foreign, 0.1));
	after.own_switches = 500000;
	load_difference(&before, &after, &change);
	assert_true(isnan(change.foreign)); /* it may hide anything */
	after.own_switches = 20000;
	after.idle_ticks = (int64_t)(0.98 * 2 * (double)sysconf(_SC_CLK_TCK));
	load_difference(&before, &after, &change);
	assert_true(change.foreign == 0);
	after.own_switches = 500000;
	after.cpus = 1; /* where a switch leads to the other side */
	after.idle_ticks = 0;
	load_difference(&(struct load_snapshot){.cpus = 1}, &after, &change);
	assert_true(near(change.foreign, 1));
}

static void a_cpu_named_twice_counts_once(void **state)
{
	if (sysconf(_SC_CLK_TCK) != 100)
		skip();

	const struct load_change change = change_of(
		*state, (struct later){quiet, a_second_later, S, S / 2, (int[]){1, 1}, 2});

	assert_true(near(change.resolution, 0.01));
	assert_true(near(change.foreign, 0.5));
}

static void sides_that_float_may_use_every_cpu(void **state)
{
	if (sysconf(_SC_CLK_TCK) != 100)
		skip();

	const struct load_change change =
		change_of(*state, (struct later){quiet, a_second_later, S, 0, (int[]){-1, -1}, 2});

	/* 3 - (0.6 + 0 + 0.6) - 0.01 - 0.02, of 3 s */
	assert_true(near(change.foreign, 1.77 / 3));
	assert_true(isnan(change.deep_idle));
}

static void more_of_our_own_than_there_was_is_none_of_others(void **state)
{
	const struct load_change change = change_of(
		*state, (struct later){quiet, a_second_later, S, 5 * S, (int[]){0, 1}, 2});

	assert_true(change.foreign == 0);
}

static void expect_unknown(const struct load_change *change)
{
	assert_true(isnan(change->foreign) && isnan(change->steal) && isnan(change->interrupts));
	assert_true(isnan(change->resolution) && isnan(change->deep_idle));
	assert_int_equal(load_judge_foreign(change), DISTURBANCE_NONE);
	assert_int_equal(load_judge_steal(change), DISTURBANCE_NONE);
}

static void nothing_is_unknown(void **state)
{
	static const struct tree_file none[] = {{NULL, NULL}};
	struct load_change change =
		change_of(*state, (struct later){none, none, S, 0, (int[]){0, 1}, 2});

	expect_unknown(&change);
	assert_int_equal(change.throttles, -1);
	assert_int_equal(change.throttled_ns, -1);
	assert_int_equal(change.hot_count, -1);
	assert_int_equal(change.idle_count, 0);
}

static void a_cpu_that_is_missing_is_unknown(void **state)
{
	struct load_change change =
		change_of(*state, (struct later){quiet, a_second_later, S, 0, (int[]){0, 2}, 2});

	expect_unknown(&change);
}

static void malformed_counters_are_unknown_or_none(void **state)
{
	static const struct tree_file malformed[] = {
		{STAT, "cpu  \ncpu\ncpux 1 2\ncpu0\ncpu1 1 2\n"},
		{"/proc/self/cgroup", "\nx\n1:\n0::relative\n"},
		{CPU "cpu1/cpuidle/state0/latency", "fast\n"},
		{CPU "cpu1/thermal_throttle/core_throttle_count", "-3\n"},
		{NULL, NULL},
	};
	struct load_change change =
		change_of(*state, (struct later){malformed, malformed, S, S, (int[]){0}, 1});

	expect_unknown(&change);
	change = change_of(*state, (struct later){malformed, malformed, S, S, (int[]){1}, 1});
	assert_true(change.foreign == 0);
	assert_int_equal(change.throttles, -1);
	assert_int_equal(change.hot_count, -1);
	assert_int_equal(change.idle_count, 0);
}

static void what_rounding_may_be_is_no_disturbance(void **state)
{
	/* 45 ms on two CPUs: a tick is 11 % of it */
	struct load_change change = {.resolution = 0.01 / 0.09};

	(void)state;
	change.foreign = change.steal = 2 * change.resolution;
	assert_int_equal(load_judge_foreign(&change), DISTURBANCE_NONE);
	assert_int_equal(load_judge_steal(&change), DISTURBANCE_NONE);
	change.foreign = change.steal = 2 * change.resolution + 0.006;
	assert_int_equal(load_judge_foreign(&change), DISTURBANCE_WARNING);
	assert_int_equal(load_judge_steal(&change), DISTURBANCE_WARNING);
	change.foreign = change.steal = 2 * change.resolution + 0.051;
	assert_int_equal(load_judge_foreign(&change), DISTURBANCE_INVALID);
	assert_int_equal(load_judge_steal(&change), DISTURBANCE_INVALID);
}

static const struct tree_file throttled_v2[] = {
	{"/proc/self/cgroup", "0::/kubepods/pod1/box\n"},
	{"/sys/fs/cgroup/cpu.stat", "usage_usec 900\n"},
	{"/sys/fs/cgroup/kubepods/pod1/cpu.stat",
		"usage_usec 5\nnr_periods 9\nnr_throttled 4\nthrottled_usec 4000\n"},
	{"/sys/fs/cgroup/kubepods/pod1/box/cpu.stat",
		"usage_usec 5\nnr_periods 9\nnr_throttled 2\nthrottled_usec 100\n"},
	{NULL, NULL},
};

static void throttling_of_a_group_above_counts(void **state)
{
	static const struct tree_file later[] = {
		{"/sys/fs/cgroup/kubepods/pod1/cpu.stat",
			"nr_periods 9\nnr_throttled 7\nthrottled_usec 9000\n"},
		{"/sys/fs/cgroup/kubepods/pod1/box/cpu.stat",
			"nr_periods 9\nnr_throttled 3\nthrottled_usec 150\n"},
		{NULL, NULL},
	};
	const struct load_change change =
		change_of(*state, (struct later){throttled_v2, later, S, 0, (int[]){0}, 1});

	assert_int_equal(change.throttles, 4);
	assert_int_equal(change.throttled_ns, 5050000);
}

static void throttling_of_version_1_is_in_ns(void **state)
{
	static const struct tree_file before[] = {
		{"/proc/self/cgroup", "5:cpuset:/\n4:cpuacct,cpu:/docker/1\n0::/\n"},
		{"/sys/fs/cgroup/cpu/cpu.stat",
			"nr_periods 5\nnr_throttled 1\nthrottled_time 1000\n"},
		{NULL, NULL},
	};
	static const struct tree_file later[] = {
		{"/sys/fs/cgroup/cpu/cpu.stat",
			"nr_periods 5\nnr_throttled 2\nthrottled_time 42000\n"},
		{NULL, NULL},
	};
	const struct load_change change =
		change_of(*state, (struct later){before, later, S, 0, (int[]){0}, 1});

	assert_int_equal(change.throttles, 1);
	assert_int_equal(change.throttled_ns, 41000);
}

static void no_limit_is_no_throttling(void **state)
{
	static const struct tree_file files[] = {
		{"/proc/self/cgroup", "0::/\n"},
		{"/sys/fs/cgroup/cpu.stat", "usage_usec 900\n"},
		{NULL, NULL},
	};
	const struct load_change change =
		change_of(*state, (struct later){files, files, S, 0, (int[]){0}, 1});

	assert_int_equal(change.throttles, 0);
	assert_int_equal(change.throttled_ns, 0);
}

static void heat_is_counted(void **state)
{
	static const struct tree_file before[] = {
		{CPU "cpu0/thermal_throttle/core_throttle_count", "3\n"},
		{CPU "cpu0/thermal_throttle/package_throttle_count", "8\n"},
		{CPU "cpu2/thermal_throttle/core_throttle_count", "0\n"},
		{NULL, NULL},
	};
	static const struct tree_file later[] = {
		{CPU "cpu0/thermal_throttle/package_throttle_count", "10\n"},
		{CPU "cpu2/thermal_throttle/core_throttle_count", "1\n"},
		{NULL, NULL},
	};
	struct load_change change =
		change_of(*state, (struct later){before, later, S, 0, (int[]){0, 2}, 2});

	assert_int_equal(change.hot_count, 3);
	change = change_of(*state, (struct later){before, before, S, 0, (int[]){0, 2}, 2});
	assert_int_equal(change.hot_count, 0);
}

#define STATE(cpu, state, name, latency, time, usage)            \
	{CPU cpu "/cpuidle/" state "/name", name},               \
		{CPU cpu "/cpuidle/" state "/latency", latency}, \
		{CPU cpu "/cpuidle/" state "/time", time},       \
	{                                                        \
		CPU cpu "/cpuidle/" state "/usage", usage        \
	}

static void deep_sleep_is_told_from_light(void **state)
{
	static const struct tree_file before[] = {
		{STAT, "cpu0 0 0 0 0\ncpu1 0 0 0 0\n"},
		STATE("cpu0", "state0", "POLL\n", "0\n", "100\n", "1\n"),
		STATE("cpu0", "state1", "C1\n", "2\n", "1000\n", "10\n"),
		STATE("cpu0", "state2", "C6\n", "133\n", "5000\n", "5\n"),
		STATE("cpu1", "state0", "POLL\n", "0\n", "0\n", "0\n"),
		STATE("cpu1", "state1", "C1\n", "2\n", "0\n", "0\n"),
		STATE("cpu1", "state2", "C6\n", "133\n", "0\n", "0\n"),
		{NULL, NULL},
	};
	static const struct tree_file later[] = {
		{STAT, "cpu0 0 0 0 100\ncpu1 0 0 0 100\n"},
		STATE("cpu0", "state1", "C1\n", "2\n", "401000\n", "30\n"),
		STATE("cpu0", "state2", "C6\n", "133\n", "305000\n", "9\n"),
		STATE("cpu1", "state2", "C6\n", "133\n", "100000\n", "2\n"),
		{NULL, NULL},
	};
	const struct load_change change =
		change_of(*state, (struct later){before, later, S, 0, (int[]){0, 1}, 2});

	assert_int_equal(change.idle_count, 3);
	assert_string_equal(change.idle[1].name, "C1");
	assert_int_equal(change.idle[1].latency_ns, 2000);
	assert_int_equal(change.idle[1].time_ns, 400000000);
	assert_int_equal(change.idle[1].count, 20);
	assert_int_equal(change.idle[2].count, 6);
	/* 0.3 s and 0.1 s of 2 s */
	assert_true(near(change.deep_idle, 0.2));
}

/* The kernel's counters go forward, and none of them is more than all of the time. */
static void this_machine(void **state)
{
	struct load_snapshot before, after;
	struct load_change change;

	(void)state;
	load_read(&before, "", (int[]){-1}, 1);
	usleep(30000);
	load_read(&after, "", (int[]){-1}, 1);
	assert_true(after.at_ns - before.at_ns >= 30000000);
	load_difference(&before, &after, &change);
	if (before.cpus == 0)
		skip();
	assert_true(change.foreign >= 0 && change.foreign <= 1);
	assert_true(change.steal >= 0 && change.steal <= 1);
	assert_true(change.resolution > 0);
}

static void what_a_child_did_is_ours_once_it_was_waited_for(void **state)
{
	struct load_snapshot before, after;
	pid_t child;

	load_read(&before, *state, NULL, 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		while (clock_process_cpu_ns() < 60000000)
			;
		_exit(0);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	load_read(&after, *state, NULL, 0);
	assert_true(after.own_cpu_ns - before.own_cpu_ns > 50000000);
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(whose_time_it_was),
		cmocka_unit_test(going_idle_is_no_work),
		WITH_TREE(a_cpu_named_twice_counts_once),
		WITH_TREE(sides_that_float_may_use_every_cpu),
		WITH_TREE(more_of_our_own_than_there_was_is_none_of_others),
		WITH_TREE(nothing_is_unknown),
		WITH_TREE(a_cpu_that_is_missing_is_unknown),
		WITH_TREE(malformed_counters_are_unknown_or_none),
		cmocka_unit_test(what_rounding_may_be_is_no_disturbance),
		WITH_TREE(throttling_of_a_group_above_counts),
		WITH_TREE(throttling_of_version_1_is_in_ns),
		WITH_TREE(no_limit_is_no_throttling),
		WITH_TREE(heat_is_counted),
		WITH_TREE(deep_sleep_is_told_from_light),
		cmocka_unit_test(this_machine),
		WITH_TREE(what_a_child_did_is_ours_once_it_was_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
