/* What about this machine disturbs a measurement: each finding with what was seen, what is wanted,
 * what it does to the figures and the command that mends it. */
#ifndef IPCMARK_CHECKS_H
#define IPCMARK_CHECKS_H

#include <stddef.h>

#include "env.h"

enum check_level { CHECK_INFORMATION, CHECK_WARNING, CHECK_INVALID };

struct check {
	const char *id;
	enum check_level level;
	const char *observed;              /* in the env, "" when it can't be seen */
	const char *wanted, *effect, *fix; /* fix: a command, or NULL */
};

#define CHECKS_MOST 8

/* "information", "warning", "invalid". */
const char *check_level_name(enum check_level level);

/* Fills checks with those that have something to say; returns how many. They point into env. */
size_t checks_of(const struct env *env, struct check checks[CHECKS_MOST]);

#endif
