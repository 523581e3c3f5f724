/* Settings of recorded machines: what is found, set, refused and given back, and in which order. */
#include "tune_setting.h"

#include <errno.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/resource.h>

#include "tune_tree_test.h"

#define CPU     "/sys/devices/system/cpu/"
#define POLICY0 CPU "cpufreq/policy0/"
#define POLICY1 CPU "cpufreq/policy1/"

static const struct tree_file laptop[] = {
	{POLICY0 "scaling_governor", "powersave\n"},
	{POLICY0 "energy_performance_preference", "balance_performance\n"},
	{POLICY0 "scaling_min_freq", "400000\n"},
	{POLICY0 "scaling_max_freq", "4500000\n"},
	{POLICY1 "scaling_governor", "performance\n"},
	{POLICY1 "energy_performance_preference", "performance\n"},
	{POLICY1 "scaling_min_freq", "400000\n"},
	{POLICY1 "scaling_max_freq", "2000000\n"},
	{CPU "intel_pstate/no_turbo", "0\n"},
	{CPU "intel_pstate/status", "active\n"},
	{CPU "cpu0/power/energy_perf_bias", "6\n"},
	{"/proc/sys/kernel/numa_balancing", "0\n"},
	{"/proc/sys/kernel/randomize_va_space", "2\n"},
	{NMI, "1\n"},
	{NULL, NULL},
};

#define LAPTOP_FILES 12 /* without status and randomize_va_space */

static struct tune *find(const char *root)
{
	struct tune *tune = tune_find(root, 0);

	assert_non_null(tune);
	return tune;
}

static const struct tune_file *file_of(const struct tune *tune, const char *path)
{
	for (size_t i = 0; i < tune->count; i++)
		if (strcmp(tune->files[i].path, path) == 0)
			return &tune->files[i];
	fail_msg("%s is not in the list", path);
	return NULL;
}

static void assert_state(const struct tune *tune, const char *path, enum tune_state state)
{
	assert_int_equal(file_of(tune, path)->state, state);
}

static void it_finds_what_is_there(void **state)
{
	tree_put_all(*state, laptop);
	tree_put(*state, "/sys/kernel/mm/ksm/run", "1\n");
	tree_put(*state, "/sys/kernel/mm/ksm/sleep_millisecs", "20\n");
	struct tune *tune = find(*state);

	assert_int_equal(tune->count, LAPTOP_FILES + 1);
	assert_state(tune, POLICY0 "scaling_governor", TUNE_TO_SET);
	assert_state(tune, POLICY1 "scaling_governor", TUNE_ALREADY);
	assert_state(tune, POLICY1 "scaling_max_freq", TUNE_KEPT);
	assert_state(tune, "/proc/sys/kernel/numa_balancing", TUNE_ALREADY);
	assert_state(tune, NMI, TUNE_TO_SET);
	assert_string_equal(file_of(tune, NMI)->found, "1");
	assert_string_equal(file_of(tune, NMI)->setting->wanted, "0");
	assert_int_equal(tune_count(tune, TUNE_TO_SET), 5 + 1);
	assert_all_read(*state, laptop);
	tune_free(tune);
}

static void an_empty_machine(void **state)
{
	struct tune *tune = find(*state);

	assert_int_equal(tune->count, 0);
	tune_try(tune);
	tune_set(tune);
	tune_restore(tune);
	tune_free(tune);
}

static void it_sets_and_restores(void **state)
{
	tree_put_all(*state, laptop);
	struct tune *tune = find(*state);

	tune_set(tune);
	assert_reads(*state, POLICY0 "scaling_governor", "performance\n");
	assert_reads(*state, POLICY0 "energy_performance_preference", "performance\n");
	assert_reads(*state, POLICY0 "scaling_min_freq", "400000\n");
	assert_reads(*state, CPU "intel_pstate/no_turbo", "1\n");
	assert_reads(*state, CPU "cpu0/power/energy_perf_bias", "0\n");
	assert_reads(*state, NMI, "0\n");
	assert_reads(*state, "/proc/sys/kernel/randomize_va_space", "2\n");
	assert_int_equal(tune_count(tune, TUNE_SET), 5);
	assert_int_equal(tune_count(tune, TUNE_REFUSED), 0);
	tune_restore(tune);
	assert_all_read(*state, laptop);
	assert_int_equal(tune_count(tune, TUNE_RESTORED), 5);
	assert_int_equal(tune_count(tune, TUNE_STUCK), 0);
	tune_restore(tune); /* once more does no harm */
	assert_all_read(*state, laptop);
	tune_free(tune);
}

