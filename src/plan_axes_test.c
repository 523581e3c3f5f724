/* Plans with axes: think time, rates and loads, controls. */
#include "plan_test.h"

static void axes_stand_behind(void **state)
{
	(void)state;
	assert_cells("pingpong/pipe/block/64/same-cpu/think=1ms",
		"pingpong/pipe/block/64/same-cpu/think=1ms");
	assert_cells("pingpong/think={0,1ms}/pipe/block/64/same-cpu",
		"pingpong/pipe/block/64/same-cpu\npingpong/pipe/block/64/same-cpu/think=1ms");
	assert_int_equal(plan.cells[1].axes.think_ns, 1000000);
	assert_refused("pingpong/pipe/think=1",
		"duration \"1\": expected a number with ns, us, ms or s, from 1ns to 3600s, for "
		"example 250ms or 1.5s");
	assert_refused("stream/pipe/think=1ms",
		"\"think=1ms\": stream has no such axis: it is one of pingpong");
	assert_refused(
		"pingpong/pipe/thunk=1ms", "unknown axis \"thunk\": did you mean \"think=\"?");
}

/* A wildcard stands for the patterns that have the axis. */
static void wildcards_skip_patterns(void **state)
{
	(void)state;
	assert_cells(
		"*/pipe/block/64/same-cpu/think=1ms", "pingpong/pipe/block/64/same-cpu/think=1ms");
	assert_cells("*/pipe/block/64/same-cpu/rate=1k", "paced/pipe/block/64/same-cpu/rate=1000");
}

static void not_more_are_active_than_there_are(void **state)
{
	(void)state;
	assert_int_equal(
		plan_add(&plan, &context, "fanin/tcp/poll/64/same-cpu/connections={1,2}/active=2"),
		0);
	assert_string_equal(plan.cells[0].skip, "active=2: there are 1 connections");
	assert_string_equal(plan.cells[1].skip, "");
}

static void an_axis_is_named_once(void **state)
{
	(void)state;
	assert_refused("stream/pipe/batch=2/batch=3", "\"batch=3\": this axis is named twice");
	assert_refused(
		"stream/pipe/batch={2,3}/pairs=2/batch=3", "\"batch=3\": this axis is named twice");
}

static void counts_are_plain_numbers(void **state)
{
	(void)state;
	assert_refused("stream/pipe/batch=+4", "batch \"+4\": expected 1 to 1024");
	assert_refused("stream/pipe/batch= 4", "batch \" 4\": expected 1 to 1024");
	assert_refused("stream/pipe/pairs=0", "pairs \"0\": expected 1 to 64");
	assert_refused("paced/pipe/load=+5%",
		"load \"+5%\": expected 1% to 200% of the cell's capacity, for example 50%");
}

static void a_paced_cell_has_a_pace(void **state)
{
	(void)state;
	static const struct axes loads[] = {{.load_percent = 10}, {.load_percent = 90}};
	static const struct axes rate = {.rate_per_s = 500};

	assert_cells("paced/pipe/block/64/same-cpu", "paced/pipe/block/64/same-cpu/load=50%");
	context.paced = loads;
	context.paced_count = 2;
	assert_cells("paced/pipe/block/64/same-cpu",
		"paced/pipe/block/64/same-cpu/load=10%\npaced/pipe/block/64/same-cpu/load=90%");
	assert_cells("paced/pipe/block/64/same-cpu/rate=7",
		"paced/pipe/block/64/same-cpu/rate=7"); /* its own */
	context.paced = &rate;
	context.paced_count = 1;
	assert_cells("paced/pipe/block/64/same-cpu", "paced/pipe/block/64/same-cpu/rate=500");
}

static void one_way_needs_two_known_cpus(void **state)
{
	(void)state;
	assert_int_equal(
		plan_add(&plan, &context, "paced/{pipe,null}/{none,block}/64/floating"), 0);
	assert_int_equal(plan.count, 2);
	assert_string_equal(plan.cells[0].skip,
		"one-way times need two CPUs whose clocks are compared: this placement has no "
		"fixed ones");
	assert_string_equal(plan.cells[1].skip, "nothing crosses, so nothing arrives");
}

static void controls_come_in_threes(void **state)
{
	(void)state;
	static const char glob[] = "pingpong/pipe/block/64/same-cpu";

	assert_cells("pingpong/{fifo,pipe}/block/64/same-cpu",
		"pingpong/fifo/block/64/same-cpu\npingpong/pipe/block/64/same-cpu");
	for (int again = 0; again < 2; again++) {
		assert_int_equal(plan_add_controls(&plan, &context, glob), 0);
		assert_int_equal(plan.count, 4); /* the cell itself was there */
	}
	assert_string_equal(plan.cells[2].id, "pingpong/pipe/block/64/same-cpu/control=a-a");
	assert_string_equal(plan.cells[3].id, "pingpong/pipe/block/64/same-cpu/control=positive");
	plan_clear(&plan);
	assert_int_equal(plan_add_controls(&plan, &context, glob), 0);
	assert_int_equal(plan.count, 3);
}

