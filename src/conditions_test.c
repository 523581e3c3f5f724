/* What the machine did meanwhile, from changes made by hand: which runs are flagged, and which do
 * not count. */
#include "conditions.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct transport transport;
static struct pair_params params;
static struct run_figures figures;

static int setup(void **state)
{
	(void)state;
	transport.traits = 0;
	params = (struct pair_params){.transport = &transport,
		.pattern = &pattern_pingpong,
		.wait = WAIT_BLOCK,
		.cpus = {0, 1}};
	figures = (struct run_figures){.switches_per_message = 2,
		.side_messages = {10000, 10000},
		.work_ns = {{50000, 50000}, {50000, 50000}},
		.load = {.resolution = 0.0001, .throttles = 0, .hot_count = 0}};
	return 0;
}

static void assert_judged(unsigned flags, const char *reason)
{
	conditions_judge(&params, false, &figures);
	assert_int_equal(figures.flags, flags);
	assert_string_equal(figures.reason, reason);
	assert_int_equal(figures.status, reason[0] ? RUN_INVALID : RUN_OK);
}

static void a_quiet_machine(void **state)
{
	(void)state;
	assert_judged(0, "");
}

static void nothing_known_is_held_against_nobody(void **state)
{
	(void)state;
	figures.load = (struct load_change){
		.foreign = NAN, .steal = NAN, .resolution = NAN, .throttles = -1, .hot_count = -1};
	for (int side = 0; side < SIDES; side++)
		figures.work_ns[side][0] = figures.work_ns[side][1] = NAN;
	assert_judged(0, "");
}

static void other_work(void **state)
{
	(void)state;
	figures.load.foreign = 0.004;
	assert_judged(0, "");
	figures.load.foreign = 0.04;
	assert_judged(FLAG_FOREIGN_LOAD, "");
	figures.load.foreign = 0.06;
	assert_judged(FLAG_FOREIGN_LOAD, "other work took 6.0 % of its CPUs' time");
}

/* One tick in a short run is rounding, not work. */
static void what_ticks_can_t_tell(void **state)
{
	(void)state;
	figures.load.foreign = figures.load.steal = 0.2;
	figures.load.resolution = 0.1;
	assert_judged(0, "");
}

static void steal(void **state)
{
	(void)state;
	figures.load.steal = 0.005;
	assert_judged(FLAG_STEAL, "");
	figures.load.steal = 0.02;
	assert_judged(FLAG_STEAL, "the host took 2.0 % of its CPUs' time (steal)");
}

static void throttling_and_heat(void **state)
{
	(void)state;
	figures.load.throttles = 3;
	assert_judged(FLAG_THROTTLED, "the control group was throttled 3 times (cpu.max)");
	setup(state);
	figures.load.hot_count = 2;
	assert_judged(FLAG_THROTTLED, "heat slowed its CPUs down 2 times");
}

static void a_change_of_pace(void **state)
{
	(void)state;
	figures.work_ns[SIDE_CONSUMER][1] = 52000;
	assert_judged(FLAG_FREQUENCY, "");
	figures.work_ns[SIDE_CONSUMER][1] = 60000;
	assert_judged(FLAG_FREQUENCY,
		"the consumer's CPU changed its pace by 20 %: fixed work took 50.0 us before and "
		"60.0 us after");
}

static void what_is_allowed_is_flagged_only(void **state)
{
	(void)state;
	figures.load.foreign = figures.load.steal = 0.5;
	figures.load.throttles = 1;
	conditions_judge(&params, true, &figures);
	assert_int_equal(figures.status, RUN_OK);
	assert_int_equal(figures.flags, FLAG_FOREIGN_LOAD | FLAG_STEAL | FLAG_THROTTLED);
}

static void a_wait_that_is_not_kept(void **state)
{
	(void)state;
	figures.switches_per_message = 0.1;
	assert_judged(FLAG_UNEXPECTED_WAIT, "");
	setup(state);
	params.wait = WAIT_SPIN;
	assert_judged(FLAG_UNEXPECTED_WAIT, "");
	figures.flags = 0;
	figures.switches_per_message = 0;
	assert_judged(0, "");
	params.pattern = &pattern_stream; /* sleeps or not, as its buffers are */
	figures.switches_per_message = 1;
	assert_judged(0, "");
}

static void deep_sleep_between_messages(void **state)
{
	(void)state;
	figures.load.deep_idle = 0.2;
	assert_judged(FLAG_DEEP_IDLE, "");
	figures.flags = 0;
	params.exchange.think_ns = 1000000; /* asked for */
	assert_judged(0, "");
}

static void tcp_that_repeats_itself(void **state)
{
	(void)state;
	figures.retransmits = 1;
	assert_judged(0, ""); /* another program's */
	transport.traits = TRAIT_TCP;
	assert_judged(FLAG_RETRANSMITS, "");
}

