/* Unconnected datagrams, over Unix sockets and UDP: those of strangers are dropped. */
#include "unconnected.h"

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

enum { NONCE = 0x5eed, BYTES = 100, STRANGERS = 3 };

static const char *const names[] = {"unix-unconnected", "udp-unconnected"};

/* A link whose two sides are both ours, each with its copy of the state, and a stranger's socket of
 * the same family. */
struct fixture {
	const struct transport *transport;
	struct unconnected side[SIDES];
	int stranger;
};

static void open_fixture(struct fixture *fixture, const char *name, enum wait_mode wait)
{
	struct link_buffers requested = {0}, effective = {0};
	const struct link_params params = {.wait = wait,
		.message_bytes = BYTES,
		.threads = true, /* attach leaves the other side's socket open */
		.requested = &requested,
		.effective = &effective};
	struct unconnected *producer = &fixture->side[SIDE_PRODUCER];

	*fixture = (struct fixture){.transport = transport_find(name)};
	assert_int_equal(fixture->transport->state_size, sizeof *producer);
	assert_int_equal(fixture->transport->setup(producer, &params), 0);
	fixture->side[SIDE_CONSUMER] = *producer;
	for (enum side side = SIDE_PRODUCER; side < SIDES; side++)
		assert_int_equal(fixture->transport->attach(&fixture->side[side], side), 0);

	const struct sockaddr *address = &producer->name[SIDE_CONSUMER].any;

	fixture->stranger = socket(address->sa_family, SOCK_DGRAM, 0);
	assert_true(fixture->stranger >= 0);
}

static void close_fixture(struct fixture *fixture)
{
	for (int side = 0; side < SIDES; side++) {
		ready_close(fixture->side[side].pair.readable);
		ready_close(fixture->side[side].pair.writable);
	}
	fixture->transport->teardown(&fixture->side[SIDE_PRODUCER]);
	close(fixture->stranger);
}

/* Of the right size and with the right bytes: only its source tells. */
static void knock(struct fixture *fixture, enum side at)
{
	const struct unconnected_name *name = &fixture->side[SIDE_PRODUCER].name[at];
	unsigned char message[BYTES];

	message_fill(message, sizeof message, NONCE, 99);
	assert_int_equal(sendto(fixture->stranger, message, sizeof message, MSG_DONTWAIT,
				 &name->any, name->bytes),
		sizeof message);
}

static void pass(struct fixture *fixture, enum side from, uint32_t number)
{
	unsigned char message[BYTES], came[BYTES] = {0};

	message_fill(message, sizeof message, NONCE, number);
	assert_int_equal(
		fixture->transport->send(&fixture->side[from], message, sizeof message), 0);
	assert_int_equal(
		fixture->transport->recv(&fixture->side[side_peer(from)], came, sizeof came), 0);
	assert_memory_equal(came, message, sizeof came);
}

static void strangers_are_dropped(void **state)
{
	static const enum wait_mode waits[] = {WAIT_BLOCK, WAIT_SPIN, WAIT_POLL, WAIT_EPOLL_ET};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof waits / sizeof waits[0]; i++) {
		struct fixture fixture;

		open_fixture(&fixture, names[i % 2], waits[i / 2]);
		for (enum side from = SIDE_PRODUCER; from < SIDES; from++) {
			for (int n = 0; n < STRANGERS; n++)
				knock(&fixture, side_peer(from));
			pass(&fixture, from, 1);
			knock(&fixture, side_peer(from));
			pass(&fixture, from, 2);
		}
		close_fixture(&fixture);
	}
}

static void another_size_is_an_error(void **state)
{
	unsigned char message[BYTES] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct fixture fixture;
		struct unconnected *consumer = &fixture.side[SIDE_CONSUMER];

		open_fixture(&fixture, names[i], WAIT_BLOCK);
		for (size_t bytes = BYTES - 1; bytes <= BYTES; bytes++)
			assert_int_equal(fixture.transport->send(
						 &fixture.side[SIDE_PRODUCER], message, bytes),
				0);
		assert_int_equal(fixture.transport->recv(consumer, message, BYTES), -EMSGSIZE);
		assert_non_null(strstr(fail_reason(), "99 bytes instead of 100"));
		assert_int_equal(fixture.transport->recv(consumer, message, 10), -EMSGSIZE);
		assert_non_null(strstr(fail_reason(), "100 bytes instead of 10"));
		close_fixture(&fixture);
	}
}

/* The sender of Unix datagrams hears of it; UDP without a connection does not. */
static void a_dead_peer_is_told(void **state)
{
	struct fixture fixture;
	unsigned char message[BYTES] = {0};

	(void)state;
	open_fixture(&fixture, "unix-unconnected", WAIT_BLOCK);

	int *consumer = &fixture.side[SIDE_PRODUCER].pair.end[SIDE_CONSUMER].in;

	close(*consumer);
	*consumer = fixture.side[SIDE_PRODUCER].pair.end[SIDE_CONSUMER].out = -1;
	assert_int_equal(
		fixture.transport->send(&fixture.side[SIDE_PRODUCER], message, sizeof message),
		-ECONNREFUSED);
	close_fixture(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_are_dropped),
		cmocka_unit_test(another_size_is_an_error),
		cmocka_unit_test(a_dead_peer_is_told),
	};

	alarm(60); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
