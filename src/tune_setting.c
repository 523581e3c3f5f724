/* See tune_setting.h. */
#include "tune_setting.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fail.h"
#include "memory.h"
#include "sysfs.h"

#define CPU   "/sys/devices/system/cpu/"
#define BOOST "the frequency does not follow heat and the load of other cores"

/* In the order of writing; restoring goes backwards. So what a row moves or locks stands above it:
 * the governor "performance" forbids other energy preferences, boost moves the limits of the
 * frequency, and the boost of the machine that of each policy.
 *
 * Not here: what a measurement is about (mitigations, transparent huge pages, the polling of an
 * idle guest), what its statistics need (randomize_va_space), and the lower limit of the frequency,
 * since "performance" runs at the upper one. */
const struct tune_setting tune_settings[] = {
	{"energy-preference", CPU "cpufreq/policy*/energy_performance_preference", "performance",
		"the processor itself raises the frequency at once"},
	{"energy-bias", CPU "cpu[0-9]*/power/energy_perf_bias", "0",
		"the same on processors without an energy preference"},
	{"governor", CPU "cpufreq/policy*/scaling_governor", "performance",
		"the frequency does not follow the load"},
	{"frequency-limits", CPU "cpufreq/policy*/scaling_m[ai][nx]_freq", NULL, "boost moves it"},
	{"frequency-limits", CPU "intel_pstate/m[ai][nx]_perf_pct", NULL, "boost moves it"},
	{"boost", CPU "cpufreq/policy*/boost", "0", BOOST},
	{"boost", CPU "cpufreq/boost", "0", BOOST},
	{"boost", CPU "intel_pstate/no_turbo", "1", BOOST},
	{"numa-balancing", "/proc/sys/kernel/numa_balancing", "0",
		"pages are not unmapped and moved while they are used"},
	{"nmi-watchdog", "/proc/sys/kernel/nmi_watchdog", "0",
		"no interrupts of its own, and one more counter for ours"},
	{"same-page-merging", "/sys/kernel/mm/ksm/run", "0", "no thread scans and unshares pages"},
	{NULL, NULL, NULL, NULL},
};

#define ROWS (sizeof tune_settings / sizeof *tune_settings - 1)

_Static_assert(ROWS <= 32, "each row has a bit");

uint32_t tune_rows(const char *name)
{
	uint32_t rows = 0;

	for (size_t row = 0; row < ROWS; row++)
		if (strcmp(tune_settings[row].name, name) == 0)
			rows |= UINT32_C(1) << row;
	return rows;
}

struct list {
	const struct tune_setting *setting;
	struct tune_file *files;
	size_t count;
};

static void add_file(void *context, const char *path, const char *value)
{
	struct list *list = context;
	const char *wanted = list->setting->wanted;

	/* longer than any that the kernel gives to these files: whatever it is, it isn't one */
	if (strlen(path) >= TUNE_PATH_BYTES || strlen(value) >= TUNE_VALUE_BYTES)
		return;
	list->files = memory_resize(list->files, (list->count + 1) * sizeof *list->files);

	struct tune_file *file = &list->files[list->count++];

	*file = (struct tune_file){.setting = list->setting,
		.state = !wanted                     ? TUNE_KEPT
			: strcmp(value, wanted) == 0 ? TUNE_ALREADY
						     : TUNE_TO_SET};
	memcpy(file->path, path, strlen(path) + 1);
	memcpy(file->found, value, strlen(value) + 1);
	memcpy(file->now, value, strlen(value) + 1);
}

static size_t tune_bytes(size_t count)
{
	return sizeof(struct tune) + count * sizeof(struct tune_file);
}

struct tune *tune_find(const char *root, uint32_t leave)
{
	struct list list = {0};
	struct tune *tune;

	for (size_t row = 0; row < ROWS; row++) {
		list.setting = &tune_settings[row];
		if (!(leave & UINT32_C(1) << row))
			sysfs_each_path(root, list.setting->pattern, add_file, &list);
	}
	tune = mmap(NULL, tune_bytes(list.count), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tune == MAP_FAILED) {
		fail("mmap");
		free(list.files);
		return NULL;
	}
	tune->root = root;
	tune->count = list.count;
	if (list.count > 0)
		memcpy(tune->files, list.files, list.count * sizeof *list.files);
	free(list.files);
	return tune;
}

void tune_free(struct tune *tune)
{
	if (tune)
		munmap(tune, tune_bytes(tune->count));
}

static void reread(const struct tune *tune, struct tune_file *file)
{
	sysfs_read(tune->root, file->path, file->now, sizeof file->now);
}

void tune_try(struct tune *tune)
{
	char full[PATH_MAX];

	for (size_t i = 0; i < tune->count; i++) {
		struct tune_file *file = &tune->files[i];

		snprintf(full, sizeof full, "%s%s", tune->root, file->path);
		if (file->state != TUNE_TO_SET || access(full, W_OK) == 0)
			continue;
		file->state = TUNE_REFUSED;
		file->error = errno;
	}
}

void tune_set(struct tune *tune)
{
	for (size_t i = 0; i < tune->count; i++) {
		struct tune_file *file = &tune->files[i];

		if (file->state == TUNE_TO_SET)
			file->error = -sysfs_write(tune->root, file->path, file->setting->wanted);
	}
	for (size_t i = 0; i < tune->count; i++) {
		struct tune_file *file = &tune->files[i];

		reread(tune, file);
		if (file->setting->wanted && strcmp(file->now, file->setting->wanted) != 0)
			file->state = TUNE_REFUSED;
		else if (file->state == TUNE_TO_SET)
			file->state = TUNE_SET;
	}
	tune->is_set = true;
}

static void find_changed(struct tune *tune)
{
	char left[TUNE_VALUE_BYTES];

	for (size_t i = 0; i < tune->count; i++) {
		struct tune_file *file = &tune->files[i];

		memcpy(left, file->now, sizeof left);
		reread(tune, file);
		if (tune->is_set && strcmp(file->now, left) != 0)
			file->state = TUNE_CHANGED;
	}
}

static void give_back(const struct tune *tune, struct tune_file *file)
{
	reread(tune, file);
	if (strcmp(file->now, file->found) == 0)
		return;
	file->state = TUNE_RESTORED;
	file->error = -sysfs_write(tune->root, file->path, file->found);
}

void tune_restore(struct tune *tune)
{
	find_changed(tune);   /* of all, before restoring one moves another */
	tune->is_set = false; /* who goes on with this half-way knows what is ours */
	for (size_t i = tune->count; i-- > 0;)
		if (tune->files[i].state != TUNE_CHANGED)
			give_back(tune, &tune->files[i]);
	for (size_t i = 0; i < tune->count; i++) {
		struct tune_file *file = &tune->files[i];

		if (file->state == TUNE_CHANGED)
			continue;
		reread(tune, file);
		if (strcmp(file->now, file->found) != 0)
			file->state = TUNE_STUCK;
	}
}

size_t tune_count(const struct tune *tune, enum tune_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < tune->count; i++)
		count += tune->files[i].state == state;
	return count;
}
