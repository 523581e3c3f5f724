/* The slots with their two ends as threads, so that ThreadSanitizer sees both. The notification is
 * an eventfd in raw system calls, of which it knows nothing: what it finds in order is ordered by
 * the slots. */
#include "slots.h"

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "message.h"

#define NONCE 0x510750c5U

static struct link_buffers requested, effective;

static struct slots set_up(struct link_params params, size_t most)
{
	struct slots slots = {0};

	requested = effective = (struct link_buffers){0};
	params.requested = &requested;
	params.effective = &effective;
	assert_int_equal(slots_setup(&slots, &params, most), 0);
	return slots;
}

/* One crossing of `count` messages, from the producer to the consumer. */
struct crossing {
	struct link_params params;
	uint32_t count;
	unsigned sender_rests, receiver_rests; /* yields after every so many messages; 0: never */
	struct slots slots;
	int eventfd;
	int err;
};

static void rest(unsigned every, uint32_t number)
{
	if (every && number % every == 0)
		sched_yield();
}

static void *sender_main(void *argument)
{
	struct crossing *crossing = argument;
	struct slots slots = crossing->slots; /* as each side has its own */
	size_t bytes = crossing->params.message_bytes;
	unsigned char *message = malloc(bytes);
	const uint64_t one = 1;

	slots_attach(&slots, SIDE_PRODUCER);
	for (uint32_t i = 0; i < crossing->count; i++) {
		message_fill(message, bytes, NONCE, i);
		crossing->err |= slots_put(&slots, message, bytes);
		crossing->err |= syscall(SYS_write, crossing->eventfd, &one, sizeof one) < 0;
		rest(crossing->sender_rests, i);
	}
	free(message);
	return NULL;
}

static void receive_all(const struct crossing *crossing)
{
	struct slots slots = crossing->slots;
	size_t bytes = crossing->params.message_bytes;
	unsigned char *message = malloc(bytes);
	uint64_t one;

	slots_attach(&slots, SIDE_CONSUMER);
	for (uint32_t i = 0; i < crossing->count; i++) {
		memset(message, 0xee, bytes);
		assert_int_equal(syscall(SYS_read, crossing->eventfd, &one, sizeof one), 8);
		assert_int_equal(slots_take(&slots, message, bytes), 0);
		assert_int_equal(message_verify(message, bytes, NONCE, i), 0);
		rest(crossing->receiver_rests, i);
	}
	free(message);
}

static void cross(struct crossing crossing)
{
	pthread_t sender;

	crossing.slots = set_up(crossing.params, 0);
	crossing.eventfd = eventfd(0, EFD_SEMAPHORE);
	assert_true(crossing.eventfd >= 0);
	assert_int_equal(pthread_create(&sender, NULL, sender_main, &crossing), 0);
	receive_all(&crossing);
	pthread_join(sender, NULL);
	assert_int_equal(crossing.err, 0);
	close(crossing.eventfd);
	slots_teardown(&crossing.slots);
}

static void test_every_size_arrives_whole(void **state)
{
	static const size_t sizes[] = {
		16, 17, 23, 55, 56, 57, 63, 64, 65, 120, 121, 1000, 4096, 8193, 65536, 1048576};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		cross((struct crossing){.params = {.message_bytes = sizes[i]},
			.count = sizes[i] > 60000 ? 60 : 9000});
}

/* From one slot, where each message waits for the one before it, to rings that no quarter divides:
 * a wake-up that is lost hangs here. */
static void test_no_wake_up_is_lost(void **state)
{
	(void)state;
	for (size_t slots = 1; slots < 12; slots++)
		for (unsigned rests = 0; rests < 4; rests++)
			cross((struct crossing){
				.params = {.message_bytes = 64, .buffer_bytes = 64 * slots},
				.count = 1500,
				.sender_rests = rests,
				.receiver_rests = 3 - rests});
}

static void test_a_full_ring_that_spins(void **state)
{
	(void)state;
	/* spinning threads on one CPU would take a time slice for each message */
	cross((struct crossing){
		.params = {.message_bytes = 100, .buffer_bytes = 300, .wait = WAIT_SPIN},
		.count = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 3000 : 200,
		.receiver_rests = 3});
}

/* Both ends in one hand, and both ways: each slot is begun at, with each number of messages in the
 * ring. */
