/* The figures of a run, from tallies made by hand. */
#include "figures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { WARMUP = 1000, PER_EPOCH = 100, ALL = PER_EPOCH * TALLY_EPOCHS };

static struct transport transport;
static struct pair_params params;
static struct figures_context context;
static struct pair pair;
static struct tally *producer, *consumer;
static struct run_figures figures;
static struct histogram merged, kept;
static const struct exchange planned = {
	.warmup = WARMUP, .per_epoch = PER_EPOCH, .epochs = TALLY_EPOCHS, .batch = 1};
static int setup(void **state)
{
	(void)state;
	struct tally *both = aligned_alloc(128, 2 * sizeof *both);

	if (!both)
		return -1;
	memset(both, 0, 2 * sizeof *both);
	transport = (struct transport){.name = "fake"};
	params = (struct pair_params){.transport = &transport,
		.pattern = &pattern_pingpong,
		.message_bytes = 64,
		.cpus = {-1, -1},
		.exchange = planned,
		.padding_bytes = 17};
	context = (struct figures_context){.params = &params, .kept = &kept};
	pair = (struct pair){.tally = {&both[0], &both[1]}};
	producer = &both[0];
	consumer = &both[1];
	histogram_reset(&merged);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(pair.tally[0]);
	return 0;
}

/* As many messages as were planned, `ns[e]` for each of epoch e; the stream's producer is quicker.
 */
static void fill(const double *ns)
{
	struct tally *timed = params.pattern == &pattern_pingpong ? producer : consumer;
	const struct exchange *x = &params.exchange;
	int64_t now = 5000000;

	for (uint32_t e = 0; e <= x->epochs; e++) {
		timed->stamp_ns[e] = now;
		timed->arrived[e] = e * x->per_epoch;
		if (e == x->epochs)
			break;
		now += (int64_t)(ns[e] * (double)x->per_epoch);
		histogram_reset(&producer->epoch[e]);
		for (uint64_t i = 0; i < x->per_epoch; i += x->batch)
			histogram_record(&producer->epoch[e], (int64_t)(ns[e] * x->batch));
	}
	producer->messages = consumer->messages = x->per_epoch * x->epochs;
	producer->sent = x->warmup + producer->messages;
	producer->before = consumer->before = x->warmup;
	producer->usage = (struct usage){.cpu_ns = 600000, .voluntary_switches = 3000};
	consumer->usage = (struct usage){.cpu_ns = 1200000, .voluntary_switches = 9000};
}

/* The first `count` epochs take `front` ns a message, the others `rest`. */
static void fill_steps(uint32_t count, double front, double rest)
{
	double ns[TALLY_EPOCHS];

	for (uint32_t e = 0; e < TALLY_EPOCHS; e++)
		ns[e] = e < count ? front : rest;
	fill(ns);
}

static void evaluate(void)
{
	figures = (struct run_figures){.block = 3, .order = 4};
	figures_of_run(&context, &pair, &figures);
	figures_merge(&context, &figures, &merged);
}

static void assert_close(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-12 * fabs(expected)))
		fail_msg("%.17g instead of %.17g", value, expected);
}

static void a_steady_run(void **state)
{
	(void)state;
	fill_steps(0, 0, 1000);
	evaluate();
	assert_int_equal(figures.status, RUN_OK);
	assert_int_equal(figures.flags, 0);
	assert_int_equal(figures.messages, ALL);
	assert_int_equal(figures.discarded, WARMUP);
	assert_int_equal(figures.sent, WARMUP + ALL);
	assert_close(figures.seconds, ALL * 1000e-9);
	assert_close(figures.messages_per_s, 1e6);
	assert_close(figures.bytes_per_s, 64e6);
	assert_close(figures.cpu_ns_per_message, 300); /* both sides: 1.8 ms for 6000 */
	assert_close(figures.switches_per_message, 2);
	assert_true(figures.rtt.is_there);
	assert_int_equal(figures.rtt.count, ALL);
	assert_close(figures.rtt.min, 1000);
	assert_close(figures.rtt.mean, 1000);
	assert_close(figures.rtt.max, 1000);
	assert_int_equal(merged.count, ALL);
	assert_int_equal(figures.block * 100 + figures.order, 304); /* not ours to fill */
	assert_int_equal(figures.padding_bytes, 17);
}

