/* The rules of what else stays until somebody changes it: CPUs, memory, limits, the network, and
 * what is only recorded. */
#include "check_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "env_hardware.h"

#define RECORDED "any (recorded)"

/* A switch of the kernel below /proc/sys. Where others of its kind can be read, a missing one is
 * off: the kernel was built without. */
static void judge_switch(const struct machine *machine, struct check *check, const char *name)
{
	const char *value = env_setting(machine->env, name);

	if (value)
		check_say(check, strcmp(value, "0") == 0 ? CHECK_PASS : CHECK_WARN, "%s", value);
	else if (env_setting(machine->env, "kernel.randomize_va_space"))
		check_say(check, CHECK_PASS, "not in this kernel");
}

static void judge_smt(const struct machine *machine, struct check *check)
{
	const char *smt = check_setting(machine, "cpu.smt");

	check_say_known(check, smt);
	if (strcmp(smt, "on") == 0 || atoi(smt) > 1)
		check->status = CHECK_WARN;
}

static void judge_isolation(const struct machine *machine, struct check *check)
{
	const char *isolated = env_setting(machine->env, "cpu.isolated");
	const char *nohz = check_setting(machine, "cpu.nohz_full");

	if (strchr(nohz, '(')) /* "(null)" */
		nohz = "";
	if (isolated && !*isolated && !*nohz)
		check_say(check, CHECK_PASS, "none isolated");
	else if (isolated)
		check_say(check, CHECK_PASS, "isolated %s, without a tick %s",
			*isolated ? isolated : "none", *nohz ? nohz : "none");
}

static void judge_cpuset(const struct machine *machine, struct check *check)
{
	const char *allowed = check_setting(machine, "cpus_allowed");
	int count = env_count_cpus(allowed), online = machine->env->cpus_online;

	if (count < 0 || online < 0)
		return;
	if (count >= online)
		check_say(check, CHECK_PASS, "all %d CPUs", online);
	else
		check_say(check, CHECK_WARN, "%s: %d of %d CPUs", allowed, count, online);
}

/* Two sides that spin need two CPUs' worth, the harness between runs a little more. */
static void judge_cpu_limit(const struct machine *machine, struct check *check)
{
	const char *limit = check_setting(machine, "cgroup.cpu.max");
	const char *container = check_setting(machine, "container");
	char *end;
	double quota = strtod(limit, &end), period = strtod(end, NULL);

	if (check_begins(limit, "max"))
		check_say(check, CHECK_PASS, "none");
	else if (quota > 0 && period > 0)
		check_say(check, quota / period < 3 ? CHECK_WARN : CHECK_PASS, "%.2f CPUs",
			quota / period);
	if (*container)
		snprintf(check->fix, sizeof check->fix, "%s update --cpu-quota=-1 CONTAINER",
			container);
}

static void judge_huge_pages(const struct machine *machine, struct check *check)
{
	const char *value = check_setting(machine, "transparent_hugepage");

	check_say_known(check, value);
	if (strcmp(value, "always") == 0)
		check->status = CHECK_WARN;
}

static void judge_merging(const struct machine *machine, struct check *check)
{
	const char *value = env_setting(machine->env, "ksm.run");

	if (value)
		check_say(check, strcmp(value, "1") == 0 ? CHECK_WARN : CHECK_PASS, "%s", value);
	else if (env_setting(machine->env, "transparent_hugepage"))
		check_say(check, CHECK_PASS, "not in this kernel");
}

static void judge_numa_balancing(const struct machine *machine, struct check *check)
{
	judge_switch(machine, check, "kernel.numa_balancing");
}

static void judge_nmi_watchdog(const struct machine *machine, struct check *check)
{
	judge_switch(machine, check, "kernel.nmi_watchdog");
}

static void judge_aslr(const struct machine *machine, struct check *check)
{
	const char *value = check_setting(machine, "kernel.randomize_va_space");

	check_say_known(check, value);
	if (strcmp(value, "0") == 0)
		check->status = CHECK_WARN;
}

static void judge_datagram_queue(const struct machine *machine, struct check *check)
{
	const char *value = check_setting(machine, "net.unix.max_dgram_qlen");

	check_say_known(check, value);
	if (*value && atoi(value) < 10)
		check->status = CHECK_WARN;
}

static void judge_loopback(const struct machine *machine, struct check *check)
{
	const char *value = check_setting(machine, "lo.mtu");

	check_say_known(check, value);
	if (*value && strcmp(value, "65536") != 0)
		check->status = CHECK_WARN;
}

static size_t count_words(const char *text, const char *word)
{
	size_t count = 0;

	while ((text = strstr(text, word)) != NULL) {
		text += strlen(word);
		count++;
	}
	return count;
}

