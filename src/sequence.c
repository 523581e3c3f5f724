/* See sequence.h. */
#include "sequence.h"

#include "fail.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* A number's bit in the window. A slot is shared by all the numbers that are a whole number of
 * windows apart, so it must be emptied before a new one moves in. */
static uint64_t *slot_word(struct sequence *s, uint64_t number)
{
	return &s->seen[number % SEQUENCE_WINDOW / 64];
}

static uint64_t slot_bit(uint64_t number)
{
	return (uint64_t)1 << number % 64;
}

/* Empties the slots of from .. to - 1: those numbers were skipped, what stands there is older. */
static void slots_empty(struct sequence *s, uint64_t from, uint64_t to)
{
	if (to - from >= SEQUENCE_WINDOW) {
		memset(s->seen, 0, sizeof s->seen);
		return;
	}
	while (from < to) {
		uint64_t room = 64 - from % 64;
		uint64_t span = to - from < room ? to - from : room;

		*slot_word(s, from) &= ~(UINT64_MAX >> (64 - span) << from % 64);
		from += span;
	}
}

void sequence_reset(struct sequence *s)
{
	memset(s, 0, sizeof *s);
}

static void note_new(struct sequence *s, uint64_t number)
{
	slots_empty(s, s->next, number);
	*slot_word(s, number) |= slot_bit(number);
	s->next = number + 1;
	s->unique++;
}

static void note_old(struct sequence *s, uint64_t number)
{
	if (s->next - number > SEQUENCE_WINDOW) {
		s->stale++;
	} else if (*slot_word(s, number) & slot_bit(number)) {
		s->duplicates++;
	} else {
		*slot_word(s, number) |= slot_bit(number);
		s->unique++;
		s->reordered++;
	}
}

void sequence_note(struct sequence *s, uint64_t number)
{
	s->received++;
	if (__builtin_expect(number >= s->next, 1))
		note_new(s, number);
	else
		note_old(s, number);
}

int64_t sequence_lost(const struct sequence *s, uint64_t sent)
{
	if (s->stale)
		return fail_text(EPROTO, "%" PRIu64 " messages arrived more than %u numbers late",
			s->stale, SEQUENCE_WINDOW);
	if (s->received != s->unique + s->duplicates)
		return fail_text(EPROTO,
			"received %" PRIu64 " messages, but %" PRIu64 " unique and %" PRIu64
			" duplicate",
			s->received, s->unique, s->duplicates);
	if (s->next > sent)
		return fail_text(EPROTO,
			"message number %" PRIu64 " arrived, but only %" PRIu64 " were sent",
			s->next - 1, sent);
	if (s->unique > sent)
		return fail_text(EPROTO,
			"%" PRIu64 " different messages arrived, but only %" PRIu64 " were sent",
			s->unique, sent);
	return (int64_t)(sent - s->unique);
}
