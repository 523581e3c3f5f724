/* Placement on machines that hwloc makes up, and what can be said of the real one anywhere. */
#include "affinity.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

#include <cmocka.h> /* last: its macro fail() hides the function */

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct machine {
	const char *synthetic, *text;
};

/* Made-up machines: the nearest class of two cores, then all classes that there are with the first
 * pair of each. */
static const struct machine machines[] = {{"pack:1 core:1 pu:1", "same-cpu: same-cpu 0,0"},
	/* CPU 0's core is unavoidable for two */
	{"pack:1 l3:1 core:2 pu:1", "same-llc: same-cpu 1,1 same-llc 1,0"},
	{"pack:1 l3:1 core:1 pu:2", "smt: same-cpu 0,0 smt 0,1"},
	/* two sockets, two nodes in each */
	{"pack:2 numa:2 l3:1 core:2 pu:2",
		"same-llc: same-cpu 2,2 smt 2,3 same-llc 4,6 cross-numa 2,4"},
	/* core complexes: several L3 in a package */
	{"pack:1 l3:4 core:2 pu:2", "same-llc: same-cpu 2,2 smt 2,3 same-llc 4,6 cross-llc 2,4"},
	{"pack:2 l3:2 core:3 pu:1", "same-llc: same-cpu 1,1 same-llc 1,2 cross-llc 1,3"},
	/* no L3 */
	{"pack:1 l2:2 core:2 pu:1", "same-llc: same-cpu 1,1 same-llc 2,3 cross-llc 1,2"},
	{"pack:1 l2:4 l1:1 core:1 pu:1", "cross-llc: same-cpu 1,1 cross-llc 1,2"},
	/* an L4 around everything */
	{"l4:1 pack:1 l3:2 core:2 pu:1", "same-llc: same-cpu 1,1 same-llc 1,2"},
	/* no cache at all: the package is the domain, but not beyond a NUMA node */
	{"pack:2 core:2 pu:1", "same-llc: same-cpu 1,1 same-llc 2,3 cross-llc 1,2"},
	{"pack:1 numa:2 core:2 pu:1", "same-llc: same-cpu 1,1 same-llc 2,3 cross-numa 1,2"},
	{"pack:2 numa:1 core:1 pu:1", "cross-numa: same-cpu 1,1 cross-numa 1,0"},
	/* neither packages nor cores are known */
	{"pu:3", "same-llc: same-cpu 1,1 same-llc 1,2"},
	/* clusters without hardware threads, as on ARM: each with its L2, or all below one L3 */
	{"pack:1 group:2 l2:1 core:4 pu:1", "same-llc: same-cpu 1,1 same-llc 1,2 cross-llc 1,4"},
	{"pack:1 l3:1 group:2 l2:4 core:1 pu:1", "same-llc: same-cpu 1,1 same-llc 1,2"},
	/* sub-NUMA clusters: nodes within a cache */
	{"pack:1 l3:1 numa:2 core:2 pu:1", "same-llc: same-cpu 1,1 same-llc 2,3 cross-numa 1,2"},
	{"pack:2 l3:2 numa:2 core:2 pu:1",
		"same-llc: same-cpu 1,1 same-llc 2,3 cross-llc 1,4 cross-numa 1,2"},
	/* kernel numbers that are not hwloc's: packages alternate, second threads come last */
	{"pack:2 numa:1 l3:1 core:2 pu:2(indexes=0,4,2,6,1,5,3,7)",
		"same-llc: same-cpu 1,1 smt 1,5 same-llc 1,3 cross-numa 1,2"},
	/* numbers with gaps, and no CPU 0 */
	{"pack:1 l3:2 core:2 pu:1(indexes=7,5,3,0)",
		"same-llc: same-cpu 3,3 same-llc 5,7 cross-llc 3,5"},
	{"pack:1 l3:1 core:2 pu:2(indexes=1,3,2,4)",
		"same-llc: same-cpu 1,1 smt 1,3 same-llc 1,2"}};

static struct topology *load(const char *synthetic)
{
	struct topology *t = topology_load(synthetic);

	if (!t)
		fail_msg("%s: %s", synthetic ? synthetic : "this machine", fail_reason());
	return t;
}

