/* What about this machine disturbs a measurement: each check with what was seen, what is wanted,
 * what it does to the figures and the command that mends it (METHOD, part 6). */
#ifndef IPCMARK_CHECKS_H
#define IPCMARK_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

#include "env.h"
#include "vitals.h"

/* Unknown is no pass: nobody knows. */
enum check_status { CHECK_PASS, CHECK_WARN, CHECK_FAIL, CHECK_UNKNOWN, CHECK_STATUSES };

/* What a result makes of it: a warning beside the figures, or none worth one there. */
enum check_level { CHECK_INFORMATION, CHECK_WARNING, CHECK_INVALID };

#define CHECKS_MOST      40
#define CHECK_TEXT_BYTES 256

struct check {
	const char *id;
	enum check_status status;
	enum check_level level;          /* CHECK_INFORMATION unless the status is WARN or FAIL */
	const char *wanted, *effect;     /* texts */
	char observed[CHECK_TEXT_BYTES]; /* "" when it can't be seen */
	/* a shell command that mends it; "" where there is none, or nothing to mend */
	char fix[CHECK_TEXT_BYTES];
	bool tunable; /* `ipcmark tune` sets it for the time of a command */
};

/* "pass", "warn", "fail", "unknown". */
const char *check_status_name(enum check_status status);

/* "information", "warning", "invalid". */
const char *check_level_name(enum check_level level);

/* Fills checks, in an order that depends on the program only; returns how many. vitals NULL: those
 * that have to be measured are left out. Texts point into the program or stand in the check. */
size_t checks_of(
	const struct env *env, const struct vitals *vitals, struct check checks[CHECKS_MOST]);

#endif
