/* The timed loops, one side at a time, over transports that only pretend: what is counted, what is
 * timed, and what is refused. Both sides together are pair_test's. */
#include "pattern.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "clock.h"
#include "message.h"

#include <cmocka.h>

enum { NONCE = 0xabcd, BYTES = 64 };

/* FLIPPED: its last byte; SILENT: nothing came, the buffer is as it was. */
enum fault { NONE, WRONG_NUMBER, WRONG_NONCE, FLIPPED, SILENT, BROKEN };

/* A link whose other side is played: echoes what was sent, or makes up what would come. */
struct play {
	uint32_t sent, received;
	uint32_t last_sequence;
	enum fault fault; /* of the arrival of number `at` */
	int64_t at, slow_ns;
	unsigned char wire[BYTES];
	const uint32_t *script; /* numbers to arrive; NULL: 0, 1, 2 ... */
};

static struct play play;
static struct tally tallies[SIDES], *const tally = &tallies[0], *const peer = &tallies[1];
static unsigned char out[BYTES], in[BYTES];

static int play_send(void *state, const void *message, size_t bytes)
{
	struct message m;

	assert_ptr_equal(state, &play);
	assert_int_equal(bytes, BYTES);
	memcpy(play.wire, message, bytes);
	memcpy(&m, message, sizeof m);
	assert_int_equal(m.nonce, NONCE);
	play.last_sequence = m.sequence;
	play.sent++;
	return 0;
}

static int spoil(void *message, int64_t at)
{
	struct message *m = message;
	enum fault fault = at == play.at ? play.fault : NONE;

	if (fault == BROKEN)
		return fail_text(ECONNRESET, "the line is dead");
	m->sequence += fault == WRONG_NUMBER;
	m->nonce += fault == WRONG_NONCE;
	((unsigned char *)message)[BYTES - 1] ^= (unsigned char)(fault == FLIPPED);
	return 0;
}

static int echo_recv(void *state, void *message, size_t bytes)
{
	int64_t at = play.received++, start = clock_now_ns();

	(void)state;
	while (clock_now_ns() - start < play.slow_ns)
		;
	if (play.fault == SILENT && at == play.at)
		return 0;
	memcpy(message, play.wire, bytes);
	return spoil(message, at);
}

static int made_up_recv(void *state, void *message, size_t bytes)
{
	uint32_t at = play.received++;

	(void)state;
	message_fill(message, bytes, NONCE, play.script ? play.script[at] : at);
	return spoil(message, at);
}

static const struct transport echoing = {.send = play_send, .recv = echo_recv};
static const struct transport telling = {.send = play_send, .recv = made_up_recv};
static const struct transport losing = {
	.send = play_send, .recv = made_up_recv, .traits = TRAIT_LOSSY};

static int setup(void **state)
{
	(void)state;
	memset(tallies, 0, sizeof tallies);
	play = (struct play){.fault = NONE};
	memset(in, 0xa5, sizeof in);
	memset(out, 0xa5, sizeof out);
	return 0;
}

/* And begins anew. */
static void spoil_at(enum fault fault, int64_t at)
{
	play.fault = fault;
	play.at = at;
	play.sent = play.received = 0;
	fail_text(EIO, "stale");
}

static struct exchange order(uint64_t warmup, uint64_t per_epoch, uint32_t epochs, uint32_t batch)
{
	return (struct exchange){
		.warmup = warmup, .per_epoch = per_epoch, .epochs = epochs, .batch = batch};
}

static int run(const struct pattern *pattern, enum side side, const struct transport *transport,
	struct exchange exchange)
{
	struct pattern_end end = {.transport = transport,
		.send = transport->send,
		.recv = transport->recv,
		.state = &play,
		.exchange = exchange,
		.nonce = NONCE,
		.message_bytes = BYTES,
		.out = out,
		.in = in,
		.tally = tally,
		.peer = peer};

	return pattern->loop[side](&end);
}

