/* The fate of numbered messages: told right inside the window, never guessed outside it. */
#include "sequence.h"

#include "fail.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct sequence s;

static int setup(void **state)
{
	(void)state;
	memset(&s, 0xa5, sizeof s);
	sequence_reset(&s);
	return 0;
}

static void note_range(uint64_t first, uint64_t end)
{
	for (uint64_t number = first; number < end; number++)
		sequence_note(&s, number);
}

static void expect(uint64_t unique, uint64_t duplicates, uint64_t reordered, uint64_t stale)
{
	assert_int_equal(s.unique, unique);
	assert_int_equal(s.duplicates, duplicates);
	assert_int_equal(s.reordered, reordered);
	assert_int_equal(s.stale, stale);
	assert_int_equal(s.received, unique + duplicates + stale);
}

static void nothing_arrived(void **state)
{
	(void)state;
	expect(0, 0, 0, 0);
	assert_int_equal(s.next, 0);
	assert_int_equal(sequence_lost(&s, 0), 0);
	assert_int_equal(sequence_lost(&s, 1000), 1000);
}

static void in_order_over_several_windows(void **state)
{
	(void)state;
	note_range(0, 3 * SEQUENCE_WINDOW + 7);
	expect(3 * SEQUENCE_WINDOW + 7, 0, 0, 0);
	assert_int_equal(s.next, 3 * SEQUENCE_WINDOW + 7);
	assert_int_equal(sequence_lost(&s, 3 * SEQUENCE_WINDOW + 7), 0);
}

static void gaps_are_lost(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < 5 * SEQUENCE_WINDOW; number += 3)
		sequence_note(&s, number);
	expect((5 * SEQUENCE_WINDOW + 2) / 3, 0, 0, 0);
	assert_int_equal(sequence_lost(&s, 5 * SEQUENCE_WINDOW), 5 * SEQUENCE_WINDOW - s.unique);
}

static void the_last_messages_can_be_lost_too(void **state)
{
	(void)state;
	note_range(0, 90);
	assert_int_equal(sequence_lost(&s, 100), 10);
}

static void duplicates_are_not_new(void **state)
{
	(void)state;
	note_range(0, 100);
	sequence_note(&s, 99);
	sequence_note(&s, 0);
	sequence_note(&s, 0);
	expect(100, 3, 0, 0);
	assert_int_equal(sequence_lost(&s, 100), 0);
}

static void late_arrivals_are_reordered_not_lost(void **state)
{
	(void)state;
	sequence_note(&s, 2);
	sequence_note(&s, 0);
	sequence_note(&s, 1);
	sequence_note(&s, 3);
	expect(4, 0, 2, 0);
	sequence_note(&s, 1); /* late and then again */
	expect(4, 1, 2, 0);
	assert_int_equal(sequence_lost(&s, 4), 0);
}

/* The oldest number of the window is next - SEQUENCE_WINDOW. */
static void the_window_ends_where_it_says(void **state)
{
	(void)state;
	sequence_note(&s, SEQUENCE_WINDOW); /* the window is now 1 .. SEQUENCE_WINDOW */
	sequence_note(&s, 1);
	expect(2, 0, 1, 0);
	sequence_note(&s, 1);
	expect(2, 1, 1, 0);
	sequence_note(&s, 0);
	expect(2, 1, 1, 1);
}

static void stale_is_not_guessed(void **state)
{
	(void)state;
	note_range(0, SEQUENCE_WINDOW + 1);
	assert_int_equal(sequence_lost(&s, SEQUENCE_WINDOW + 1), 0);
	sequence_note(&s, 0);
	expect(SEQUENCE_WINDOW + 1, 0, 0, 1);
	assert_int_equal(sequence_lost(&s, SEQUENCE_WINDOW + 1), -EPROTO);
	assert_non_null(strstr(fail_reason(), "late"));
}

