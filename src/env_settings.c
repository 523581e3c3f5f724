/* See env_settings.h. */
#include "env_settings.h"

#include "cgroup.h"
#include "sysfs.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_WAKE_LIMIT_US 2000000000 /* what /dev/cpu_dma_latency reads without one */
#define IDLE_STATES      10         /* as many as the kernel knows for one CPU */

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Below /proc/sys; the setting has the name that sysctl(8) uses. */
static const char *const sysctls[] = {
	"kernel/randomize_va_space",
	"net/core/rmem_default",
	"net/core/rmem_max",
	"net/core/wmem_default",
	"net/core/wmem_max",
	"net/core/busy_poll",
	"net/core/busy_read",
	"net/ipv4/tcp_rmem",
	"net/ipv4/tcp_wmem",
	"net/ipv4/tcp_congestion_control",
	"net/unix/max_dgram_qlen",
	"fs/pipe-max-size",
	"fs/pipe-user-pages-soft",
	"fs/pipe-user-pages-hard",
	"fs/mqueue/msg_default",
	"fs/mqueue/msg_max",
	"fs/mqueue/msgsize_default",
	"fs/mqueue/msgsize_max",
	"fs/mqueue/queues_max",
	"kernel/msgmax",
	"kernel/msgmnb",
	"kernel/msgmni",
	"kernel/sched_rt_runtime_us",
	"kernel/sched_autogroup_enabled",
	"kernel/numa_balancing",
	"kernel/nmi_watchdog",
	"kernel/timer_migration",
	"kernel/io_uring_disabled",
	"kernel/perf_event_paranoid",
	"vm/nr_hugepages",
};

/* A path with a star is read on every CPU; a choice lists all words and marks the active one. */
static const struct file {
	const char *name, *path;
	bool is_choice;
} files[] = {
	{"transparent_hugepage", "/sys/kernel/mm/transparent_hugepage/enabled", true},
	{"transparent_hugepage.shmem", "/sys/kernel/mm/transparent_hugepage/shmem_enabled", true},
	{"transparent_hugepage.defrag", "/sys/kernel/mm/transparent_hugepage/defrag", true},
	{"lo.mtu", "/sys/class/net/lo/mtu", false},
	{"cpu.smt", "/sys/devices/system/cpu/smt/control", false},
	{"cpu.isolated", "/sys/devices/system/cpu/isolated", false},
	{"cpu.nohz_full", "/sys/devices/system/cpu/nohz_full", false},
	{"cpufreq.min_khz", "/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_min_freq", false},
	{"cpufreq.max_khz", "/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_max_freq", false},
	{"haltpoll.ns", "/sys/module/haltpoll/parameters/guest_halt_poll_ns", false},
	{"haltpoll.grow", "/sys/module/haltpoll/parameters/guest_halt_poll_grow", false},
	{"haltpoll.grow_start", "/sys/module/haltpoll/parameters/guest_halt_poll_grow_start",
		false},
	{"haltpoll.shrink", "/sys/module/haltpoll/parameters/guest_halt_poll_shrink", false},
	{"haltpoll.allow_shrink", "/sys/module/haltpoll/parameters/guest_halt_poll_allow_shrink",
		false},
	{"ksm.run", "/sys/kernel/mm/ksm/run", false},
	{"sched_ext", "/sys/kernel/sched_ext/state", false},
	{"lsm", "/sys/kernel/security/lsm", false},
};

/* In /proc/self/limits. */
static const struct limit {
	const char *name, *label;
} limits[] = {
	{ENV_RLIMIT_PREFIX "msgqueue_bytes", "Max msgqueue size"},
	{ENV_RLIMIT_PREFIX "memlock_bytes", "Max locked memory"},
	{ENV_RLIMIT_PREFIX "open_files", "Max open files"},
	{ENV_RLIMIT_PREFIX "realtime_priority", "Max realtime priority"},
};

static const struct file containers[] = {
	{"podman", "/run/.containerenv", false},
	{"docker", "/.dockerenv", false},
};

#define OTHERS 5 /* cpuidle.states, cpuidle.limit_us, cpus_allowed, cgroup.cpu.max, container */

_Static_assert(COUNT(sysctls) + COUNT(files) + COUNT(limits) + OTHERS <= ENV_SETTINGS,
	"every setting of the tables has a place");

static void add(struct env *env, const char *name, const char *value)
{
	struct env_setting *setting = &env->settings[env->settings_count++];

	sysfs_line(setting->name, sizeof setting->name, name, strlen(name));
	sysfs_line(setting->value, sizeof setting->value, value, strlen(value));
}

/* One state of the idle CPUs: "C6 133 us", the time it takes to wake from it, and whether it is
 * switched off. False where there is none of that number. */
static bool append_idle_state(char out[ENV_TEXT], const char *root, unsigned number)
{
	static const char *const facts[] = {"name", "latency", "disable"};
	char values[COUNT(facts)][64], path[96];

	for (size_t i = 0; i < COUNT(facts); i++) {
		snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu[0-9]*/cpuidle/state%u/%s",
			number, facts[i]);
		if (!sysfs_distinct(root, path, values[i], sizeof values[i]) && i < 2)
			return false;
	}
	sysfs_append(out, ENV_TEXT, *out ? "; " : "");
	sysfs_append(out, ENV_TEXT, values[0]);
	sysfs_append(out, ENV_TEXT, " ");
	sysfs_append(out, ENV_TEXT, values[1]);
	sysfs_append(out, ENV_TEXT, " us");
	if (strcmp(values[2], "1") == 0)
		sysfs_append(out, ENV_TEXT, " (off)");
	return true;
}