/* Epochs that are whole: their stamps rise, `each` messages in every one. */
static void assert_epochs(uint32_t epochs, uint64_t each)
{
	for (uint32_t e = 0; e <= epochs; e++) {
		assert_int_equal(tally->arrived[e], e * each);
		assert_true(tally->stamp_ns[e] >= (e ? tally->stamp_ns[e - 1] : 1));
	}
	assert_int_equal(tally->messages, epochs * each);
	assert_true(tally->elapsed_ns >= tally->stamp_ns[epochs] - tally->stamp_ns[0]);
}

static void round_trips_are_counted(void **state)
{
	(void)state;
	const struct exchange exchange = {
		.warmup = 1001, .per_epoch = 10, .epochs = 60, .batch = 1};

	assert_int_equal(exchange_messages(&exchange), 1601);
	assert_int_equal(run(&pattern_pingpong, SIDE_PRODUCER, &echoing, exchange), 0);
	assert_int_equal(play.last_sequence, 1600);
	assert_int_equal(play.received, 1601);
	assert_epochs(60, 10);
	assert_int_equal(tally->warmup.count, 1001); /* and in no epoch */
	for (int e = 0; e < 60; e++) {
		assert_int_equal(tally->epoch[e].count, 10);
		assert_int_equal(tally->epoch[e].negative + tally->epoch[e].overflow, 0);
	}
	assert_int_equal(tally->progress, 1600); /* what the watchdog sees */
}

/* The reply is 20 us late: each sample shows it, and those of batches show two of it. */
static void round_trips_are_timed(void **state)
{
	(void)state;
	play.slow_ns = 20000;
	assert_int_equal(run(&pattern_pingpong, SIDE_PRODUCER, &echoing, order(20, 20, 3, 1)), 0);
	assert_true(tally->warmup.min >= 20000);
	for (int e = 0; e < 3; e++)
		assert_true(tally->epoch[e].min >= 20000 && tally->epoch[e].min < 20000000);
	assert_true(tally->stamp_ns[1] - tally->stamp_ns[0] >= (int64_t)tally->epoch[0].sum);
}

static void batches_share_a_clock_pair(void **state)
{
	(void)state;
	play.slow_ns = 5000;
	assert_int_equal(run(&pattern_pingpong, SIDE_PRODUCER, &echoing, order(20, 8, 5, 2)), 0);
	assert_int_equal(play.last_sequence, 59);
	assert_epochs(5, 8);
	assert_int_equal(tally->warmup.count, 10);
	for (int e = 0; e < 5; e++) {
		assert_int_equal(tally->epoch[e].count, 4);
		assert_true(tally->epoch[e].min >= 2 * 5000);
	}
}

static void no_warm_up_at_all(void **state)
{
	(void)state;
	const struct exchange exchange = {.per_epoch = 64, .epochs = 1, .batch = 1};

	assert_int_equal(run(&pattern_pingpong, SIDE_PRODUCER, &echoing, exchange), 0);
	assert_epochs(1, 64);
	assert_int_equal(tally->warmup.count, 0);
}

static void assert_bad(enum side side, const struct pattern *pattern,
	const struct transport *transport, const char *reason)
{
	uint32_t batch = pattern == &pattern_pingpong && side == SIDE_PRODUCER ? 2 : 1;

	for (; batch; batch--) {
		play.sent = play.received = 0;
		fail_text(EIO, "stale");
		assert_int_equal(run(pattern, side, transport, order(20, 40, 2, batch)), -EBADMSG);
		assert_string_equal(fail_reason(), reason);
	}
}

static void wrong_replies_are_refused(void **state)
{
	(void)state;
	spoil_at(WRONG_NUMBER, 30);
	assert_bad(SIDE_PRODUCER, &pattern_pingpong, &echoing,
		"message 30 was expected, message 31 came");
	spoil_at(WRONG_NONCE, 7); /* in the warm-up */
	assert_bad(SIDE_PRODUCER, &pattern_pingpong, &echoing,
		"message 7: nonce 0000abce instead of 0000abcd: not a message of this run");
	spoil_at(WRONG_NUMBER, 99); /* the last of all */
	assert_bad(SIDE_PRODUCER, &pattern_pingpong, &echoing,
		"message 99 was expected, message 100 came");
	spoil_at(SILENT, 50); /* the last reply can't pass for this one */
	assert_bad(SIDE_PRODUCER, &pattern_pingpong, &echoing,
		"message 50 was expected, message 49 came");
	assert_true(tally->messages < 80);
}

