/* Closed loops with more than one call in a round trip: a connection each, a request in halves. */
#include "pattern.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "fail.h"
#include "message.h"

#include <cmocka.h>

enum { NONCE = 0xabcd, BYTES = 64, WARMUP = 4, PER_EPOCH = 3, EPOCHS = 2, ALL = 10 };

/* What was called, a letter each: C connect, A accept, s send, r receive, H hang up. */
static char calls[16 * ALL];
static unsigned char wire[BYTES];
static size_t on_wire;
static int accident_at; /* the call that fails; -1: none */
static struct tally tallies[SIDES];
static unsigned char out[BYTES], in[BYTES];

static int note(char call)
{
	size_t at = strlen(calls);

	calls[at] = call;
	return (int)at == accident_at ? fail_text(ECONNRESET, "call %c", call) : 0;
}

static int play_connect(void *state)
{
	(void)state;
	on_wire = 0;
	return note('C');
}

static int play_accept(void *state)
{
	(void)state;
	return note('A');
}

static int play_hang_up(void *state)
{
	(void)state;
	return note('H');
}

static int play_send(void *state, const void *message, size_t bytes)
{
	(void)state;
	assert_true(on_wire + bytes <= BYTES);
	memcpy(wire + on_wire, message, bytes);
	on_wire += bytes;
	return note('s');
}

static uint32_t made_up;

static int play_recv(void *state, void *message, size_t bytes)
{
	(void)state;
	if (on_wire) {
		assert_int_equal(on_wire, bytes);
		memcpy(message, wire, bytes);
	} else {
		message_fill(message, bytes, NONCE, made_up++);
	}
	on_wire = 0;
	return note('r');
}

static const struct rendezvous rendezvous = {
	.connect = play_connect, .accept = play_accept, .hang_up = play_hang_up};
static const struct transport meeting = {.send = play_send,
	.recv = play_recv,
	.traits = TRAIT_BYTES,
	.waits = WAIT_SET(WAIT_BLOCK) | WAIT_SET(WAIT_SPIN),
	.rendezvous = &rendezvous};
static const struct transport plain = {
	.send = play_send, .recv = play_recv, .waits = WAIT_SET(WAIT_SPIN)};

static struct pattern_end end_of(enum side side)
{
	memset(tallies, 0, sizeof tallies);
	memset(calls, 0, sizeof calls);
	on_wire = made_up = 0;
	accident_at = -1;
	return (struct pattern_end){.transport = &meeting,
		.send = meeting.send,
		.recv = meeting.recv,
		.rendezvous = &rendezvous,
		.exchange = {.warmup = WARMUP,
			.per_epoch = PER_EPOCH,
			.epochs = EPOCHS,
			.batch = 1},
		.nonce = NONCE,
		.message_bytes = BYTES,
		.out = out,
		.in = in,
		.tally = &tallies[side],
		.peer = &tallies[side_peer(side)]};
}

static void assert_all_calls(const char *each)
{
	assert_int_equal(strlen(calls), ALL * strlen(each));
	for (size_t i = 0; i < ALL; i++)
		assert_memory_equal(calls + i * strlen(each), each, strlen(each));
}

static void assert_counts(const struct pattern_end *end)
{
	assert_int_equal(end->tally->before, WARMUP);
	assert_int_equal(end->tally->messages, PER_EPOCH * EPOCHS);
}

static void a_connection_for_each_message(void **state)
{
	(void)state;
	struct pattern_end producer = end_of(SIDE_PRODUCER);

	assert_int_equal(pattern_connect.loop[SIDE_PRODUCER](&producer), 0);
	assert_all_calls("CsrH");
	assert_counts(&producer);
	assert_int_equal(producer.tally->epoch[1].count, PER_EPOCH);

	struct pattern_end consumer = end_of(SIDE_CONSUMER);

	assert_int_equal(pattern_connect.loop[SIDE_CONSUMER](&consumer), 0);
	assert_all_calls("ArsH");
	assert_counts(&consumer);
}

/* Whichever call fails, the loop ends there. */
static void each_call_may_fail(void **state)
{
	(void)state;
	for (enum side side = SIDE_PRODUCER; side < SIDES; side++) {
		for (int at = 0; at < 4 * ALL; at++) {
			struct pattern_end end = end_of(side);

			accident_at = at;
			assert_int_equal(pattern_connect.loop[side](&end), -ECONNRESET);
			assert_int_equal(strlen(calls), at + 1);
		}
	}
}

static void a_request_in_two_halves(void **state)
{
	(void)state;
	struct pattern_end producer = end_of(SIDE_PRODUCER);

	assert_int_equal(pattern_write_write_read.loop[SIDE_PRODUCER](&producer), 0);
	assert_all_calls("ssr");
	assert_counts(&producer);

	struct pattern_end consumer = end_of(SIDE_CONSUMER);

	assert_int_equal(pattern_write_write_read.loop[SIDE_CONSUMER](&consumer), 0);
	assert_all_calls("rs");
	assert_counts(&consumer);
}

static void what_goes_over_what(void **state)
{
	(void)state;
	assert_int_equal(pattern_waits(&pattern_connect, &meeting), WAIT_SET(WAIT_BLOCK));
	assert_int_equal(pattern_waits(&pattern_connect, &plain), 0);
	assert_int_equal(pattern_waits(&pattern_write_write_read, &meeting), meeting.waits);
	assert_int_equal(pattern_waits(&pattern_write_write_read, &plain), 0);
	assert_int_equal(pattern_waits(&pattern_pingpong, &plain), plain.waits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_for_each_message),
		cmocka_unit_test(each_call_may_fail),
		cmocka_unit_test(a_request_in_two_halves),
		cmocka_unit_test(what_goes_over_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
