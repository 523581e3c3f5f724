/* The ring with both ends in one hand, so that every offset and every word can be chosen. */
#include "ring_test.h"

/* Sends and receives `count` messages one by one: each begins where the one before has ended. */
static void walk(struct ring_fixture *fixture, size_t bytes, size_t count,
	void (*fill)(unsigned char *message, size_t bytes, uint32_t number))
{
	struct ring_end sender = fixture->end, receiver = fixture->end;
	unsigned char *message = malloc(bytes), *expected = malloc(bytes);

	for (uint32_t i = 0; i < count; i++) {
		fill(message, bytes, i);
		fill(expected, bytes, i);
		assert_int_equal(ring_send(&sender, message, bytes), 0);
		memset(message, 0xee, bytes);
		assert_int_equal(ring_recv(&receiver, message, bytes), 0);
		assert_memory_equal(message, expected, bytes);
	}
	free(message);
	free(expected);
}

static void fill_numbered(unsigned char *message, size_t bytes, uint32_t number)
{
	message_fill(message, bytes, NONCE, number);
}

static void fill_same(unsigned char *message, size_t bytes, uint32_t number)
{
	(void)number;
	memset(message, 0xab, bytes);
}

/* The same first word in the same slot in each lap but every third: it is escaped, then not. */
static void fill_by_lap(unsigned char *message, size_t bytes, uint32_t number)
{
	memset(message, number / RING_MIN_SLOTS % 3 == 2 ? 0xcd : 0xab, bytes);
}

static void test_wraps_at_every_slot(void **state)
{
	static const size_t sizes[] = {16, 64, 100, 4096, 8192, 8193, 24000};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct ring_fixture fixture = ring_open(sizes[i], 0, WAIT_SPIN);

		walk(&fixture, sizes[i], 3 * fixture.shape.slot_count + 1, fill_numbered);
		ring_unmake(&fixture);
	}
}

/* Sizes and buffers of which neither divides the other: a message begins at each slot, and is cut
 * by the ring's end at each of its lines. */
static void test_sizes_that_do_not_divide_the_ring(void **state)
{
	(void)state;
	for (size_t bytes = 1; bytes < 300; bytes += 7) {
		struct ring_fixture fixture = ring_open(bytes, 11 * 64 + 5, WAIT_SPIN);

		walk(&fixture, bytes, 40, bytes < MESSAGE_MIN_BYTES ? fill_same : fill_numbered);
		ring_unmake(&fixture);
	}
	for (size_t bytes = 8190; bytes < 70000; bytes += 4099) {
		struct ring_fixture fixture = ring_open(bytes, 11 * 8192, WAIT_SPIN);

		walk(&fixture, bytes, 40, fill_numbered);
		ring_unmake(&fixture);
	}
}

/* A message in a ring that was made for longer ones. */
static void test_shorter_messages_arrive(void **state)
{
	struct ring_fixture fixture = ring_open(1000, 0, WAIT_SPIN);
	struct ring_end sender = fixture.end, receiver = fixture.end;
	unsigned char message[1000], got[1000];

	(void)state;
	for (uint32_t bytes = 16; bytes <= 1000; bytes++) {
		message_fill(message, bytes, NONCE, bytes);
		assert_int_equal(ring_send(&sender, message, bytes), 0);
		assert_int_equal(ring_recv(&receiver, got, bytes), 0);
		assert_memory_equal(got, message, bytes);
	}
	ring_unmake(&fixture);
}

static void test_words_that_mean_something_arrive(void **state)
{
	static const size_t sizes[] = {8, 16, 64, 72, 8192, 8200};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct ring_fixture fixture = ring_open(sizes[i], 1, WAIT_SPIN);

		assert_int_equal(fixture.shape.slot_count, RING_MIN_SLOTS);
		walk(&fixture, sizes[i], 200, fill_escapes);
		ring_unmake(&fixture);
	}
}