static void two_cpus_take_the_place_of_a_preset_s(void **state)
{
	(void)state;
	const struct cpu_pair cpus = {2, 3};

	context.cpus = &cpus;
	assert_refused("pingpong/pipe/block/64/same-cpu",
		"placement \"same-cpu\": --cpus says 2,3; leave this part out");
	context.replace_placement = true;
	assert_cells("pingpong/pipe/block/64/same-cpu/think=1ms",
		"pingpong/pipe/block/64/2,3/think=1ms");
}

/* Four cores are enough for two pairs. */
static void pairs_have_their_places(void **state)
{
	(void)state;
	assert_cells("pingpong/shm/spin/64/same-llc/pairs={1,2,3}",
		"pingpong/shm/spin/64/same-llc\npingpong/shm/spin/64/same-llc/pairs=2\n"
		"pingpong/shm/spin/64/same-llc/pairs=3");
	assert_int_equal(plan.cells[0].crowd.pairs, 0);
	assert_int_equal(plan.cells[1].crowd.pairs, 2);
	assert_false(plan.cells[1].crowd.shares_cpus);
	assert_int_equal(plan.cells[1].crowd.cpus[1].producer, 3);
	assert_int_equal(plan.cells[1].crowd.cpus[1].consumer, 0);
	assert_string_equal(plan.cells[1].skip, "");
	assert_true(plan.cells[2].crowd.shares_cpus);
	assert_string_equal(plan.cells[2].skip,
		"spin needs a CPU for each side: 3 pairs need 6, and this placement has fewer");
	assert_cells(
		"stream/pipe/block/64/same-llc/pairs=3", "stream/pipe/block/64/same-llc/pairs=3");
	assert_string_equal(plan.cells[0].skip, "");
	assert_cells("stream/pipe/block/64/cross-numa/pairs=3",
		"stream/pipe/block/64/cross-numa/pairs=3");
	assert_string_equal(plan.cells[0].skip, "no two NUMA nodes have CPUs here");
}

/* What suits the pattern and the transport; by a wildcard, those that it suits. */
static void axes_of_the_new_patterns(void **state)
{
	(void)state;
	assert_cells("fanin/tcp/*/64/same-cpu/connections=128",
		"fanin/tcp/poll/64/same-cpu/connections=128/active=1\n"
		"fanin/tcp/select/64/same-cpu/connections=128/active=1\n"
		"fanin/tcp/epoll/64/same-cpu/connections=128/active=1\n"
		"fanin/tcp/io-uring/64/same-cpu/connections=128/active=1");
	assert_cells("fanin/pipe/usual/64/same-cpu/active=100",
		"fanin/pipe/poll/64/same-cpu/connections=100/active=100");
	assert_cells("connect/unix-stream",
		"connect/unix-stream/block/64/same-llc\n"
		"connect/unix-stream/block/64/same-cpu");
	assert_cells("stream/{pipe,shm*}/usual/64/same-cpu/batch=16",
		"stream/pipe/block/64/same-cpu/batch=16");
	assert_refused("stream/shm/usual/64/same-cpu/batch=16",
		"batch=: shm moves one message in a system call");
	assert_refused("pingpong/scm-rights/usual/64/same-cpu/connections=2",
		"\"connections=2\": pingpong has no such axis: it is one of fanin");
	assert_cells("stream/pipe/usual/1M/same-cpu/batch={64,65}",
		"stream/pipe/block/1M/same-cpu/batch=64\nstream/pipe/block/1M/same-cpu/batch=65");
	assert_string_equal(plan.cells[0].skip, "");
	assert_string_equal(plan.cells[1].skip,
		"a batch of 65 messages of 1048576 bytes is more than 64M: each side would hold "
		"two");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(axes_stand_behind, setup, teardown),
		cmocka_unit_test_setup_teardown(wildcards_skip_patterns, setup, teardown),
		cmocka_unit_test_setup_teardown(
			not_more_are_active_than_there_are, setup, teardown),
		cmocka_unit_test_setup_teardown(an_axis_is_named_once, setup, teardown),
		cmocka_unit_test_setup_teardown(counts_are_plain_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(a_paced_cell_has_a_pace, setup, teardown),
		cmocka_unit_test_setup_teardown(one_way_needs_two_known_cpus, setup, teardown),
		cmocka_unit_test_setup_teardown(controls_come_in_threes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			two_cpus_take_the_place_of_a_preset_s, setup, teardown),
		cmocka_unit_test_setup_teardown(pairs_have_their_places, setup, teardown),
		cmocka_unit_test_setup_teardown(axes_of_the_new_patterns, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
