/* See env.h. One table says which file fills which field; what needs more follows it. */
#include "env.h"

#include "env_fingerprint.h"
#include "env_hardware.h"
#include "env_settings.h"
#include "sysfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define COUNT(array)  (sizeof(array) / sizeof *(array))
#define FIELD(member) offsetof(struct env, member), sizeof(((struct env *)NULL)->member)
#define CPU           "/sys/devices/system/cpu/"

/* The first source that has something to say fills its field. A star: all CPUs. */
struct source {
	size_t offset, bytes;
	const char *path;
};

static const struct source sources[] = {
	{FIELD(kernel_name), "/proc/sys/kernel/ostype"},
	{FIELD(kernel_release), "/proc/sys/kernel/osrelease"},
	{FIELD(kernel_version), "/proc/sys/kernel/version"},
	{FIELD(architecture), "/proc/sys/kernel/arch"},
	{FIELD(boot_id), "/proc/sys/kernel/random/boot_id"},
	{FIELD(cmdline), "/proc/cmdline"},
	{FIELD(bios_version), "/sys/class/dmi/id/bios_version"},
	{FIELD(governor), CPU "cpu[0-9]*/cpufreq/scaling_governor"},
	{FIELD(cpufreq_driver), CPU "cpu[0-9]*/cpufreq/scaling_driver"},
	{FIELD(energy_preference), CPU "cpu[0-9]*/cpufreq/energy_performance_preference"},
	{FIELD(idle_driver), CPU "cpuidle/current_driver"},
	{FIELD(idle_governor), CPU "cpuidle/current_governor"},
	{FIELD(idle_governor), CPU "cpuidle/current_governor_ro"},
	{FIELD(clocksource), "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
};

static void read_sources(struct env *env, const char *root)
{
	for (size_t i = 0; i < COUNT(sources); i++) {
		const struct source *source = &sources[i];
		char *out = (char *)env + source->offset;

		if (*out)
			continue;
		if (strchr(source->path, '*'))
			sysfs_distinct(root, source->path, out, source->bytes);
		else
			sysfs_read(root, source->path, out, source->bytes);
	}
}

static void fill(char *out, const char *value)
{
	if (!*out)
		sysfs_append(out, ENV_TEXT, value);
}

/* Without /proc, and for the architecture before Linux 6.1, the system call knows. */
static void read_uname(struct env *env)
{
	struct utsname name;

	if (uname(&name))
		return;
	fill(env->kernel_name, name.sysname);
	fill(env->kernel_release, name.release);
	fill(env->kernel_version, name.version);
	fill(env->architecture, name.machine);
}

/* A value of os-release may stand in single or double quotes. */
static void unquote(char *value)
{
	size_t length = strlen(value);

	if (length < 2 || !strchr("\"'", value[0]) || value[length - 1] != value[0])
		return;
	memmove(value, value + 1, length - 2);
	value[length - 2] = '\0';
}

static void read_distribution(struct env *env, const char *root)
{
	static const char *const paths[] = {"/etc/os-release", "/usr/lib/os-release"};

	for (size_t i = 0; i < COUNT(paths) && !*env->distribution; i++) {
		char *text = sysfs_load(root, paths[i]);

		sysfs_field(text, "PRETTY_NAME", env->distribution, ENV_TEXT);
		unquote(env->distribution);
		free(text);
	}
}

static void add_mitigation(void *context, const char *name, const char *state)
{
	char *out = context;

	sysfs_append(out, ENV_LONG, *out ? "; " : "");
	sysfs_append(out, ENV_LONG, name);
	sysfs_append(out, ENV_LONG, ": ");
	sysfs_append(out, ENV_LONG, state);
}

static void read_preemption(struct env *env, const char *root)
{
	const char *word = strstr(env->kernel_version, "PREEMPT");

	sysfs_read(root, "/sys/kernel/debug/sched/preempt", env->preemption, ENV_TEXT);
	sysfs_keep_marked(env->preemption, '(', ')');
	if (!*env->preemption && word)
		sysfs_line(env->preemption, ENV_TEXT, word, strcspn(word, " "));
}

/* Two files for one fact, with opposite senses. */
static void read_boost(struct env *env, const char *root)
{
	static const struct {
		const char *path, *on, *off;
	} switches[] = {
		{CPU "cpufreq/boost", "1", "0"},
		{CPU "intel_pstate/no_turbo", "0", "1"},
	};

	for (size_t i = 0; i < COUNT(switches); i++) {
		char value[ENV_TEXT];

		sysfs_read(root, switches[i].path, value, sizeof value);
		if (!strcmp(value, switches[i].on))
			fill(env->boost, "on");
		if (!strcmp(value, switches[i].off))
			fill(env->boost, "off");
	}
}

void env_read(struct env *env, const char *root)
{
	memset(env, 0, sizeof *env);
	read_sources(env, root);
	if (!*root)
		read_uname(env);
	env_hardware_read(env, root);
	read_distribution(env, root);
	sysfs_each(root, CPU "vulnerabilities/*", add_mitigation, env->mitigations);
	read_preemption(env, root);
	read_boost(env, root);
	env_settings_read(env, root);
	env_fingerprint(env);
}

const char *env_setting(const struct env *env, const char *name)
{
	for (size_t i = 0; i < env->settings_count; i++)
		if (!strcmp(env->settings[i].name, name))
			return env->settings[i].value;
	return NULL;
}

bool env_clocksource_trusted(const char *clocksource)
{
	static const char *const trusted[] = {
		"tsc",
		"kvm-clock",
		"hyperv_clocksource_tsc_page",
		"arch_sys_counter",
	};

	for (size_t i = 0; i < COUNT(trusted); i++)
		if (!strcmp(clocksource, trusted[i]))
			return true;
	return false;
}

static void describe_hypervisor(const char *hypervisor, char *out, size_t out_bytes)
{
	if (!*hypervisor)
		snprintf(out, out_bytes, "hypervisor unknown");
	else if (!strcmp(hypervisor, "none"))
		snprintf(out, out_bytes, "bare metal");
	else if (!strcmp(hypervisor, "yes (unknown)"))
		snprintf(out, out_bytes, "guest");
	else
		snprintf(out, out_bytes, "%s guest", hypervisor);
}

void env_describe(const struct env *env, char *out, size_t out_bytes)
{
	char hypervisor[ENV_TEXT + 16];

	describe_hypervisor(env->hypervisor, hypervisor, sizeof hypervisor);
	snprintf(out, out_bytes, "%s, %s %s, %s, governor %s",
		*env->cpu_model ? env->cpu_model : "CPU unknown",
		*env->kernel_name ? env->kernel_name : "kernel",
		*env->kernel_release ? env->kernel_release : "unknown", hypervisor,
		*env->governor ? env->governor : "unknown");
}
