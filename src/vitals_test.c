/* What is read of recorded machines, and measured on this one. */
#include "vitals.h"

#include "tree_test.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define MIB ((int64_t)1 << 20)

static struct vitals read_tree(const char *root)
{
	struct vitals vitals;

	memset(&vitals, 'x', sizeof vitals);
	vitals_read(&vitals, root);
	return vitals;
}

static void memory_in_use(void **state)
{
	struct vitals vitals;

	tree_put(*state, "/proc/meminfo",
		"MemTotal:       8192 kB\nMemAvailable:   2048 kB\nSwapTotal:      4096 kB\n"
		"SwapFree:       3072 kB\n");
	tree_put(*state, "/proc/loadavg", "1.25 0.35 0.79 1/89 2300\n");
	vitals = read_tree(*state);
	assert_int_equal(vitals.memory_available_bytes, 2 * MIB);
	assert_int_equal(vitals.swap_used_bytes, MIB);
	assert_true(vitals.load_average == 1.25);
	assert_int_equal(vitals.memory_limit_bytes, -1);
}

static void the_smallest_limit_binds(void **state)
{
	tree_put(*state, "/proc/self/cgroup", "0::/pod/box\n");
	tree_put(*state, "/sys/fs/cgroup/pod/box/memory.max", "max\n");
	assert_true(read_tree(*state).memory_limit_bytes == INT64_MAX);
	tree_put(*state, "/sys/fs/cgroup/pod/memory.max", "1048576\n");
	assert_int_equal(read_tree(*state).memory_limit_bytes, MIB);
	tree_put(*state, "/sys/fs/cgroup/pod/box/memory.max", "4194304\n");
	assert_int_equal(read_tree(*state).memory_limit_bytes, MIB);
}

static void a_limit_of_version_1(void **state)
{
	tree_put(*state, "/proc/self/cgroup", "4:memory:/box\n0::/box\n");
	tree_put(*state, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	assert_true(read_tree(*state).memory_limit_bytes == INT64_MAX);
	tree_put(*state, "/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "2097152\n");
	assert_int_equal(read_tree(*state).memory_limit_bytes, 2 * MIB);
}

static void nothing_is_unknown(void **state)
{
	struct vitals vitals = read_tree(*state);

	assert_int_equal(vitals.memory_available_bytes, -1);
	assert_int_equal(vitals.swap_used_bytes, -1);
	assert_int_equal(vitals.memory_limit_bytes, -1);
	assert_true(isnan(vitals.load_average));
	assert_true(isnan(vitals.load.foreign) && isnan(vitals.load.steal));
	assert_true(isnan(vitals.clock.read_ns));
	assert_true(isnan(vitals.skew.low_ns) && isnan(vitals.skew.high_ns));
	assert_int_equal(vitals.probe_count, 0);
	assert_int_equal(vitals.lock, LOCK_UNKNOWN);
	tree_put(*state, "/proc/meminfo", "MemAvailable: 12\nSwapTotal: x kB\nSwapFree: 1 kB\n");
	tree_put(*state, "/proc/loadavg", "\n");
	vitals = read_tree(*state);
	assert_int_equal(vitals.memory_available_bytes, -1);
	assert_int_equal(vitals.swap_used_bytes, -1);
	assert_true(isnan(vitals.load_average));
}

static void this_machine(void **state)
{
	struct topology *topology = topology_load(NULL);
	struct cpu_probe probes[2];
	struct vitals vitals;
	struct cpu_pair cpus;

	(void)state;
	assert_non_null(topology);
	assert_int_equal(topology_pair(topology, topology_nearest(topology), &cpus), 0);
	vitals_read(&vitals, "");
	assert_true(vitals.pipe_bytes > 0);
	assert_int_equal(vitals_measure(&vitals, cpus, 20000000, probes), 0);
	assert_int_equal(vitals.probe_count, cpus.producer == cpus.consumer ? 1 : 2);
	assert_int_equal(vitals.probes[0].cpu, cpus.producer);
	assert_true(vitals.clock.read_ns > 0);
	assert_true(vitals.skew.low_ns <= vitals.skew.high_ns);
	topology_free(topology);
}

/* What was measured before something failed stays. */
static void a_cpu_that_is_not_there(void **state)
{
	struct cpu_probe probes[2];
	struct vitals vitals;

	(void)state;
	vitals_read(&vitals, "");
	assert_true(vitals_measure(&vitals, (struct cpu_pair){16000, 16000}, 1000000, probes) < 0);
	assert_int_equal(vitals.probe_count, 0);
	assert_true(isnan(vitals.skew.low_ns));
	assert_true(vitals.pipe_bytes > 0);
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(memory_in_use),
		WITH_TREE(the_smallest_limit_binds),
		WITH_TREE(a_limit_of_version_1),
		WITH_TREE(nothing_is_unknown),
		cmocka_unit_test(this_machine),
		cmocka_unit_test(a_cpu_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
