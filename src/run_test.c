/* What the cells of a run take from each other. */
#include "run.h"

#include "plan_test.h"

/* Cells of one number are loads of one link. */
static const struct {
	int link;
	const char *glob;
} loads[] = {
	{0, "paced/pipe/block/64/same-llc/load=25%"},
	{0, "paced/pipe/block/64/same-llc/load=75%"},
	{0, "paced/pipe/block/64/same-llc/rate=1000"},
	{1, "paced/pipe/block/64/same-llc/load=25%/buffer=8KiB"},
	{1, "paced/pipe/block/64/same-llc/load=75%/buffer=8KiB"},
	{2, "paced/pipe/block/64/same-llc/load=25%/buffer=16KiB"},
	{3, "paced/pipe/block/64/same-llc/load=25%/sides=threads"},
	{3, "paced/pipe/block/64/same-llc/load=75%/sides=threads"},
	{4, "paced/pipe/block/64/same-llc/load=25%/buffer=8KiB/sides=threads"},
	{5, "paced/pipe/block/64/same-cpu/load=25%"},
	{6, "paced/pipe/block/65/same-llc/load=25%"},
	{7, "paced/pipe/spin/64/same-llc/load=25%"},
	{8, "paced/fifo/block/64/same-llc/load=25%"},
};

#define LOADS (sizeof loads / sizeof *loads)

static void loads_of_one_link_share_its_capacity(void **state)
{
	(void)state;
	struct cell_record cells[LOADS];
	const struct run_record record = {.plan = &plan, .cells = cells};

	for (size_t i = 0; i < LOADS; i++)
		if (plan_add(&plan, &context, loads[i].glob) != 0)
			fail_msg("%s", fail_reason());
	assert_int_equal(plan.count, LOADS);
	for (size_t i = 0; i < LOADS; i++) {
		for (size_t c = 0; c < LOADS; c++)
			cells[c] = (struct cell_record){.cell = &plan.cells[c]};
		cells[i].capacity_per_s = 1000;
		for (size_t c = 0; c < LOADS; c++)
			if (run_capacity_of_link(&record, &plan.cells[c]) !=
				(loads[i].link == loads[c].link ? 1000 : 0))
				fail_msg("%s and %s", plan.cells[i].id, plan.cells[c].id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
		loads_of_one_link_share_its_capacity, setup, teardown)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
