/* The stream with several messages in a system call: over a link that hands over as many as it
 * likes. */
#include "pattern.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "fail.h"
#include "message.h"

#include <cmocka.h>

enum { NONCE = 0xabcd, BYTES = 48, GROUP = 4, WARMUP = 6, PER_EPOCH = 5, EPOCHS = 2, ALL = 16 };

static struct {
	uint32_t calls, messages, groups[ALL];
	uint32_t arrived, wrong_at, next_group;
	const uint32_t *sizes; /* of the groups that arrive; 0 at the end: then one by one */
} play;

static struct tally tallies[SIDES];
static unsigned char out[GROUP * BYTES], in[GROUP * BYTES];

static int play_send_many(void *state, const void *messages, size_t bytes, uint32_t count)
{
	(void)state;
	assert_int_equal(bytes, BYTES);
	assert_in_range(count, 1, GROUP);
	for (uint32_t i = 0; i < count; i++)
		assert_true(message_is(
			(const unsigned char *)messages + i * BYTES, NONCE, play.messages++));
	play.groups[play.calls++] = count;
	return 0;
}

static int play_recv_many(void *state, void *messages, size_t bytes, uint32_t count)
{
	uint32_t size = play.sizes[play.next_group] ? play.sizes[play.next_group++] : 1;

	(void)state;
	assert_int_equal(bytes, BYTES);
	assert_int_equal(count, GROUP);
	for (uint32_t i = 0; i < size; i++, play.arrived++)
		message_fill((unsigned char *)messages + i * BYTES, BYTES, NONCE,
			play.arrived + (play.arrived == play.wrong_at));
	return (int)size;
}

static int never(void *state, void *message, size_t bytes)
{
	(void)state, (void)message, (void)bytes;
	fail_msg("one message alone was moved");
	return 0;
}

static int never_sent(void *state, const void *message, size_t bytes)
{
	(void)message;
	return never(state, NULL, bytes);
}

static const struct transport grouping = {.send = never_sent,
	.recv = never,
	.send_many = play_send_many,
	.recv_many = play_recv_many};

static struct pattern_end end_of(enum side side)
{
	memset(tallies, 0, sizeof tallies);
	return (struct pattern_end){.transport = &grouping,
		.send = grouping.send,
		.recv = grouping.recv,
		.exchange = {.warmup = WARMUP,
			.per_epoch = PER_EPOCH,
			.epochs = EPOCHS,
			.batch = 1,
			.per_call = GROUP},
		.nonce = NONCE,
		.message_bytes = BYTES,
		.out = out,
		.in = in,
		.tally = &tallies[side],
		.peer = &tallies[side_peer(side)]};
}

static void the_producer_sends_whole_groups(void **state)
{
	(void)state;
	static const uint32_t groups[] = {4, 2, 4, 4, 2}; /* 6 of warm-up, then 10 */
	struct pattern_end end = end_of(SIDE_PRODUCER);

	memset(&play, 0, sizeof play);
	assert_int_equal(pattern_stream.loop[SIDE_PRODUCER](&end), 0);
	assert_int_equal(play.messages, ALL);
	assert_int_equal(play.calls, 5);
	assert_memory_equal(play.groups, groups, sizeof groups);
	assert_int_equal(end.tally->sent, ALL);
	assert_int_equal(end.tally->messages, PER_EPOCH * EPOCHS);
}

/* However the arrivals are cut, epochs begin where they are to. */
static void the_consumer_takes_what_comes(void **state)
{
	(void)state;
	static const uint32_t cuts[][8] = {
		{0}, {4, 4, 4, 4, 0}, {3, 1, 4, 2, 4, 2, 0}, {1, 4, 4, 4, 3, 0}};

	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		struct pattern_end end = end_of(SIDE_CONSUMER);

		memset(&play, 0, sizeof play);
		play.wrong_at = UINT32_MAX;
		play.sizes = cuts[i];
		assert_int_equal(pattern_stream.loop[SIDE_CONSUMER](&end), 0);
		assert_int_equal(play.arrived, ALL);
		assert_int_equal(end.tally->before, WARMUP);
		assert_int_equal(end.tally->messages, PER_EPOCH * EPOCHS);
		assert_int_equal(end.tally->arrived[1] - end.tally->arrived[0], PER_EPOCH);
		assert_int_equal(end.tally->arrived[EPOCHS], PER_EPOCH * EPOCHS);
	}
}

static void a_gap_within_a_group_is_seen(void **state)
{
	(void)state;
	static const uint32_t cut[] = {4, 4, 4, 4, 0};

	for (uint32_t at = 0; at < ALL; at++) {
		struct pattern_end end = end_of(SIDE_CONSUMER);

		memset(&play, 0, sizeof play);
		play.wrong_at = at;
		play.sizes = cut;
		assert_int_equal(pattern_stream.loop[SIDE_CONSUMER](&end), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_producer_sends_whole_groups),
		cmocka_unit_test(the_consumer_takes_what_comes),
		cmocka_unit_test(a_gap_within_a_group_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
