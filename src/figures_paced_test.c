/* The figures of an open loop, from tallies made by hand. */
#include "figures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WARMUP = 1000, PER_EPOCH = 100, ALL = PER_EPOCH * TALLY_EPOCHS, INTERVAL = 100000 };

static struct transport transport;
static struct pair_params params;
static struct figures_context context;
static struct pair pair;
static struct tally *producer, *consumer;
static struct run_figures figures;
static struct histogram merged, kept;

/* One that keeps its schedule: every message is sent 50 ns late, and takes 20 us. */
struct schedule {
	int64_t late_ns, service_ns;
	double pace;       /* of sending and arriving, against the schedule's */
	double late_share; /* of the messages that are sent ten times as late */
};

static const struct schedule good = {.late_ns = 50, .service_ns = 20000, .pace = 1};

static int setup(void **state)
{
	(void)state;
	struct tally *both = aligned_alloc(128, 2 * sizeof *both);

	if (!both)
		return -1;
	memset(both, 0, 2 * sizeof *both);
	transport = (struct transport){.name = "fake"};
	params = (struct pair_params){.transport = &transport,
		.pattern = &pattern_paced,
		.message_bytes = 64,
		.cpus = {-1, -1},
		.exchange = {.warmup = WARMUP,
			.per_epoch = PER_EPOCH,
			.epochs = TALLY_EPOCHS,
			.batch = 1,
			.interval_ns = INTERVAL}};
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

static void fill(const struct schedule *s)
{
	int64_t step = (int64_t)(PER_EPOCH * INTERVAL / s->pace), now = 5000000;

	for (int e = 0; e <= TALLY_EPOCHS; e++, now += step) {
		producer->stamp_ns[e] = consumer->stamp_ns[e] = now;
		producer->arrived[e] = consumer->arrived[e] = (uint64_t)e * PER_EPOCH;
		if (e == TALLY_EPOCHS)
			break;
		histogram_reset(&producer->epoch[e]);
		histogram_reset(&consumer->epoch[e]);
		histogram_reset(&consumer->service[e]);
		for (int i = 0; i < PER_EPOCH; i++) {
			int64_t late = s->late_ns * (i < s->late_share * PER_EPOCH ? 10 : 1);

			histogram_record(&producer->epoch[e], late);
			histogram_record(&consumer->service[e], s->service_ns);
			histogram_record(&consumer->epoch[e], late + s->service_ns);
		}
	}
	producer->messages = consumer->messages = ALL;
	producer->sent = WARMUP + ALL;
	consumer->before = WARMUP;
	producer->usage = consumer->usage = (struct usage){.cpu_ns = 600000};
}

static void evaluate(const struct schedule *s)
{
	fill(s);
	figures = (struct run_figures){.block = 3};
	figures_of_run(&context, &pair, &figures);
	figures_merge(&context, &figures, &merged);
	assert_string_equal(figures.reason, "");
	assert_int_equal(figures.status, RUN_OK);
}

static void assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-3 * fabs(expected)))
		fail_msg("%.17g instead of %.17g", value, expected);
}

static void a_schedule_that_is_kept(void **state)
{
	(void)state;
	evaluate(&good);
	assert_int_equal(figures.flags, 0);
	assert_true(figures.response.is_there && figures.service.is_there);
	assert_false(figures.rtt.is_there);
	assert_near(figures.response.quantile[Q_P50], 20050);
	assert_near(figures.service.quantile[Q_P50], 20000);
	assert_near(figures.lateness.quantile[Q_P99], 50);
	assert_near(figures.sent_per_s, 10000);
	assert_near(figures.messages_per_s, 10000);
	assert_int_equal(merged.count, ALL);
	assert_near(histogram_quantile(&merged, 0.5), 20050); /* of the response */
}

