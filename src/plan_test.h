/* What the tests of plans share: a plan on a described machine, and what a glob makes of it. */
#ifndef IPCMARK_PLAN_TEST_H
#define IPCMARK_PLAN_TEST_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "plan.h"

#include <cmocka.h>

#define FOUR_CORES "pack:1 l3:1 core:4 pu:1" /* same-cpu 1,1; same-llc 1,2 */

static struct plan plan;
static struct plan_context context;

static inline void machine(const char *synthetic)
{
	topology_free((struct topology *)context.topology);
	context = (struct plan_context){.topology = topology_load(synthetic)};
	assert_non_null(context.topology);
}

static inline int setup(void **state)
{
	(void)state;
	machine(FOUR_CORES);
	fail_text(EIO, "stale");
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	plan_clear(&plan);
	topology_free((struct topology *)context.topology);
	context = (struct plan_context){0};
	return 0;
}

/* The plan of one glob has exactly these cells, in this order: one a line. */
static inline void assert_cells(const char *glob, const char *expected)
{
	char got[8192] = "";
	size_t used = 0;

	plan_clear(&plan);
	print_message("%s\n", glob);
	if (plan_add(&plan, &context, glob) != 0)
		fail_msg("%s", fail_reason());
	for (size_t i = 0; i < plan.count && used < sizeof got; i++)
		used += (size_t)snprintf(
			got + used, sizeof got - used, "%s%s", i ? "\n" : "", plan.cells[i].id);
	assert_string_equal(got, expected);
}

static inline void assert_refused(const char *glob, const char *reason)
{
	plan_clear(&plan);
	print_message("%s\n", glob);
	fail_text(EIO, "stale");
	assert_int_equal(plan_add(&plan, &context, glob), -EINVAL);
	assert_string_equal(fail_reason(), reason);
	assert_int_equal(plan.count, 0);
}

#endif
