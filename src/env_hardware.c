/* See env_hardware.h. */
#include "env_hardware.h"

#include "hypervisor.h"
#include "sysfs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_LIMIT_KB (INT64_C(1) << 43) /* bytes stay exact in a double */
#define CPU_LIMIT       65536L

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define CPU          "/sys/devices/system/cpu/"

/* A line of /proc/cpuinfo that names a part of a description: "CPU part" gives "part 0xd0c". */
struct part {
	const char *key, *word;
};

/* The parts that are there, in the order of the table: "implementer 0x41 part 0xd0c". */
static void join_parts(const char *cpuinfo, const struct part *parts, size_t count, char *out)
{
	char value[ENV_TEXT];

	out[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (!sysfs_distinct_fields(cpuinfo, parts[i].key, value, sizeof value))
			continue;
		sysfs_append(out, ENV_TEXT, *out ? " " : "");
		sysfs_append(out, ENV_TEXT, parts[i].word);
		sysfs_append(out, ENV_TEXT, " ");
		sysfs_append(out, ENV_TEXT, value);
	}
}

/* The first of several keys that cpuinfo has; each architecture has words of its own. */
static void first_field(const char *cpuinfo, const char *const *keys, char *out)
{
	while (*keys && !*out)
		sysfs_distinct_fields(cpuinfo, *keys++, out, ENV_TEXT);
}

static void read_cpu(struct env *env, const char *cpuinfo)
{
	static const char *const models[] = {"model name", "Model Name", "cpu model", NULL};
	static const char *const others[] = {"cpu", "uarch", NULL};
	static const char *const vendors[] = {"vendor_id", "CPU implementer", "mvendorid", NULL};
	static const char *const microcodes[] = {"microcode", NULL};
	static const struct part arm[] = {{"CPU implementer", "implementer"}, {"CPU part", "part"}};
	static const struct part id[] = {
		{"cpu family", "family"},
		{"model", "model"},
		{"stepping", "stepping"},
		{"CPU variant", "variant"},
		{"CPU revision", "revision"},
	};

	first_field(cpuinfo, models, env->cpu_model);
	if (!*env->cpu_model)
		join_parts(cpuinfo, arm, COUNT(arm), env->cpu_model);
	first_field(cpuinfo, others, env->cpu_model);
	first_field(cpuinfo, vendors, env->cpu_vendor);
	first_field(cpuinfo, microcodes, env->microcode);
	join_parts(cpuinfo, id, COUNT(id), env->cpu_id);
}

static void read_machine(struct env *env, const char *root)
{
	char product[ENV_TEXT], tree[ENV_TEXT];

	sysfs_read(root, "/sys/class/dmi/id/sys_vendor", env->machine_model, ENV_TEXT);
	sysfs_read(root, "/sys/class/dmi/id/product_name", product, sizeof product);
	sysfs_append(env->machine_model, ENV_TEXT, *env->machine_model && *product ? " " : "");
	sysfs_append(env->machine_model, ENV_TEXT, product);
	sysfs_read(root, "/proc/device-tree/model", tree, sizeof tree);
	sysfs_append(env->machine_model, ENV_TEXT, *env->machine_model ? "" : tree);
	sysfs_append(env->cpu_model, ENV_TEXT, *env->cpu_model ? "" : tree);
}

/* One "a" or "a-b" of a list of CPUs: how many, and where the next begins. -1 if it is neither. */
static long count_range(const char **list)
{
	char *end;

	if (!isdigit((unsigned char)**list))
		return -1;
	long first = strtol(*list, &end, 10), last = first;

	if (*end == '-' && isdigit((unsigned char)end[1]))
		last = strtol(end + 1, &end, 10);
	if (last < first || last >= CPU_LIMIT || (*end && (*end != ',' || !end[1])))
		return -1;
	*list = *end ? end + 1 : end;
	return last - first + 1;
}

int env_count_cpus(const char *list)
{
	long total = 0;

	if (!*list)
		return -1;
	while (*list) {
		long count = count_range(&list);

		if (count < 0 || (total += count) > CPU_LIMIT)
			return -1;
	}
	return (int)total;
}

static int count_cpus(const char *root, const char *path)
{
	char list[ENV_LONG];

	sysfs_read(root, path, list, sizeof list);
	return env_count_cpus(list);
}

static int count_processors(const char *cpuinfo)
{
	char value[ENV_TEXT];
	int count = 0;

	while ((cpuinfo = sysfs_field(cpuinfo, "processor", value, sizeof value)))
		count++;
	return count ? count : -1;
}

static int64_t read_memory(const char *root)
{
	char *text = sysfs_load(root, "/proc/meminfo"), value[ENV_TEXT], *unit;

	sysfs_field(text, "MemTotal", value, sizeof value);
	free(text);
	int64_t kb = strtoll(value, &unit, 10);

	return !strcmp(unit, " kB") && kb > 0 && kb < MEMORY_LIMIT_KB ? kb * 1024 : -1;
}

void env_hardware_read(struct env *env, const char *root)
{
	char *cpuinfo = sysfs_load(root, "/proc/cpuinfo");

	read_cpu(env, cpuinfo);
	read_machine(env, root);
	hypervisor_read(root, cpuinfo, env->machine_model, env->hypervisor, ENV_TEXT);
	env->memory_bytes = read_memory(root);
	env->cpus_present = count_cpus(root, CPU "present");
	env->cpus_online = count_cpus(root, CPU "online");
	if (env->cpus_online < 0)
		env->cpus_online = count_processors(cpuinfo);
	free(cpuinfo);
}
