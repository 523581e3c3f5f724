/* The rows of a comparison as a table for a terminal, grouped by cell. */
#ifndef IPCMARK_COMPARE_TERMINAL_H
#define IPCMARK_COMPARE_TERMINAL_H

#include <stdio.h>

#include "json.h"

/* Two arms: a line for each row with the change, its interval and the verdict. More: a line for
 * each cell and metric, with a change and a verdict for each arm. Figures of a cell that are all
 * the same as before, with nothing to remark, share the line of the first. Nothing where the
 * comparison has no rows. */
void compare_terminal(FILE *out, const struct json *comparison);

#endif
