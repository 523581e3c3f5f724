/* What stands around a comparison's rows, line by line: what was compared, under which conditions,
 * with which controls, and what could not be compared. The ways of showing a comparison print the
 * lines as they like. */
#ifndef IPCMARK_COMPARE_HEAD_H
#define IPCMARK_COMPARE_HEAD_H

#include <stddef.h>
#include <stdio.h>

#include "json.h"

#define COMPARE_LEGEND                                                                           \
	"change: the median of all ratios of a run of new to one of base (Hodges-Lehmann), not " \
	"of "                                                                                    \
	"the two figures; same: its 90 % interval lies within the margin"

/* Where lines go. `put` prints one; the text is gone afterwards. */
struct compare_lines {
	FILE *out;
	void (*put)(FILE *out, const char *line);
};

/* What must be read before any figure: that a control failed, that a check was waived. None, most
 * of the time. */
void compare_stamps(const struct compare_lines *lines, const struct json *comparison);

/* The arms; hardware, firmware, tuning and kernel with what differs; a line of controls for each
 * arm; comparisons, adjustment and what could have been detected. */
void compare_conditions(const struct compare_lines *lines, const struct json *comparison);

/* What was not compared, a line for each reason; whole cells are all named, of single figures at
 * most `names` cells. */
void compare_absences(
	const struct compare_lines *lines, const struct json *comparison, size_t names);

#endif