static void quantiles_by_hand(void **state)
{
	(void)state;
	fill_steps(0, 0, 1000);
	for (uint32_t e = 0; e < TALLY_EPOCHS; e++) { /* of 100: 5 slow ones, 2 very slow ones */
		histogram_reset(&producer->epoch[e]);
		for (int i = 0; i < 100; i++)
			histogram_record(&producer->epoch[e],
				i < 93           ? 900 + i
					: i < 98 ? 1500
						 : 2000);
	}
	evaluate();
	assert_close(figures.rtt.min, 900);
	assert_close(figures.rtt.max, 2000);
	assert_close(figures.rtt.quantile[Q_P50], 949);
	assert_close(figures.rtt.quantile[Q_P90], 989);
	assert_close(figures.rtt.quantile[Q_P99], 2000);
	assert_close(figures.rtt.mean, (93 * 946 + 5 * 1500 + 2 * 2000) / 100.0);
}

/* p99 of 6000 messages has 60 beyond it, p99.9 has 6. */
static void what_the_data_support(void **state)
{
	(void)state;
	static const struct {
		uint32_t per_epoch;
		unsigned known, low;
	} table[] = {{1, 1, 1}, {2, 3, 3}, {3, 3, 3}, {4, 3, 2}, {16, 3, 2}, {17, 7, 4},
		{100, 7, 4}, {166, 7, 4}, {167, 15, 8}, {1666, 15, 8}, {1667, 31, 16},
		{16666, 31, 16}, {16667, 31, 0}};

	for (size_t i = 0; i < COUNT(table); i++) {
		unsigned known = 0;

		params.exchange.per_epoch = table[i].per_epoch;
		fill_steps(0, 0, 1000);
		evaluate();
		for (unsigned q = 0; q < FIGURE_QUANTILES; q++)
			known |= (unsigned)!isnan(figures.rtt.quantile[q]) << q;
		if (known != table[i].known || figures.rtt.low_confidence != table[i].low)
			fail_msg("%u messages: known %x, of which low %x", 60 * table[i].per_epoch,
				known, figures.rtt.low_confidence);
	}
}

static void what_is_warm_up_is_cut(void **state)
{
	(void)state;
	fill_steps(5, 5000, 1000);
	evaluate();
	assert_int_equal(figures.status, RUN_OK);
	assert_int_equal(figures.flags, 0);
	assert_int_equal(figures.messages, 55 * PER_EPOCH);
	assert_int_equal(figures.discarded, WARMUP + 5 * PER_EPOCH);
	assert_int_equal(figures.rtt.count, 55 * PER_EPOCH);
	assert_close(figures.rtt.max, 1000);
	assert_close(figures.seconds, 55 * PER_EPOCH * 1000e-9);
	assert_close(figures.messages_per_s, 1e6);
	assert_int_equal(merged.count, 55 * PER_EPOCH);
	assert_int_equal(merged.max, 1000);
	/* measured with getrusage over all of it, so over all of it */
	assert_close(figures.cpu_ns_per_message, 300);
}

/* A ramp has no steady part: the cut is at its limit, and what is left still drifts. */
static void a_drift_is_flagged(void **state)
{
	(void)state;
	double ns[TALLY_EPOCHS];

	for (int e = 0; e < TALLY_EPOCHS; e++)
		ns[e] = 1000 + 10 * e;
	fill(ns);
	evaluate();
	assert_int_equal(figures.status, RUN_OK);
	assert_int_equal(figures.flags, FLAG_DRIFTING);
	assert_int_equal(figures.messages, ALL / 2);
	for (int e = 0; e < TALLY_EPOCHS; e++)
		ns[e] = 1000 + e % 2 * 15; /* 1.5 % up and down is none */
	fill(ns);
	evaluate();
	assert_int_equal(figures.flags, 0);
}