static void it_leaves_what_it_shall_leave(void **state)
{
	tree_put_all(*state, laptop);
	assert_int_equal(tune_rows("turbo"), 0);
	struct tune *tune = tune_find(*state, tune_rows("boost") | tune_rows("governor"));

	assert_non_null(tune);
	assert_int_equal(tune->count, LAPTOP_FILES - 3);
	tune_set(tune);
	assert_reads(*state, CPU "intel_pstate/no_turbo", "0\n");
	assert_reads(*state, POLICY0 "scaling_governor", "powersave\n");
	assert_reads(*state, NMI, "0\n");
	tune_restore(tune);
	assert_all_read(*state, laptop);
	tune_free(tune);
}

static void a_write_that_fails(void **state)
{
	tree_put_all(*state, laptop);
	put_link(*state, NMI, "/dev/full");
	struct tune *tune = find(*state);

	tune_set(tune);
	assert_state(tune, NMI, TUNE_REFUSED);
	assert_int_equal(file_of(tune, NMI)->error, ENOSPC);
	assert_int_equal(tune_count(tune, TUNE_SET), 4);
	tune_restore(tune);
	assert_state(tune, NMI, TUNE_REFUSED);
	assert_int_equal(tune_count(tune, TUNE_RESTORED), 4);
	assert_int_equal(tune_count(tune, TUNE_STUCK), 0);
	tune_free(tune);
}

/* As drivers do that accept a word and do something else. */
static void a_write_without_effect(void **state)
{
	tree_put_all(*state, laptop);
	put_link(*state, NMI, "/dev/null");
	struct tune *tune = find(*state);

	tune_set(tune);
	assert_state(tune, NMI, TUNE_REFUSED);
	assert_int_equal(file_of(tune, NMI)->error, 0);
	assert_string_equal(file_of(tune, NMI)->now, "");
	tune_restore(tune);
	assert_state(tune, NMI, TUNE_REFUSED);
	tune_free(tune);
}

static void what_others_change_stays_theirs(void **state)
{
	tree_put_all(*state, laptop);
	struct tune *tune = find(*state);

	tune_set(tune);
	tree_put(*state, POLICY0 "scaling_governor", "schedutil\n"); /* one that we had set */
	tree_put(*state, POLICY1 "scaling_max_freq", "1000000\n");   /* one that we had not */
	tune_restore(tune);
	assert_reads(*state, POLICY0 "scaling_governor", "schedutil\n");
	assert_reads(*state, POLICY1 "scaling_max_freq", "1000000\n");
	assert_state(tune, POLICY0 "scaling_governor", TUNE_CHANGED);
	assert_state(tune, POLICY1 "scaling_max_freq", TUNE_CHANGED);
	assert_string_equal(file_of(tune, POLICY0 "scaling_governor")->now, "schedutil");
	assert_reads(*state, NMI, "1\n");
	assert_int_equal(tune_count(tune, TUNE_CHANGED), 2);
	assert_int_equal(tune_count(tune, TUNE_RESTORED), 4);
	tune_free(tune);
}

/* A program that dies between its first write and its last look back has set some files only. */
static void half_of_it_is_restored(void **state)
{
	tree_put_all(*state, laptop);
	struct tune *tune = find(*state);

	tree_put(*state, POLICY0 "scaling_governor", "performance\n");
	tree_put(*state, CPU "intel_pstate/no_turbo", "1\n");
	tune_restore(tune);
	assert_all_read(*state, laptop);
	assert_int_equal(tune_count(tune, TUNE_RESTORED), 2);
	assert_int_equal(tune_count(tune, TUNE_CHANGED), 0);
	tune_free(tune);
}

/* The guard was killed in the middle of restoring: what it did is no change by somebody else. */
static void half_a_restoration_is_finished(void **state)
{
	tree_put_all(*state, laptop);
	struct tune *tune = find(*state);

	tune_set(tune);
	tree_put(*state, CPU "intel_pstate/no_turbo", "0\n");
	tune->is_set = false; /* as tune_restore() does first */
	tune_restore(tune);
	assert_all_read(*state, laptop);
	assert_int_equal(tune_count(tune, TUNE_CHANGED), 0);
	tune_free(tune);
}

static void what_can_t_be_restored_is_known(void **state)
{
	const struct rlimit none = {0, RLIM_INFINITY}, all = {RLIM_INFINITY, RLIM_INFINITY};

	tree_put(*state, NMI, "1\n");
	struct tune *tune = find(*state);

	tune_set(tune);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0); /* no file takes a byte */
	tune_restore(tune);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	assert_state(tune, NMI, TUNE_STUCK);
	assert_int_equal(file_of(tune, NMI)->error, EFBIG);
	tune_free(tune);
}

