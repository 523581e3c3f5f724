/* One consumer and many connections, over real transports: every message is on its own connection,
 * each connection has its turn, and too many of them are refused with a reason. */
#include "pair_test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>

#include "interrupt.h"
#include "message.h"
#include "wait.h"

enum { MOST = 4096 };

static uint32_t *received; /* shared: by the consumer, over each connection */

static int counting_recv(void *state, void *message, size_t bytes)
{
	struct message m;
	int err = real->recv(state, message, bytes);

	memcpy(&m, message, sizeof m);
	if (!err && m.nonce - NONCE < MOST)
		received[m.nonce - NONCE]++; /* each message is received twice: its reply, too */
	return err;
}

static int setup(void **state)
{
	(void)state;
	pair_begin("unix-stream");
	fake.recv = counting_recv;
	params.pattern = &pattern_fanin;
	params.wait = WAIT_POLL;
	params.connections = 10;
	params.active = 1;
	received = memory_shared(MOST * sizeof *received);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	munmap(received, MOST * sizeof *received);
	pair_end();
	return 0;
}

static void assert_fans_in(enum pair_status status, const char *reason)
{
	int open_before = count_entries("/proc/self/fd");
	struct rlimit before, after;

	getrlimit(RLIMIT_NOFILE, &before);
	pair_release(&pair);
	memset(received, 0, MOST * sizeof *received);
	assert_run(status, reason);
	getrlimit(RLIMIT_NOFILE, &after);
	assert_int_equal(after.rlim_cur, before.rlim_cur);
	assert_int_equal(count_entries("/proc/self/fd"), open_before);
	assert_int_equal(count_entries(scratch.path), 2); /* . and .. */
}

static void assert_counts(uint64_t warmup, uint64_t measured)
{
	const struct tally *producer = pair.tally[SIDE_PRODUCER];
	uint64_t recorded = 0;

	assert_int_equal(producer->sent, warmup + measured);
	assert_int_equal(producer->messages, measured);
	assert_int_equal(pair.tally[SIDE_CONSUMER]->messages, measured);
	assert_int_equal(pair.tally[SIDE_CONSUMER]->before, warmup);
	assert_int_equal(producer->warmup.count, warmup);
	for (int e = 0; e < TALLY_EPOCHS; e++)
		recorded += producer->epoch[e].count;
	assert_int_equal(recorded, measured);
}

/* False, with the reason told, where the machine lacks it. */
static bool runs_here(void)
{
	pair_release(&pair);
	pair_run(&params, &pair);
	if (pair.status == PAIR_UNSUPPORTED)
		print_message("  %s: %s\n", wait_name(params.wait), pair.reason);
	return pair.status != PAIR_UNSUPPORTED;
}

static void every_wait_serves_every_connection(void **state)
{
	(void)state;
	for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++) {
		params.wait = wait;
		if (!(pattern_fanin.waits & WAIT_SET(wait)) || !runs_here())
			continue;
		for (params.active = 1; params.active <= 10; params.active++) {
			assert_fans_in(PAIR_DONE, "");
			assert_counts(20, 600);
		}
		params.active = 1;
	}
}

static void every_transport_with_descriptors(void **state)
{
	(void)state;
	size_t tried = 0;

	for (size_t i = 0; transport_registry[i]; i++) {
		params.transport = transport_registry[i];
		params.active = 3;
		if (pattern_waits(&pattern_fanin, params.transport) == 0 || !runs_here())
			continue;
		assert_fans_in(PAIR_DONE, "");
		assert_counts(20, 600);
		tried++;
	}
	assert_true(tried >= 3);
	assert_int_equal(pattern_waits(&pattern_fanin, transport_find("shm")), 0);
	assert_int_equal(
		pattern_waits(&pattern_fanin, transport_find("pipe")), pattern_fanin.waits);
	assert_false(pattern_fanin.waits & WAIT_SET(WAIT_EPOLL_ET));
}

/* 620 messages, one after the other over 10 connections, and their replies. */
static void the_active_ones_take_turns(void **state)
{
	(void)state;
	assert_fans_in(PAIR_DONE, "");
	for (int c = 0; c < 10; c++)
		assert_int_equal(received[c], 2 * 62);
	params.active = 5;
	assert_fans_in(PAIR_DONE, "");
	for (int c = 0; c < 10; c++)
		assert_in_range(received[c], 2 * 60, 2 * 64);
}

/* Notes the connection of each message by its number. */
static int noting_send(void *state, const void *message, size_t bytes)
{
	struct message m;

	memcpy(&m, message, sizeof m);
	received[m.sequence] = m.nonce - NONCE;
	return real->send(state, message, bytes);
}

/* poll(2) and select(2) serve in this order: another one would let replies that are there wait for
 * one that is to come, with these waits and not with others. */
