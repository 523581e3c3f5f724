#include "compare_cell.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "compare_arm_test.h"
#include "figures.h"

#define SUMMARY                                                                                \
	"'summary': {'rtt_ns.p50': {'unit': 'ns', 'better': 'lower', 'low_confidence': false," \
	" 'needs_messages': null}, 'rtt_ns.p99_9': {'unit': 'ns', 'better': 'lower',"          \
	" 'low_confidence': true, 'environment_dominated': true, 'needs_messages': 100000}}"
#define CELL                                                                                     \
	"{'id': 'x', 'transport': 'pipe', 'placement_class': 'same-cpu', 'axes': {}, 'status': " \
	"'ok', 'batch': 1, " SUMMARY ", 'runs': ["
#define RUN(block, p50) "{'block': " #block ", 'status': 'ok', 'rtt_ns': {'p50': " #p50 "}}"
#define FINE(block, p50, fine)                                          \
	"{'block': " #block ", 'status': 'ok', 'rtt_ns': {'p50': " #p50 \
	", 'p50_interpolated': " #fine "}}"

static const struct compare_figure p50 = {.metric = 0, .unit = COMPARE_RUN};

static struct compare_arm *arm_of(const char *cell)
{
	struct compare_arm *arm = arm_new("arm");

	arm_add_file(arm, 0, "{'invocation': {'id': 'a'}}");
	assert_int_equal(arm_add_cell(arm, cell), 0);
	return arm;
}

static void assert_values(const struct compare_arm *arm, struct compare_figure figure,
	const double *expected, size_t count)
{
	size_t n;
	double *values = compare_cell_values(arm, &arm->cells[0], figure, &n);

	assert_int_equal(n, count);
	for (size_t i = 0; i < n; i++)
		assert_true(values[i] == expected[i] || (isnan(values[i]) && isnan(expected[i])));
	free(values);
}

static void the_values_of_good_runs_are_kept(void **state)
{
	struct compare_arm *arm = arm_of(CELL RUN(0, 5) "," RUN(1, null) "," RUN(
		2, 7) ", {'block': 3, 'status': 'failed', 'rtt_ns': {'p50': 9}}," RUN(4, 0) "]}");

	(void)state;
	assert_values(arm, p50, (double[]){5, NAN, 7, NAN}, 4);
	assert_int_equal(arm->cells[0].runs[3].block, 4);
	assert_true(arm->cells[0].metrics == (1U << 0 | 1U << 3));
	assert_true(arm->cells[0].low_confidence == 1U << 3);
	assert_true(arm->cells[0].dominated == 1U << 3);
	assert_true(arm->cells[0].needs[3] == 100000 && isnan(arm->cells[0].needs[0]));
	assert_true(isnan(arm->cells[0].runs[0].loss));
	compare_arm_free(arm);
}

static void a_cell_has_interpolated_medians_where_all_its_runs_do(void **state)
{
	struct compare_arm *fine =
		arm_of(CELL FINE(0, 5, 5.25) "," FINE(1, 6, 6.25) "," RUN(2, null) "]}");
	struct compare_arm *coarse = arm_of(CELL FINE(0, 5, 5.25) "," RUN(1, 6) "]}");
	struct compare_arm *none = arm_of(CELL "]}");

	(void)state;
	assert_true(compare_cell_is_finer(&fine->cells[0], 0));
	assert_false(compare_cell_is_finer(&coarse->cells[0], 0));
	assert_false(compare_cell_is_finer(&none->cells[0], 0));
	assert_values(fine, (struct compare_figure){.finer = true}, (double[]){5.25, 6.25, NAN}, 3);
	assert_values(fine, p50, (double[]){5, 6, NAN}, 3);
	compare_arm_free(fine);
	compare_arm_free(coarse);
	compare_arm_free(none);
}

/* Two files of one boot are one value. */
static void a_boot_is_the_median_over_its_runs(void **state)
{
	struct compare_arm *arm = arm_of(CELL RUN(0, 5) "," RUN(1, 9) "]}");
	struct compare_figure figure = {.unit = COMPARE_BOOT};

	(void)state;
	arm_add_file(arm, 1, "{'invocation': {'id': 'b'}}");
	assert_int_equal(arm_add_cell(arm, CELL RUN(0, 20) "," RUN(1, null) "]}"), 0);
	arm_add_file(arm, 2, "{'invocation': {'id': 'c'}}");
	arm_add_file(arm, 0, "{'invocation': {'id': 'd'}}");
	assert_int_equal(arm_add_cell(arm, CELL RUN(0, 6) "]}"), 0);
	assert_int_equal(arm->cell_count, 1);
	/* of boot 1 only half of the runs have it, and boot 2 has no run */
	assert_values(arm, figure, (double[]){6, NAN}, 2);
	assert_values(arm, p50, (double[]){5, 9, 20, NAN, 6}, 5);
	compare_arm_free(arm);
}

