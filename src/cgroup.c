/* See cgroup.h. */
#include "cgroup.h"

#include "sysfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether a list like "cpu,cpuacct", `length` letters long, has the word. */
static bool lists(const char *list, size_t length, const char *word)
{
	const char *end = list + length;

	while (list < end) {
		size_t item = strcspn(list, ",:");

		if (item == strlen(word) && !strncmp(list, word, item))
			return true;
		list += item + 1;
	}
	return false;
}

/* The path in the line of a controller, or of version 2, which has none: "4:cpu,cpuacct:/pod",
 * "0::/pod". */
static const char *find_line(const char *text, const char *controller)
{
	for (const char *line = text; line && *line;
		line += strcspn(line, "\n"), line += *line > 0) {
		const char *names = strchr(line, ':');
		const char *path = names ? strchr(names + 1, ':') : NULL;

		if (!path)
			return NULL;
		names++;
		if (controller ? lists(names, (size_t)(path - names), controller)
			       : !strncmp(line, "0::", 3))
			return path + 1;
	}
	return NULL;
}

static bool set_group(struct cgroup *cgroup, const char *path)
{
	sysfs_line(cgroup->group, sizeof cgroup->group, path, strcspn(path, "\n"));
	if (cgroup->group[0] != '/' || strstr(cgroup->group, "/.."))
		return false;
	if (!cgroup->group[1])
		cgroup->group[0] = '\0';
	return true;
}

/* Beside mounts of version 1 that of version 2 has a folder of its own. */
static const char *mount_of_version_2(const char *root)
{
	char controllers[64];

	return sysfs_read(root, "/sys/fs/cgroup/unified/cgroup.controllers", controllers,
		       sizeof controllers)
		? "/sys/fs/cgroup/unified"
		: "/sys/fs/cgroup";
}

bool cgroup_find(struct cgroup *cgroup, const char *root, const char *controller)
{
	char *text = sysfs_load(root, "/proc/self/cgroup");
	const char *path = find_line(text, controller);
	bool found;

	cgroup->version = path ? 1 : 2;
	if (path) {
		snprintf(cgroup->mount, sizeof cgroup->mount, "/sys/fs/cgroup/%s", controller);
	} else {
		path = find_line(text, NULL);
		snprintf(cgroup->mount, sizeof cgroup->mount, "%s", mount_of_version_2(root));
	}
	found = path && set_group(cgroup, path);
	free(text);
	return found;
}

bool cgroup_ascend(struct cgroup *cgroup)
{
	char *last = strrchr(cgroup->group, '/');

	if (last)
		*last = '\0';
	return last != NULL;
}

char *cgroup_load(const struct cgroup *cgroup, const char *root, const char *file)
{
	char path[CGROUP_BYTES + 192] = "";

	snprintf(path, sizeof path, "%s%s/%s", cgroup->mount, cgroup->group, file);
	return sysfs_load(root, path);
}

bool cgroup_read(const struct cgroup *cgroup, const char *root, const char *file,
	char out[CGROUP_VALUE_BYTES])
{
	char *text = cgroup_load(cgroup, root, file);
	bool is_there = text != NULL;

	sysfs_line(out, CGROUP_VALUE_BYTES, is_there ? text : "", is_there ? strlen(text) : 0);
	free(text);
	return is_there;
}

long long cgroup_count(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; line && *line; line += strcspn(line, "\n"), line += *line > 0)
		if (!strncmp(line, key, length) && line[length] == ' ')
			return strtoll(line + length, NULL, 10);
	return -1;
}
