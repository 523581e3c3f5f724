/* The ring with its two ends as threads, so that ThreadSanitizer sees both, and with every wait: on
 * each end it runs full and empty, sleeps and wakes. */
#include "ring_test.h"

#include <pthread.h>
#include <sched.h>

/* One crossing of `count` messages. */
struct crossing {
	size_t bytes, buffer_bytes;
	uint32_t count;
	enum wait_mode wait;
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

	crossing->err = ring_attach(&end);
	for (uint32_t i = 0; i < crossing->count; i++) {
		crossing->fill(message, crossing->bytes, i);
		crossing->err |= ring_send(&end, message, crossing->bytes);
		rest(crossing->sender_rests, i);
	}
	free(message);
	ring_detach(&end);
	return NULL;
}

static void receive_all(struct crossing *crossing, struct ring_end *end)
{
	unsigned char *message = malloc(crossing->bytes), *expected = malloc(crossing->bytes);

	for (uint32_t i = 0; i < crossing->count; i++) {
		memset(message, 0xee, crossing->bytes);
		assert_int_equal(ring_recv(end, message, crossing->bytes), 0);
		crossing->fill(expected, crossing->bytes, i);
		crossing->wrong += memcmp(message, expected, crossing->bytes) != 0;
		rest(crossing->receiver_rests, i);
	}
	free(message);
	free(expected);
}

/* False where the machine lacks the wait. */
static bool cross(struct crossing crossing)
{
	struct ring_fixture fixture =
		ring_open(crossing.bytes, crossing.buffer_bytes, crossing.wait);
	struct ring_end end = fixture.end;
	int err = ring_attach(&end);
	pthread_t sender;

	if (err == -ENOSYS || err == -EPERM) {
		print_message("  %s: skipped: %s\n", wait_name(crossing.wait), fail_reason());
		ring_detach(&end);
		ring_unmake(&fixture);
		return false;
	}
	assert_int_equal(err, 0);
	if (!crossing.fill)
		crossing.fill = fill_numbered;
	crossing.end = fixture.end;
	assert_int_equal(pthread_create(&sender, NULL, sender_main, &crossing), 0);
	receive_all(&crossing, &end);
	pthread_join(sender, NULL);
	assert_int_equal(crossing.err, 0);
	assert_int_equal(crossing.wrong, 0);
	ring_detach(&end);
	ring_unmake(&fixture);
	return true;
}

/* Spinning threads on one CPU would take a time slice for each message. */
static uint32_t count_for(enum wait_mode wait, uint32_t count)
{
	return wait != WAIT_SPIN || sysconf(_SC_NPROCESSORS_ONLN) > 1 ? count : 200;
}

/* The crossing with every wait that this machine has. */
static void cross_with_each_wait(struct crossing crossing)
{
	unsigned done = 0;

	for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++) {
		struct crossing one = crossing;

		if (!(BELL_WAITS & WAIT_SET(wait)))
			continue;
		one.wait = wait;
		one.count = count_for(wait, crossing.count);
		done += cross(one);
	}
	assert_true(done >= 6); /* all but io-uring are there always */
}

static void test_every_size_arrives_whole(void **state)
{
	static const size_t sizes[] = {
		16, 17, 23, 63, 64, 65, 100, 1000, 4096, 8191, 8192, 8193, 8199, 65536, 1048576};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct ring_shape shape = ring_shape(sizes[i], 16384);
		uint32_t fit = (uint32_t)(ring_capacity(&shape) / sizes[i] + 1);

		cross_with_each_wait((struct crossing){
			.bytes = sizes[i], .buffer_bytes = 16384, .count = 3 * fit + 5});
	}
}

static void test_the_usual_ring_wraps(void **state)
{
	static const size_t sizes[] = {64, 100, 8192, 65536};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct ring_shape shape = ring_shape(sizes[i], 0);
		uint32_t fit = (uint32_t)(ring_capacity(&shape) / sizes[i] + 1);

		cross_with_each_wait((struct crossing){.bytes = sizes[i], .count = 3 * fit + 5});
	}
}

static void test_full_ring_waits_for_a_slow_receiver(void **state)
{
	(void)state;
	cross_with_each_wait((struct crossing){
		.bytes = 64, .buffer_bytes = 4096, .count = 5000, .receiver_rests = 3});
}

static void test_empty_ring_waits_for_a_slow_sender(void **state)
{
	(void)state;
	cross_with_each_wait((struct crossing){.bytes = 64, .count = 5000, .sender_rests = 1});
}

static void test_words_that_mean_something_arrive(void **state)
{
	static const size_t sizes[] = {16, 20, 64, 8192 + 8, 65536};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		cross_with_each_wait((struct crossing){
			.bytes = sizes[i], .buffer_bytes = 1, .count = 200, .fill = fill_escapes});
}

/* Both sides sleep and wake all the time: a lost wake-up would hang here. */
static void test_no_wake_up_is_lost(void **state)
{
	(void)state;
	for (unsigned rests = 1; rests < 6; rests++)
		cross_with_each_wait((struct crossing){.bytes = 64,
			.buffer_bytes = 1,
			.count = 2000,
			.sender_rests = rests,
			.receiver_rests = 6 - rests});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_size_arrives_whole),
		cmocka_unit_test(test_the_usual_ring_wraps),
		cmocka_unit_test(test_full_ring_waits_for_a_slow_receiver),
		cmocka_unit_test(test_empty_ring_waits_for_a_slow_sender),
		cmocka_unit_test(test_words_that_mean_something_arrive),
		cmocka_unit_test(test_no_wake_up_is_lost),
	};

	alarm(480); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