static void a_round_goes_through_the_set_in_order(void **state)
{
	(void)state;
	fake.send = noting_send;
	fake.recv = real->recv;
	params.active = 4;
	params.exchange.warmup = 40;
	assert_ends(PAIR_DONE, "");
	for (int round = 0; round < 10; round++) /* of the warm-up, whose halves they divide */
		for (int k = 1; k < 4; k++)
			assert_true(received[4 * round + k] > received[4 * round + k - 1]);
}

/* Rounds that end with a part of the run. */
static void counts_that_do_not_divide(void **state)
{
	(void)state;
	params.active = 7;
	params.exchange.warmup = 17;
	params.exchange.per_epoch = 13;
	assert_fans_in(PAIR_DONE, "");
	assert_counts(17, 13 * 60);
}

static void between_threads(void **state)
{
	(void)state;
	params.threads = true;
	params.active = 4;
	assert_fans_in(PAIR_DONE, "");
	assert_counts(20, 600);
}

/* The reply comes over the wrong connection. */
static int crossed_send(void *state, const void *message, size_t bytes)
{
	struct message m;
	unsigned char copy[64];

	memcpy(copy, message, bytes);
	memcpy(&m, copy, sizeof m);
	if (m.sequence == 30)
		m.nonce += 1;
	memcpy(copy, &m, sizeof m);
	return real->send(state, copy, bytes);
}

static void a_message_on_another_connection_is_seen(void **state)
{
	(void)state;
	fake.send = crossed_send;
	pair_run(&params, &pair);
	assert_int_equal(pair.status, PAIR_FAILED);
	assert_non_null(strstr(pair.reason, "producer: "));
}

static void select_goes_as_far_as_its_set(void **state)
{
	(void)state;
	params.exchange.per_epoch = 2;
	params.wait = WAIT_SELECT;
	params.connections = 980; /* descriptors of both ends in the harness: twice as many */
	assert_fans_in(PAIR_DONE, "");
	params.connections = FD_SETSIZE;
	pair_release(&pair);
	pair_run(&params, &pair);
	assert_int_equal(pair.status, PAIR_UNSUPPORTED);
	assert_non_null(strstr(pair.reason, "FD_SETSIZE (1024)"));
	params.wait = WAIT_EPOLL;
	params.connections = 2000;
	params.active = 100;
	assert_fans_in(PAIR_DONE, "");
}

static void too_many_for_the_limit(void **state)
{
	(void)state;
	struct rlimit normal, low;
	char reason[128];

	params.connections = 1000;
	getrlimit(RLIMIT_NOFILE, &normal);
	low = normal;
	low.rlim_cur = 300;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_fans_in(PAIR_DONE, ""); /* the soft limit is raised meanwhile */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &normal), 0);
	params.connections = 1000000;
	pair_release(&pair);
	pair_run(&params, &pair);
	assert_int_equal(pair.status, PAIR_UNSUPPORTED);
	snprintf(reason, sizeof reason, "the limit is %llu (RLIMIT_NOFILE)",
		(unsigned long long)normal.rlim_max);
	assert_non_null(strstr(pair.reason, "1000000 connections need 20000"));
	assert_non_null(strstr(pair.reason, reason));
}

static void replies_that_fit_no_buffer(void **state)
{
	(void)state;
	params.transport = transport_find("pipe");
	params.message_bytes = 1 << 20;
	params.active = 2;
	params.connections = 2;
	pair_run(&params, &pair);
	assert_int_equal(pair.status, PAIR_UNSUPPORTED);
	assert_non_null(strstr(pair.reason, "a reply must fit a buffer"));
	params.active = 1;
	params.exchange.per_epoch = 1;
	assert_fans_in(PAIR_DONE, "");
	params.active = 3;
	assert_fans_in(
		PAIR_FAILED, "producer: active=3: expected 1 to 2, the number of connections");
}

static int interrupted_setup(void *state, const struct link_params *link)
{
	if (link->nonce == NONCE + 3)
		raise(SIGTERM);
	received[link->nonce - NONCE]++;
	return real->setup(state, link);
}

/* Thousands of links take long to set up. */
static void an_interrupt_ends_the_set_up(void **state)
{
	(void)state;
	fake.setup = interrupted_setup;
	assert_int_equal(interrupt_catch(), 0);
	assert_fans_in(PAIR_INTERRUPTED, "interrupted");
	interrupt_release();
	assert_int_equal(received[3], 1);
	assert_int_equal(received[4], 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(every_wait_serves_every_connection),
		TEST(every_transport_with_descriptors), TEST(the_active_ones_take_turns),
		TEST(a_round_goes_through_the_set_in_order), TEST(counts_that_do_not_divide),
		TEST(between_threads), TEST(a_message_on_another_connection_is_seen),
		TEST(select_goes_as_far_as_its_set), TEST(too_many_for_the_limit),
		TEST(replies_that_fit_no_buffer), TEST(an_interrupt_ends_the_set_up)};

	return cmocka_run_group_tests(tests, open_scratch, close_scratch);
}