static void errors_of_the_link_end_the_loop(void **state)
{
	(void)state;
	static const struct {
		const struct pattern *pattern;
		enum side side;
		const struct transport *transport;
	} loops[] = {{&pattern_pingpong, SIDE_PRODUCER, &echoing},
		{&pattern_pingpong, SIDE_CONSUMER, &telling},
		{&pattern_stream, SIDE_CONSUMER, &telling},
		{&pattern_stream, SIDE_CONSUMER, &losing},
		{&pattern_verify, SIDE_PRODUCER, &echoing},
		{&pattern_verify, SIDE_CONSUMER, &telling}};

	for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
		for (int64_t at = 5; at < 30; at += 20) {
			spoil_at(BROKEN, at);
			assert_int_equal(run(loops[i].pattern, loops[i].side, loops[i].transport,
						 order(20, 30, 2, 1)),
				-ECONNRESET);
			assert_string_equal(fail_reason(), "the line is dead");
			assert_int_equal(play.received, at + 1);
		}
}

static void streams_and_echoes_are_counted(void **state)
{
	(void)state;
	const struct exchange exchange = {.warmup = 15, .per_epoch = 7, .epochs = 60, .batch = 1};

	assert_int_equal(run(&pattern_stream, SIDE_CONSUMER, &telling, exchange), 0);
	assert_int_equal(play.received, 435);
	assert_epochs(60, 7);
	assert_int_equal(run(&pattern_stream, SIDE_PRODUCER, &telling, exchange), 0);
	assert_int_equal(play.sent, 435);
	assert_int_equal(play.last_sequence, 434);
	assert_int_equal(tally->messages, 420);
	spoil_at(NONE, 0);
	assert_int_equal(run(&pattern_pingpong, SIDE_CONSUMER, &telling, exchange), 0);
	assert_int_equal(play.received, 435);
	assert_int_equal(play.sent, 435);
	assert_int_equal(tally->messages, 420);
}

static void gaps_in_a_stream_are_refused(void **state)
{
	(void)state;
	spoil_at(WRONG_NUMBER, 60);
	assert_bad(SIDE_CONSUMER, &pattern_stream, &telling,
		"message 60 was expected, message 61 came");
	spoil_at(WRONG_NONCE, 3);
	assert_bad(SIDE_CONSUMER, &pattern_stream, &telling,
		"message 3: nonce 0000abce instead of 0000abcd: not a message of this run");
	assert_bad(SIDE_CONSUMER, &pattern_stream, &losing,
		"message 3: nonce 0000abce instead of 0000abcd: not a message of this run");
}

static void payloads_are_verified_at_both_sides(void **state)
{
	(void)state;
	const struct exchange exchange = {.per_epoch = 50, .epochs = 1, .batch = 1};

	assert_int_equal(run(&pattern_verify, SIDE_PRODUCER, &echoing, exchange), 0);
	assert_int_equal(play.sent, 50);
	play.received = play.sent = 0;
	assert_int_equal(run(&pattern_verify, SIDE_CONSUMER, &telling, exchange), 0);
	assert_int_equal(play.sent, 50);
	for (enum side side = SIDE_PRODUCER; side < SIDES; side++) {
		spoil_at(FLIPPED, 30);
		assert_int_equal(run(&pattern_verify, side,
					 side == SIDE_PRODUCER ? &echoing : &telling, exchange),
			-EBADMSG);
		assert_non_null(strstr(fail_reason(), "message 30: the payload differs at byte"));
		assert_int_equal(play.received, 31);
	}
	spoil_at(SILENT, 1); /* a buffer left over is no message */
	assert_int_equal(run(&pattern_verify, SIDE_PRODUCER, &echoing, exchange), -EBADMSG);
}

static const struct exchange short_one = {.warmup = 4, .per_epoch = 5, .epochs = 3, .batch = 1};

/* Warm-up 0 .. 3, epochs 4 .. 8, 9 .. 13, 14 .. 18. Never come: 2, 10 to 13, 18. Twice: 5, 15.
 * Late: 7. */
