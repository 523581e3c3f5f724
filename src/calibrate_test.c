/* Calibration: the batch at the clock's limits, the length of a run, and what stops a cell. */
#include "calibrate.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "message.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MS           UINT64_C(1000000)

static const struct clock_cost cheap_clock = {.read_ns = 20, .quantum_ns = 1};
static char reason[FAIL_TEXT_BYTES];
static struct transport fake; /* a copy with other functions */
static const struct transport *real;

static int setup(void **state)
{
	(void)state;
	real = transport_find("pipe");
	fake = *real;
	strcpy(reason, "untouched");
	fail_text(EIO, "stale");
	return 0;
}

static struct pair_params params_of(
	const struct transport *transport, const struct pattern *pattern)
{
	return (struct pair_params){
		.transport = transport,
		.pattern = pattern,
		.wait = transport->waits & WAIT_SET(WAIT_BLOCK) ? WAIT_BLOCK : WAIT_NONE,
		.message_bytes = 64,
		.cpus = {-1, -1},
		.nonce = 0x1234,
		.folder = "/tmp",
	};
}

static struct calibration calibrated(const struct transport *transport,
	const struct pattern *pattern, uint64_t time_ns, uint64_t warmup_ns)
{
	const struct pair_params params = params_of(transport, pattern);
	const struct calibration_targets targets = {
		.clock = cheap_clock, .time_ns = time_ns, .warmup_ns = warmup_ns};
	struct calibration calibration = {0};

	if (calibrate(&params, &targets, &calibration, reason) != PAIR_DONE)
		fail_msg("%s", reason);
	return calibration;
}

static enum pair_status refused(const struct transport *transport, const struct pattern *pattern)
{
	const struct pair_params params = params_of(transport, pattern);
	const struct calibration_targets targets = {.clock = cheap_clock, .time_ns = 10 * MS};

	return calibrate(&params, &targets, &(struct calibration){0}, reason);
}

/* 20 reads of 20 ns are 400 ns; 50 quanta of 10 ns are 500 ns. */
static void the_batch_at_its_limits(void **state)
{
	(void)state;
	const struct clock_cost coarse = {.read_ns = 20, .quantum_ns = 10};
	static const struct {
		double rtt_ns;
		uint32_t by_read, by_quantum;
	} table[] = {{1e9, 1, 1}, {500, 1, 1}, {499.9, 1, 2}, {400, 1, 2}, {399.9, 2, 2},
		{250, 2, 2}, {249.9, 2, 4}, {200, 2, 4}, {199.9, 4, 4}, {100, 4, 8}, {1, 512, 512},
		{400.0 / 4096, 4096, 8192}, {0, 65536, 65536}, {NAN, 1, 1}};

	for (size_t i = 0; i < COUNT(table); i++) {
		uint32_t by_read = calibrate_batch(table[i].rtt_ns, &cheap_clock),
			 by_quantum = calibrate_batch(table[i].rtt_ns, &coarse);

		if (by_read != table[i].by_read || by_quantum != table[i].by_quantum)
			fail_msg("%g ns: batches of %u and %u", table[i].rtt_ns, by_read,
				by_quantum);
	}
}

/* What METHOD, part 4, says of the warm-up, from what the calibration found. */
static void assert_follows_the_rule(
	const struct calibration *calibration, uint64_t time_ns, uint64_t warmup_ns)
{
	const struct exchange *x = &calibration->exchange;
	double ns = calibration->message_ns;
	uint64_t batches = (uint64_t)((double)time_ns / ns / 60 / x->batch);
	uint64_t per_epoch = (batches > 1 ? batches : 1) * x->batch, warmup = 1000;

	if (per_epoch * 60 / 100 > warmup)
		warmup = per_epoch * 60 / 100;
	if ((uint64_t)((double)warmup_ns / ns) > warmup)
		warmup = (uint64_t)((double)warmup_ns / ns);
	assert_int_equal(x->epochs, 60);
	assert_int_equal(x->per_epoch, per_epoch);
	assert_int_equal(x->warmup, (warmup + x->batch - 1) / x->batch * x->batch);
}

static void the_warmup_is_the_largest_of_three(void **state)
{
	(void)state;
	const struct transport *null = transport_find("null"), *pipe = transport_find("pipe");
	struct calibration least = calibrated(pipe, &pattern_pingpong, MS, 0),
			   share = calibrated(null, &pattern_pingpong, 1000 * MS, 0),
			   time = calibrated(pipe, &pattern_stream, 50 * MS, 100 * MS);

	assert_follows_the_rule(&least, MS, 0);
	assert_int_equal(least.exchange.warmup / least.exchange.batch,
		(1000 + least.exchange.batch - 1) / least.exchange.batch);
	assert_follows_the_rule(&share, 1000 * MS, 0);
	assert_true(share.exchange.warmup > 1000);
	assert_int_equal(share.exchange.warmup, share.exchange.per_epoch * 60 / 100);
	assert_follows_the_rule(&time, 50 * MS, 100 * MS);
	assert_true(time.exchange.warmup > time.exchange.per_epoch * 60);
}