/* What the machine offers, in the words of the table. */
static void list_pairs(const struct topology *t, char *out, size_t out_bytes)
{
	int length = snprintf(out, out_bytes, "%s:", placement_name(topology_nearest(t)));

	for (enum placement_class i = 0; i < PLACEMENT_FLOATING; i++) {
		struct cpu_pair pair;
		int err = topology_pair(t, i, &pair);

		if (err == 0)
			length += snprintf(out + length, out_bytes - (size_t)length, " %s %d,%d",
				placement_name(i), pair.producer, pair.consumer);
		else
			assert_int_equal(err, -ENXIO);
	}
}

static void assert_texts(const struct machine *expected, size_t count,
	void (*describe)(const struct topology *, char *, size_t))
{
	for (size_t i = 0; i < count; i++) {
		struct topology *t = load(expected[i].synthetic);
		char text[256];

		print_message("%s\n", expected[i].synthetic);
		describe(t, text, sizeof text);
		topology_free(t);
		assert_string_equal(text, expected[i].text);
	}
}

static void made_up_machines_have_their_pairs(void **state)
{
	(void)state;
	assert_texts(machines, COUNT(machines), list_pairs);
}

static void made_up_machines_are_described(void **state)
{
	(void)state;
	static const struct machine described[] = {
		{"pack:1 core:1 pu:1", "1 package, 1 NUMA node, no known cache, 1 core, 1 CPU"},
		{"pack:1 l3:1 core:1 pu:1", "1 package, 1 NUMA node, 1 L3, 1 core, 1 CPU"},
		{"pack:2 numa:2 l3:1 core:2 pu:2",
			"2 packages, 4 NUMA nodes, 4 L3, 8 cores, 16 CPUs"},
		{"pack:1 l2:4 l1:1 core:1 pu:1", "1 package, 1 NUMA node, 4 L2, 4 cores, 4 CPUs"},
		{"l4:1 pack:1 l3:2 core:2 pu:1", "1 package, 1 NUMA node, 1 L4, 4 cores, 4 CPUs"},
		{"pack:1 l3:1 numa:2 core:2 pu:1",
			"1 package, 2 NUMA nodes, 1 L3, 4 cores, 4 CPUs"}};

	assert_texts(described, COUNT(described), topology_describe);
}

static void threads_are_counted(void **state)
{
	(void)state;
	struct topology *t = load("pack:2 numa:2 l3:3 core:4 pu:8");
	struct topology_counts counts = topology_count(t);

	topology_free(t);
	assert_int_equal(counts.allowed_cpus, 384);
	assert_int_equal(counts.threads_per_core, 8);
}

static enum placement_class class_of(const struct topology *t, int producer, int consumer)
{
	struct cpu_pair pair = {producer, consumer};
	enum placement_class class = PLACEMENT_CLASSES;

	assert_int_equal(topology_classify(t, pair, &class), 0);
	return class;
}

/* Any two CPUs are in one class, whichever comes first. */
static void every_two_cpus_have_a_class(void **state)
{
	(void)state;
	struct topology *t = load("pack:2 l3:2 numa:2 core:2 pu:2");
	unsigned found[PLACEMENT_CLASSES] = {0};

	for (int a = 0; a < 32; a++)
		for (int b = 0; b < 32; b++) {
			assert_int_equal(class_of(t, a, b), class_of(t, b, a));
			found[class_of(t, a, b)]++;
		}
	topology_free(t);
	/* of 32 CPUs each has itself, its sibling, one other core in the node, the other cache of
	 * the package, and the rest */
	assert_int_equal(found[PLACEMENT_SAME_CPU], 32 * 1);
	assert_int_equal(found[PLACEMENT_SMT], 32 * 1);
	assert_int_equal(found[PLACEMENT_SAME_LLC], 32 * 2);
	assert_int_equal(found[PLACEMENT_CROSS_LLC], 32 * 8);
	assert_int_equal(found[PLACEMENT_CROSS_NUMA], 32 * (4 + 16));
}

static void kernel_numbers_are_classified(void **state)
{
	(void)state;
	struct topology *t = load("pack:2 numa:1 l3:1 core:2 pu:2(indexes=0,4,2,6,1,5,3,7)");
	struct cpu_pair pair = {0, 0};

	assert_int_equal(class_of(t, 5, 5), PLACEMENT_SAME_CPU);
	assert_int_equal(class_of(t, 0, 4), PLACEMENT_SMT);
	assert_int_equal(class_of(t, 3, 7), PLACEMENT_SMT);
	assert_int_equal(class_of(t, 0, 2), PLACEMENT_SAME_LLC);
	assert_int_equal(class_of(t, 4, 6), PLACEMENT_SAME_LLC);
	assert_int_equal(class_of(t, 0, 1), PLACEMENT_CROSS_NUMA);
	assert_int_equal(class_of(t, 6, 7), PLACEMENT_CROSS_NUMA);
	assert_int_equal(class_of(t, -1, -1), PLACEMENT_FLOATING);
	assert_int_equal(topology_pair(t, PLACEMENT_FLOATING, &pair), 0);
	assert_int_equal(pair.producer, -1);
	assert_int_equal(pair.consumer, -1);
	assert_string_equal(placement_name(PLACEMENT_FLOATING), "floating");
	topology_free(t);
}