static void batches_are_means(void **state)
{
	(void)state;
	params.exchange.batch = 4;
	context.clock_limited = true;
	fill_steps(0, 0, 300.25);
	evaluate();
	assert_int_equal(figures.flags, FLAG_BATCHED | FLAG_CLOCK_LIMITED);
	assert_int_equal(figures.rtt.count * 4, figures.messages);
	assert_close(figures.rtt.min, 300.25);
	assert_close(figures.rtt.max, 300.25);
	for (int q = 0; q < FIGURE_QUANTILES; q++)
		assert_true(isnan(figures.rtt.quantile[q]) == (q != Q_P50));
	assert_close(figures.rtt.quantile[Q_P50], 300.25);
	assert_int_equal(figures.rtt.low_confidence, 0);
}

static void flags_have_names(void **state)
{
	(void)state;
	assert_string_equal(run_flag_name(0), "drifting");
	assert_string_equal(run_flag_name(1), "batched");
	assert_string_equal(run_flag_name(2), "clock_limited");
	assert_string_equal(figure_quantile_name(Q_P99_9), "p99_9");
	assert_true(figure_quantile_value(Q_P99_99) == 0.9999);
}

static void a_stream_has_rates_only(void **state)
{
	(void)state;
	params.pattern = &pattern_stream;
	fill_steps(3, 9000, 2000);
	evaluate();
	assert_int_equal(figures.status, RUN_OK);
	assert_false(figures.rtt.is_there);
	assert_int_equal(figures.messages, 57 * PER_EPOCH);
	assert_close(figures.messages_per_s, 5e5);
	assert_close(figures.bytes_per_s, 32e6);
	assert_int_equal(merged.count, 0);
}

static void assert_judged(enum run_status status, const char *reason)
{
	evaluate();
	assert_int_equal(figures.status, status);
	assert_string_equal(figures.reason, reason);
	assert_int_equal(merged.count, 0);
}

static void counts_that_disagree(void **state)
{
	(void)state;
	fill_steps(0, 0, 1000);
	consumer->messages--;
	assert_judged(
		RUN_FAILED, "the producer counts 6000 messages, the consumer 5999, the plan 6000");
	producer->messages--; /* of one mind, but not what was asked for */
	assert_judged(
		RUN_FAILED, "the producer counts 5999 messages, the consumer 5999, the plan 6000");
	producer->messages = consumer->messages = 0;
	assert_judged(RUN_FAILED, "no message arrived");
}

static void a_clock_that_is_wrong(void **state)
{
	(void)state;
	fill_steps(0, 0, 1000);
	histogram_record(&producer->epoch[59], -1);
	assert_judged(RUN_FAILED, "the clock ran backwards");
	fill_steps(0, 0, 0);
	assert_judged(RUN_FAILED, "no time passed between the first and the last message");
}

/* METHOD, part 3: one negative sample fails the run, also where its epoch is cut. */
static void backwards_in_the_warm_up(void **state)
{
	(void)state;
	fill_steps(5, 5000, 1000);
	histogram_record(&producer->epoch[0], -1);
	assert_judged(RUN_FAILED, "the clock ran backwards");
}

static void moved_to_another_cpu(void **state)
{
	(void)state;
	fill_steps(0, 0, 1000);
	params.cpus = (struct cpu_pair){.producer = 2, .consumer = 3};
	producer->cpu_start = producer->cpu_end = 2;
	consumer->cpu_start = 3;
	consumer->cpu_end = 5;
	assert_judged(RUN_INVALID, "the consumer was pinned to CPU 3 but ran on 5");
	producer->cpu_start = 0; /* the first finding stays */
	assert_judged(RUN_INVALID, "the producer was pinned to CPU 2 but ran on 0");
	producer->cpu_start = 2;
	consumer->cpu_end = 3;
	evaluate();
	assert_int_equal(figures.status, RUN_OK);
	assert_int_equal(merged.count, ALL);
}

