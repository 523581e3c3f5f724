/* What must be known of the two cells of a row to read it rightly. */
#ifndef IPCMARK_COMPARE_NOTE_H
#define IPCMARK_COMPARE_NOTE_H

#include "compare_row.h"

/* Appends to an array: "two regimes in base", "0.4 % lost in new", "steal in 8 of 10 runs in new";
 * what is so of both is said once, without a side. */
void compare_notes(struct json *notes, const struct compare_row *row);

#endif