static void test_words_that_stay_the_same_are_escaped(void **state)
{
	struct ring_fixture fixture = ring_open(64, 1, WAIT_SPIN);

	(void)state;
	walk(&fixture, 64, 20 * RING_MIN_SLOTS, fill_by_lap);
	ring_unmake(&fixture);
	fixture = ring_open(64, 1, WAIT_SPIN);
	walk(&fixture, 64, 20 * RING_MIN_SLOTS, fill_same);
	/* each lap differs from the one before */
	assert_int_equal(fixture.end.written[0] | 1, ESCAPE);
	ring_unmake(&fixture);
}

static void test_holds_what_it_says(void **state)
{
	static const size_t buffers[] = {0, 1, 4096, 10000, 1 << 20};

	(void)state;
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++) {
		struct ring_fixture fixture = ring_open(64, buffers[i], WAIT_SPIN);
		struct ring_end sender = fixture.end, receiver = fixture.end;
		size_t room = ring_capacity(&fixture.shape) / 64;
		unsigned char message[64];

		/* would wait for ever if it held less */
		for (uint32_t k = 0; k < room; k++) {
			message_fill(message, 64, NONCE, k);
			assert_int_equal(ring_send(&sender, message, 64), 0);
		}
		for (uint32_t k = 0; k < room; k++) {
			assert_int_equal(ring_recv(&receiver, message, 64), 0);
			assert_int_equal(message_verify(message, 64, NONCE, k), 0);
		}
		ring_unmake(&fixture);
	}
}

static void test_the_buffer_asked_for_is_given(void **state)
{
	struct ring_shape shape = ring_shape(100, 64000);

	(void)state;
	assert_int_equal(shape.slot_bytes, 128);
	assert_int_equal(shape.slot_count, 500);
	assert_int_equal(ring_capacity(&shape), 64000);
	shape = ring_shape(64, 1);
	assert_int_equal(ring_capacity(&shape), RING_MIN_SLOTS * 64);
	shape = ring_shape(1 << 20, 1);
	assert_int_equal(shape.slot_count, RING_MIN_SLOTS);
	assert_true(ring_capacity(&shape) < 1 << 20); /* it is cut, and passes nevertheless */
	assert_int_equal(ring_bytes(&shape) % RING_PAGE, 0);
}

static void test_nothing_shares_a_line(void **state)
{
	struct ring_fixture fixture = ring_open(64, 9 * 64, WAIT_SPIN);
	const struct ring_end *end = &fixture.end;
	const char *words = (const char *)end->slots + ring_capacity(&fixture.shape);

	(void)state;
	assert_int_equal(offsetof(struct ring, slots) % RING_PAGE, 0);
	assert_true(
		offsetof(struct ring, receiver) - offsetof(struct ring, released) >= BELL_APART);
	assert_true(offsetof(struct ring, sender) - offsetof(struct ring, receiver) >=
		sizeof(struct bell));
	assert_int_equal(sizeof(struct bell) % BELL_APART, 0);
	assert_int_equal(sizeof end->ring->released, 8);
	assert_true((const char *)end->escaped >= words);
	assert_true((const char *)end->written - (const char *)end->escaped >= BELL_APART);
	assert_true((const char *)end->taken - (const char *)end->written >= BELL_APART);
	assert_true((const char *)(end->taken + end->slot_count) <=
		(const char *)fixture.memory + ring_bytes(&fixture.shape));
	ring_unmake(&fixture);
}

/* Twice, of a ring that was never made, and of one that was. */
static void test_closes_twice(void **state)
{
	struct ring_end never = {0};
	struct ring_fixture fixture = ring_open(64, 0, WAIT_EVENTFD);
	int fd = fixture.end.ring->receiver.fd;

	(void)state;
	ring_close(&never);
	assert_true(fd >= 0);
	ring_close(&fixture.end);
	assert_int_equal(close(fd), -1);
	ring_unmake(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wraps_at_every_slot),
		cmocka_unit_test(test_sizes_that_do_not_divide_the_ring),
		cmocka_unit_test(test_shorter_messages_arrive),
		cmocka_unit_test(test_words_that_mean_something_arrive),
		cmocka_unit_test(test_words_that_stay_the_same_are_escaped),
		cmocka_unit_test(test_holds_what_it_says),
		cmocka_unit_test(test_the_buffer_asked_for_is_given),
		cmocka_unit_test(test_nothing_shares_a_line),
		cmocka_unit_test(test_closes_twice),
	};

	alarm(240); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