static void judge_mitigations(const struct machine *machine, struct check *check)
{
	const char *all = machine->env->mitigations;

	if (*all)
		check_say(check, CHECK_PASS, "%zu mitigated, %zu vulnerable, %zu not affected",
			count_words(all, ": Mitigation"), count_words(all, ": Vulnerable"),
			count_words(all, ": Not affected"));
}

static void judge_microcode(const struct machine *machine, struct check *check)
{
	const struct env *env = machine->env;

	check_say_known(check, env->microcode);
	if (*env->architecture && !check_begins(env->architecture, "x86"))
		check_say(check, CHECK_PASS, "none on %s", env->architecture);
}

static void judge_hypervisor(const struct machine *machine, struct check *check)
{
	check_say_known(check, machine->env->hypervisor);
}

const struct check_rule check_setting_rules[] = {
	{
		.id = "smt",
		.wanted = "off, or no other work",
		.effect = "what runs on a core's other thread slows it down",
		.fix = CHECK_TEE("off", "/sys/devices/system/cpu/smt/control"),
		.judge = judge_smt,
	},
	{
		.id = "cpuset",
		.wanted = "all CPUs",
		.effect = "placements on the other CPUs are not measured",
		.fix = "taskset -c \"$(cat /sys/devices/system/cpu/online)\" ipcmark run",
		.judge = judge_cpuset,
	},
	{
		.id = "cpu-limit",
		.level = CHECK_WARNING,
		.wanted = "3 CPUs or more",
		.effect = "a control group that has used up its share stands still for the rest "
			  "of the period, which is 100 ms mostly; such a run is invalid",
		.fix = "sudo systemd-run --scope ipcmark run",
		.judge = judge_cpu_limit,
	},
	{
		.id = "transparent-hugepage",
		.wanted = "madvise or never",
		.effect = "the pages of a run may be merged and moved while it is measured",
		.fix = CHECK_TEE("madvise", "/sys/kernel/mm/transparent_hugepage/enabled"),
		.judge = judge_huge_pages,
	},
	{
		.id = "same-page-merging",
		.tunable = true,
		.wanted = "0",
		.effect = "a thread of the kernel scans memory and write-protects equal pages",
		.fix = CHECK_TEE("0", "/sys/kernel/mm/ksm/run"),
		.judge = judge_merging,
	},
	{
		.id = "numa-balancing",
		.tunable = true,
		.wanted = "0",
		.effect = "pages are unmapped to see who uses them: faults of microseconds in "
			  "the middle of a run",
		.fix = CHECK_TEE("0", "/proc/sys/kernel/numa_balancing"),
		.judge = judge_numa_balancing,
	},
	{
		.id = "nmi-watchdog",
		.tunable = true,
		.wanted = "0",
		.effect = "every CPU is interrupted every few seconds, and a hardware counter is "
			  "taken",
		.fix = CHECK_TEE("0", "/proc/sys/kernel/nmi_watchdog"),
		.judge = judge_nmi_watchdog,
	},
	{
		.id = "aslr",
		.level = CHECK_WARNING,
		.wanted = "2",
		.effect = "every invocation shares one accidental layout of memory",
		.fix = CHECK_TEE("2", "/proc/sys/kernel/randomize_va_space"),
		.judge = judge_aslr,
	},
	{
		.id = "unix-dgram-queue",
		.wanted = "10 or more",
		.effect =
			"an unconnected sender blocks when this many datagrams and one more wait, "
			"whatever the buffers would hold",
		.fix = CHECK_TEE("10", "/proc/sys/net/unix/max_dgram_qlen"),
		.judge = judge_datagram_queue,
	},
	{
		.id = "loopback-mtu",
		.wanted = "65536",
		.effect = "TCP and UDP cut their messages into other pieces",
		.fix = "sudo ip link set lo mtu 65536",
		.judge = judge_loopback,
	},
	{
		.id = "isolation",
		.wanted = RECORDED,
		.effect = "other programs may run on every CPU that is not isolated",
		.judge = judge_isolation,
	},
	{
		.id = "mitigations",
		.wanted = RECORDED,
		.effect = "they lengthen every system call; compare only under the same",
		.judge = judge_mitigations,
	},
	{
		.id = "microcode",
		.wanted = RECORDED,
		.effect = "it may bring mitigations of its own; compare only under the same",
		.judge = judge_microcode,
	},
	{
		.id = "hypervisor",
		.wanted = RECORDED,
		.effect = "what the host and its other guests do can't be seen from a guest",
		.judge = judge_hypervisor,
	},
	{.id = NULL},
};
