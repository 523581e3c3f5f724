/* Messages: their front, their payload, and that no wrong byte passes. */
#include "message.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "fail.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { NONCE = 0x5eed1234, SEQUENCE = 77 };

static unsigned char *filled(size_t bytes)
{
	/* exactly as long as the message, so that AddressSanitizer sees a step beyond it */
	unsigned char *message = malloc(bytes);

	assert_non_null(message);
	message_fill(message, bytes, NONCE, SEQUENCE);
	return message;
}

static void assert_refused(const unsigned char *message, size_t bytes, const char *reason)
{
	fail_text(EIO, "stale");
	assert_int_equal(message_verify(message, bytes, NONCE, SEQUENCE), -EBADMSG);
	assert_non_null(strstr(fail_reason(), reason));
}

static void the_front_is_nonce_and_number(void **state)
{
	(void)state;
	unsigned char buffer[MESSAGE_MIN_BYTES + 1];
	struct message m;

	memset(buffer, 0xee, sizeof buffer);
	message_stamp(buffer + 1, NONCE, SEQUENCE); /* no alignment is needed */
	memcpy(&m, buffer + 1, sizeof m);
	assert_int_equal(m.nonce, NONCE);
	assert_int_equal(m.sequence, SEQUENCE);
	assert_int_equal(m.sent_ns, UINT64_C(0xeeeeeeeeeeeeeeee)); /* left alone */
	assert_int_equal(buffer[0], 0xee);
	assert_true(message_is(buffer + 1, NONCE, SEQUENCE));
	assert_false(message_is(buffer + 1, NONCE + 1, SEQUENCE));
	assert_false(message_is(buffer + 1, NONCE, SEQUENCE + 1));
	assert_false(message_is(buffer + 1, SEQUENCE, NONCE));
}

static void numbers_of_all_32_bits(void **state)
{
	(void)state;
	static const uint32_t numbers[] = {0, 1, 0x80000000, MESSAGE_MAX_SEQUENCE, MESSAGE_END};
	unsigned char buffer[MESSAGE_MIN_BYTES];

	for (size_t i = 0; i < COUNT(numbers); i++)
		for (size_t k = 0; k < COUNT(numbers); k++) {
			message_stamp(buffer, numbers[i], numbers[k]);
			assert_true(message_is(buffer, numbers[i], numbers[k]));
			assert_int_equal(message_is(buffer, numbers[k], numbers[i]), i == k);
		}
	assert_true(MESSAGE_END > MESSAGE_MAX_SEQUENCE);
}

static const size_t sizes[] = {16, 17, 23, 24, 25, 31, 64, 100, 255, 1024, 4095, 4096, 8193};

/* Each byte in turn, with one bit and with all bits turned over. */
static void flip_all(size_t bytes)
{
	unsigned char *message = filled(bytes);

	assert_int_equal(message_verify(message, bytes, NONCE, SEQUENCE), 0);
	for (size_t at = 0; at < bytes; at++) {
		const char *reason = at < 4 ? "nonce" : at < 8 ? "came" : "payload differs";

		message[at] ^= (unsigned char)(1 << at % 8);
		assert_refused(message, bytes, reason);
		message[at] ^= (unsigned char)(0xff ^ 1 << at % 8);
		assert_refused(message, bytes, reason);
		message[at] ^= 0xff;
	}
	assert_int_equal(message_verify(message, bytes, NONCE, SEQUENCE), 0);
	free(message);
}

static void no_wrong_byte_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++)
		flip_all(sizes[i]);
}

static void filling_stays_within_the_message(void **state)
{
	(void)state;
	unsigned char buffer[8193 + 16];

	for (size_t i = 0; i < COUNT(sizes); i++) {
		memset(buffer, 0x5a, sizeof buffer);
		message_fill(buffer, sizes[i], NONCE, SEQUENCE);
		for (size_t k = 0; k < 16; k++)
			assert_int_equal(buffer[sizes[i] + k], 0x5a);
	}
}

/* What a transport that mixes up its buffers would deliver. */
static void another_message_does_not_pass(void **state)
{
	(void)state;
	unsigned char *message = filled(4096), *other = filled(4096);

	message_fill(other, 4096, NONCE, SEQUENCE + 1);
	for (size_t half = 8; half <= 4088; half += 584) {
		memcpy(message + half, other + half, 4096 - half);
		assert_refused(message, 4096, "payload differs at byte");
		message_fill(message, 4096, NONCE, SEQUENCE);
	}
	memmove(message + 8, message + 16, 4080); /* eight bytes were left out */
	assert_refused(message, 4096, "payload differs at byte 8 of 4096");
	memset(message + 8, 0, 4088); /* only the front came */
	assert_refused(message, 4096, "payload differs at byte 8 of 4096");
	free(message);
	free(other);
}

static int by_value(const void *a, const void *b)
{
	return memcmp(a, b, 8);
}

static void no_two_places_look_alike(void **state)
{
	(void)state;
	enum { MESSAGES = 8, BYTES = 8192 };
	unsigned char *all = malloc((size_t)MESSAGES * BYTES);

	assert_non_null(all);
	for (uint32_t i = 0; i < MESSAGES; i++)
		message_fill(all + (size_t)i * BYTES, BYTES, NONCE, i);
	qsort(all, (size_t)MESSAGES * BYTES / 8, 8, by_value);
	for (size_t at = 8; at < (size_t)MESSAGES * BYTES; at += 8)
		assert_memory_not_equal(all + at - 8, all + at, 8);
	free(all);
}

static void a_prefix_is_the_shorter_message(void **state)
{
	(void)state;
	unsigned char *message = filled(4096);

	for (size_t bytes = MESSAGE_MIN_BYTES; bytes < 200; bytes++)
		assert_int_equal(message_verify(message, bytes, NONCE, SEQUENCE), 0);
	free(message);
}

static void reasons_say_what_came(void **state)
{
	(void)state;
	unsigned char *message = filled(64);

	assert_int_equal(message_unexpected(message, 0xabc, 5), -EBADMSG);
	assert_string_equal(fail_reason(),
		"message 5: nonce 5eed1234 instead of 00000abc: not a message of this run");
	assert_int_equal(message_unexpected(message, NONCE, 5), -EBADMSG);
	assert_string_equal(fail_reason(), "message 5 was expected, message 77 came");
	assert_int_equal(message_verify(message, 64, NONCE, 78), -EBADMSG);
	assert_string_equal(fail_reason(), "message 78 was expected, message 77 came");
	free(message);
}

/* The header promises the first wrong byte, not its neighbourhood. */
static void the_first_wrong_byte_is_named(void **state)
{
	(void)state;
	unsigned char *message = filled(100);

	for (size_t at = 8; at < 100; at++) {
		char reason[64];

		message[at] ^= 1;
		message[99] ^= 2; /* a later one is not the first */
		snprintf(reason, sizeof reason, "payload differs at byte %zu of 100", at);
		assert_refused(message, 100, reason);
		message[at] ^= 1;
		message[99] ^= 2;
	}
	free(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_front_is_nonce_and_number),
		cmocka_unit_test(numbers_of_all_32_bits),
		cmocka_unit_test(no_wrong_byte_passes),
		cmocka_unit_test(filling_stays_within_the_message),
		cmocka_unit_test(another_message_does_not_pass),
		cmocka_unit_test(no_two_places_look_alike),
		cmocka_unit_test(a_prefix_is_the_shorter_message),
		cmocka_unit_test(reasons_say_what_came),
		cmocka_unit_test(the_first_wrong_byte_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
