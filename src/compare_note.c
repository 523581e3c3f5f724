/* See compare_note.h. */
#include "compare_note.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* Of these a batched cell has a note of its own. */
#define UNTOLD_FLAGS (FLAG_BATCHED | FLAG_CLOCK_LIMITED)

__attribute__((format(printf, 2, 3))) static void note(struct json *notes, const char *format, ...)
{
	char text[120];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	json_add_string(notes, text);
}

static void note_loss(struct json *notes, const struct compare_cell *cell, const char *side)
{
	double *losses = memory_zeroed(cell->run_count, sizeof *losses), loss;

	for (size_t i = 0; i < cell->run_count; i++)
		losses[i] = cell->runs[i].loss;
	loss = metric_estimate(losses, cell->run_count).value;
	free(losses);
	if (loss > 0)
		note(notes, "%.3g %% lost in %s", 100 * loss, side);
}

/* "generator limited in 8 of 10 runs of new" */
static void note_flags(struct json *notes, const struct compare_cell *cell, const char *side)
{
	for (unsigned bit = 0; bit < RUN_FLAGS; bit++) {
		size_t count;
		char name[40];

		if (UNTOLD_FLAGS & 1U << bit || !compare_cell_is_flagged(cell, 1U << bit, &count))
			continue;
		snprintf(name, sizeof name, "%s", run_flag_name(bit));
		for (char *c = name; (c = strchr(c, '_'));)
			*c = ' ';
		note(notes, "%s in %zu of %zu runs of %s", name, count, cell->run_count, side);
	}
}

void compare_notes(struct json *notes, const struct compare_row *row)
{
	static const char *const sides[] = {"base", "new"};

	for (int i = 0; i < 2; i++) {
		const struct compare_cell *cell = i ? row->new_cell : row->base_cell;

		if ((i ? &row->new : &row->base)->multimodal)
			note(notes, "two regimes in %s", sides[i]);
		note_loss(notes, cell, sides[i]);
		if (cell->batch > 1)
			note(notes, "means of %.0f in %s", cell->batch, sides[i]);
		if (cell->dominated >> row->figure.metric & 1)
			note(notes, "dominated by gaps of the machine in %s", sides[i]);
		note_flags(notes, cell, sides[i]);
	}
}