static void cpus_that_were_taken(void **state)
{
	(void)state;
	figures.usage[SIDE_PRODUCER].involuntary_switches = 10;
	assert_judged(0, "");
	figures.usage[SIDE_CONSUMER].involuntary_switches = 1;
	assert_judged(FLAG_INVOLUNTARY, "");
	figures.flags = 0;
	params.cpus.consumer = 0; /* on one CPU a hand-over may be involuntary */
	assert_judged(0, "");
}

static void a_failed_run_stays_as_it_is(void **state)
{
	(void)state;
	figures.status = RUN_FAILED;
	figures.load.foreign = 1;
	conditions_judge(&params, false, &figures);
	assert_int_equal(figures.status, RUN_FAILED);
	assert_int_equal(figures.flags, 0);
}

static void gaps_count_on_both_cpus(void **state)
{
	(void)state;
	struct conditions conditions = {.cpus = {0, 1, 2}, .cpu_count = 3, .is_probed = true};

	for (int i = 0; i < 3; i++) {
		conditions.before[i] = (struct cpu_probe){
			.cpu = i, .gap_fraction = 0.001 * (i + 1), .gap_rate_per_s = 100};
		conditions.after[i] = conditions.before[i];
	}
	conditions.after[0].gap_fraction = 0.011; /* the worse look counts */

	double share = conditions_gap_share(&conditions, (struct cpu_pair){0, 1}, 10000);

	assert_true(fabs(share - (0.011 + 0.002 + 2 * 100 * 1e-5)) < 1e-12);
	share = conditions_gap_share(&conditions, (struct cpu_pair){2, 2}, 10000);
	assert_true(fabs(share - (0.003 + 100 * 1e-5)) < 1e-12);
	assert_true(isnan(conditions_gap_share(&conditions, (struct cpu_pair){-1, -1}, 1)));
	conditions.is_probed = false;
	assert_true(isnan(conditions_gap_share(&conditions, (struct cpu_pair){0, 1}, 1)));
}

/* The CPUs of this machine: each once, and their clocks agree with themselves. */
static void this_machine(void **state)
{
	(void)state;
	static struct conditions conditions;
	struct topology *topology = topology_load(NULL);
	const struct plan_context context = {.topology = topology};
	struct plan plan = {0};

	assert_int_equal(plan_add(&plan, &context, "pingpong/{pipe,fifo}/block/64/*"), 0);
	assert_int_equal(conditions_begin(&conditions, &plan, 10000000), 0);
	assert_true(conditions.cpu_count >= 1 && conditions.is_probed);
	for (size_t i = 0; i < conditions.cpu_count; i++) {
		assert_int_equal(conditions.before[i].cpu, conditions.cpus[i]);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(conditions.cpus[i], conditions.cpus[j]);
	}
	for (size_t i = 0; i < plan.count; i++) {
		const struct cell *cell = &plan.cells[i];
		double ns = conditions_one_way_ns(&conditions, cell);

		if (cell->class == PLACEMENT_SAME_CPU)
			assert_true(ns == 0);
		if (cell->class == PLACEMENT_FLOATING)
			assert_true(isnan(ns));
	}
	assert_int_equal(conditions_end(&conditions, 10000000), 0);
	assert_true(conditions.is_probed);
	plan_clear(&plan);
	topology_free(topology);
}

static void clocks_that_disagree(void **state)
{
	(void)state;
	struct conditions conditions = {.skew_count = 2,
		.skew = {{.cpus = {0, 1}, .before = {-50, 60}, .after = {-40, 70}},
			{.cpus = {0, 2}, .reason = "the clocks are apart"}}};
	struct cell cell = {.cpus = {0, 1}};

	assert_true(conditions_one_way_ns(&conditions, &cell) == 60);
	cell.cpus.consumer = 2;
	assert_true(isnan(conditions_one_way_ns(&conditions, &cell)));
	assert_string_equal(fail_reason(), "the clocks are apart");
	cell.cpus.consumer = 3;
	assert_true(isnan(conditions_one_way_ns(&conditions, &cell)));
	assert_string_equal(fail_reason(), "the clocks of its CPUs were not compared");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_quiet_machine, setup),
		cmocka_unit_test_setup(nothing_known_is_held_against_nobody, setup),
		cmocka_unit_test_setup(other_work, setup),
		cmocka_unit_test_setup(what_ticks_can_t_tell, setup),
		cmocka_unit_test_setup(steal, setup),
		cmocka_unit_test_setup(throttling_and_heat, setup),
		cmocka_unit_test_setup(a_change_of_pace, setup),
		cmocka_unit_test_setup(what_is_allowed_is_flagged_only, setup),
		cmocka_unit_test_setup(a_wait_that_is_not_kept, setup),
		cmocka_unit_test_setup(deep_sleep_between_messages, setup),
		cmocka_unit_test_setup(tcp_that_repeats_itself, setup),
		cmocka_unit_test_setup(cpus_that_were_taken, setup),
		cmocka_unit_test_setup(a_failed_run_stays_as_it_is, setup),
		cmocka_unit_test(gaps_count_on_both_cpus),
		cmocka_unit_test(this_machine),
		cmocka_unit_test(clocks_that_disagree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
