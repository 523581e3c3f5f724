/* Batches: linked entries keep a stream in order, also where a transfer is short and the link
 * breaks. The sides are threads, each with its copy of the state. */
#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "transport.h"
#include "wait.h"

#define NONCE    0x7e57ab1eU
#define MESSAGES 200U

/* One link, and what its producer sends. */
struct batches {
	const struct transport *transport;
	enum wait_mode wait;
	size_t bytes;
	uint32_t batch;
	void *producer_state, *consumer_state;
	int producer_error;
};

static int send_batches(struct batches *b)
{
	unsigned char *messages = malloc(b->batch * b->bytes);
	int err = b->transport->attach(b->producer_state, SIDE_PRODUCER);

	for (uint32_t sent = 0; sent < MESSAGES && !err;) {
		uint32_t count = MESSAGES - sent < b->batch ? MESSAGES - sent : b->batch;

		for (uint32_t i = 0; i < count; i++)
			message_fill(messages + i * b->bytes, b->bytes, NONCE, sent + i);
		err = b->transport->send_many(b->producer_state, messages, b->bytes, count);
		sent += count;
	}
	free(messages);
	return err;
}

static void *producer(void *context)
{
	struct batches *b = context;

	b->producer_error = send_batches(b);
	return NULL;
}

/* What came with one call; at least one message, and all of each. */
static uint32_t recv_batch(struct batches *b, unsigned char *messages)
{
	if (!b->transport->recv_many)
		return b->transport->recv(b->consumer_state, messages, b->bytes) == 0;

	int count = b->transport->recv_many(b->consumer_state, messages, b->bytes, b->batch);

	assert_true(count <= (int)b->batch);
	return count > 0 ? (uint32_t)count : 0;
}

static void recv_batches(struct batches *b)
{
	const struct timespec pause = {.tv_nsec = 200000};
	unsigned char *messages = malloc(b->batch * b->bytes);

	assert_int_equal(b->transport->attach(b->consumer_state, SIDE_CONSUMER), 0);
	for (uint32_t got = 0; got < MESSAGES;) {
		uint32_t count = recv_batch(b, messages);

		if (count == 0)
			print_error("%s: %s\n", b->transport->name, fail_reason());
		assert_true(count > 0);
		for (uint32_t i = 0; i < count; i++)
			assert_int_equal(
				message_verify(messages + i * b->bytes, b->bytes, NONCE, got + i),
				0);
		got += count;
		nanosleep(&pause, NULL);
	}
	free(messages);
}

static void check_batches(struct batches b)
{
	struct link_buffers requested = {0}, effective = {0};
	const struct link_params params = {.wait = b.wait,
		.message_bytes = b.bytes,
		.nonce = NONCE,
		.folder = "/nonexistent",
		.batch = b.batch,
		.threads = true,
		.requested = &requested,
		.effective = &effective};
	size_t state_bytes = b.transport->state_size;
	void *state = calloc(1, state_bytes);
	pthread_t thread;
	int err = b.transport->setup(state, &params);

	if (err == -ENOSYS || err == -EPERM) {
		free(state);
		print_message("skipped: %s\n", fail_reason());
		skip();
	}
	assert_int_equal(err, 0);
	b.producer_state = memcpy(malloc(state_bytes), state, state_bytes);
	b.consumer_state = memcpy(malloc(state_bytes), state, state_bytes);
	assert_int_equal(pthread_create(&thread, NULL, producer, &b), 0);
	recv_batches(&b);
	pthread_join(thread, NULL);
	assert_int_equal(b.producer_error, 0);
	b.transport->teardown(state);
	free(b.producer_state);
	free(b.consumer_state);
	free(state);
}

static void check_transport(const char *name)
{
	static const size_t sizes[] = {16, 1000, 60000};
	static const uint32_t counts[] = {1, 2, 7, 32};
	const struct transport *transport = transport_find(name);

	for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++)
		for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
			for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
				if (transport->waits & WAIT_SET(wait))
					check_batches((struct batches){.transport = transport,
						.wait = wait,
						.bytes = sizes[s],
						.batch = counts[c]});
}

static void test_batches_over_a_pipe(void **state)
{
	(void)state;
	check_transport("uring-pipe");
}

static void test_batches_over_a_socketpair(void **state)
{
	(void)state;
	check_transport("uring-socketpair");
}

static void test_batches_over_tcp(void **state)
{
	(void)state;
	check_transport("uring-tcp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_batches_over_a_pipe),
		cmocka_unit_test(test_batches_over_a_socketpair),
		cmocka_unit_test(test_batches_over_tcp),
	};

	alarm(300); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
