/* See scratch.h. */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"

/* The folder holds names only, no folders. */
static void remove_folder(const char *path)
{
	DIR *dir = opendir(path);

	if (dir) {
		for (struct dirent *entry; (entry = readdir(dir));)
			unlinkat(dirfd(dir), entry->d_name, 0);
		closedir(dir);
	}
	rmdir(path);
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

static _Noreturn void guard_main(const char *parent, int harness)
{
	char path[SCRATCH_PATH_BYTES] = "", byte;
	sigset_t all;

	/* what ends the program, its group or its session must not end the guard first; and it must
	 * not hold open what the program's own reader waits on */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setsid();
	prctl(PR_SET_NAME, "ipcmark-guard");
	if (dup2(harness, STDIN_FILENO) < 0)
		_exit(1);
	closefrom(STDIN_FILENO + 1);

	int err = make_folder(parent, STDIN_FILENO, path);

	if (!err)
		(void)io_recv(
			STDIN_FILENO, &byte, 1); /* ends with the last holder of the other end */
	remove_folder(path);
	_exit(0);
}

/* The guard's word; it has made the folder, so nothing is left behind if we are killed right here.
 */
static int hear_path(struct scratch *scratch)
{
	int32_t made;
	int err = io_recv(scratch->alive, &made, sizeof made);

	if (!err && made)
		err = fail_text(-made, "no private folder can be made there: %s", strerror(-made));
	return err ? err : io_recv(scratch->alive, scratch->path, sizeof scratch->path);
}

const char *scratch_parent(void)
{
	const char *parent = getenv("TMPDIR");

	return parent && *parent ? parent : "/tmp";
}

int scratch_open(struct scratch *scratch)
{
	const char *parent = scratch_parent();
	int ends[2];

	if (strlen(parent) > SCRATCH_PATH_BYTES - sizeof "/ipcmark-XXXXXX")
		return fail_text(ENAMETOOLONG, "TMPDIR is too long: %s", parent);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return fail("socketpair");
	scratch->alive = ends[0];
	scratch->guard = fork();
	if (scratch->guard == 0)
		guard_main(parent, ends[1]);
	close(ends[1]);
	if (scratch->guard < 0) {
		close(ends[0]);
		return fail("fork");
	}

	int err = hear_path(scratch);

	if (err) {
		scratch_close(scratch);
		err = fail_text(-err, "TMPDIR (%s): %s", parent, fail_reason());
	}
	return err;
}

void scratch_close(struct scratch *scratch)
{
	close(scratch->alive);
	while (waitpid(scratch->guard, NULL, 0) < 0 && errno == EINTR)
		;
}