/* Runs what was planned and sees how long it takes. */
static double measured_ns(const struct transport *transport, const struct pattern *pattern,
	const struct exchange *exchange)
{
	struct pair_params params = params_of(transport, pattern);
	struct pair pair;
	double ns;

	params.exchange = *exchange;
	pair_run(&params, &pair);
	if (pair.status != PAIR_DONE)
		fail_msg("%s", pair.reason);
	ns = (double)pair.tally[pattern == &pattern_stream]
		     ->elapsed_ns; /* the side that is timed */
	pair_release(&pair);
	return ns;
}

/* On a machine that does other things as well: the best of five. */
static void a_run_lasts_its_time(const char *transport, const struct pattern *pattern)
{
	const struct transport *t = transport_find(transport);
	double closest = INFINITY;

	for (int attempt = 0; attempt < 5 && closest > log(3); attempt++) {
		struct calibration calibration = calibrated(t, pattern, 60 * MS, 0);
		double ns = measured_ns(t, pattern, &calibration.exchange);

		closest = fmin(closest, fabs(log(ns / (60 * (double)MS))));
	}
	if (closest > log(3))
		fail_msg("%s/%s: wrong by a factor of %g", pattern->name, transport, exp(closest));
}

static void runs_last_their_time(void **state)
{
	(void)state;
	a_run_lasts_its_time("null", &pattern_pingpong);
	a_run_lasts_its_time("null", &pattern_stream);
	a_run_lasts_its_time("pipe", &pattern_pingpong);
	a_run_lasts_its_time("pipe", &pattern_stream);
}

static int slow_send(void *state, const void *message, size_t bytes)
{
	nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
	return real->send(state, message, bytes);
}

/* Two naps of at least 100 us in each round trip, one in each message of a stream. */
static void slow_messages_are_few(void **state)
{
	(void)state;
	fake.send = slow_send;

	struct calibration pingpong = calibrated(&fake, &pattern_pingpong, 60 * MS, 0),
			   stream = calibrated(&fake, &pattern_stream, 60 * MS, 0),
			   shortest = calibrated(&fake, &pattern_pingpong, 1, 0);

	assert_true(pingpong.message_ns >= 200000 && pingpong.message_ns < 20000000);
	assert_in_range(pingpong.exchange.per_epoch, 1, 5);
	assert_int_equal(pingpong.exchange.batch, 1);
	assert_false(pingpong.clock_limited);
	assert_true(stream.message_ns >= 100000 && stream.message_ns < 10000000);
	assert_in_range(stream.exchange.per_epoch, 1, 10);
	assert_int_equal(shortest.exchange.per_epoch, 1);
	assert_int_equal(shortest.exchange.warmup, 1000);
}

/* A clock so slow that a pipe's round trip is short. */
static void a_slow_clock_asks_for_batches(void **state)
{
	(void)state;
	const struct pair_params params = params_of(real, &pattern_pingpong);
	const struct calibration_targets targets = {
		.clock = {.read_ns = 1e6, .quantum_ns = 1}, .time_ns = 200 * MS};
	struct calibration calibration = {0};

	assert_int_equal(calibrate(&params, &targets, &calibration, reason), PAIR_DONE);

	const struct exchange *x = &calibration.exchange;

	assert_true(calibration.clock_limited);
	assert_true(x->batch >= 64);
	assert_int_equal(x->batch & (x->batch - 1), 0);
	assert_int_equal(x->per_epoch % x->batch, 0);
	assert_int_equal(x->warmup % x->batch, 0);
	assert_follows_the_rule(&calibration, 200 * MS, 0);
}

static void the_harness_is_never_batched(void **state)
{
	(void)state;
	struct calibration null = calibrated(transport_find("null"), &pattern_pingpong, 10 * MS, 0);
	struct calibration stream = calibrated(real, &pattern_stream, 10 * MS, 0);

	assert_int_equal(null.exchange.batch, 1);
	assert_true(null.clock_limited); /* two clock reads and nothing between them */
	assert_int_equal(stream.exchange.batch, 1);
	assert_false(stream.clock_limited);
}

static void sequence_numbers_are_enough_for_any_time(void **state)
{
	(void)state;
	const uint64_t hour = 3600000 * MS;
	struct calibration calibration =
		calibrated(transport_find("null"), &pattern_stream, hour, hour);

	assert_true(exchange_messages(&calibration.exchange) <= MESSAGE_MAX_SEQUENCE);
	assert_true(exchange_messages(&calibration.exchange) > MESSAGE_MAX_SEQUENCE / 10 * 9);
}

static int setup_error;

