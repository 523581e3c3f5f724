/* The ring with its two ends as threads, so that ThreadSanitizer sees both. */
#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "message.h"
#include "ring.h"

#define NONCE 0x1234abcdU

static const uint64_t sentinels[2] = {0x5a5a5a5a5a5a5a5a, 0xa5a5a5a5a5a5a5a5};

/* One crossing of `count` messages. */
struct crossing {
	size_t bytes;
	uint32_t count;
	bool futex;
	unsigned sender_rests, receiver_rests; /* yields after every so many messages; 0: never */
	void (*fill)(unsigned char *message, size_t bytes, uint32_t number);
	struct ring_end end;
	uint32_t wrong; /* messages that did not arrive as they were sent */
	int err;
};

static void fill_numbered(unsigned char *message, size_t bytes, uint32_t number)
{
	message_fill(message, bytes, NONCE, number);
}

/* Words that mean something to the ring, in every place. */
static void fill_sentinels(unsigned char *message, size_t bytes, uint32_t number)
{
	memset(message, 0, bytes);
	for (size_t at = 0; at + sizeof sentinels[0] <= bytes; at += sizeof sentinels[0])
		memcpy(message + at, &sentinels[(number + at / 8) % 2], sizeof sentinels[0]);
}

static void rest(unsigned every, uint32_t number)
{
	if (every && number % every == 0)
		sched_yield();
}

static void *sender_main(void *argument)
{
	struct crossing *crossing = argument;
	struct ring_end end = crossing->end;
	unsigned char *message = malloc(crossing->bytes);

	for (uint32_t i = 0; i < crossing->count; i++) {
		crossing->fill(message, crossing->bytes, i);
		crossing->err |= ring_send(&end, message, crossing->bytes);
		rest(crossing->sender_rests, i);
	}
	free(message);
	return NULL;
}

static void receive_all(struct crossing *crossing)
{
	struct ring_end end = crossing->end;
	unsigned char *message = malloc(crossing->bytes), *expected = malloc(crossing->bytes);

	for (uint32_t i = 0; i < crossing->count; i++) {
		memset(message, 0xee, crossing->bytes);
		assert_int_equal(ring_recv(&end, message, crossing->bytes), 0);
		crossing->fill(expected, crossing->bytes, i);
		crossing->wrong += memcmp(message, expected, crossing->bytes) != 0;
		rest(crossing->receiver_rests, i);
	}
	free(message);
	free(expected);
}

static void cross(struct crossing crossing)
{
	size_t bytes = ring_bytes(crossing.bytes);
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_t sender;

	assert_ptr_not_equal(memory, MAP_FAILED);
	if (!crossing.fill)
		crossing.fill = fill_numbered;
	ring_init(&crossing.end, memory, crossing.bytes, sentinels, crossing.futex);
	assert_int_equal(pthread_create(&sender, NULL, sender_main, &crossing), 0);
	receive_all(&crossing);
	pthread_join(sender, NULL);
	assert_int_equal(crossing.err, 0);
	assert_int_equal(crossing.wrong, 0);
	munmap(memory, bytes);
}

/* Spinning threads on one CPU would take a time slice for each message. */
static uint32_t count_for(bool futex, uint32_t count)
{
	return futex || sysconf(_SC_NPROCESSORS_ONLN) > 1 ? count : 200;
}

static void test_every_size_arrives_whole(void **state)
{
	static const size_t sizes[] = {
		16, 17, 23, 63, 64, 65, 100, 1000, 4096, 8191, 8192, 8193, 8199, 65536, 1048576};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		uint32_t slots = (uint32_t)(ring_capacity(sizes[i]) / sizes[i] + 1);

		for (int futex = 0; futex < 2; futex++)
			cross((struct crossing){.bytes = sizes[i],
				.count = count_for(futex, 3 * slots + 5),
				.futex = futex});
	}
}

static void test_full_ring_waits_for_a_slow_receiver(void **state)
{
	(void)state;
	for (int futex = 0; futex < 2; futex++)
		cross((struct crossing){.bytes = 64,
			.count = count_for(futex, 20000),
			.futex = futex,
			.receiver_rests = 3});
}

