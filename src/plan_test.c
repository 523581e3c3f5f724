/* Plans: which cells a glob names, on described machines, so that nothing depends on this one. */
#include "plan_test.h"

#include "wait.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define TWO_SOCKETS "pack:2 l3:2 core:2 pu:2"
#define ONE_CPU     "pack:1 core:1 pu:1"

static const struct cell *only_cell(const char *glob)
{
	assert_cells(glob, glob);
	return &plan.cells[0];
}

static void a_full_name_is_one_cell(void **state)
{
	(void)state;
	const struct cell *cell = only_cell("pingpong/pipe/block/64/same-llc");

	assert_ptr_equal(cell->pattern, &pattern_pingpong);
	assert_ptr_equal(cell->transport, transport_find("pipe"));
	assert_int_equal(cell->wait, WAIT_BLOCK);
	assert_int_equal(cell->message_bytes, 64);
	assert_string_equal(cell->placement, "same-llc");
	assert_int_equal(cell->class, PLACEMENT_SAME_LLC);
	assert_int_equal(cell->cpus.producer, 1);
	assert_int_equal(cell->cpus.consumer, 2);
	assert_string_equal(cell->skip, "");
}

static void globs_work_in_each_part(void **state)
{
	(void)state;
	assert_cells("p*g/pipe/block/64/same-cpu", "pingpong/pipe/block/64/same-cpu");
	assert_cells("stream/[fp]i[fp][eo]/block/64/same-cpu",
		"stream/pipe/block/64/same-cpu\nstream/fifo/block/64/same-cpu");
	assert_cells("stream/pipe/b???k/64/same-cpu", "stream/pipe/block/64/same-cpu");
	assert_cells("stream/pipe/block/1?/same-cpu",
		"stream/pipe/block/16/same-cpu\nstream/pipe/block/1K/same-cpu\n"
		"stream/pipe/block/1M/same-cpu");
	assert_cells("stream/pipe/block/64/same-*",
		"stream/pipe/block/64/same-cpu\nstream/pipe/block/64/same-llc");
}

static void braces_keep_their_order(void **state)
{
	(void)state;
	assert_cells("{stream,pingpong}/{tcp,pipe}/block/{1K,64}/same-llc",
		"stream/tcp/block/1K/same-llc\nstream/tcp/block/64/same-llc\n"
		"stream/pipe/block/1K/same-llc\nstream/pipe/block/64/same-llc\n"
		"pingpong/tcp/block/1K/same-llc\npingpong/tcp/block/64/same-llc\n"
		"pingpong/pipe/block/1K/same-llc\npingpong/pipe/block/64/same-llc");
	assert_cells("{stream/tcp,pingpong/pipe}/block/64/same-cpu",
		"stream/tcp/block/64/same-cpu\npingpong/pipe/block/64/same-cpu");
	assert_cells("stream/{null,pipe}/none/64/same-cpu", /* one may match nothing */
		"stream/null/none/64/same-cpu");
}

/* What is left out of "pingpong": any transport, its usual wait, 64 bytes, two placements; all in
 * the order of the registries. */
static void parts_that_are_left_out(void **state)
{
	(void)state;
	size_t at = 0;

	assert_int_equal(plan_add(&plan, &context, "pingpong"), 0);
	for (size_t t = 0; transport_registry[t]; t++)
		for (int near = 1; near >= 0; near--, at++) {
			const struct cell *cell = &plan.cells[at];

			assert_true(at < plan.count);
			assert_ptr_equal(cell->pattern, &pattern_pingpong);
			assert_ptr_equal(cell->transport, transport_registry[t]);
			assert_int_equal(cell->wait, wait_usual(transport_registry[t]->waits));
			assert_int_equal(cell->message_bytes, 64);
			assert_string_equal(cell->placement, near ? "same-llc" : "same-cpu");
		}
	assert_int_equal(at, plan.count);
	assert_true(at >= 20);
	assert_cells("*/pipe/block",
		"pingpong/pipe/block/64/same-llc\npingpong/pipe/block/64/same-cpu\n"
		"stream/pipe/block/64/same-llc\nstream/pipe/block/64/same-cpu\n"
		"paced/pipe/block/64/same-llc/load=50%\npaced/pipe/block/64/same-cpu/load=50%\n"
		"write-write-read/pipe/block/64/same-llc\nwrite-write-read/pipe/block/64/same-cpu");
	assert_cells("stream/pipe/block/1500",
		"stream/pipe/block/1500/same-llc\nstream/pipe/block/1500/same-cpu");
}