static void unknown_cpus_are_refused(void **state)
{
	(void)state;
	static const struct {
		struct cpu_pair pair;
		const char *reason;
	} unknown[] = {{{0, 3}, "CPU 3: not in this machine, which has 0-2,8"},
		{{9, 0}, "CPU 9: not in this machine, which has 0-2,8"},
		{{-2, -2}, "CPU -2: not in this machine, which has 0-2,8"},
		{{INT_MAX, 0}, "CPU 2147483647: not in this machine, which has 0-2,8"},
		{{-1, 0}, "one side is pinned: pin both or none"},
		{{0, -1}, "one side is pinned: pin both or none"}};
	struct topology *t = load("pack:1 l3:1 core:4 pu:1(indexes=0,1,2,8)");
	enum placement_class class = PLACEMENT_CLASSES;

	for (size_t i = 0; i < COUNT(unknown); i++) {
		assert_int_equal(topology_classify(t, unknown[i].pair, &class), -EINVAL);
		assert_string_equal(fail_reason(), unknown[i].reason);
	}
	assert_int_equal(class, PLACEMENT_CLASSES);
	topology_free(t);
}

static void reasons_are_for_people(void **state)
{
	(void)state;
	static const char *const reasons[PLACEMENT_CLASSES] = {
		[PLACEMENT_SMT] = "no two hardware threads share a core here",
		[PLACEMENT_SAME_LLC] = "no two cores share a last-level cache here",
		[PLACEMENT_CROSS_LLC] = "no NUMA node has two last-level caches here",
		[PLACEMENT_CROSS_NUMA] = "no two NUMA nodes have CPUs here"};
	struct topology *t = load("pack:1 core:1 pu:1");
	struct cpu_pair pair;

	for (enum placement_class i = PLACEMENT_SMT; i <= PLACEMENT_CROSS_NUMA; i++) {
		assert_int_equal(topology_pair(t, i, &pair), -ENXIO);
		assert_string_equal(fail_reason(), reasons[i]);
	}
	topology_free(t);
}

static void nonsense_is_no_topology(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "nonsense", "core:2 pu:0", "pack:-1 pu:1", NULL};

	for (const char *const *text = texts; *text; text++) {
		fail_text(EIO, "stale");
		assert_null(topology_load(*text));
		assert_non_null(strstr(fail_reason(), "not a synthetic description"));
	}
	topology_free(NULL);
}

static void another_machine_is_not_taken_for_this_one(void **state)
{
	(void)state;
	setenv("HWLOC_SYNTHETIC", "pack:4 core:4 pu:2", 1);
	assert_null(topology_load(NULL));
	unsetenv("HWLOC_SYNTHETIC");
	assert_string_equal(fail_reason(), "topology: HWLOC_* variables describe another machine");
}

/* The CPUs of this process as the test found them; restored after each test that narrows them. */
static cpu_set_t all_cpus;
static int first_cpu = CPU_SETSIZE, last_cpu;

static bool is_in(int cpu, const cpu_set_t *set)
{
	return CPU_ISSET((size_t)cpu, set);
}

static int remember_cpus(void **state)
{
	(void)state;
	if (sched_getaffinity(0, sizeof all_cpus, &all_cpus) != 0)
		return -1;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (is_in(cpu, &all_cpus)) {
			last_cpu = cpu;
			first_cpu = first_cpu == CPU_SETSIZE ? cpu : first_cpu;
		}
	return 0;
}

static int restore_cpus(void **state)
{
	(void)state;
	return sched_setaffinity(0, sizeof all_cpus, &all_cpus);
}

static void narrow_to(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
}

static void assert_pinned(int cpu)
{
	cpu_set_t now;

	assert_int_equal(sched_getaffinity(0, sizeof now, &now), 0);
	assert_int_equal(CPU_COUNT(&now), 1);
	assert_int_equal(sched_getcpu(), cpu);
}

