/* Where the pairs of a crowd run, on machines that hwloc makes up. */
#include "affinity.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"

#include <cmocka.h>

static const struct {
	const char *synthetic;
	enum placement_class class;
	uint32_t pairs;
	const char *text; /* the pairs, and "shared" */
} table[] = {
	{"pack:1 l3:1 core:2 pu:1", PLACEMENT_SAME_LLC, 1, "1,0"},
	{"pack:1 l3:1 core:2 pu:1", PLACEMENT_SAME_LLC, 3, "1,0 1,0 1,0 shared"},
	{"pack:1 l3:1 core:2 pu:1", PLACEMENT_SAME_CPU, 2, "1,1 0,0"},
	{"pack:1 l3:1 core:2 pu:1", PLACEMENT_SAME_CPU, 3, "1,1 0,0 1,1 shared"},
	{"pack:1 l3:1 core:2 pu:1", PLACEMENT_FLOATING, 1, "-1,-1"},
	{"pack:1 l3:1 core:2 pu:1", PLACEMENT_FLOATING, 2, "-1,-1 -1,-1 shared"},
	/* CPU 0's core comes last */
	{"pack:1 l3:1 core:8 pu:1", PLACEMENT_SAME_LLC, 4, "1,2 3,4 5,6 7,0"},
	{"pack:1 l3:1 core:8 pu:1", PLACEMENT_SAME_LLC, 6, "1,2 3,4 5,6 7,0 1,2 3,4 shared"},
	/* cores first, then their second threads */
	{"pack:1 l3:1 core:4 pu:2", PLACEMENT_SAME_LLC, 4, "2,4 6,0 3,5 7,1"},
	{"pack:1 l3:1 core:4 pu:2", PLACEMENT_SMT, 5, "2,3 4,5 6,7 0,1 2,3 shared"},
	{"pack:1 l3:1 core:2 pu:2", PLACEMENT_SAME_CPU, 5, "2,2 0,0 3,3 1,1 2,2 shared"},
	/* two caches, two nodes: a pair never leaves its class */
	{"pack:1 l3:2 core:3 pu:1", PLACEMENT_SAME_LLC, 3, "1,2 3,4 1,2 shared"},
	{"pack:1 l3:2 core:3 pu:1", PLACEMENT_CROSS_LLC, 4, "1,3 2,4 5,0 1,3 shared"},
	{"pack:2 numa:1 l3:1 core:2 pu:1", PLACEMENT_CROSS_NUMA, 3, "1,2 3,0 1,2 shared"},
};

static void pairs_stay_apart_while_they_can(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct topology *t = topology_load(table[i].synthetic);
		struct cpu_pair first;
		struct crowd crowd;
		char text[256] = "";

		assert_non_null(t);
		assert_int_equal(topology_pair(t, table[i].class, &first), 0);
		assert_int_equal(topology_crowd(t, first, table[i].pairs, &crowd), 0);
		assert_int_equal(crowd.pairs, table[i].pairs);
		for (uint32_t p = 0; p < crowd.pairs; p++)
			snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d,%d",
				p ? " " : "", crowd.cpus[p].producer, crowd.cpus[p].consumer);
		if (crowd.shares_cpus)
			strcat(text, " shared");
		assert_string_equal(text, table[i].text);
		topology_free(t);
	}
}

/* The user's own two CPUs are those of the first pair. */
static void two_given_cpus_are_the_first(void **state)
{
	(void)state;
	struct topology *t = topology_load("pack:1 l3:1 core:8 pu:1");
	struct crowd crowd;

	assert_int_equal(topology_crowd(t, (struct cpu_pair){5, 2}, 3, &crowd), 0);
	assert_int_equal(crowd.cpus[0].producer, 5);
	assert_int_equal(crowd.cpus[0].consumer, 2);
	assert_int_equal(crowd.cpus[1].producer, 1);
	assert_int_equal(crowd.cpus[1].consumer, 3);
	assert_int_equal(crowd.cpus[2].producer, 4);
	assert_int_equal(crowd.cpus[2].consumer, 6);
	assert_false(crowd.shares_cpus);
	assert_int_equal(topology_crowd(t, (struct cpu_pair){5, 8}, 3, &crowd), -EINVAL);
	assert_non_null(strstr(fail_reason(), "CPU 8: not in this machine"));
	topology_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_stay_apart_while_they_can),
		cmocka_unit_test(two_given_cpus_are_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
