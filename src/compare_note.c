/* See compare_note.h. */
#include "compare_note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "words.h"

/* Of these a batched cell has a note of its own. */
#define UNTOLD_FLAGS (FLAG_BATCHED | FLAG_CLOCK_LIMITED)

#define NOTE_BYTES 120
#define NOTES      (5 + RUN_FLAGS)

/* What is to be said of each side, without its name; "" for nothing. */
struct side_notes {
	char text[NOTES][NOTE_BYTES];
};

/* "generator limited in 8 of 10 runs" */
static void note_flag(char text[NOTE_BYTES], const struct compare_cell *cell, unsigned bit)
{
	size_t count;
	char name[40];

	if (UNTOLD_FLAGS & 1U << bit || !compare_cell_is_flagged(cell, 1U << bit, &count))
		return;
	snprintf(name, sizeof name, "%s", run_flag_name(bit));
	for (char *c = name; (c = strchr(c, '_'));)
		*c = ' ';
	snprintf(text, NOTE_BYTES, "%s in %zu of %zu runs", name, count, cell->run_count);
}

static void take_notes(struct side_notes *notes, const struct compare_cell *cell,
	const struct estimate *estimate, size_t metric)
{
	double loss = compare_cell_loss(cell);
	char rate[32];

	*notes = (struct side_notes){.text = {""}};
	if (estimate->multimodal)
		snprintf(notes->text[0], NOTE_BYTES, "two regimes");
	if (loss > 0)
		snprintf(notes->text[1], NOTE_BYTES, "%.3g %% lost", 100 * loss);
	if (cell->batch > 1)
		snprintf(notes->text[2], NOTE_BYTES, "means of %.0f", cell->batch);
	if (cell->dominated >> metric & 1)
		snprintf(notes->text[3], NOTE_BYTES, "gaps of the machine dominate");
	if (cell->rate_high > 0) {
		words_format_count(cell->rate_high, rate, sizeof rate);
		snprintf(notes->text[4], NOTE_BYTES, "at %s%s/s", rate,
			strchr(rate, ' ') ? "" : " ");
	}
	for (unsigned bit = 0; bit < RUN_FLAGS; bit++)
		note_flag(notes->text[5 + bit], cell, bit);
}

static void add_note(struct json *notes, const char *text, const char *side)
{
	char whole[NOTE_BYTES + 16];

	snprintf(whole, sizeof whole, "%s%s%s", text, side[0] ? " in " : "", side);
	if (text[0])
		json_add_string(notes, whole);
}

/* What both sides have in common is said once. */
void compare_notes(struct json *notes, const struct compare_row *row)
{
	struct side_notes base, new;

	take_notes(&base, row->base_cell, &row->base, row->figure.metric);
	take_notes(&new, row->new_cell, &row->new, row->figure.metric);
	for (size_t i = 0; i < NOTES; i++) {
		bool is_same = strcmp(base.text[i], new.text[i]) == 0;

		add_note(notes, base.text[i], is_same ? "" : "base");
		if (!is_same)
			add_note(notes, new.text[i], "new");
	}
}
