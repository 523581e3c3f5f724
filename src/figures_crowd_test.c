/* The figures of several pairs at once, from tallies made by hand. */
#include "figures_crowd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PAIRS = 3, WARMUP = 1000, PER_EPOCH = 100, ALL = PER_EPOCH * TALLY_EPOCHS };

static struct transport transport;
static struct crowd crowd;
static struct pair_params params;
static struct figures_context context;
static struct pair pair;
static struct run_figures figures;
static struct histogram kept;

static int setup(void **state)
{
	(void)state;
	struct tally *all = aligned_alloc(128, 2 * PAIRS * sizeof *all);

	if (!all)
		return -1;
	memset(all, 0, 2 * PAIRS * sizeof *all);
	transport = (struct transport){.name = "fake"};
	crowd = (struct crowd){.pairs = PAIRS, .cpus = {{0, 1}, {2, 3}, {4, 5}}};
	params = (struct pair_params){.transport = &transport,
		.pattern = &pattern_pingpong,
		.message_bytes = 64,
		.cpus = {0, 1},
		.crowd = &crowd,
		.exchange = {.warmup = WARMUP,
			.per_epoch = PER_EPOCH,
			.epochs = TALLY_EPOCHS,
			.batch = 1},
		.padding_bytes = 17};
	context = (struct figures_context){.params = &params, .kept = &kept};
	pair = (struct pair){.pairs = PAIRS, .tally = {all, all + PAIRS}};
	figures = (struct run_figures){.block = 7};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(pair.tally[0]);
	return 0;
}

/* Pair i begins at start_ns; each message takes it `ns`. */
static void fill(int i, int64_t start_ns, uint64_t ns)
{
	struct tally *timed = &pair.tally[params.pattern->timed][i];

	for (int side = 0; side < SIDES; side++) {
		struct tally *tally = &pair.tally[side][i];

		tally->messages = ALL;
		tally->before = WARMUP;
		tally->elapsed_ns = (int64_t)(ALL * ns);
		tally->cpu_start = tally->cpu_end = 2 * i + side;
		tally->usage = (struct usage){
			.cpu_ns = 600000, .voluntary_switches = 3000, .max_rss_bytes = 1000 + i};
		tally->work_ns[0] = 50000;
		tally->work_ns[1] = 50000 + 1000 * i;
		for (int e = 0; e < TALLY_EPOCHS; e++)
			histogram_reset(&tally->epoch[e]);
	}
	pair.tally[SIDE_PRODUCER][i].sent = WARMUP + ALL;
	for (int e = 0; e <= TALLY_EPOCHS; e++) {
		timed->stamp_ns[e] = start_ns + e * PER_EPOCH * (int64_t)ns;
		timed->arrived[e] = (uint64_t)(e * PER_EPOCH);
		for (int m = 0;
			m < PER_EPOCH && e < TALLY_EPOCHS && params.pattern == &pattern_pingpong;
			m++)
			histogram_record(&timed->epoch[e], (int64_t)ns);
	}
}

static void sums_and_spreads(void **state)
{
	(void)state;
	for (int i = 0; i < PAIRS; i++)
		fill(i, 5000000, 1000);
	figures_of_crowd(&context, &pair, &figures);
	assert_string_equal(figures.reason, "");
	assert_int_equal(figures.status, RUN_OK);
	assert_int_equal(figures.flags, 0);
	assert_int_equal(figures.block, 7);
	assert_int_equal(figures.padding_bytes, 17);
	assert_int_equal(figures.pairs, PAIRS);
	assert_int_equal(figures.messages, PAIRS * ALL);
	assert_int_equal(figures.discarded, PAIRS * WARMUP);
	assert_int_equal(figures.sent, PAIRS * (WARMUP + ALL));
	assert_int_equal(figures.offered, PAIRS * ALL);
	assert_true(fabs(figures.messages_per_s - 3e6) < 1);
	assert_true(fabs(figures.bytes_per_s - 64 * 3e6) < 64);
	assert_true(fabs(figures.seconds - ALL * 1e-6) < 1e-9);
	assert_true(fabs(figures.pair_messages_per_s.min - 1e6) < 1);
	assert_true(fabs(figures.pair_messages_per_s.max - 1e6) < 1);
	assert_true(fabs(figures.pair_overlap - 1) < 1e-9);
	assert_true(figures.pair_p50_ns.min == figures.pair_p50_ns.max);
	assert_true(fabs(figures.rtt.quantile[Q_P50] - 1000) < 1);
	assert_int_equal(figures.rtt.count, PAIRS * ALL);
	assert_int_equal(kept.count, PAIRS * ALL);
	/* both sides of three pairs, for as many messages */
	assert_true(fabs(figures.cpu_ns_per_message - 200) < 1e-9);
	assert_true(fabs(figures.switches_per_message - 1) < 1e-9);
	for (int side = 0; side < SIDES; side++) {
		assert_int_equal(figures.usage[side].cpu_ns, PAIRS * 600000);
		assert_int_equal(figures.usage[side].max_rss_bytes, 1000 + PAIRS - 1);
		assert_int_equal(figures.side_messages[side], PAIRS * ALL);
		assert_true(fabs(figures.busy[side] - 0.1) < 1e-9);
		assert_true(figures.work_ns[side][1] == 52000);
	}
}

