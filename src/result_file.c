/* See result.h: results as files. */
#include "result.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"

static int fail_path(const char *path, int err)
{
	return fail_text(err, "%.300s%s: %s", path, strlen(path) > 300 ? "..." : "", strerror(err));
}

static int fail_exists(const char *path)
{
	return fail_text(EEXIST, "%s: exists already: --force replaces it", path);
}

static bool is_stdout(const char *path)
{
	return strcmp(path, "-") == 0;
}

/* A device or a pipe: written to, never replaced. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void folder_of(const char *path, char folder[PATH_MAX])
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof copy, "%s", path);
	snprintf(folder, PATH_MAX, "%s", dirname(copy));
}

/* A temporary name beside the path, and in it. -1 with errno where none can be made. */
static int make_temporary(const char *path, char temporary[PATH_MAX + 32])
{
	char folder[PATH_MAX];

	folder_of(path, folder);
	snprintf(temporary, PATH_MAX + 32, "%s/.ipcmark-XXXXXX", folder);
	return mkostemp(temporary, O_CLOEXEC);
}

/* Whether a file can be made there, by making one: permissions do not tell all. */
static int try_folder(const char *path)
{
	char temporary[PATH_MAX + 32];
	int fd = make_temporary(path, temporary);

	if (fd < 0)
		return fail_path(path, errno);
	close(fd);
	unlink(temporary);
	return 0;
}

/* Whether the name itself is refused. */
static int check_name(const char *path, bool force)
{
	struct stat st;

	if (strlen(path) >= PATH_MAX - 16)
		return fail_path(path, ENAMETOOLONG);
	if (path[0] == '\0')
		return fail_text(ENOENT, "\"\": %s", strerror(ENOENT));
	if (path[strlen(path) - 1] == '/')
		return fail_path(path, EISDIR);
	/* a link that points nowhere is there, too */
	if (lstat(path, &st) == 0) {
		if (is_folder(path))
			return fail_path(path, EISDIR);
		if (!force)
			return fail_exists(path);
		if (S_ISLNK(st.st_mode) && access(path, F_OK) < 0)
			return fail_text(ENOENT, "%.300s: a link that points nowhere", path);
	} else if (errno != ENOENT) {
		return fail_path(path, errno);
	}
	return 0;
}

int result_check_target(const char *path, bool force)
{
	if (is_stdout(path) || is_special(path))
		return 0;

	int err = check_name(path, force);

	return err ? err : try_folder(path);
}

static int write_fd(int fd, const char *text, const char *path)
{
	int err = io_write(fd, text, strlen(text));

	return err ? fail_path(path, -err) : 0;
}

static int write_special(const char *text, const char *path)
{
	int fd = is_stdout(path) ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return fail_path(path, errno);

	int err = write_fd(fd, text, is_stdout(path) ? "standard output" : path);

	if (close(fd) < 0 && !err)
		err = fail_path(path, errno);
	return err;
}

/* So that the rename is on the disk, too. Some file systems can't; nothing is lost but certainty.
 */
static void sync_folder(const char *path)
{
	char folder[PATH_MAX];

	folder_of(path, folder);

	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

/* The name appears with its whole contents; without force, only where there was none. */
static int move_into_place(const char *temporary, const char *path, bool force)
{
	if (force)
		return rename(temporary, path) < 0 ? fail_path(path, errno) : 0;
	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno == EEXIST)
		return fail_exists(path);
	if (errno != EINVAL && errno != ENOSYS)
		return fail_path(path, errno);
	/* a file system without RENAME_NOREPLACE: a hard link refuses an existing name as well */
	if (link(temporary, path) < 0)
		return errno == EEXIST ? fail_exists(path) : fail_path(path, errno);
	unlink(temporary);
	return 0;
}

static int write_regular(const char *text, const char *path, bool force)
{
	char real[PATH_MAX], temporary[PATH_MAX + 32];

	/* a link keeps pointing where it points */
	if (!realpath(path, real))
		snprintf(real, sizeof real, "%s", path);

	int fd = make_temporary(real, temporary);

	if (fd < 0)
		return fail_path(path, errno);

	mode_t mask = umask(0);

	umask(mask);

	int err = write_fd(fd, text, path);

	if (!err && (fchmod(fd, 0666 & ~mask) < 0 || fsync(fd) < 0))
		err = fail_path(path, errno);
	if (close(fd) < 0 && !err)
		err = fail_path(path, errno);
	if (!err)
		err = move_into_place(temporary, real, force);
	if (err)
		unlink(temporary);
	else
		sync_folder(real);
	return err;
}

int result_write_text(const char *text, const char *path, bool force)
{
	int err;

	if (is_stdout(path) || is_special(path))
		return write_special(text, path);
	err = check_name(path, force);
	return err ? err : write_regular(text, path, force);
}

int result_write(const struct json *result, const char *path, bool force)
{
	char *text = json_print(result);
	int err = result_write_text(text, path, force);

	free(text);
	return err;
}
