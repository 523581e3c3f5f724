/* The end of a batch: what came before the end of file is not lost with it. */
#include "fdpair.h"

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BYTES = 24, SENT = 3, ROOM = 8 };

/* Two sides in one process, each with its copy of the state. */
static void open_sides(const struct transport *transport, struct fdpair sides[SIDES])
{
	struct link_buffers requested = {0}, effective = {0};
	const struct link_params params = {.wait = WAIT_BLOCK,
		.message_bytes = BYTES,
		.batch = ROOM,
		.threads = true,
		.requested = &requested,
		.effective = &effective};

	assert_int_equal(transport->state_size, sizeof sides[0]);
	assert_int_equal(transport->setup(&sides[SIDE_PRODUCER], &params), 0);
	sides[SIDE_CONSUMER] = sides[SIDE_PRODUCER];
	for (enum side side = SIDE_PRODUCER; side < SIDES; side++)
		assert_int_equal(transport->attach(&sides[side], side), 0);
}

static void check_end(const char *name)
{
	const struct transport *transport = transport_find(name);
	struct fdpair sides[SIDES] = {0};
	unsigned char out[SENT * BYTES], in[ROOM * BYTES];

	memset(out, 7, sizeof out);
	open_sides(transport, sides);
	assert_int_equal(transport->send_many(&sides[SIDE_PRODUCER], out, BYTES, SENT), 0);
	close(sides[SIDE_PRODUCER].out);
	assert_int_equal(transport->recv_many(&sides[SIDE_CONSUMER], in, BYTES, ROOM), SENT);
	assert_memory_equal(in, out, sizeof out);
	assert_int_equal(transport->recv_many(&sides[SIDE_CONSUMER], in, BYTES, ROOM), -EPIPE);
	sides[SIDE_CONSUMER].end[SIDE_PRODUCER] = (struct fdpair_end){.in = -1, .out = -1};
	transport->teardown(&sides[SIDE_CONSUMER]);
	for (int side = 0; side < SIDES; side++)
		free(sides[side].vectors);
}

static void test_what_came_before_the_end_is_told_first(void **state)
{
	(void)state;
	check_end("socketpair-stream");
	check_end("socketpair-seqpacket");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_came_before_the_end_is_told_first),
	};

	alarm(60); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