/* Pair 0 is done when the others, which then get faster, are half-way: only what all did together
 * counts. */
static void those_that_run_on_do_not_count(void **state)
{
	(void)state;
	params.pattern = &pattern_stream;
	fill(0, 0, 1000);
	for (int i = 1; i < PAIRS; i++) {
		struct tally *timed = &pair.tally[SIDE_CONSUMER][i];

		fill(i, 0, 2000);
		for (int e = TALLY_EPOCHS / 2; e <= TALLY_EPOCHS; e++)
			timed->stamp_ns[e] = 6000000 + (e - 30) * PER_EPOCH * INT64_C(2010);
	}
	figures_of_crowd(&context, &pair, &figures);
	assert_string_equal(figures.reason, "");
	assert_true(fabs(figures.messages_per_s - 2e6) < 2e4);
	assert_true(fabs(figures.pair_messages_per_s.min - 5e5) < 1e4);
	assert_true(fabs(figures.pair_messages_per_s.max - 1e6) < 1e4);
	assert_true(fabs(figures.pair_overlap - 0.5) < 0.01);
	assert_int_equal(figures.messages + figures.discarded, PAIRS * (WARMUP + ALL));
	assert_true(fabs(figures.seconds * figures.messages_per_s - (double)figures.messages) < 1);
	assert_false(figures.rtt.is_there);
}

static void pairs_that_never_met(void **state)
{
	(void)state;
	fill(0, 0, 1000);
	fill(1, 6000000, 1000);
	fill(2, 12000000, 1000);
	figures_of_crowd(&context, &pair, &figures);
	assert_int_equal(figures.status, RUN_INVALID);
	assert_string_equal(figures.reason,
		"there is no time in which all pairs were measured: longer runs (--time) have "
		"some");
}

static void one_that_is_not_good(void **state)
{
	(void)state;
	for (int i = 0; i < PAIRS; i++)
		fill(i, 5000000, 1000);
	pair.tally[SIDE_CONSUMER][1].cpu_end = 0;
	figures_of_crowd(&context, &pair, &figures);
	assert_int_equal(figures.status, RUN_INVALID);
	assert_string_equal(
		figures.reason, "pair 2: the consumer was pinned to CPU 3 but ran on 0");
	pair.tally[SIDE_PRODUCER][2].sent--;
	figures = (struct run_figures){.block = 7};
	figures_of_crowd(&context, &pair, &figures);
	assert_int_equal(figures.status, RUN_FAILED);
	assert_string_equal(figures.reason, "pair 3: the producer did not send what was planned");
}

static void one_pair_is_no_crowd(void **state)
{
	(void)state;
	struct run_figures same = {.block = 7};

	fill(0, 5000000, 1000);
	params.crowd = NULL;
	pair.pairs = 1;
	figures_of_crowd(&context, &pair, &figures);
	figures_of_run(&context, &pair, &same);
	assert_int_equal(figures.pairs, 0);
	assert_int_equal(figures.messages, ALL);
	assert_true(figures.messages_per_s == same.messages_per_s);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(sums_and_spreads),
		TEST(those_that_run_on_do_not_count), TEST(pairs_that_never_met),
		TEST(one_that_is_not_good), TEST(one_pair_is_no_crowd)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
