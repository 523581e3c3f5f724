/* See checks.h. */
#include "checks.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check_rule.h"

const char *check_status_name(enum check_status status)
{
	static const char *const names[] = {"pass", "warn", "fail", "unknown"};

	return names[status];
}

const char *check_level_name(enum check_level level)
{
	static const char *const names[] = {"information", "warning", "invalid"};

	return names[level];
}

void check_say(struct check *check, enum check_status status, const char *format, ...)
{
	va_list args;

	check->status = status;
	va_start(args, format);
	vsnprintf(check->observed, sizeof check->observed, format, args);
	va_end(args);
}

void check_say_known(struct check *check, const char *text)
{
	check_say(check, *text ? CHECK_PASS : CHECK_UNKNOWN, "%s", text);
}

const char *check_setting(const struct machine *machine, const char *name)
{
	const char *value = env_setting(machine->env, name);

	return value ? value : "";
}

bool check_begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static size_t judge_all(const struct check_rule *rules, const struct machine *machine,
	struct check checks[CHECKS_MOST], size_t count)
{
	for (; rules->id; rules++, count++) {
		struct check *check = &checks[count];

		assert(count < CHECKS_MOST);
		*check = (struct check){
			.id = rules->id,
			.status = CHECK_UNKNOWN,
			.wanted = rules->wanted,
			.effect = rules->effect,
			.tunable = rules->tunable,
		};
		snprintf(check->fix, sizeof check->fix, "%s", rules->fix ? rules->fix : "");
		rules->judge(machine, check);
		if (check->status == CHECK_WARN || check->status == CHECK_FAIL)
			check->level = rules->level;
		else
			check->fix[0] = '\0';
	}
	return count;
}

size_t checks_of(
	const struct env *env, const struct vitals *vitals, struct check checks[CHECKS_MOST])
{
	const struct machine machine = {.env = env, .vitals = vitals};
	size_t count = judge_all(check_power_rules, &machine, checks, 0);

	count = judge_all(check_setting_rules, &machine, checks, count);
	return vitals ? judge_all(check_vital_rules, &machine, checks, count) : count;
}
