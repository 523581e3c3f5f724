/* See vitals.h. */
#include "vitals.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "sysfs.h"

/* "  123 kB" in bytes; -1 if it is anything else. */
static int64_t memory_field(const char *meminfo, const char *key)
{
	char value[64], *unit;

	sysfs_field(meminfo, key, value, sizeof value);
	int64_t kb = strtoll(value, &unit, 10);

	return unit > value && !strcmp(unit, " kB") && kb >= 0 && kb < INT64_MAX / 1024 ? kb * 1024
											: -1;
}

static void read_memory(struct vitals *vitals, const char *root)
{
	char *meminfo = sysfs_load(root, "/proc/meminfo");
	int64_t total = memory_field(meminfo, "SwapTotal"),
		unused = memory_field(meminfo, "SwapFree");

	vitals->memory_available_bytes = memory_field(meminfo, "MemAvailable");
	vitals->swap_used_bytes = total < 0 || unused < 0 ? -1 : total - unused;
	free(meminfo);
}

/* The smallest limit on the way up binds. Version 1 has no word for none, but a number that no
 * machine reaches. */
static int64_t memory_limit(const char *root)
{
	char value[CGROUP_VALUE_BYTES], *end;
	int64_t least = -1;
	struct cgroup cgroup;

	if (!cgroup_find(&cgroup, root, "memory"))
		return -1;
	do {
		if (!cgroup_read(&cgroup, root,
			    cgroup.version == 2 ? "memory.max" : "memory.limit_in_bytes", value))
			continue;

		int64_t limit = strtoll(value, &end, 10);

		if (end == value || limit >= INT64_MAX / 2)
			limit = INT64_MAX;
		least = least < 0 || limit < least ? limit : least;
	} while (cgroup_ascend(&cgroup));
	return least;
}

static double load_average(const char *root)
{
	char value[128], *end;

	sysfs_read(root, "/proc/loadavg", value, sizeof value);
	double average = strtod(value, &end);

	return end > value ? average : NAN;
}

static int64_t pipe_capacity(void)
{
	int ends[2], bytes;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	bytes = fcntl(ends[0], F_GETPIPE_SZ);
	close(ends[0]);
	close(ends[1]);
	return bytes;
}

static void try_counters(struct counters *counters)
{
	counters_open(counters);
	counters_start(counters);
	probe_work_ns();
	counters_stop(counters);
	counters_close(counters);
}

void vitals_read(struct vitals *vitals, const char *root)
{
	*vitals = (struct vitals){
		.load = {.foreign = NAN, .interrupts = NAN, .steal = NAN, .deep_idle = NAN},
		.clock = {.read_ns = NAN, .quantum_ns = NAN},
		.skew = {.low_ns = NAN, .high_ns = NAN},
		.cpus = {-1, -1},
		.load_average = load_average(root),
		.memory_limit_bytes = memory_limit(root),
		.pipe_bytes = pipe_capacity(),
	};
	try_counters(&vitals->counters);
	read_memory(vitals, root);
}

int vitals_measure(struct vitals *vitals, struct cpu_pair cpus, uint64_t duration_ns,
	struct cpu_probe probes[2])
{
	const int both[] = {cpus.producer, cpus.consumer};
	const size_t count = cpus.producer == cpus.consumer ? 1 : 2;
	struct load_snapshot before, after;
	struct clock_skew skew;
	int err;

	load_read(&before, "", both, count);
	err = probe_cpus(both, count, duration_ns, probes);
	if (err)
		return err;
	load_read(&after, "", both, count);
	load_difference(&before, &after, &vitals->load);
	vitals->probes = probes;
	vitals->probe_count = count;
	vitals->clock = clock_measure();
	vitals->cpus = cpus;
	err = skew_measure(cpus, &skew);
	if (!err)
		vitals->skew = skew;
	return err;
}