/* A processor that went away takes its files with it. */
static void a_file_that_is_gone(void **state)
{
	char full[PATH_MAX];

	tree_put_all(*state, laptop);
	struct tune *tune = find(*state);

	tune_set(tune);
	snprintf(full, sizeof full, "%s" POLICY0 "scaling_governor", (char *)*state);
	assert_int_equal(unlink(full), 0);
	tune_restore(tune);
	assert_state(tune, POLICY0 "scaling_governor", TUNE_CHANGED);
	assert_int_equal(access(full, F_OK), -1);
	assert_int_equal(tune_count(tune, TUNE_RESTORED), 4);
	tune_free(tune);
}

static int let_read(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)walk;
	return chmod(path, type == FTW_D ? 0755 : 0644);
}

static bool are_refused(const struct tune *tune)
{
	for (size_t i = 0; i < tune->count; i++)
		if (tune->files[i].state == TUNE_REFUSED && tune->files[i].error != EACCES)
			return false;
	return tune_count(tune, TUNE_REFUSED) == 5 && tune_count(tune, TUNE_TO_SET) == 0;
}

/* Root may write anything, so a child that is nobody. */
static void without_privilege_all_is_refused(void **state)
{
	int status;

	tree_put_all(*state, laptop);
	assert_int_equal(nftw(*state, let_read, 8, FTW_PHYS), 0);
	pid_t pid = fork();

	if (pid == 0) {
		if (geteuid() != 0 || setgid(65534) != 0 || setuid(65534) != 0)
			_exit(77);
		struct tune *tried = tune_find(*state, 0), *set = tune_find(*state, 0);

		tune_try(tried);
		tune_set(set);
		_exit(!are_refused(tried) || !are_refused(set));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_all_read(*state, laptop);
}

static int watch_folders(const char *root, int watches[2])
{
	char full[PATH_MAX];
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	snprintf(full, sizeof full, "%s" POLICY0, root);
	watches[0] = inotify_add_watch(fd, full, IN_CLOSE_WRITE);
	snprintf(full, sizeof full, "%s" CPU "cpufreq", root);
	watches[1] = inotify_add_watch(fd, full, IN_CLOSE_WRITE);
	assert_true(fd >= 0 && watches[0] >= 0 && watches[1] >= 0);
	return fd;
}

/* The names of the files that were written since, in their order: "a b /c ", with a slash before
 * those of the second folder. */
static void written(int fd, const int watches[2], char *names, size_t bytes)
{
	_Alignas(struct inotify_event) char events[4096];
	ssize_t got = read(fd, events, sizeof events);

	assert_true(got > 0);
	names[0] = '\0';
	for (char *at = events; at < events + got;) {
		const struct inotify_event *event = (void *)at;

		sysfs_append(names, bytes, event->wd == watches[1] ? "/" : "");
		sysfs_append(names, bytes, event->name);
		sysfs_append(names, bytes, " ");
		at += sizeof *event + event->len;
	}
}

/* Some drivers refuse one setting while another has its value: what is set last goes first. */
static void it_restores_backwards(void **state)
{
	char names[256];
	int watches[2];

	tree_put_all(*state, laptop);
	tree_put(*state, CPU "cpufreq/boost", "1\n");
	tree_put(*state, POLICY0 "boost", "1\n");
	int fd = watch_folders(*state, watches);
	struct tune *tune = find(*state);

	tune_set(tune);
	written(fd, watches, names, sizeof names);
	assert_string_equal(names, "energy_performance_preference scaling_governor boost /boost ");
	/* boost moves the limits in some drivers */
	tree_put(*state, POLICY0 "scaling_max_freq", "3000000\n");
	memcpy(tune->files[file_of(tune, POLICY0 "scaling_max_freq") - tune->files].now, "3000000",
		8);
	written(fd, watches, names, sizeof names);
	tune_restore(tune);
	written(fd, watches, names, sizeof names);
	assert_string_equal(names,
		"/boost boost scaling_max_freq scaling_governor energy_performance_preference ");
	assert_all_read(*state, laptop);
	close(fd);
	tune_free(tune);
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(it_finds_what_is_there),
		WITH_TREE(an_empty_machine),
		WITH_TREE(it_sets_and_restores),
		WITH_TREE(it_leaves_what_it_shall_leave),
		WITH_TREE(a_write_that_fails),
		WITH_TREE(a_write_without_effect),
		WITH_TREE(what_others_change_stays_theirs),
		WITH_TREE(half_of_it_is_restored),
		WITH_TREE(half_a_restoration_is_finished),
		WITH_TREE(what_can_t_be_restored_is_known),
		WITH_TREE(a_file_that_is_gone),
		WITH_TREE(without_privilege_all_is_refused),
		WITH_TREE(it_restores_backwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