static void a_lossy_stream_counts_what_came(void **state)
{
	(void)state;
	static const uint32_t script[] = {
		0, 1, 3, 4, 5, 5, 6, 8, 7, 9, 14, 15, 16, 15, 17, MESSAGE_END};
	play.script = script;
	assert_int_equal(run(&pattern_stream, SIDE_CONSUMER, &losing, short_one), 0);
	assert_int_equal(play.received, sizeof script / sizeof *script);
	assert_int_equal(tally->finished, 1);
	assert_int_equal(tally->sequence.received, 15);
	assert_int_equal(tally->sequence.unique, 13);
	assert_int_equal(tally->sequence.duplicates, 2);
	assert_int_equal(tally->sequence.reordered, 1);
	assert_int_equal(sequence_lost(&tally->sequence, exchange_messages(&short_one)), 6);
	/* an epoch begins with the arrival that opens it, which is counted before it: 4, 9 and 14
	 */
	assert_int_equal(tally->before, 3);      /* 0 1 3 */
	assert_int_equal(tally->arrived[0], 1);  /* 4 */
	assert_int_equal(tally->arrived[1], 6);  /* 5 6 8 7 9 */
	assert_int_equal(tally->arrived[2], 7);  /* 14 */
	assert_int_equal(tally->arrived[3], 10); /* 15 16 17 */
	assert_int_equal(tally->messages, 10);
}

/* The warm-up, a whole epoch and the end may be lost: the stamps still rise. */
static void a_lossy_stream_that_lost_most(void **state)
{
	(void)state;
	static const uint32_t late[] = {16, 17, MESSAGE_END}, none[] = {MESSAGE_END};

	play.script = late;
	assert_int_equal(run(&pattern_stream, SIDE_CONSUMER, &losing, short_one), 0);
	assert_int_equal(sequence_lost(&tally->sequence, 19), 17);
	for (int e = 0; e < 3; e++)
		assert_true(tally->stamp_ns[e] > 0 && tally->stamp_ns[e + 1] >= tally->stamp_ns[e]);
	assert_int_equal(tally->messages, 2);
	play.script = none;
	play.received = 0;
	assert_int_equal(run(&pattern_stream, SIDE_CONSUMER, &losing, short_one), 0);
	assert_int_equal(sequence_lost(&tally->sequence, 19), 19);
}

static int ends;

/* Of the messages that say the end, two get lost. */
static int ending_send(void *state, const void *message, size_t bytes)
{
	play_send(state, message, bytes);
	if (play.last_sequence == MESSAGE_END && ++ends == 3)
		peer->finished = 1;
	return 0;
}

static int refused_send(void *state, const void *message, size_t bytes)
{
	play_send(state, message, bytes);
	return play.last_sequence == MESSAGE_END ? fail_text(ECONNREFUSED, "gone") : 0;
}

static void the_end_is_told_until_it_is_heard(void **state)
{
	(void)state;
	struct transport transport = losing;

	transport.send = ending_send;
	assert_int_equal(run(&pattern_stream, SIDE_PRODUCER, &transport, short_one), 0);
	assert_int_equal(ends, 3);
	assert_int_equal(play.sent, 19 + 3);
	assert_int_equal(tally->messages, 15);
	peer->finished = 0;
	transport.send = refused_send; /* it has heard, and left */
	assert_int_equal(run(&pattern_stream, SIDE_PRODUCER, &transport, short_one), 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup(test, setup)
	const struct CMUnitTest tests[] = {TEST(round_trips_are_counted),
		TEST(round_trips_are_timed), TEST(batches_share_a_clock_pair),
		TEST(no_warm_up_at_all), TEST(wrong_replies_are_refused),
		TEST(errors_of_the_link_end_the_loop), TEST(streams_and_echoes_are_counted),
		TEST(gaps_in_a_stream_are_refused), TEST(payloads_are_verified_at_both_sides),
		TEST(a_lossy_stream_counts_what_came), TEST(a_lossy_stream_that_lost_most),
		TEST(the_end_is_told_until_it_is_heard)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