/* METHOD: p99 of lateness above 10 % of the median response, or less than 99 % of the rate. */
static void a_late_generator(void **state)
{
	(void)state;
	struct schedule late = {.late_ns = 1900, .service_ns = 20000, .pace = 1};

	evaluate(&late); /* 1900 of 21900 */
	assert_int_equal(figures.flags, 0);
	late.late_share = 0.02; /* and 2 % of them by 19 us */
	evaluate(&late);
	assert_int_equal(figures.flags, FLAG_GENERATOR_LIMITED);
	assert_near(figures.response.quantile[Q_P50], 21900); /* labelled, not hidden */
}

static void what_falls_behind_is_unstable(void **state)
{
	(void)state;
	struct schedule slow = good;

	slow.pace = 0.995;
	evaluate(&slow);
	assert_int_equal(figures.flags, 0);
	slow.pace = 0.98;
	histogram_reset(&merged);
	evaluate(&slow);
	assert_int_equal(figures.flags, FLAG_UNSTABLE | FLAG_GENERATOR_LIMITED);
	for (int q = 0; q < FIGURE_QUANTILES; q++) {
		assert_true(isnan(figures.response.quantile[q]));
		assert_true(isnan(figures.service.quantile[q]));
	}
	assert_true(isnan(figures.response.p50_interpolated));
	assert_near(figures.lateness.quantile[Q_P50], 50);
	assert_int_equal(merged.count, 0);
}

/* No median below ten times what the clocks may be apart. */
static void clocks_bound_what_can_be_told(void **state)
{
	(void)state;
	context.one_way_ns = 1900;
	evaluate(&good);
	assert_int_equal(figures.flags, 0);
	context.one_way_ns = 2100;
	evaluate(&good);
	assert_int_equal(figures.flags, FLAG_ONE_WAY_UNRESOLVED);
	assert_true(isnan(figures.response.quantile[Q_P99]));
	context.one_way_ns = NAN;
	evaluate(&good);
	assert_int_equal(figures.flags, FLAG_ONE_WAY_UNRESOLVED);
}

static void a_message_before_it_was_sent(void **state)
{
	(void)state;
	fill(&good);
	histogram_record(&consumer->service[7], -1);
	figures = (struct run_figures){.block = 0};
	figures_of_run(&context, &pair, &figures);
	assert_int_equal(figures.status, RUN_FAILED);
	assert_string_equal(figures.reason, "the clock ran backwards");
}

static void lost_messages_are_counted(void **state)
{
	(void)state;
	transport.traits = TRAIT_LOSSY;
	fill(&good);
	consumer->messages = ALL - 10;
	for (int e = 1; e <= TALLY_EPOCHS; e++)
		consumer->arrived[e] -= 10;
	consumer->sequence = (struct sequence){
		.next = WARMUP + ALL, .received = WARMUP + ALL - 10, .unique = WARMUP + ALL - 10};
	figures = (struct run_figures){.block = 0};
	figures_of_run(&context, &pair, &figures);
	assert_string_equal(figures.reason, "");
	assert_int_equal(figures.lost, 10);
	assert_int_equal(figures.flags & FLAG_UNSTABLE, 0); /* time did not run away */
}

/* Something else may have the consumer's CPU for all of a short run: no failure, and no figure. */
static void messages_that_are_all_lost(void **state)
{
	(void)state;
	transport.traits = TRAIT_LOSSY;
	fill(&good);
	consumer->messages = 0;
	for (int stream = 0; stream < 2; stream++) {
		params.pattern = stream ? &pattern_stream : &pattern_paced;
		figures = (struct run_figures){.block = 0};
		figures_of_run(&context, &pair, &figures);
		assert_int_equal(figures.status, RUN_INVALID);
		assert_non_null(strstr(figures.reason, "every message was lost: "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_schedule_that_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(a_late_generator, setup, teardown),
		cmocka_unit_test_setup_teardown(what_falls_behind_is_unstable, setup, teardown),
		cmocka_unit_test_setup_teardown(clocks_bound_what_can_be_told, setup, teardown),
		cmocka_unit_test_setup_teardown(a_message_before_it_was_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(lost_messages_are_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(messages_that_are_all_lost, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
