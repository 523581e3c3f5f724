/* The private folder: made for one, and gone when its owner is, however the owner goes. */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "tree_test.h"

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static struct scratch scratch;
static int descriptors;
static char *tmpdir; /* the caller's, to be given back */

static int entries(const char *path)
{
	DIR *dir = opendir(path);
	int count = -2; /* . and .. */

	if (!dir)
		return -1;
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* Each test has its own TMPDIR, which must be empty afterwards. */
static int setup(void **state)
{
	const char *old = getenv("TMPDIR");

	tmpdir = old ? strdup(old) : NULL;
	tree_setup(state);
	setenv("TMPDIR", *state, 1);
	fail_text(EIO, "stale");
	descriptors = entries("/proc/self/fd");
	return 0;
}

static int teardown(void **state)
{
	int left = entries(*state);

	if (tmpdir)
		setenv("TMPDIR", tmpdir, 1);
	else
		unsetenv("TMPDIR");
	free(tmpdir);
	tree_teardown(state);
	assert_int_equal(left, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no guard stays */
	assert_int_equal(errno, ECHILD);
	assert_int_equal(entries("/proc/self/fd"), descriptors);
	return 0;
}

static bool is_there(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

/* The guard needs a moment. */
static void assert_vanishes(const char *path)
{
	int64_t start = clock_now_ns();

	while (is_there(path) && clock_now_ns() - start < 5 * SECOND)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	assert_false(is_there(path));
}

static void it_is_private_and_under_tmpdir(void **state)
{
	struct stat status;

	umask(0); /* it does not depend on it */
	assert_int_equal(scratch_open(&scratch), 0);
	umask(022);
	assert_int_equal(stat(scratch.path, &status), 0);
	assert_true(S_ISDIR(status.st_mode));
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_int_equal(status.st_uid, geteuid());
	assert_memory_equal(scratch.path, *state, strlen(*state));
	assert_memory_equal(scratch.path + strlen(*state), "/ipcmark-", 9);
	assert_int_equal(entries(scratch.path), 0);
	scratch_close(&scratch);
	assert_false(is_there(scratch.path)); /* at once */
}

static void two_have_two_folders(void **state)
{
	struct scratch other;

	assert_int_equal(scratch_open(&scratch), 0);
	assert_int_equal(scratch_open(&other), 0);
	assert_string_not_equal(scratch.path, other.path);
	assert_int_equal(entries(*state), 2);
	scratch_close(&other);
	assert_true(is_there(scratch.path));
	scratch_close(&scratch);
}

static void put_all_kinds(const char *folder, const char *outside)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[PATH_MAX];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	tree_put(folder, "/file", "text");
	tree_put(folder, "/.hidden", "text");
	snprintf(path, sizeof path, "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof path, "%s/link", folder);
	assert_int_equal(symlink(outside, path), 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%.90s/socket", folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
	assert_int_equal(entries(folder), 5);
}

/* What it holds goes with it; what it points to does not. */
static void its_contents_go_with_it(void **state)
{
	char outside[PATH_MAX];

	tree_put(*state, "/outside/kept", "text");
	snprintf(outside, sizeof outside, "%s/outside", (char *)*state);
	assert_int_equal(scratch_open(&scratch), 0);
	put_all_kinds(scratch.path, outside);
	scratch_close(&scratch);
	assert_false(is_there(scratch.path));
	assert_int_equal(entries(outside), 1);
	strcat(outside, "/kept");
	assert_int_equal(unlink(outside), 0);
	assert_int_equal(rmdir(dirname(outside)), 0);
}

/* A child opens it and goes in one of several ways. */
static void the_owner(void (*goes)(void), const char *root)
{
	char path[SCRATCH_PATH_BYTES] = "";
	int fd[2], status;

	assert_int_equal(pipe(fd), 0);
	pid_t pid = fork();

	if (pid == 0) {
		if (setpgid(0, 0) != 0 || scratch_open(&scratch) != 0)
			_exit(1);
		tree_put(scratch.path, "/file", "text");
		if (write(fd[1], scratch.path, sizeof scratch.path) != sizeof scratch.path)
			_exit(1);
		goes();
		pause();
	}
	close(fd[1]);
	assert_int_equal(read(fd[0], path, sizeof path), sizeof path);
	assert_true(strncmp(path, root, strlen(root)) == 0);
	/* the end of the file: the owner is gone, and the guard holds nothing of it open */
	assert_int_equal(read(fd[0], &(char){0}, 1), 0);
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_vanishes(path);
}

static void is_killed(void)
{
	raise(SIGKILL);
}

static void leaves_in_a_hurry(void)
{
	_exit(3);
}

/* As a terminal does with an interrupt, or a runner that gives up. */
static void is_killed_with_its_group(void)
{
	kill(0, SIGKILL);
}

static void it_goes_when_its_owner_does(void **state)
{
	the_owner(is_killed, *state);
	the_owner(leaves_in_a_hurry, *state);
	the_owner(is_killed_with_its_group, *state);
}

/* It stays while a process of the program lives, and signals for the program don't end the guard.
 */
static void the_guard_is_not_taken_in(void **state)
{
	(void)state;
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

	assert_int_equal(scratch_open(&scratch), 0);
	assert_int_not_equal(getpgid(scratch.guard.pid), getpgid(0));
	assert_int_not_equal(getsid(scratch.guard.pid), getsid(0));
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		assert_int_equal(kill(scratch.guard.pid, signals[i]), 0);
	nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	assert_true(is_there(scratch.path));
	scratch_close(&scratch);
	assert_false(is_there(scratch.path));
}

static void assert_refused(int err, const char *reason)
{
	assert_int_equal(scratch_open(&scratch), -err);
	assert_string_equal(fail_reason(), reason);
}

static void a_tmpdir_that_is_none(void **state)
{
	char reason[PATH_MAX + 64], path[PATH_MAX];

	setenv("TMPDIR", "/nonexistent/folder", 1);
	assert_refused(ENOENT,
		"TMPDIR (/nonexistent/folder): no private folder can be made there: "
		"No such file or directory");
	tree_put(*state, "/file", "text");
	snprintf(path, sizeof path, "%s/file", (char *)*state);
	setenv("TMPDIR", path, 1);
	snprintf(reason, sizeof reason,
		"TMPDIR (%.200s): no private folder can be made there: Not a directory", path);
	assert_refused(ENOTDIR, reason);
	assert_int_equal(unlink(path), 0);
}

static void a_tmpdir_that_is_too_long(void **state)
{
	(void)state;
	char longest[SCRATCH_PATH_BYTES] = "/", reason[FAIL_TEXT_BYTES];
	size_t most = SCRATCH_PATH_BYTES - sizeof "/ipcmark-XXXXXX";

	memset(longest + 1, 'x', most); /* one more than fits */
	setenv("TMPDIR", longest, 1);
	snprintf(reason, sizeof reason, "TMPDIR is too long: %.300s", longest);
	assert_refused(ENAMETOOLONG, reason);
	longest[most] = '\0';
	memset(longest, '/', most); /* fits, and is the root */
	memcpy(longest + most - 4, "/tmp", 4);
	setenv("TMPDIR", longest, 1);
	assert_int_equal(scratch_open(&scratch), 0);
	assert_int_equal(strlen(scratch.path), SCRATCH_PATH_BYTES - 1);
	assert_true(is_there(scratch.path));
	scratch_close(&scratch);
	assert_false(is_there(scratch.path));
}

/* In a child, which is nobody where we are root: root may write anywhere. */
static void a_tmpdir_that_can_t_be_written(void **state)
{
	char reason[FAIL_TEXT_BYTES];
	int status;

	assert_int_equal(chmod(*state, 0500), 0);
	snprintf(reason, sizeof reason,
		"TMPDIR (%.200s): no private folder can be made there: Permission denied",
		(char *)*state);
	pid_t pid = fork();

	if (pid == 0) {
		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(77);
		_exit(scratch_open(&scratch) != -EACCES || strcmp(fail_reason(), reason) != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(chmod(*state, 0700), 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void without_tmpdir_it_is_in_tmp(void **state)
{
	(void)state;
	unsetenv("TMPDIR");
	for (int empty = 0; empty < 2; empty++) {
		assert_int_equal(scratch_open(&scratch), 0);
		assert_memory_equal(scratch.path, "/tmp/ipcmark-", 13);
		scratch_close(&scratch);
		setenv("TMPDIR", "", 1);
	}
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(it_is_private_and_under_tmpdir),
		TEST(two_have_two_folders), TEST(its_contents_go_with_it),
		TEST(it_goes_when_its_owner_does), TEST(the_guard_is_not_taken_in),
		TEST(a_tmpdir_that_is_none), TEST(a_tmpdir_that_is_too_long),
		TEST(a_tmpdir_that_can_t_be_written), TEST(without_tmpdir_it_is_in_tmp)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