static void nearest_is_of_the_machine(void **state)
{
	(void)state;
	assert_cells("stream/pipe/block/64/nearest", "stream/pipe/block/64/same-llc");
	machine("pack:2 numa:1 core:1 pu:1");
	assert_cells("stream/pipe/block/64/nearest", "stream/pipe/block/64/cross-numa");
	machine("pack:1 l3:1 core:1 pu:2");
	assert_cells("stream/pipe/block/64/nearest", "stream/pipe/block/64/smt");
	machine(ONE_CPU);
	assert_cells("stream/pipe/block/64/nearest", "stream/pipe/block/64/same-cpu");
	assert_cells("stream/pipe/block", "stream/pipe/block/64/same-cpu");
}

static void each_cell_once(void **state)
{
	(void)state;
	assert_cells("stream/{pipe,pip[e]}/block/{64,64B}/{nearest,same-llc,same-*}",
		"stream/pipe/block/64/same-llc\nstream/pipe/block/64/same-cpu");
	assert_int_equal(plan_add(&plan, &context, "stream/pipe/{block,spin}/64/same-cpu"), 0);
	assert_int_equal(plan.count, 3);                                     /* spin is new */
	assert_int_equal(plan_add(&plan, &context, "stream/pipe/block"), 0); /* no mistake */
	assert_int_equal(plan.count, 3);
	assert_string_equal(plan.cells[0].id, "stream/pipe/block/64/same-llc");
	assert_string_equal(plan.cells[2].id, "stream/pipe/spin/64/same-cpu");
}

static void sizes_are_what_they_say(void **state)
{
	(void)state;
	static const struct {
		const char *text, *word;
		size_t bytes;
	} sizes[] = {{"16", "16", 16}, {"17", "17", 17}, {"1024", "1K", 1024}, {"4KiB", "4K", 4096},
		{"1500", "1500", 1500}, {"1M", "1M", 1 << 20}, {"1048576", "1M", 1 << 20}};
	char glob[64], id[64];

	for (size_t i = 0; i < COUNT(sizes); i++) {
		snprintf(glob, sizeof glob, "stream/tcp/block/%s/same-cpu", sizes[i].text);
		snprintf(id, sizeof id, "stream/tcp/block/%s/same-cpu", sizes[i].word);
		assert_cells(glob, id);
		assert_int_equal(plan.cells[0].message_bytes, sizes[i].bytes);
	}
	plan_clear(&plan);
	assert_int_equal(plan_add(&plan, &context, "stream/tcp/block/*/same-cpu"), 0);
	assert_int_equal(plan.count, 9); /* 16, 64, 256 ... 1M */
	for (size_t i = 0, bytes = 16; i < 9; i++, bytes *= 4)
		assert_int_equal(plan.cells[i].message_bytes, bytes);
}

static void sizes_out_of_range(void **state)
{
	(void)state;
	assert_refused("stream/tcp/block/15", "size \"15\": messages have 16 bytes to 1M");
	assert_refused("stream/tcp/block/0", "size \"0\": messages have 16 bytes to 1M");
	assert_refused("stream/tcp/block/2M", "size \"2M\": messages have 16 bytes to 1M");
	assert_refused(
		"stream/tcp/block/1048577", "size \"1048577\": messages have 16 bytes to 1M");
	assert_refused("stream/tcp/block/64k",
		"size \"64k\": expected bytes with an optional K or M, for example 64, 4K, 1M");
	assert_refused("stream/tcp/block/",
		"size \"\": expected bytes with an optional K or M, for example 64, 4K, 1M");
	assert_refused("stream/tcp/block/*7*",
		"cell \"stream/tcp/block/*7*\": matches none: see `ipcmark list` for what goes "
		"with what");
}