static void waited_for_the_disk(void **state)
{
	(void)state;
	fill_steps(0, 0, 1000);
	consumer->usage.major_faults = 2;
	assert_judged(RUN_INVALID, "the consumer waited for the disk: 2 major faults");
	assert_int_equal(figures.messages, ALL); /* told, though not used */
}

static void a_pipe_smaller_than_asked_for(void **state)
{
	(void)state;
	fill_steps(0, 0, 1000);
	pair.requested.pipe_bytes = 65536;
	pair.effective.pipe_bytes = 8192;
	assert_judged(RUN_INVALID,
		"the pipe holds 8192 bytes instead of 65536: over fs.pipe-max-size or "
		"fs.pipe-user-pages-soft, or more than the kernel allocates");
	pair.effective.pipe_bytes = 65536;
	evaluate();
	assert_int_equal(figures.status, RUN_OK);
}

/* Of the numbers 0 .. 6999: the first 20 of epoch 1 are lost, and the last five; three come twice,
 * one late. */
static void fill_lossy(void)
{
	params.pattern = &pattern_stream;
	transport.traits = TRAIT_LOSSY;
	fill_steps(0, 0, 1000);
	sequence_reset(&consumer->sequence);
	for (uint32_t number = 0; number < WARMUP + ALL - 5; number++) {
		if (number == 50 || (number >= WARMUP + 100 && number < WARMUP + 120))
			continue;
		sequence_note(&consumer->sequence, number);
		if (number == 51)
			sequence_note(&consumer->sequence, 50);
		if (number % 3000 == 7)
			sequence_note(&consumer->sequence, number);
	}
	for (int e = 2; e <= TALLY_EPOCHS; e++)
		consumer->arrived[e] -= e < TALLY_EPOCHS ? 20 : 25;
	consumer->messages -= 25;
}

static void losses_are_counted(void **state)
{
	(void)state;
	fill_lossy();
	evaluate();
	assert_int_equal(figures.status, RUN_OK);
	assert_int_equal(figures.sent, WARMUP + ALL);
	assert_int_equal(figures.lost, 25);
	assert_int_equal(figures.duplicates, 3); /* 7, 3007, 6007 */
	assert_int_equal(figures.reordered, 1);
	assert_true(figures.messages <= ALL - 25);
	consumer->sequence.next = WARMUP + ALL + 1; /* more than were sent */
	assert_judged(RUN_FAILED, "message number 7000 arrived, but only 7000 were sent");
}

/* Without a value for each epoch there is no telling what is warm-up: nothing is cut. */
static void an_epoch_that_lost_all(void **state)
{
	(void)state;
	fill_lossy();
	for (uint32_t e = 0; e <= TALLY_EPOCHS; e++)
		consumer->arrived[e] = e < 10 ? 100 * e : 100 * e - 100;
	consumer->before += 75; /* 25 are lost */
	evaluate();
	assert_int_equal(figures.status, RUN_OK);
	assert_int_equal(figures.messages, ALL - 100);
	assert_int_equal(figures.discarded, WARMUP + 75);
	assert_int_equal(figures.flags, 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(a_steady_run), TEST(quantiles_by_hand),
		TEST(what_the_data_support), TEST(what_is_warm_up_is_cut), TEST(a_drift_is_flagged),
		TEST(batches_are_means), TEST(flags_have_names), TEST(a_stream_has_rates_only),
		TEST(counts_that_disagree), TEST(a_clock_that_is_wrong),
		TEST(backwards_in_the_warm_up), TEST(moved_to_another_cpu),
		TEST(waited_for_the_disk), TEST(a_pipe_smaller_than_asked_for),
		TEST(losses_are_counted), TEST(an_epoch_that_lost_all)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
