/* See load.h.
 *
 * Busy is what is not idle: without a periodic tick the kernel measures idle time and only samples
 * the rest. Time of guests is within that of user; waiting for a disk (iowait) is idle. */
#include "load.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cgroup.h"
#include "clock.h"
#include "sysfs.h"

#define IDLE_ENTRY_NS 4000.0

#define CPU_FOLDER "/sys/devices/system/cpu/cpu%d/"

enum tick { TICK_IDLE = 3, TICK_IOWAIT, TICK_IRQ, TICK_SOFTIRQ, TICK_STEAL, TICKS };

static int64_t ns_of(const struct timeval *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_usec * 1000;
}

/* Of this process and of its children that it has waited for. */
static void read_own(struct load_snapshot *snapshot)
{
	for (int who = RUSAGE_CHILDREN; who <= RUSAGE_SELF; who++) {
		struct rusage usage;

		getrusage(who, &usage);
		snapshot->own_cpu_ns += ns_of(&usage.ru_utime) + ns_of(&usage.ru_stime);
		snapshot->own_switches += usage.ru_nvcsw;
	}
}

/* Whether a CPU is named here for the first time. */
static bool is_new(const int *cpus, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (cpus[i] == cpus[at])
			return false;
	return true;
}

/* Adds one line of /proc/stat, which begins behind the CPU's name. Columns that an old kernel does
 * not have are 0. */
static void add_ticks(struct load_snapshot *snapshot, const char *columns)
{
	int64_t ticks[TICKS] = {0};
	char *end;

	for (size_t i = 0; i < TICKS; i++) {
		ticks[i] = strtoll(columns, &end, 10);
		columns = *end == ' ' ? end : "";
	}
	snapshot->idle_ticks += ticks[TICK_IDLE] + ticks[TICK_IOWAIT];
	snapshot->interrupt_ticks += ticks[TICK_IRQ] + ticks[TICK_SOFTIRQ];
	snapshot->steal_ticks += ticks[TICK_STEAL];
	snapshot->cpus++;
}

/* The lines "cpu0 1 2 3 ...": of one CPU, or of all (-1). */
static void add_lines(struct load_snapshot *snapshot, const char *stat, int cpu)
{
	for (const char *line = stat; line && !strncmp(line, "cpu", 3);) {
		char *end;
		long number = strtol(line + 3, &end, 10);

		if (end > line + 3 && line[3] != ' ' && *end == ' ' && (cpu < 0 || number == cpu))
			add_ticks(snapshot, end);
		line = strchr(end, '\n');
		line = line ? line + 1 : NULL;
	}
}

static void read_ticks(
	struct load_snapshot *snapshot, const char *root, const int *cpus, size_t count)
{
	char *stat = sysfs_load(root, "/proc/stat");
	int64_t wanted = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_new(cpus, i))
			continue;
		add_lines(snapshot, stat, cpus[i]);
		wanted++;
	}
	if (snapshot->cpus < wanted)
		snapshot->cpus = 0;
	free(stat);
}

static void read_throttling(struct load_snapshot *snapshot, const char *root)
{
	struct cgroup cgroup;

	if (!cgroup_find(&cgroup, root, "cpu"))
		return;
	do {
		char *stat = cgroup_load(&cgroup, root, "cpu.stat");
		int64_t throttles = cgroup_count(stat, "nr_throttled");
		int64_t us = cgroup_count(stat, "throttled_usec");
		int64_t ns = us >= 0 ? 1000 * us : cgroup_count(stat, "throttled_time");

		/* a group without a limit of its own counts nothing */
		if (stat && snapshot->throttles < 0)
			snapshot->throttles = snapshot->throttled_ns = 0;
		snapshot->throttles += throttles > 0 ? throttles : 0;
		snapshot->throttled_ns += ns > 0 ? ns : 0;
		free(stat);
	} while (cgroup_ascend(&cgroup));
}

/* A number in a file of a CPU; -1 if missing. */
static int64_t cpu_number(const char *root, int cpu, const char *file)
{
	char path[128], value[32], *end;
	int length = snprintf(path, sizeof path, CPU_FOLDER, cpu);

	snprintf(path + length, sizeof path - (size_t)length, "%s", file);
	if (!sysfs_read(root, path, value, sizeof value))
		return -1;

	int64_t number = strtoll(value, &end, 10);

	return end > value && number >= 0 ? number : -1;
}

static void read_heat(struct load_snapshot *snapshot, const char *root, int cpu)
{
	static const char *const files[] = {
		"thermal_throttle/core_throttle_count", "thermal_throttle/package_throttle_count"};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		int64_t count = cpu_number(root, cpu, files[i]);

		if (count >= 0)
			snapshot->hot_count =
				count + (snapshot->hot_count > 0 ? snapshot->hot_count : 0);
	}
}

static bool read_state(struct load_idle *idle, const char *root, int cpu, size_t state)
{
	char file[64], path[128];
	int64_t values[3];
	static const char *const files[] = {"latency", "time", "usage"};

	for (size_t i = 0; i < 3; i++) {
		snprintf(file, sizeof file, "cpuidle/state%zu/%s", state, files[i]);
		values[i] = cpu_number(root, cpu, file);
		if (values[i] < 0)
			return false;
	}
	snprintf(path, sizeof path, CPU_FOLDER "cpuidle/state%zu/name", cpu, state);
	sysfs_read(root, path, idle->name, sizeof idle->name);
	idle->latency_ns =
		idle->latency_ns > 1000 * values[0] ? idle->latency_ns : 1000 * values[0];
	idle->time_ns += 1000 * values[1];
	idle->count += values[2];
	return true;
}

