/* The rules behind checks.h: which settings and vitals pass. Only checks*.c include it. */
#ifndef IPCMARK_CHECK_RULE_H
#define IPCMARK_CHECK_RULE_H

#include "checks.h"

struct machine {
	const struct env *env;
	const struct vitals *vitals; /* not NULL for rules of what is measured */
};

struct check_rule {
	const char *id;
	enum check_level level; /* in a result, where it does not pass */
	bool tunable;
	const char *wanted, *effect;
	const char *fix; /* NULL: none, or the judge writes it */
	void (*judge)(const struct machine *machine, struct check *check);
};

/* Each ends with a row without an id. */
extern const struct check_rule check_power_rules[];   /* clock, frequency, sleep; env alone */
extern const struct check_rule check_setting_rules[]; /* the rest of env */
extern const struct check_rule check_vital_rules[];   /* with vitals */

/* For judges: the status, and what was observed. */
void check_say(struct check *check, enum check_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Any text passes, none is unknown. */
void check_say_known(struct check *check, const char *text);

/* The value of a setting, "" where it is not there. */
const char *check_setting(const struct machine *machine, const char *name);

bool check_begins(const char *text, const char *with);

#define CHECK_TEE(value, file) "echo " value " | sudo tee " file

#endif