static void runs_of_one_block_are_pairs(void **state)
{
	struct compare_arm *a =
		arm_of(CELL RUN(0, 5) "," RUN(1, 6) "," RUN(2, 7) "," RUN(3, null) "]}");
	struct compare_arm *b =
		arm_of(CELL RUN(3, 40) "," RUN(2, 70) "," RUN(0, 50) "," RUN(9, 60) "]}");
	struct compare_arm *other = arm_new("other");
	struct compare_side base = {a, &a->cells[0], NULL}, new = {b, &b->cells[0], NULL};

	(void)state;
	assert_int_equal(compare_cell_pair(&base, &new, p50), 2);
	assert_true(base.values[0] == 5 && new.values[0] == 50);
	assert_true(base.values[1] == 7 && new.values[1] == 70);
	free(base.values);
	free(new.values);
	/* the same blocks of another measurement */
	arm_add_file(other, 0, "{'invocation': {'id': 'another'}}");
	assert_int_equal(arm_add_cell(other, CELL RUN(0, 50) "]}"), 0);
	new = (struct compare_side){other, &other->cells[0], NULL};
	assert_int_equal(compare_cell_pair(&base, &new, p50), 0);
	free(base.values);
	free(new.values);
	compare_arm_free(a);
	compare_arm_free(b);
	compare_arm_free(other);
}

static void a_cell_is_what_it_is_in_all_files(void **state)
{
	struct compare_arm *arm =
		arm_of("{'id': 'x', 'transport': 'null', 'placement_class': 'smt', 'axes': "
		       "{'control': 'a-a'},"
		       " 'status': 'ok', 'batch': 1, 'rate_per_s': 100, 'runs': []}");
	const struct compare_cell *cell = &arm->cells[0];

	(void)state;
	assert_true(cell->is_control && cell->is_harness && !cell->reason && !cell->broke);
	assert_string_equal(cell->placement, "smt");
	assert_int_equal(arm_add_cell(arm,
				 "{'id': 'x', 'placement_class': 'smt', 'status': 'skipped',"
				 " 'reason': 'why', 'batch': 4, 'rate_per_s': 104}"),
		0);
	assert_string_equal(cell->placement, "smt");
	assert_string_equal(cell->reason, "skipped: why");
	assert_true(cell->batch == 4 && cell->rate_low == 100 && cell->rate_high == 104);
	assert_false(cell->broke);
	assert_int_equal(arm_add_cell(arm,
				 "{'id': 'x', 'placement_class': 'same-llc', 'status': 'failed',"
				 " 'reason': 'how'}"),
		0);
	assert_string_equal(cell->placement, "");
	assert_string_equal(cell->reason, "failed: how");
	assert_true(cell->broke);
	compare_arm_free(arm);
}

static void a_unit_that_is_not_ours_is_refused(void **state)
{
	struct compare_arm *arm = arm_new("arm");

	(void)state;
	arm_add_file(arm, 0, "{'invocation': {'id': 'a'}}");
	assert_int_equal(arm_add_cell(arm,
				 "{'id': 'x/y', 'status': 'ok', 'summary': {'messages_per_s': "
				 "{'unit': '1/s',"
				 " 'better': 'lower'}}}"),
		-EINVAL);
	assert_string_equal(fail_reason(),
		"x/y: messages_per_s is in \"1/s\" where \"lower\" is better: expected \"1/s\" and "
		"\"higher\"");
	compare_arm_free(arm);
}

static void losses_and_flags_are_kept(void **state)
{
	struct compare_arm *arm =
		arm_of("{'id': 'x', 'status': 'ok', 'summary': {'loss_ratio': {}}, 'runs': ["
		       "{'block': 0, 'status': 'ok', 'messages': 75, 'offered': 100, 'flags': "
		       "['drifting']},"
		       "{'block': 1, 'status': 'ok', 'messages': 100, 'offered': 100, 'flags': "
		       "['unstable',"
		       " 'drifting', 'unheard of']}, {'block': 2, 'status': 'ok', 'flags': []}]}");
	size_t count;

	(void)state;
	assert_true(arm->cells[0].runs[0].loss == 0.25 && arm->cells[0].runs[1].loss == 0);
	assert_true(arm->cells[0].runs[1].flags == (FLAG_UNSTABLE | FLAG_DRIFTING));
	assert_true(compare_cell_is_flagged(&arm->cells[0], FLAG_DRIFTING, &count));
	assert_int_equal(count, 2);
	assert_false(compare_cell_is_flagged(&arm->cells[0], FLAG_UNSTABLE, &count));
	assert_int_equal(count, 1);
	compare_arm_free(arm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_values_of_good_runs_are_kept),
		cmocka_unit_test(a_cell_has_interpolated_medians_where_all_its_runs_do),
		cmocka_unit_test(a_boot_is_the_median_over_its_runs),
		cmocka_unit_test(runs_of_one_block_are_pairs),
		cmocka_unit_test(a_cell_is_what_it_is_in_all_files),
		cmocka_unit_test(a_unit_that_is_not_ours_is_refused),
		cmocka_unit_test(losses_and_flags_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
