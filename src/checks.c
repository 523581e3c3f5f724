/* See checks.h. */
#include "checks.h"

#include <string.h>

const char *check_level_name(enum check_level level)
{
	static const char *const names[] = {"information", "warning", "invalid"};

	return names[level];
}

static const char *setting(const struct env *env, const char *name)
{
	const char *value = env_setting(env, name);

	return value ? value : "";
}

static enum check_level judge_clocksource(const struct env *env)
{
	return env_clocksource_trusted(env->clocksource) ? CHECK_INFORMATION : CHECK_INVALID;
}

/* Without cpufreq there is nothing to set: usual in a guest. */
static enum check_level judge_governor(const struct env *env)
{
	return env->governor[0] && strcmp(env->governor, "performance") != 0 ? CHECK_WARNING
									     : CHECK_INFORMATION;
}

static enum check_level judge_aslr(const struct env *env)
{
	return strcmp(setting(env, "kernel.randomize_va_space"), "0") == 0 ? CHECK_WARNING
									   : CHECK_INFORMATION;
}

size_t checks_of(const struct env *env, struct check checks[CHECKS_MOST])
{
	const struct check all[] = {
		{.id = "clocksource",
			.level = judge_clocksource(env),
			.observed = env->clocksource,
			.wanted = "tsc, kvm-clock, hyperv_clocksource_tsc_page or arch_sys_counter",
			.effect = "a read of another clock is a system call and takes up to "
				  "microseconds"},
		{.id = "governor",
			.level = judge_governor(env),
			.observed = env->governor,
			.wanted = "performance",
			.effect = "the frequency follows the load, so short and blocking cells run "
				  "slower",
			.fix = "cpupower frequency-set -g performance"},
		{.id = "aslr",
			.level = judge_aslr(env),
			.observed = setting(env, "kernel.randomize_va_space"),
			.wanted = "2",
			.effect = "every invocation shares one accidental layout of memory",
			.fix = "sysctl -w kernel.randomize_va_space=2"},
	};

	memcpy(checks, all, sizeof all);
	return sizeof all / sizeof all[0];
}
