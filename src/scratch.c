/* See scratch.h. */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"

/* With the folders in it that a run with many links makes. */
static void remove_folder(int parent, const char *path)
{
	int fd = openat(parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (dir) {
		for (struct dirent *entry; (entry = readdir(dir));) {
			const char *name = entry->d_name;

			if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
				unlinkat(fd, name, 0) < 0)
				remove_folder(fd, name);
		}
		closedir(dir);
	}
	unlinkat(parent, path, AT_REMOVEDIR);
}

/* Makes the folder, and says its name or the error. */
static int make_folder(const char *parent, int harness, char path[SCRATCH_PATH_BYTES])
{
	int32_t err = 0;

	snprintf(path, SCRATCH_PATH_BYTES, "%s/ipcmark-XXXXXX", parent);
	if (!mkdtemp(path))
		err = -errno;
	if (io_send(harness, &err, sizeof err) < 0 ||
		(!err && io_send(harness, path, SCRATCH_PATH_BYTES) < 0))
		err = -EPIPE;
	return err;
}

/* What the guard is given. */
struct keep {
	const char *parent;
	struct leftovers *leftovers;
};

static void keep_folder(int harness, const void *context)
{
	const struct keep *keep = context;
	char path[SCRATCH_PATH_BYTES] = "";

	if (make_folder(keep->parent, harness, path) == 0)
		guard_sleep(harness);
	leftovers_remove(keep->leftovers);
	remove_folder(AT_FDCWD, path);
}

/* The guard's word; it has made the folder, so nothing is left behind if we are killed right here.
 */
static int hear_path(struct scratch *scratch)
{
	int32_t made;
	int err = io_recv(scratch->guard.alive, &made, sizeof made);

	if (!err && made)
		err = fail_text(-made, "no private folder can be made there: %s", strerror(-made));
	return err ? err : io_recv(scratch->guard.alive, scratch->path, sizeof scratch->path);
}

const char *scratch_parent(void)
{
	const char *parent = getenv("TMPDIR");

	return parent && *parent ? parent : "/tmp";
}

int scratch_open(struct scratch *scratch)
{
	const char *parent = scratch_parent();
	int err;

	if (strlen(parent) > SCRATCH_PATH_BYTES - sizeof "/ipcmark-XXXXXX")
		return fail_text(ENAMETOOLONG, "TMPDIR is too long: %s", parent);
	err = leftovers_open(&scratch->leftovers);
	if (err)
		return err;
	err = guard_start(&scratch->guard, keep_folder,
		&(struct keep){.parent = parent, .leftovers = scratch->leftovers});
	if (err) {
		leftovers_close(scratch->leftovers);
		return err;
	}
	err = hear_path(scratch);
	if (err) {
		scratch_close(scratch);
		err = fail_text(-err, "TMPDIR (%s): %s", parent, fail_reason());
	}
	return err;
}

void scratch_close(struct scratch *scratch)
{
	guard_end(&scratch->guard);
	leftovers_close(scratch->leftovers);
}
