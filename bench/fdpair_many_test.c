/* Batches: what came before the end of file is not lost with it, and a full link is asked again by
 * the call that it is measured with. */
#include "fdpair.h"

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BYTES = 24, SENT = 3, ROOM = 8 };

static int calls;    /* of the two that follow, in the place of libc's */
static bool is_full; /* as the next one finds the link */

static bool finds_it_full(void)
{
	bool finds = is_full;

	calls++;
	is_full = false;
	errno = EAGAIN;
	return finds;
}

ssize_t writev(int fd, const struct iovec *vectors, int count)
{
	return finds_it_full() ? -1 : syscall(SYS_writev, fd, vectors, count);
}

ssize_t sendmsg(int fd, const struct msghdr *header, int flags)
{
	return finds_it_full() ? -1 : syscall(SYS_sendmsg, fd, header, flags);
}

/* Two sides in one process, each with its copy of the state. */
static void open_sides(
	const struct transport *transport, enum wait_mode wait, struct fdpair sides[SIDES])
{
	struct link_buffers requested = {0}, effective = {0};
	const struct link_params params = {.wait = wait,
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

static void close_sides(const struct transport *transport, struct fdpair sides[SIDES])
{
	transport->teardown(&sides[SIDE_CONSUMER]);
	for (int side = 0; side < SIDES; side++)
		free(sides[side].vectors);
}

static void check_end(const char *name)
{
	const struct transport *transport = transport_find(name);
	struct fdpair sides[SIDES] = {0};
	unsigned char out[SENT * BYTES], in[ROOM * BYTES];

	memset(out, 7, sizeof out);
	open_sides(transport, WAIT_BLOCK, sides);
	assert_int_equal(transport->send_many(&sides[SIDE_PRODUCER], out, BYTES, SENT), 0);
	close(sides[SIDE_PRODUCER].out);
	assert_int_equal(transport->recv_many(&sides[SIDE_CONSUMER], in, BYTES, ROOM), SENT);
	assert_memory_equal(in, out, sizeof out);
	assert_int_equal(transport->recv_many(&sides[SIDE_CONSUMER], in, BYTES, ROOM), -EPIPE);
	sides[SIDE_CONSUMER].end[SIDE_PRODUCER] = (struct fdpair_end){.in = -1, .out = -1};
	close_sides(transport, sides);
}

static void test_what_came_before_the_end_is_told_first(void **state)
{
	(void)state;
	check_end("socketpair-stream");
	check_end("socketpair-seqpacket");
}

static void check_retry(const char *name)
{
	const struct transport *transport = transport_find(name);
	struct fdpair sides[SIDES] = {0};
	unsigned char out[SENT * BYTES], in[ROOM * BYTES];

	memset(out, 7, sizeof out);
	open_sides(transport, WAIT_SPIN, sides);
	calls = 0;
	is_full = true;
	assert_int_equal(transport->send_many(&sides[SIDE_PRODUCER], out, BYTES, SENT), 0);
	assert_int_equal(calls, 2);
	assert_int_equal(transport->recv_many(&sides[SIDE_CONSUMER], in, BYTES, ROOM), SENT);
	assert_memory_equal(in, out, sizeof out);
	close_sides(transport, sides);
}

static void test_a_full_link_is_asked_again_with_vectors(void **state)
{
	(void)state;
	check_retry("pipe");
	check_retry("socketpair-stream");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_came_before_the_end_is_told_first),
		cmocka_unit_test(test_a_full_link_is_asked_again_with_vectors),
	};

	alarm(60); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