static void test_wraps_at_every_slot(void **state)
{
	static const size_t sizes[] = {16, 57, 1000};
	unsigned char message[1000];

	(void)state;
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		size_t bytes = sizes[s], count = 7;
		struct slots end[SIDES];
		uint32_t number[SIDES] = {0};

		end[0] = set_up(
			(struct link_params){.message_bytes = bytes, .buffer_bytes = count * bytes},
			0);
		end[1] = end[0];
		for (enum side side = SIDE_PRODUCER; side < SIDES; side++)
			slots_attach(&end[side], side);
		for (size_t held = 1; held <= count; held++) {
			for (size_t round = 0; round < 3 * SIDES; round++) {
				enum side from = round % SIDES;
				uint32_t *next = &number[from];

				for (uint32_t i = 0; i < held; i++) {
					message_fill(message, bytes, NONCE, *next + i);
					assert_int_equal(slots_put(&end[from], message, bytes), 0);
				}
				for (uint32_t i = 0; i < held; i++, ++*next) {
					memset(message, 0, bytes);
					assert_int_equal(
						slots_take(&end[side_peer(from)], message, bytes),
						0);
					assert_int_equal(
						message_verify(message, bytes, NONCE, *next), 0);
				}
			}
		}
		slots_teardown(&end[0]);
	}
}

static void test_a_notification_without_a_message(void **state)
{
	struct slots sender, receiver;
	char message[64] = "";

	(void)state;
	sender = set_up((struct link_params){.message_bytes = 64, .buffer_bytes = 128}, 0);
	receiver = sender;
	slots_attach(&sender, SIDE_PRODUCER);
	slots_attach(&receiver, SIDE_CONSUMER);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(slots_put(&sender, message, 64), 0);
		assert_int_equal(slots_take(&receiver, message, 64), 0);
	}
	/* the slot still holds the one before */
	assert_int_equal(slots_take(&receiver, message, 64), -EPROTO);
	assert_string_equal(
		fail_reason(), "notification 3 came without its message: its slot holds message 1");
	slots_teardown(&sender);
}

static size_t count_of(size_t message_bytes, size_t buffer_bytes, size_t most)
{
	struct slots slots = set_up(
		(struct link_params){.message_bytes = message_bytes, .buffer_bytes = buffer_bytes},
		most);
	size_t count = slots.ring[SIDE_PRODUCER].count;

	assert_int_equal(effective.ring_bytes, count * message_bytes);
	assert_int_equal(requested.ring_bytes, buffer_bytes);
	assert_int_equal(slots.ring[SIDE_CONSUMER].count, count);
	slots_teardown(&slots);
	slots_teardown(&slots);
	return count;
}

static void test_holds_what_it_says(void **state)
{
	(void)state;
	assert_int_equal(count_of(16, 0, 0), 4096); /* a line each */
	assert_int_equal(count_of(56, 0, 0), 4096);
	assert_int_equal(count_of(57, 0, 0), 2048);
	assert_int_equal(count_of(65536, 0, 0), 8);
	assert_int_equal(count_of(1048576, 0, 0), 3); /* 4 MiB at most */
	assert_int_equal(count_of(16, 0, 100), 100);
	assert_int_equal(count_of(64, 64 * 5000, 0), 5000);
	assert_int_equal(count_of(64, 64 * 5000, 4000), 4000);
	assert_int_equal(count_of(1048576, 8 << 20, 0), 8);
	assert_int_equal(count_of(64, 63, 0), 1);
	assert_int_equal(count_of(64, 191, 0), 2);
}

static void test_nothing_shares_a_line(void **state)
{
	size_t pair = 2 * SLOTS_LINE;
	struct slots slots;

	(void)state;
	assert_true(offsetof(struct slots_head, sender) >= pair);
	assert_true(
		offsetof(struct slots_head, shared) - offsetof(struct slots_head, sender) >= pair);
	assert_true(offsetof(struct slots_head, slots) - offsetof(struct slots_head, shared) >=
		SLOTS_SHARED_BYTES);
	assert_int_equal(offsetof(struct slots_head, slots) % pair, 0);
	slots = set_up((struct link_params){.message_bytes = 100}, 0);
	for (enum side side = SIDE_PRODUCER; side < SIDES; side++) {
		assert_int_equal((uintptr_t)slots_shared(&slots, side) % pair, 0);
		assert_int_equal(slots.ring[side].slot_bytes % SLOTS_LINE, 0);
	}
	slots_teardown(&slots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_size_arrives_whole),
		cmocka_unit_test(test_no_wake_up_is_lost),
		cmocka_unit_test(test_a_full_ring_that_spins),
		cmocka_unit_test(test_wraps_at_every_slot),
		cmocka_unit_test(test_a_notification_without_a_message),
		cmocka_unit_test(test_holds_what_it_says),
		cmocka_unit_test(test_nothing_shares_a_line),
	};

	alarm(240); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
