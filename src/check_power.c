/* The rules of the clock, of the frequency of the CPUs and of their sleep. */
#include "check_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define CPU "/sys/devices/system/cpu/"

static void judge_clocksource(const struct machine *machine, struct check *check)
{
	const char *source = machine->env->clocksource;

	check_say(check,
		!*source                                  ? CHECK_UNKNOWN
			: env_clocksource_trusted(source) ? CHECK_PASS
							  : CHECK_FAIL,
		"%s", source);
	if (check_begins(machine->env->architecture, "x86"))
		snprintf(check->fix, sizeof check->fix,
			CHECK_TEE("tsc",
				"/sys/devices/system/clocksource/clocksource0/"
				"current_clocksource"));
}

/* Without cpufreq there is nothing to set, and nothing to see: usual in a guest. */
static void judge_performance(const char *value, struct check *check)
{
	check_say(check,
		!*value                                     ? CHECK_UNKNOWN
			: strcmp(value, "performance") == 0 ? CHECK_PASS
							    : CHECK_WARN,
		"%s", value);
}

static void judge_governor(const struct machine *machine, struct check *check)
{
	judge_performance(machine->env->governor, check);
}

/* Most drivers have none. */
static void judge_preference(const struct machine *machine, struct check *check)
{
	const struct env *env = machine->env;

	judge_performance(env->energy_preference, check);
	if (!*env->energy_preference && *env->cpufreq_driver)
		check_say(check, CHECK_PASS, "%s has none", env->cpufreq_driver);
}

static void judge_boost(const struct machine *machine, struct check *check)
{
	const char *boost = machine->env->boost;
	bool is_intel = check_begins(machine->env->cpufreq_driver, "intel_");

	check_say(check,
		!*boost                            ? CHECK_UNKNOWN
			: strcmp(boost, "on") == 0 ? CHECK_WARN
						   : CHECK_PASS,
		"%s", boost);
	snprintf(check->fix, sizeof check->fix, "%s",
		is_intel ? CHECK_TEE("1", CPU "intel_pstate/no_turbo")
			 : CHECK_TEE("0", CPU "cpufreq/boost"));
}

/* The longest time to wake from one of the states of "POLL 0 us; C6 133, 170 us; C8 200 us (off)",
 * in us. */
static long deepest_idle_us(const char *states)
{
	long deepest = 0;

	while (*states) {
		size_t length = strcspn(states, ";");
		const char *end = states + length;
		bool is_off = length > 5 && strncmp(end - 5, "(off)", 5) == 0;

		while (states < end) {
			char *after;
			long us = strtol(states, &after, 10);

			if (!is_off && after > states && (*after == ' ' || *after == ',') &&
				us > deepest)
				deepest = us;
			states += strcspn(states, " ;");
			states += strspn(states, " ");
		}
		states += *states == ';';
	}
	return deepest;
}

static void judge_idle_states(const struct machine *machine, struct check *check)
{
	const char *states = check_setting(machine, "cpuidle.states");

	check_say_known(check, states);
	if (deepest_idle_us(states) * 1000 > LOAD_DEEP_NS)
		check->status = CHECK_WARN;
}

/* A guest's CPU that halts is woken by the host, unless it polls for a while first; one that may
 * idle by itself (MWAIT) is like a machine of its own. */
static void judge_halt_polling(const struct machine *machine, struct check *check)
{
	const struct env *env = machine->env;
	const char *ns = check_setting(machine, "haltpoll.ns");
	bool polls = strcmp(env->idle_driver, "haltpoll") == 0;

	if (strcmp(env->hypervisor, "none") == 0)
		check_say(check, CHECK_PASS, "not a guest");
	else if (strcmp(env->idle_driver, "intel_idle") == 0)
		check_say(check, CHECK_PASS, "the guest's own (intel_idle)");
	else if (polls && *ns)
		check_say(check, strcmp(ns, "0") == 0 ? CHECK_WARN : CHECK_PASS, "%s ns", ns);
	else if (*env->hypervisor)
		check_say(check, CHECK_UNKNOWN, "left to the host");
}

const struct check_rule check_power_rules[] = {
	{
		.id = "clocksource",
		.level = CHECK_INVALID,
		.wanted = "tsc, kvm-clock, hyperv_clocksource_tsc_page or arch_sys_counter",
		.effect = "a read of another clock is a system call and takes up to microseconds",
		.judge = judge_clocksource,
	},
	{
		.id = "governor",
		.level = CHECK_WARNING,
		.tunable = true,
		.wanted = "performance",
		.effect = "the frequency follows the load, so short and blocking cells run slower",
		.fix = CHECK_TEE("performance", CPU "cpu*/cpufreq/scaling_governor"),
		.judge = judge_governor,
	},
	{
		.id = "energy-preference",
		.tunable = true,
		.wanted = "performance",
		.effect = "the processor holds its frequency back to save power",
		.fix = CHECK_TEE("performance", CPU "cpu*/cpufreq/energy_performance_preference"),
		.judge = judge_preference,
	},
	{
		.id = "boost",
		.tunable = true,
		.wanted = "off",
		.effect = "the frequency follows heat and what other cores do, so a run depends "
			  "on what ran before it",
		.judge = judge_boost,
	},
	{
		.id = "idle-states",
		.wanted = "none that takes more than 20 us to wake from",
		.effect = "a blocking message waits until its reader's CPU is awake: up to the "
			  "longest of these times, each time",
		.fix = "sudo ipcmark tune --keep-awake -- ipcmark run",
		.judge = judge_idle_states,
	},
	{
		.id = "halt-polling",
		.level = CHECK_WARNING,
		.wanted = "above 0",
		.effect = "the host must wake a guest's CPU that sleeps: blocking round trips "
			  "between CPUs read 35 to 50 us whatever the mechanism, against 4 to 12 "
			  "us on one CPU",
		.fix = CHECK_TEE("200000", "/sys/module/haltpoll/parameters/guest_halt_poll_ns"),
		.judge = judge_halt_polling,
	},
	{.id = NULL},
};
