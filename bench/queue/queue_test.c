/* The depth of queues: what was asked for, what the limits leave of it, and that it is there. */
#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <unistd.h>

#include "message.h"
#include "transport.h"

#define NONCE 0x0badcafeU
#define DEPTH 4
#define MANY  400 /* links */

static struct link_buffers requested, effective;

struct link {
	const struct transport *transport;
	void *state[SIDES];
	int err; /* of the set-up */
};

/* Both sides in one process; they take turns. */
static struct link open_link(const char *name, size_t message_bytes, size_t buffer_bytes)
{
	struct link link = {.transport = transport_find(name)};
	const struct link_params params = {.wait = WAIT_BLOCK,
		.message_bytes = message_bytes,
		.buffer_bytes = buffer_bytes,
		.threads = true,
		.requested = &requested,
		.effective = &effective};

	requested = effective = (struct link_buffers){0};
	for (int side = 0; side < SIDES; side++)
		link.state[side] = calloc(1, link.transport->state_size);
	link.err = link.transport->setup(link.state[0], &params);
	if (link.err)
		return link;
	memcpy(link.state[1], link.state[0], link.transport->state_size);
	for (enum side side = SIDE_PRODUCER; side < SIDES; side++)
		assert_int_equal(link.transport->attach(link.state[side], side), 0);
	return link;
}

static void close_link(struct link *link)
{
	for (int twice = 0; twice < 2; twice++) {
		link->transport->teardown(link->state[0]);
		if (link->transport->finish)
			link->transport->finish(link->state[0]);
	}
	for (int side = 0; side < SIDES; side++)
		free(link->state[side]);
}

/* Fills both ways before anything is taken: it would sleep for ever if they held less. */
static void fill_and_empty(const struct link *link, size_t bytes, uint32_t depth)
{
	unsigned char *message = malloc(bytes);

	for (uint32_t i = 0; i < SIDES * depth; i++) {
		message_fill(message, bytes, NONCE, i);
		assert_int_equal(link->transport->send(link->state[i % SIDES], message, bytes), 0);
	}
	for (uint32_t i = 0; i < SIDES * depth; i++) {
		memset(message, 0, bytes);
		assert_int_equal(
			link->transport->recv(link->state[(i + 1) % SIDES], message, bytes), 0);
		assert_int_equal(message_verify(message, bytes, NONCE, i), 0);
	}
	free(message);
}

static void test_they_hold_what_was_asked_for(void **state)
{
	static const char *const names[] = {"mq-posix", "mq-sysv"};
	int skipped = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct link link = open_link(names[i], 100, DEPTH * 100);

		if (link.err) {
			print_message("skipped: %s: %s\n", names[i], fail_reason());
			skipped++;
		} else {
			assert_int_equal(requested.queue_bytes, DEPTH * 100);
			assert_int_equal(effective.queue_bytes, DEPTH * 100);
			fill_and_empty(&link, 100, DEPTH);
		}
		close_link(&link);
	}
	if (skipped)
		skip();
}

/* More than any limit lets a queue have: then as much as there is, and that is said. */
static void test_they_hold_what_they_say(void **state)
{
	static const char *const names[] = {"mq-posix", "mq-sysv"};
	const size_t wanted = (size_t)1 << 34;
	int skipped = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct link link = open_link(names[i], 100, wanted);

		if (link.err) {
			print_message("skipped: %s: %s\n", names[i], fail_reason());
			skipped++;
		} else if ((size_t)effective.queue_bytes < wanted) { /* not for root */
			assert_int_equal(requested.queue_bytes, wanted);
			assert_true(effective.queue_bytes >= 100);
			fill_and_empty(&link, 100, (uint32_t)effective.queue_bytes / 100);
		}
		close_link(&link);
	}
	if (skipped)
		skip();
}

/* Lets the user have little more than two queues for one message each: other programs of the same
 * user may have some. */
static struct link open_at_the_limit(struct rlimit limit)
{
	struct link link = {.err = -EMSGSIZE};

	for (limit.rlim_cur = 4096; link.err == -EMSGSIZE && limit.rlim_cur <= limit.rlim_max;
		limit.rlim_cur += 4096) {
		if (link.transport)
			close_link(&link);
		assert_int_equal(setrlimit(RLIMIT_MSGQUEUE, &limit), 0);
		link = open_link("mq-posix", 1000, 0);
	}
	return link;
}

/* Queues become shallow, then impossible. */
static void test_the_limit_of_a_user(void **state)
{
	struct rlimit normal;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_MSGQUEUE, &normal), 0);

	struct link shallow = open_at_the_limit(normal);

	if (shallow.err) {
		print_message("skipped: %s\n", fail_reason());
		if (shallow.transport)
			close_link(&shallow);
		setrlimit(RLIMIT_MSGQUEUE, &normal);
		skip();
	}
	assert_in_range(effective.queue_bytes, 1000, 4000);
	fill_and_empty(&shallow, 1000, (uint32_t)effective.queue_bytes / 1000);
	close_link(&shallow);

	struct link too_large = open_link("mq-posix", 8000, 0);

	assert_int_equal(too_large.err, -EMSGSIZE);
	assert_string_equal(fail_reason(),
		"two queues for messages of 8000 bytes exceed RLIMIT_MSGQUEUE (ulimit -q)");
	close_link(&too_large);
	assert_int_equal(setrlimit(RLIMIT_MSGQUEUE, &normal), 0);
}

/* A fan-in has a pair of queues for each connection: some limit is the first that is met. */
static void test_more_than_the_system_has(void **state)
{
	static struct link links[MANY];
	uint32_t opened = 0;
	int err = 0;

	(void)state;
	for (; opened < MANY && !err; opened++) {
		links[opened] = open_link("mq-posix", 16, 16);
		err = links[opened].err;
	}
	if (err) {
		assert_int_equal(err, -EMSGSIZE);
		assert_true(strstr(fail_reason(), "(fs.mqueue.queues_max)") ||
			strstr(fail_reason(), "RLIMIT_MSGQUEUE"));
	}
	while (opened > 0)
		close_link(&links[--opened]);
	if (!err)
		skip(); /* of a user whom no limit binds */
}

static void test_a_message_over_the_limit_of_the_kernel(void **state)
{
	struct msginfo limits;
	char reason[FAIL_TEXT_BYTES];

	(void)state;
	if (msgctl(0, IPC_INFO, (struct msqid_ds *)(void *)&limits) < 0)
		skip(); /* a kernel without System V queues */

	size_t bytes = (size_t)limits.msgmax + 1;
	struct link link = open_link("mq-sysv", bytes, 0);

	assert_int_equal(link.err, -EMSGSIZE);
	snprintf(reason, sizeof reason,
		"messages of %zu bytes exceed the limit of System V queues, %d (kernel.msgmax)",
		bytes, limits.msgmax);
	assert_string_equal(fail_reason(), reason);
	close_link(&link);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_they_hold_what_was_asked_for),
		cmocka_unit_test(test_they_hold_what_they_say),
		cmocka_unit_test(test_the_limit_of_a_user),
		cmocka_unit_test(test_more_than_the_system_has),
		cmocka_unit_test(test_a_message_over_the_limit_of_the_kernel),
	};

	alarm(60); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
