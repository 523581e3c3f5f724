/* What a row of a table says behind its figures: batches, losses, regimes, what came of an axis,
 * why a cell failed. */
#ifndef IPCMARK_REPORT_NOTE_H
#define IPCMARK_REPORT_NOTE_H

#include <stdio.h>

#include "json.h"

/* "  batches of 8  3/10 drift"; nothing where there is nothing to say. */
void report_note_put(FILE *out, const struct json *cell);

#endif