static int failing_setup(void *state, const struct link_params *params)
{
	real->setup(state, params); /* half-built, at worst */
	return fail_text(setup_error, "no link for error %d", setup_error);
}

static void what_a_setup_may_say(void **state)
{
	(void)state;
	static const struct {
		int err;
		enum pair_status status;
	} table[] = {{ENOSYS, PAIR_UNSUPPORTED}, {EMSGSIZE, PAIR_UNSUPPORTED},
		{EPERM, PAIR_UNSUPPORTED}, {EIO, PAIR_FAILED}, {ENOMEM, PAIR_FAILED}};
	char expected[64];

	fake.setup = failing_setup;
	for (size_t i = 0; i < COUNT(table); i++) {
		setup_error = table[i].err;
		snprintf(expected, sizeof expected, "no link for error %d", setup_error);
		assert_int_equal(refused(&fake, &pattern_pingpong), table[i].status);
		assert_string_equal(reason, expected);
	}
}

static size_t wrong_byte;

/* Flips one byte on its way, of the 30th message and later ones. */
static int corrupting_send(void *state, const void *message, size_t bytes)
{
	static unsigned char copy[MESSAGE_MAX_BYTES];
	struct message front;

	memcpy(copy, message, bytes);
	memcpy(&front, message, sizeof front);
	if (front.sequence >= 30)
		copy[wrong_byte] ^= 0x10;
	return real->send(state, copy, bytes);
}

static void no_wrong_byte_gets_through(void **state)
{
	(void)state;
	static const size_t places[] = {8, 15, 32, 63};

	fake.send = corrupting_send;
	for (size_t i = 0; i < COUNT(places); i++) {
		wrong_byte = places[i];
		assert_int_equal(refused(&fake, &pattern_stream), PAIR_FAILED);
		assert_non_null(
			strstr(reason, "consumer: message 30: the payload differs at byte"));
	}
	wrong_byte = 5; /* of the sequence number */
	assert_int_equal(refused(&fake, &pattern_stream), PAIR_FAILED);
	assert_string_equal(reason, "consumer: message 30 was expected, message 4126 came");
}

static int failing_send(void *state, const void *message, size_t bytes)
{
	struct message front;

	memcpy(&front, message, sizeof front);
	return front.sequence == 60 ? fail_text(EIO, "the 60th is too much")
				    : real->send(state, message, bytes);
}

/* Works for the fifty messages of the check, and then no more. */
static void a_link_that_breaks_while_calibrating(void **state)
{
	(void)state;
	fake.send = failing_send;
	assert_int_equal(refused(&fake, &pattern_pingpong), PAIR_FAILED);
	assert_non_null(strstr(reason, ": the 60th is too much"));
}

/* What is measured has none: they make every context switch slower. */
static void counters_are_open_where_they_are_asked_for(void **state)
{
	(void)state;
	struct pair_params params = params_of(real, &pattern_pingpong);
	struct pair pair;

	params.exchange = (struct exchange){.warmup = 10, .per_epoch = 1, .epochs = 60, .batch = 1};
	for (int counts = 0; counts < 2; counts++) {
		params.counts = counts;
		pair_run(&params, &pair);
		assert_int_equal(pair.status, PAIR_DONE);
		for (int side = 0; side < SIDES; side++)
			assert_int_equal(pair.tally[side]->counters.is_open, counts);
		pair_release(&pair);
	}
}

static void each_side_is_counted_or_says_why_not(void **state)
{
	(void)state;
	const struct calibration calibration = calibrated(real, &pattern_stream, 10 * MS, MS);

	for (int side = 0; side < SIDES; side++) {
		const struct counters *counters = &calibration.counters[side];

		assert_false(counters->is_open);
		if (counters->messages > 0)
			assert_int_equal(counters->messages, 6 * calibration.exchange.per_epoch);
		else
			for (int i = 0; i < COUNTERS; i++)
				assert_true(counters->value[i] < 0 && counters->reason[i][0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_batch_at_its_limits, setup),
		cmocka_unit_test_setup(the_warmup_is_the_largest_of_three, setup),
		cmocka_unit_test_setup(runs_last_their_time, setup),
		cmocka_unit_test_setup(slow_messages_are_few, setup),
		cmocka_unit_test_setup(a_slow_clock_asks_for_batches, setup),
		cmocka_unit_test_setup(the_harness_is_never_batched, setup),
		cmocka_unit_test_setup(sequence_numbers_are_enough_for_any_time, setup),
		cmocka_unit_test_setup(what_a_setup_may_say, setup),
		cmocka_unit_test_setup(no_wrong_byte_gets_through, setup),
		cmocka_unit_test_setup(a_link_that_breaks_while_calibrating, setup),
		cmocka_unit_test_setup(counters_are_open_where_they_are_asked_for, setup),
		cmocka_unit_test_setup(each_side_is_counted_or_says_why_not, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
