/* Several pairs at once: each moves its messages over its own link, all begin together, and one
 * side that goes wrong takes all down. */
#include "pair_test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wait.h"

enum { PAIRS = 4 };

/* Shared with the sides. */
struct board {
	int descriptors[PAIRS][SIDES];
	uint32_t nonce[PAIRS][SIDES];
	int attached, attached_at_go;
};

static struct board *board;
static struct crowd crowd;

static int setup(void **state)
{
	(void)state;
	pair_begin("pipe");
	crowd = (struct crowd){.pairs = PAIRS};
	for (int i = 0; i < PAIRS; i++)
		crowd.cpus[i] = (struct cpu_pair){-1, -1};
	params.crowd = &crowd;
	board = memory_shared(sizeof *board);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	munmap(board, sizeof *board);
	pair_end();
	return 0;
}

static void assert_all_done(void)
{
	assert_ends(PAIR_DONE, "");
	assert_int_equal(pair.pairs, PAIRS);
	for (int i = 0; i < PAIRS; i++) {
		for (int side = 0; side < SIDES; side++) {
			assert_int_equal(pair.tally[side][i].messages, 600);
			assert_true(pair.tally[side][i].elapsed_ns > 0);
			assert_string_equal(pair.tally[side][i].reason, "");
		}
		assert_int_equal(pair.tally[SIDE_PRODUCER][i].sent, 620);
	}
	pair_release(&pair);
}

/* Names in one folder, rings, sockets: no link is in another's way. */
static void every_pair_moves_its_messages(void **state)
{
	(void)state;
	static const char *const transports[] = {"pipe", "fifo", "unix-stream", "shm", "tcp"};

	for (size_t i = 0; i < COUNT(transports); i++) {
		params.transport = transport_find(transports[i]);
		params.wait = wait_usual(params.transport->waits);
		for (int threads = 0; threads < 2; threads++) {
			params.threads = threads;
			params.pattern = &pattern_pingpong;
			assert_all_done();
			params.pattern = &pattern_stream;
			assert_all_done();
		}
	}
}

static int look_around(struct pattern_end *end)
{
	uint32_t i = end->nonce - NONCE;
	enum side side = end->tally > end->peer;

	board->descriptors[i][side] = count_entries("/proc/self/fd");
	board->nonce[i][side] = end->nonce;
	board->attached_at_go = board->attached;
	return 0;
}

static int counted_attach(void *state, enum side side)
{
	__atomic_add_fetch(&board->attached, 1, __ATOMIC_SEQ_CST);
	return real->attach(state, side);
}

/* A descriptor of another pair's link would keep an end open whose other side waits for its end. */
static void none_holds_what_is_anothers(void **state)
{
	(void)state;
	set_loops(look_around, look_around);
	fake.attach = counted_attach;
	assert_ends(PAIR_DONE, "");
	assert_int_equal(board->attached, PAIRS * SIDES);
	assert_int_equal(board->attached_at_go, PAIRS * SIDES);
	for (int i = 0; i < PAIRS; i++)
		for (int side = 0; side < SIDES; side++) {
			assert_int_equal(board->nonce[i][side], NONCE + i);
			assert_int_equal(board->descriptors[i][side], board->descriptors[0][0]);
		}
}

static uint32_t victim;
static enum side ill;
static bool dies;

static int suffer(struct pattern_end *end, enum side side)
{
	if (side != ill || end->nonce - NONCE != victim)
		return pattern_pingpong.loop[side](end);
	return dies ? raise(SIGKILL) : fail_text(EBADMSG, "this is no message");
}

static int suffer_as_producer(struct pattern_end *end)
{
	return suffer(end, SIDE_PRODUCER);
}

static int suffer_as_consumer(struct pattern_end *end)
{
	return suffer(end, SIDE_CONSUMER);
}

static void assert_suffers(const char *what)
{
	char reason[128];

	snprintf(reason, sizeof reason, "%s of pair %u: %s",
		params.threads && dies ? "process" : side_name(ill), victim + 1, what);
	assert_ends(PAIR_FAILED, reason);
	pair_release(&pair);
}

/* The others go on for hours, or sleep on a futex for ever. */
static void one_that_goes_wrong_ends_all(void **state)
{
	(void)state;
	static const char *const transports[] = {"pipe", "shm"};

	set_loops(suffer_as_producer, suffer_as_consumer);
	params.exchange.per_epoch = 1 << 24;
	for (size_t i = 0; i < COUNT(transports) * 2; i++) {
		params.transport = transport_find(transports[i / 2]);
		params.wait = wait_usual(params.transport->waits);
		params.threads = i % 2;
		for (victim = 0; victim < PAIRS; victim += 3)
			for (ill = SIDE_PRODUCER; ill < SIDES; ill++) {
				dies = true;
				assert_suffers("killed by signal 9 (Killed)");
				dies = false;
				assert_suffers("this is no message");
			}
	}
}

static int failing_setup(void *state, const struct link_params *link)
{
	int err = real->setup(state, link);

	return link->nonce - NONCE == victim ? fail_text(EPERM, "no link for you") : err;
}

/* The third pair's first side. */
static int failing_attach(void *state, enum side side)
{
	if (__atomic_add_fetch(&board->attached, 1, __ATOMIC_SEQ_CST) == 2 * SIDES + 1)
		return fail_text(EPERM, "no end for you");
	return real->attach(state, side);
}

static int dying_attach(void *state, enum side side)
{
	if (__atomic_add_fetch(&board->attached, 1, __ATOMIC_SEQ_CST) == 2 * SIDES + 1)
		raise(SIGKILL);
	return real->attach(state, side);
}

/* Pairs that wait for the others to begin are taken down with them. */
static void one_that_can_not_begin(void **state)
{
	(void)state;
	fake.setup = failing_setup;
	for (victim = 0; victim < PAIRS; victim++) {
		assert_ends(PAIR_UNSUPPORTED, "no link for you");
		pair_release(&pair);
	}
	fake.setup = real->setup;
	fake.attach = failing_attach;
	assert_ends(PAIR_UNSUPPORTED, "no end for you");
	pair_release(&pair);
	board->attached = 0;
	fake.attach = dying_attach;
	pair_run(&params, &pair);
	assert_int_equal(pair.status, PAIR_FAILED);
	assert_non_null(strstr(pair.reason, " of pair 3: killed by signal 9 (Killed)"));
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(every_pair_moves_its_messages),
		TEST(none_holds_what_is_anothers), TEST(one_that_goes_wrong_ends_all),
		TEST(one_that_can_not_begin)};

	return cmocka_run_group_tests(tests, open_scratch, close_scratch);
}