static void read_idle(struct load_snapshot *snapshot, const char *root, int cpu)
{
	for (size_t state = 0; state < LOAD_IDLE_STATES; state++) {
		if (!read_state(&snapshot->idle[state], root, cpu, state))
			return;
		if (snapshot->idle_count <= state)
			snapshot->idle_count = state + 1;
	}
}

static bool is_whole_machine(const int *cpus, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (cpus[i] < 0)
			return true;
	return false;
}

void load_read(struct load_snapshot *snapshot, const char *root, const int *cpus, size_t count)
{
	static const int all = -1;
	bool is_whole = is_whole_machine(cpus, count);

	*snapshot = (struct load_snapshot){.throttles = -1, .throttled_ns = -1, .hot_count = -1};
	read_throttling(snapshot, root);
	for (size_t i = 0; i < count && !is_whole; i++) {
		if (!is_new(cpus, i))
			continue;
		read_heat(snapshot, root, cpus[i]);
		read_idle(snapshot, root, cpus[i]);
	}
	read_ticks(snapshot, root, is_whole ? &all : cpus, is_whole ? 1 : count);
	read_own(snapshot);
	snapshot->at_ns = clock_now_ns();
}

static int64_t counted(int64_t before, int64_t after)
{
	return before < 0 || after < before ? -1 : after - before;
}

static double fraction(double part, double whole)
{
	return fmin(fmax(part / whole, 0), 1);
}

static void compare_ticks(const struct load_snapshot *before, const struct load_snapshot *after,
	double cpu_ns, struct load_change *change)
{
	double tick_ns = 1e9 / (double)sysconf(_SC_CLK_TCK);
	double idle_ns = (double)(after->idle_ticks - before->idle_ticks) * tick_ns;
	double steal_ns = (double)(after->steal_ticks - before->steal_ticks) * tick_ns;
	double interrupts_ns = (double)(after->interrupt_ticks - before->interrupt_ticks) * tick_ns;
	double own_ns = (double)(after->own_cpu_ns - before->own_cpu_ns);

	change->resolution = tick_ns / cpu_ns;
	change->steal = fraction(steal_ns, cpu_ns);
	change->interrupts = fraction(interrupts_ns, cpu_ns);
	change->foreign = fraction(cpu_ns - idle_ns - steal_ns - interrupts_ns - own_ns, cpu_ns);
}

static void compare_idle(const struct load_snapshot *before, const struct load_snapshot *after,
	double cpu_ns, struct load_change *change)
{
	double deep_ns = 0;

	if (before->idle_count != after->idle_count || !after->idle_count)
		return;
	change->idle_count = after->idle_count;
	for (size_t i = 0; i < after->idle_count; i++) {
		struct load_idle *idle = &change->idle[i];

		*idle = after->idle[i];
		idle->time_ns -= before->idle[i].time_ns;
		idle->count -= before->idle[i].count;
		if (idle->latency_ns > LOAD_DEEP_NS)
			deep_ns += (double)idle->time_ns;
	}
	change->deep_idle = fraction(deep_ns, cpu_ns);
}

/* Two sides that wake each other 40000 times a second looked like 5 % of other work on a machine
 * that had none: 1.3 to 3.3 us for each time that a CPU had nothing to run (seen). One that is
 * woken on its way to sleep is not counted by the driver; on one CPU, a switch leads to the other
 * side. */
static void allow_for_idling(const struct load_snapshot *before, const struct load_snapshot *after,
	double cpu_ns, struct load_change *change)
{
	double switches = (double)(after->own_switches - before->own_switches), entries = 0;

	for (size_t i = 0; i < change->idle_count; i++)
		entries += (double)change->idle[i].count;
	if (after->cpus > 1)
		entries = fmax(entries, switches);

	double allowance = entries * IDLE_ENTRY_NS / cpu_ns;

	if (isnan(change->foreign))
		return;
	/* what may hide work that would count is no zero */
	if (change->foreign <= allowance)
		change->foreign = allowance > FOREIGN_INVALID ? NAN : 0;
	else
		change->foreign -= allowance;
}

void load_difference(const struct load_snapshot *before, const struct load_snapshot *after,
	struct load_change *change)
{
	double cpu_ns = (double)(after->at_ns - before->at_ns) * (double)after->cpus;

	*change = (struct load_change){
		.foreign = NAN,
		.interrupts = NAN,
		.steal = NAN,
		.resolution = NAN,
		.deep_idle = NAN,
		.throttles = counted(before->throttles, after->throttles),
		.throttled_ns = counted(before->throttled_ns, after->throttled_ns),
		.hot_count = counted(before->hot_count, after->hot_count),
	};
	if (before->cpus != after->cpus || !(cpu_ns > 0))
		return;
	compare_ticks(before, after, cpu_ns, change);
	compare_idle(before, after, cpu_ns, change);
	allow_for_idling(before, after, cpu_ns, change);
}

enum disturbance load_judge_foreign(const struct load_change *change)
{
	return disturbance_judge(
		change->foreign - 2 * change->resolution, FOREIGN_WARNING, FOREIGN_INVALID);
}

enum disturbance load_judge_steal(const struct load_change *change)
{
	return disturbance_judge(
		change->steal - 2 * change->resolution, STEAL_WARNING, STEAL_INVALID);
}