static void unknown_words_are_refused(void **state)
{
	(void)state;
	assert_refused("pingpon", "unknown pattern \"pingpon\": did you mean \"pingpong\"?");
	assert_refused("xyz", "unknown pattern \"xyz\": see `ipcmark list`");
	assert_refused("*/pipes/*", "unknown transport \"pipes\": did you mean \"pipe\"?");
	assert_refused("*/Pipe/*", "unknown transport \"Pipe\": did you mean \"pipe\"?");
	assert_refused("*/qqqqqqqq", "unknown transport \"qqqqqqqq\": see `ipcmark list`");
	assert_refused("*/*/blocking/*", "unknown wait \"blocking\": did you mean \"block\"?");
	assert_refused("*/*/qqqqqqqq", "unknown wait \"qqqqqqqq\": see `ipcmark list`");
	assert_refused("*/*/*/64/same-lcc",
		"unknown placement \"same-lcc\": did you mean "
		"\"same-llc\"?");
	assert_refused(
		"*/*/*/64/nearst", "unknown placement \"nearst\": did you mean \"nearest\"?");
	assert_refused("*/*/*/64/qqqqqqqq", "unknown placement \"qqqqqqqq\": see `ipcmark list`");
	assert_refused("", "unknown pattern \"\": see `ipcmark list`");
	assert_refused("verify/pipe", "unknown pattern \"verify\": see `ipcmark list`");
}

static void what_no_cell_can_be(void **state)
{
	(void)state;
	char text[400] = "stream/";

	assert_refused("stream/null/block",
		"cell \"stream/null/block\": matches none: see `ipcmark list` for what goes with "
		"what");
	assert_refused("s*/x*",
		"cell \"s*/x*\": matches none: see `ipcmark list` for what goes "
		"with what");
	assert_refused("stream/tcp/block/64/same-cpu/more",
		"cell \"stream/tcp/block/64/same-cpu/more\": more than 5 parts: expected "
		"PATTERN/TRANSPORT/WAIT/SIZE/PLACEMENT, and axes as key=value");
	assert_refused("stream/{tcp", "\"stream/{tcp\": braces do not match");
	memset(text + 7, '*', 300);
	assert_refused(text, "cell \"stream/*********************************...\": too long");
}

static void what_came_before_an_error_stays(void **state)
{
	(void)state;
	assert_int_equal(plan_add(&plan, &context, "stream/pipe/block/64/same-cpu"), 0);
	assert_int_equal(plan_add(&plan, &context, "stream/pipe/blok"), -EINVAL);
	assert_int_equal(plan.count, 1);
	plan_clear(&plan);
	assert_int_equal(plan.count, 0);
	assert_null(plan.cells);
}

static void two_cpus_by_number(void **state)
{
	(void)state;
	const struct cell *cell = only_cell("stream/pipe/block/64/3,0");

	assert_string_equal(cell->placement, "3,0");
	assert_int_equal(cell->class, PLACEMENT_SAME_LLC);
	assert_int_equal(cell->cpus.producer, 3);
	assert_int_equal(cell->cpus.consumer, 0);
	machine(TWO_SOCKETS);
	assert_int_equal(only_cell("stream/pipe/block/64/0,1")->class, PLACEMENT_SMT);
	assert_int_equal(only_cell("stream/pipe/block/64/2,2")->class, PLACEMENT_SAME_CPU);
	assert_refused("stream/pipe/block/64/0,99", "CPU 99: not in this machine, which has 0-15");
	assert_refused(
		"stream/pipe/block/64/0,1x", "unknown placement \"0,1x\": see `ipcmark list`");
}