/* A jump skips numbers whose slots were used by older ones: none of these may look seen. */
static void jump(uint64_t gap)
{
	uint64_t start = SEQUENCE_WINDOW + 100;

	sequence_reset(&s);
	note_range(0, start);
	sequence_note(&s, start + gap);
	expect(start + 1, 0, 0, 0);
	uint64_t oldest = s.next > SEQUENCE_WINDOW ? s.next - SEQUENCE_WINDOW : 0;
	uint64_t before = oldest < start ? start - oldest : 0; /* seen before the jump */

	note_range(oldest, s.next);
	expect(start + 1 + (SEQUENCE_WINDOW - 1 - before), before + 1, SEQUENCE_WINDOW - 1 - before,
		0);
}

static void jumps_of_all_lengths(void **state)
{
	(void)state;
	static const uint64_t gaps[] = {1, 2, 27, 28, 29, 63, 64, 65, 127, 128, 129, 1000,
		SEQUENCE_WINDOW - 65, SEQUENCE_WINDOW - 64, SEQUENCE_WINDOW - 2,
		SEQUENCE_WINDOW - 1, SEQUENCE_WINDOW, SEQUENCE_WINDOW + 1, 2 * SEQUENCE_WINDOW,
		2 * SEQUENCE_WINDOW + 63, (uint64_t)1 << 40};

	for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
		jump(gaps[i]);
}

static void the_largest_number(void **state)
{
	(void)state;
	uint64_t last = INT64_MAX;

	sequence_note(&s, last);
	sequence_note(&s, last - 1);
	sequence_note(&s, last);
	sequence_note(&s, 0);
	expect(2, 1, 1, 1);
	assert_int_equal(s.next, last + 1);
}

static uint64_t random_next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005U + 1442695040888963407U; /* Knuth, MMIX */
	return *seed >> 33;
}

/* A slow and obvious count beside it, on disorder that stays within the window. */
static void random_disorder_against_a_plain_count(void **state)
{
	(void)state;
	static bool seen[300000];
	uint64_t seed = 1, highest = 0, unique = 0, duplicates = 0, reordered = 0;

	memset(seen, 0, sizeof seen);
	for (uint64_t i = 0; i < 200000; i++) {
		uint64_t number = i + random_next(&seed) % 60000;

		duplicates += seen[number];
		unique += !seen[number];
		reordered += !seen[number] && number < highest;
		highest = number > highest ? number : highest;
		seen[number] = true;
		sequence_note(&s, number);
	}
	expect(unique, duplicates, reordered, 0);
	assert_true(duplicates > 1000 && reordered > 1000);
	assert_int_equal(sequence_lost(&s, highest + 1), highest + 1 - unique);
}

static void contradictions_are_refused(void **state)
{
	(void)state;
	note_range(0, 10);
	assert_int_equal(sequence_lost(&s, 9), -EPROTO);
	assert_string_equal(fail_reason(), "message number 9 arrived, but only 9 were sent");
	s.received++;
	assert_int_equal(sequence_lost(&s, 10), -EPROTO);
	assert_non_null(strstr(fail_reason(), "received 11"));
	sequence_reset(&s);
	sequence_note(&s, 5); /* one arrival, but none of that number was sent */
	assert_int_equal(sequence_lost(&s, 5), -EPROTO);
	assert_int_equal(sequence_lost(&s, 6), 5);
	s.unique = s.received = 7; /* next alone would not tell */
	assert_int_equal(sequence_lost(&s, 6), -EPROTO);
	assert_non_null(strstr(fail_reason(), "7 different"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_arrived, setup),
		cmocka_unit_test_setup(in_order_over_several_windows, setup),
		cmocka_unit_test_setup(gaps_are_lost, setup),
		cmocka_unit_test_setup(the_last_messages_can_be_lost_too, setup),
		cmocka_unit_test_setup(duplicates_are_not_new, setup),
		cmocka_unit_test_setup(late_arrivals_are_reordered_not_lost, setup),
		cmocka_unit_test_setup(the_window_ends_where_it_says, setup),
		cmocka_unit_test_setup(stale_is_not_guessed, setup),
		cmocka_unit_test_setup(jumps_of_all_lengths, setup),
		cmocka_unit_test_setup(the_largest_number, setup),
		cmocka_unit_test_setup(random_disorder_against_a_plain_count, setup),
		cmocka_unit_test_setup(contradictions_are_refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
