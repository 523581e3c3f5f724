/* Results as files: nothing is overwritten unasked, nothing is half-written, and nothing is left
 * beside it. */
#include "result.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "tree_test.h"

#include <cmocka.h>

static struct json *document;
static char *text; /* of the document */
static char path[PATH_MAX];

/* A document of some 300 KiB: more than one write to a pipe. */
static int setup(void **state)
{
	char *long_text = tree_long_text(300000);

	document = json_object();
	json_put_string(document, "schema", RESULT_SCHEMA);
	json_put_string(document, "label", long_text);
	free(long_text);
	text = json_print(document);
	tree_setup(state);
	snprintf(path, sizeof path, "%s/result.json", (char *)*state);
	fail_text(EIO, "stale");
	return 0;
}

static int teardown(void **state)
{
	json_free(document);
	free(text);
	return tree_teardown(state);
}

/* The names in a folder, hidden ones too. */
static int entries(const char *folder)
{
	DIR *dir = opendir(folder);
	int count = -2;

	while (dir && readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void assert_holds(const char *name, const char *expected)
{
	char *got = calloc(1, 400000);
	FILE *file = fopen(name, "r");

	assert_non_null(file);
	assert_non_null(got);
	(void)!fread(got, 1, 399999, file);
	fclose(file);
	if (strcmp(got, expected) != 0)
		fail_msg("%s holds %zu bytes that are not the expected ones", name, strlen(got));
	free(got);
}

static void assert_refused(const char *name, bool force, int err, const char *what)
{
	char reason[FAIL_TEXT_BYTES];

	snprintf(reason, sizeof reason, "%.300s: %s", name, what);
	fail_text(EIO, "stale");
	assert_int_equal(result_write(document, name, force), -err);
	assert_string_equal(fail_reason(), reason);
	fail_text(EIO, "stale");
	assert_int_equal(result_check_target(name, force), -err);
	assert_string_equal(fail_reason(), reason);
}

static void a_new_file_is_whole(void **state)
{
	struct stat status;

	umask(027);
	assert_int_equal(result_check_target(path, false), 0);
	assert_int_equal(entries(*state), 0); /* asking leaves no trace */
	assert_int_equal(result_write(document, path, false), 0);
	assert_holds(path, text);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640); /* not the temporary's 0600 */
	assert_int_equal(umask(022), 027);              /* left as it was */
	assert_int_equal(entries(*state), 1);
}

static void an_old_one_is_refused(void **state)
{
	tree_put(*state, "/result.json", "old");
	assert_refused(path, false, EEXIST, "exists already: --force replaces it");
	assert_holds(path, "old");
	assert_int_equal(entries(*state), 1);
	assert_int_equal(result_check_target(path, true), 0);
	assert_int_equal(result_write(document, path, true), 0);
	assert_holds(path, text);
	assert_int_equal(entries(*state), 1);
}

/* Whoever has the old file open keeps it whole. */
static void it_is_replaced_not_rewritten(void **state)
{
	struct stat before, after;
	char old[4] = "";

	tree_put(*state, "/result.json", "old");
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_int_equal(fstat(fd, &before), 0);
	assert_int_equal(result_write(document, path, true), 0);
	assert_int_equal(read(fd, old, 4), 3);
	assert_string_equal(old, "old");
	assert_int_equal(fstat(fd, &after), 0);
	assert_int_equal(after.st_nlink, 0);
	assert_int_equal(after.st_ino, before.st_ino);
	close(fd);
}

static void a_link_keeps_pointing(void **state)
{
	struct stat status;
	char target[PATH_MAX];

	tree_put(*state, "/elsewhere/target.json", "old");
	snprintf(target, sizeof target, "%s/elsewhere/target.json", (char *)*state);
	assert_int_equal(symlink("elsewhere/target.json", path), 0);
	assert_refused(path, false, EEXIST, "exists already: --force replaces it");
	assert_int_equal(result_write(document, path, true), 0);
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	assert_holds(target, text);
	assert_int_equal(entries(*state), 2);
}

/* A link to nothing is a name that exists: the first write must not replace it. */
static void a_link_to_nothing_is_a_name(void **state)
{
	struct stat status;

	assert_int_equal(symlink("not-yet", path), 0);
	assert_int_equal(result_write(document, path, false), -EEXIST);
	assert_string_equal(fail_reason() + strlen(path), ": exists already: --force replaces it");
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	assert_int_equal(entries(*state), 1);
}

static void a_device_is_written_to(void **state)
{
	struct stat before, after;

	assert_int_equal(stat("/dev/null", &before), 0);
	assert_int_equal(result_check_target("/dev/null", false), 0);
	assert_int_equal(result_write(document, "/dev/null", false), 0);
	assert_int_equal(stat("/dev/null", &after), 0);
	assert_true(S_ISCHR(after.st_mode));
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(result_write(document, "/dev/full", false), -ENOSPC);
	assert_string_equal(fail_reason(), "/dev/full: No space left on device");
	assert_int_equal(mkfifo(path, 0600), 0);
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(result_write(document, path, false) != 0);
	assert_holds(path, text);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(entries(*state), 1);
}

static void what_can_t_be_a_file(void **state)
{
	char name[2 * PATH_MAX];

	assert_refused(*state, true, EISDIR, "Is a directory");
	snprintf(name, sizeof name, "%s/missing/result.json", (char *)*state);
	assert_refused(name, false, ENOENT, "No such file or directory");
	memset(name, 'x', PATH_MAX);
	name[PATH_MAX] = '\0';
	assert_int_equal(result_write(document, name, false), -ENAMETOOLONG);
	assert_int_equal(entries(*state), 0);
}

static void a_folder_that_is_a_file(void **state)
{
	char name[PATH_MAX + 64];

	tree_put(*state, "/file", "text");
	snprintf(name, sizeof name, "%s/file/result.json", (char *)*state);
	assert_refused(name, false, ENOTDIR, "Not a directory");
}

/* In a child, which is nobody where we are root: 0 as it should be, 77 where that can't be tried.
 */
static int in_a_folder_that_can_t_be_written(void)
{
	char reason[PATH_MAX + 64];

	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		return 77;
	snprintf(reason, sizeof reason, "%s: Permission denied", path);
	if (result_check_target(path, false) != -EACCES || strcmp(fail_reason(), reason) != 0)
		return 1;
	fail_text(EIO, "stale");
	return result_write(document, path, true) != -EACCES || strcmp(fail_reason(), reason) != 0;
}

/* A disk that is full after 100 KiB, as far as a process can have one. */
static int on_a_full_disk(void)
{
	const struct rlimit limit = {100000, 100000};
	char reason[PATH_MAX + 64];

	snprintf(reason, sizeof reason, "%s: File too large", path);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return 77;
	return result_write(document, path, true) != -EFBIG || strcmp(fail_reason(), reason) != 0;
}

static void assert_child(int (*goes)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(goes());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void the_old_one_survives_a_full_disk(void **state)
{
	tree_put(*state, "/result.json", "old");
	assert_child(on_a_full_disk);
	assert_holds(path, "old");
	assert_int_equal(entries(*state), 1); /* and no temporary beside it */
}

static void a_folder_that_can_t_be_written(void **state)
{
	assert_int_equal(chmod(*state, 0555), 0);
	assert_child(in_a_folder_that_can_t_be_written);
	assert_int_equal(entries(*state), 0);
	assert_int_equal(chmod(*state, 0755), 0);
}

static void a_name_without_a_folder(void **state)
{
	char *here = getcwd(NULL, 0);

	assert_non_null(here);
	assert_int_equal(chdir(*state), 0);
	assert_int_equal(result_check_target("result.json", false), 0);
	assert_int_equal(result_write(document, "result.json", false), 0);
	assert_refused("result.json", false, EEXIST, "exists already: --force replaces it");
	assert_int_equal(chdir(here), 0);
	assert_holds(path, text);
	free(here);
}

/* "-" is standard output, as far as it goes. */
static void a_dash_is_standard_output(void **state)
{
	int saved = dup(STDOUT_FILENO), fd = open(path, O_WRONLY | O_CREAT, 0600),
	    full = open("/dev/full", O_WRONLY), good, bad;

	fflush(stdout);
	assert_int_equal(result_check_target("-", false), 0);
	dup2(fd, STDOUT_FILENO);
	good = result_write(document, "-", false);
	dup2(full, STDOUT_FILENO);
	bad = result_write(document, "-", false);
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
	close(fd);
	close(full);
	assert_int_equal(good, 0);
	assert_holds(path, text);
	assert_int_equal(bad, -ENOSPC);
	assert_string_equal(fail_reason(), "standard output: No space left on device");
	assert_int_equal(entries(*state), 1);
}

/* What is read is checked: result_check_test has the rest. */
static void only_results_are_read(void **state)
{
	char reason[PATH_MAX + 64];

	assert_null(result_read(path));
	snprintf(reason, sizeof reason, "%s: No such file or directory", path);
	assert_string_equal(fail_reason(), reason);
	tree_put(*state, "/result.json", "{\"schema\": ");
	assert_null(result_read(path));
	assert_memory_equal(fail_reason(), path, strlen(path));
	assert_non_null(strstr(fail_reason(), "line 1, column"));
	tree_put(*state, "/result.json", "{\"schema\": \"ipcmark-result/1\"}");
	assert_null(result_read(path));
	assert_memory_equal(fail_reason(), path, strlen(path));
	assert_non_null(strstr(fail_reason(), "tool"));
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(a_new_file_is_whole), TEST(an_old_one_is_refused),
		TEST(it_is_replaced_not_rewritten), TEST(a_link_keeps_pointing),
		TEST(a_link_to_nothing_is_a_name), TEST(a_device_is_written_to),
		TEST(what_can_t_be_a_file), TEST(a_folder_that_is_a_file),
		TEST(the_old_one_survives_a_full_disk), TEST(a_folder_that_can_t_be_written),
		TEST(a_name_without_a_folder), TEST(a_dash_is_standard_output),
		TEST(only_results_are_read)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