/* --cpus takes the place of all placements. */
static void cpus_of_the_command_line(void **state)
{
	(void)state;
	const struct cpu_pair cpus = {.producer = 2, .consumer = 3};

	context.cpus = &cpus;
	assert_cells("{stream,pingpong}/pipe/block",
		"stream/pipe/block/64/2,3\npingpong/pipe/block/64/2,3");
	assert_int_equal(plan.cells[0].cpus.consumer, 3);
	assert_cells("stream/pipe/block/64/2,3", "stream/pipe/block/64/2,3");
	assert_cells("stream/pipe/block/64/*", "stream/pipe/block/64/2,3");
	assert_refused("stream/pipe/block/64/same-llc",
		"placement \"same-llc\": --cpus says 2,3; leave this part out");
	context.cpus = &(struct cpu_pair){.producer = 0, .consumer = 4};
	assert_refused("stream", "CPU 4: not in this machine, which has 0-3");
}

static void spin_needs_two_cpus(void **state)
{
	(void)state;
	const char *reason =
		"spin needs two CPUs: on one, each side would spin until its time slice ends";

	assert_string_equal(only_cell("stream/pipe/spin/64/same-cpu")->skip, reason);
	assert_string_equal(only_cell("stream/shm/spin/64/2,2")->skip, reason);
	assert_string_equal(only_cell("stream/pipe/spin/64/same-llc")->skip, "");
	assert_string_equal(only_cell("stream/pipe/spin/64/floating")->skip, "");
	assert_string_equal(only_cell("stream/pipe/block/64/same-cpu")->skip, "");
	assert_string_equal(only_cell("stream/null/none/64/same-cpu")->skip, "");
}

static void udp_has_its_limit(void **state)
{
	(void)state;
	assert_string_equal(only_cell("stream/udp/block/64K/same-cpu")->skip,
		"udp carries at most 65507 bytes in a message");
	assert_string_equal(only_cell("stream/udp/block/65508/same-cpu")->skip,
		"udp carries at most 65507 bytes in a message");
	assert_string_equal(only_cell("stream/udp/block/65507/same-cpu")->skip, "");
	assert_string_equal(only_cell("stream/tcp/block/1M/same-cpu")->skip, "");
}

/* A placement that the machine has not stays in the plan, with the reason. */
static void missing_placements_are_skipped(void **state)
{
	(void)state;
	assert_string_equal(only_cell("stream/pipe/block/64/smt")->skip,
		"no two hardware threads share a core here");
	assert_string_equal(only_cell("stream/pipe/spin/64/cross-numa")->skip,
		"no two NUMA nodes have CPUs here");
	plan_clear(&plan);
	assert_int_equal(plan_add(&plan, &context, "stream/pipe/block/64/*"), 0);
	assert_int_equal(plan.count, PLACEMENT_CLASSES);
	for (size_t i = 0; i < plan.count; i++) {
		const struct cell *cell = &plan.cells[i];
		struct cpu_pair pair;
		int err = topology_pair(context.topology, cell->class, &pair);

		assert_int_equal(cell->class, i);
		assert_string_equal(cell->skip, err ? fail_reason() : "");
		if (!err)
			assert_memory_equal(&cell->cpus, &pair, sizeof pair);
	}
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(a_full_name_is_one_cell),
		TEST(globs_work_in_each_part), TEST(braces_keep_their_order),
		TEST(parts_that_are_left_out), TEST(nearest_is_of_the_machine),
		TEST(each_cell_once), TEST(sizes_are_what_they_say), TEST(sizes_out_of_range),
		TEST(unknown_words_are_refused), TEST(what_no_cell_can_be),
		TEST(what_came_before_an_error_stays), TEST(two_cpus_by_number),
		TEST(cpus_of_the_command_line), TEST(spin_needs_two_cpus), TEST(udp_has_its_limit),
		TEST(missing_placements_are_skipped)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