static void test_empty_ring_waits_for_a_slow_sender(void **state)
{
	(void)state;
	for (int futex = 0; futex < 2; futex++)
		cross((struct crossing){.bytes = 64,
			.count = count_for(futex, 20000),
			.futex = futex,
			.sender_rests = 1});
}

static void test_payloads_that_look_like_sentinels_arrive(void **state)
{
	static const size_t sizes[] = {16, 20, 64, 8192, 8192 + 8, 65536};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		for (int futex = 0; futex < 2; futex++)
			cross((struct crossing){.bytes = sizes[i],
				.count = count_for(futex, 500),
				.futex = futex,
				.fill = fill_sentinels});
}

/* Both sides sleep and wake all the time: a lost wake-up would hang here. */
static void test_no_wake_up_is_lost(void **state)
{
	(void)state;
	for (unsigned rests = 1; rests < 6; rests++)
		cross((struct crossing){.bytes = 8192,
			.count = 5000,
			.futex = true,
			.sender_rests = rests,
			.receiver_rests = 6 - rests});
}

/* One end in the sender's hand, the other in the receiver's, in one thread: each offset of the ring
 * is begun at. */
static void test_wraps_at_every_slot(void **state)
{
	static const size_t sizes[] = {64, 8193};

	(void)state;
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		size_t bytes = sizes[s];
		void *memory = mmap(NULL, ring_bytes(bytes), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		unsigned char *message = malloc(bytes);
		struct ring_end sender, receiver;

		ring_init(&sender, memory, bytes, sentinels, false);
		receiver = sender;
		for (uint32_t i = 0; i < 3 * sender.slot_count; i++) {
			message_fill(message, bytes, NONCE, i);
			assert_int_equal(ring_send(&sender, message, bytes), 0);
			memset(message, 0, bytes);
			assert_int_equal(ring_recv(&receiver, message, bytes), 0);
			assert_int_equal(message_verify(message, bytes, NONCE, i), 0);
		}
		free(message);
		munmap(memory, ring_bytes(bytes));
	}
}

static void test_holds_what_it_says(void **state)
{
	size_t bytes = 64, room = ring_capacity(bytes) / bytes;
	void *memory = mmap(
		NULL, ring_bytes(bytes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned char message[64];
	struct ring_end sender, receiver;

	(void)state;
	ring_init(&sender, memory, bytes, sentinels, false);
	receiver = sender;
	/* would wait for ever if it held less */
	for (uint32_t i = 0; i < room; i++) {
		message_fill(message, bytes, NONCE, i);
		assert_int_equal(ring_send(&sender, message, bytes), 0);
	}
	for (uint32_t i = 0; i < room; i++) {
		assert_int_equal(ring_recv(&receiver, message, bytes), 0);
		assert_int_equal(message_verify(message, bytes, NONCE, i), 0);
	}
	munmap(memory, ring_bytes(bytes));
}

static void test_nothing_shares_a_line(void **state)
{
	struct ring *ring = NULL;

	(void)state;
	assert_int_equal(offsetof(struct ring, slots) % (2 * RING_LINE), 0);
	assert_true(
		offsetof(struct ring, receiver) - offsetof(struct ring, released) >= 2 * RING_LINE);
	assert_true(
		offsetof(struct ring, sender) - offsetof(struct ring, receiver) >= 2 * RING_LINE);
	assert_true(offsetof(struct ring, slots) - offsetof(struct ring, sender) >= 2 * RING_LINE);
	assert_int_equal(sizeof ring->released, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_size_arrives_whole),
		cmocka_unit_test(test_full_ring_waits_for_a_slow_receiver),
		cmocka_unit_test(test_empty_ring_waits_for_a_slow_sender),
		cmocka_unit_test(test_payloads_that_look_like_sentinels_arrive),
		cmocka_unit_test(test_no_wake_up_is_lost),
		cmocka_unit_test(test_wraps_at_every_slot),
		cmocka_unit_test(test_holds_what_it_says),
		cmocka_unit_test(test_nothing_shares_a_line),
	};

	alarm(240); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
