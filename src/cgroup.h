/* The control groups of this process, version 1 or 2: its own and those above it, whose limits bind
 * it, too. */
#ifndef IPCMARK_CGROUP_H
#define IPCMARK_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

#define CGROUP_BYTES       4096
#define CGROUP_VALUE_BYTES 64

struct cgroup {
	int version;              /* 1, 2 */
	char mount[64];           /* "/sys/fs/cgroup/cpu" */
	char group[CGROUP_BYTES]; /* "/user.slice/x"; "": the one at the mount */
};

/* Our own group of a controller ("cpu"), read below root as by sysfs.h. False where it can't be
 * seen, as from within another namespace. */
bool cgroup_find(struct cgroup *cgroup, const char *root, const char *controller);

/* To the group above; false where there is none that can be seen. */
bool cgroup_ascend(struct cgroup *cgroup);

/* The text of one of its files; free() it. NULL if missing. */
char *cgroup_load(const struct cgroup *cgroup, const char *root, const char *file);

/* The file as one value, as by sysfs_read. */
bool cgroup_read(const struct cgroup *cgroup, const char *root, const char *file,
	char out[CGROUP_VALUE_BYTES]);

/* The number after a key at the start of a line of such a text ("nr_throttled 3"); -1 if there is
 * none, also for a text of NULL. */
long long cgroup_count(const char *text, const char *key);

#endif