static void add_idle_states(struct env *env, const char *root)
{
	char states[ENV_TEXT] = "";
	unsigned number = 0;

	while (number < IDLE_STATES && append_idle_state(states, root, number))
		number++;
	if (number > 0)
		add(env, "cpuidle.states", states);
}

static void add_sysctl(struct env *env, const char *root, const char *sysctl)
{
	char path[128] = "/proc/sys/", value[ENV_TEXT];
	char *name = path + strlen(path);

	sysfs_append(path, sizeof path, sysctl);
	if (!sysfs_read(root, path, value, sizeof value))
		return;
	for (char *slash = name; (slash = strchr(slash, '/'));)
		*slash = '.';
	add(env, name, value);
}

static void add_file(struct env *env, const char *root, const struct file *file)
{
	char value[ENV_TEXT];
	bool (*read)(const char *, const char *, char *, size_t) =
		strchr(file->path, '*') ? sysfs_distinct : sysfs_read;

	if (!read(root, file->path, value, sizeof value))
		return;
	if (file->is_choice)
		sysfs_keep_marked(value, '[', ']');
	add(env, file->name, value);
}

/* The soft limit: the first column after a label that itself has blanks in it. */
static void add_limit(struct env *env, const char *text, const struct limit *limit)
{
	const char *line = text ? strstr(text, limit->label) : NULL;
	char value[ENV_TEXT];

	if (!line)
		return;
	line += strlen(limit->label);
	line += strspn(line, " ");
	sysfs_line(value, sizeof value, line, strcspn(line, " \n"));
	if (*value)
		add(env, limit->name, value);
}

static void add_limits(struct env *env, const char *root)
{
	char *text = sysfs_load(root, "/proc/self/limits");

	for (size_t i = 0; i < COUNT(limits); i++)
		add_limit(env, text, &limits[i]);
	free(text);
}

/* How long an idle CPU may take to wake, where somebody sets a limit, as `ipcmark tune
 * --keep-awake` does. Left out where there is none, since only root can see one: runs of root and
 * of others on one machine have the same settings. */
static void add_wake_limit(struct env *env, const char *root)
{
	char path[PATH_MAX], value[16];
	int32_t limit_us = NO_WAKE_LIMIT_US;
	FILE *file;

	snprintf(path, sizeof path, "%s/dev/cpu_dma_latency", root);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fread(&limit_us, sizeof limit_us, 1, file) == 1 && limit_us < NO_WAKE_LIMIT_US) {
		snprintf(value, sizeof value, "%d", limit_us);
		add(env, "cpuidle.limit_us", value);
	}
	fclose(file);
}

/* A cpuset, taskset(1) and the boot parameters all end in this list. */
static void add_cpus_allowed(struct env *env, const char *root)
{
	char *text = sysfs_load(root, "/proc/self/status");
	char value[ENV_TEXT];

	if (sysfs_field(text, "Cpus_allowed_list", value, sizeof value))
		add(env, "cpus_allowed", value);
	free(text);
}

/* "50000 100000": us of CPU time in each period of so many; version 1 has a file for each, and -1
 * for no limit. */
static bool read_cpu_limit(
	const struct cgroup *cgroup, const char *root, char out[CGROUP_VALUE_BYTES])
{
	char quota[CGROUP_VALUE_BYTES], period[CGROUP_VALUE_BYTES];

	if (cgroup->version == 2)
		return cgroup_read(cgroup, root, "cpu.max", out);
	if (!cgroup_read(cgroup, root, "cpu.cfs_quota_us", quota) ||
		!cgroup_read(cgroup, root, "cpu.cfs_period_us", period))
		return false;
	out[0] = '\0';
	sysfs_append(out, CGROUP_VALUE_BYTES, *quota == '-' ? "max" : quota);
	sysfs_append(out, CGROUP_VALUE_BYTES, " ");
	sysfs_append(out, CGROUP_VALUE_BYTES, period);
	return true;
}

/* A limit binds all groups below it, so the nearest one that limits, from our own upwards. */
static void add_cgroup_limit(struct env *env, const char *root)
{
	char value[CGROUP_VALUE_BYTES], found[CGROUP_VALUE_BYTES] = "";
	struct cgroup cgroup;

	if (!cgroup_find(&cgroup, root, "cpu"))
		return;
	/* a group that is there and has no file for a limit has none */
	if (cgroup_read(&cgroup, root, "cgroup.procs", value))
		memcpy(found, "max", sizeof "max");
	do {
		if (read_cpu_limit(&cgroup, root, value))
			memcpy(found, value, sizeof found);
	} while ((!*found || !strncmp(found, "max", 3)) && cgroup_ascend(&cgroup));
	if (*found)
		add(env, "cgroup.cpu.max", found);
}

/* A hint only: the files that the common runtimes leave for this purpose. */
static void add_container(struct env *env, const char *root)
{
	char value[ENV_TEXT];

	if (sysfs_read(root, "/run/systemd/container", value, sizeof value) && *value) {
		add(env, "container", value);
		return;
	}
	for (size_t i = 0; i < COUNT(containers); i++)
		if (sysfs_read(root, containers[i].path, value, sizeof value)) {
			add(env, "container", containers[i].name);
			return;
		}
}

void env_settings_read(struct env *env, const char *root)
{
	for (size_t i = 0; i < COUNT(files); i++)
		add_file(env, root, &files[i]);
	for (size_t i = 0; i < COUNT(sysctls); i++)
		add_sysctl(env, root, sysctls[i]);
	add_idle_states(env, root);
	add_wake_limit(env, root);
	add_cpus_allowed(env, root);
	add_cgroup_limit(env, root);
	add_container(env, root);
	add_limits(env, root);
}
