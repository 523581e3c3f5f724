/* Recorded machines for the tests of tune, and tune_run() on them in a process of its own. */
#ifndef IPCMARK_TUNE_TREE_TEST_H
#define IPCMARK_TUNE_TREE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "sysfs.h"
#include "tree_test.h"
#include "tune.h"

#include <cmocka.h>

#define GOVERNOR0 "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor"
#define GOVERNOR1 "/sys/devices/system/cpu/cpufreq/policy1/scaling_governor"
#define NMI       "/proc/sys/kernel/nmi_watchdog"

static const struct tree_file machine[] __attribute__((unused)) = {
	{GOVERNOR0, "powersave\n"},
	{GOVERNOR1, "powersave\n"},
	{NMI, "1\n"},
	{"/proc/sys/kernel/numa_balancing", "0\n"},
	{NULL, NULL},
};

/* Every byte. */
static inline void assert_reads(const char *root, const char *path, const char *expected)
{
	char *text = sysfs_load(root, path);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static inline void assert_all_read(const char *root, const struct tree_file *files)
{
	for (; files->path; files++)
		assert_reads(root, files->path, files->text);
}

static inline bool is_there(const char *root, const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof full, "%s%s", root, path);
	return access(full, F_OK) == 0;
}

/* In the place of a file of the tree. /dev/full can be read and refuses every write; /dev/null
 * takes every write and reads as nothing. */
static inline void put_link(const char *root, const char *path, const char *target)
{
	char full[PATH_MAX];

	snprintf(full, sizeof full, "%s%s", root, path);
	unlink(full);
	assert_int_equal(symlink(target, full), 0);
}

/* tune_run() in the root, with its standard output and error in the files out and err there. */
static inline pid_t start_command(
	const char *root, const struct tune_options *options, char **command)
{
	struct tune_options all = *options;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	all.command = command;
	tree_check(chdir(root), root);
	tree_check(!freopen("err", "w", stderr), "err");
	tree_check(!freopen("out", "w", stdout), "out");
	int code = tune_run(root, &all);

	fflush(stdout);
	fflush(stderr);
	_exit(code);
}

static inline pid_t start(const char *root, const struct tune_options *options, const char *script)
{
	return start_command(root, options, (char *[]){"sh", "-c", (char *)script, NULL});
}

static inline int finish(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static inline int run(const char *root, const struct tune_options *options, const char *script)
{
	return finish(start(root, options, script));
}

#endif