static void this_machine_is_read(void **state)
{
	(void)state;
	struct topology *t = load(NULL);
	struct topology_counts counts = topology_count(t);
	enum placement_class nearest = topology_nearest(t);
	struct cpu_pair pair;

	assert_int_equal(counts.allowed_cpus, CPU_COUNT(&all_cpus));
	assert_in_range(counts.cpus, counts.allowed_cpus, CPU_SETSIZE);
	assert_in_range(counts.cores, 1, counts.cpus);
	assert_in_range(counts.packages, 1, counts.cores);
	assert_in_range(counts.numa_nodes, 1, 1024);
	assert_int_equal(topology_pair(t, nearest, &pair), 0);
	assert_true(is_in(pair.producer, &all_cpus) && is_in(pair.consumer, &all_cpus));
	assert_int_equal(class_of(t, pair.producer, pair.consumer), nearest);
	topology_free(t);
}

static void loading_leaves_the_thread_alone(void **state)
{
	(void)state;
	narrow_to(last_cpu);
	topology_free(load(NULL));
	assert_pinned(last_cpu);
}

static void cpus_that_may_not_be_used_do_not_count(void **state)
{
	(void)state;
	struct cpu_pair pair = {last_cpu, first_cpu};
	enum placement_class class;
	struct topology *t;
	char text[256], expected[64];

	if (first_cpu == last_cpu) {
		print_message("skipped: this process may use one CPU only\n");
		skip();
	}
	narrow_to(last_cpu);
	t = load(NULL);
	assert_int_equal(topology_classify(t, pair, &class), -EINVAL);
	snprintf(expected, sizeof expected, "CPU %d: this process may only use %d", first_cpu,
		last_cpu);
	assert_string_equal(fail_reason(), expected);
	assert_int_equal(topology_pair(t, PLACEMENT_SAME_LLC, &pair), -ENXIO);
	assert_non_null(strstr(fail_reason(), "share a last-level cache here, among the 1 of "));
	list_pairs(t, text, sizeof text);
	snprintf(expected, sizeof expected, "same-cpu: same-cpu %d,%d", last_cpu, last_cpu);
	assert_string_equal(text, expected);
	assert_int_equal(topology_count(t).allowed_cpus, 1);
	assert_true(topology_count(t).cpus > 1);
	topology_describe(t, text, sizeof text);
	assert_non_null(strstr(text, " CPUs, of which 1 may be used"));
	topology_free(t);
}

static void a_pinned_thread_is_where_it_should_be(void **state)
{
	(void)state;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (is_in(cpu, &all_cpus)) {
			assert_int_equal(affinity_pin(cpu), 0);
			assert_pinned(cpu);
		}
}

static void nobody_is_pinned_to_nowhere(void **state)
{
	(void)state;
	static const int nowhere[] = {-2, INT_MIN, INT_MAX, 16384, 16383};
	cpu_set_t now;

	assert_int_equal(affinity_pin(-1), 0);
	for (size_t i = 0; i < COUNT(nowhere); i++) {
		assert_int_equal(affinity_pin(nowhere[i]), -EINVAL);
		assert_non_null(
			strstr(fail_reason(), i < 4 ? "there is no such CPU" : "not online"));
	}
	assert_int_equal(sched_getaffinity(0, sizeof now, &now), 0);
	assert_true(CPU_EQUAL(&now, &all_cpus));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_up_machines_have_their_pairs),
		cmocka_unit_test(made_up_machines_are_described),
		cmocka_unit_test(threads_are_counted),
		cmocka_unit_test(every_two_cpus_have_a_class),
		cmocka_unit_test(kernel_numbers_are_classified),
		cmocka_unit_test(unknown_cpus_are_refused),
		cmocka_unit_test(reasons_are_for_people),
		cmocka_unit_test(nonsense_is_no_topology),
		cmocka_unit_test(another_machine_is_not_taken_for_this_one),
		cmocka_unit_test(this_machine_is_read),
		cmocka_unit_test_teardown(loading_leaves_the_thread_alone, restore_cpus),
		cmocka_unit_test_teardown(cpus_that_may_not_be_used_do_not_count, restore_cpus),
		cmocka_unit_test_teardown(a_pinned_thread_is_where_it_should_be, restore_cpus),
		cmocka_unit_test(nobody_is_pinned_to_nowhere),
	};

	return cmocka_run_group_tests(tests, remember_cpus, NULL);
}
