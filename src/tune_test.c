/* `ipcmark tune` on recorded machines: what the command sees, what is found afterwards however it
 * all ended, and what is said. */
#include "tune.h"

#include <fcntl.h>
#include <signal.h>
#include <time.h>

#include "clock.h"
#include "tune_tree_test.h"

#define AWAKE  "/dev/cpu_dma_latency"
#define DRIVER "/sys/devices/system/cpu/cpuidle/current_driver"

/* True when the file reads so, which it does within seconds if at all. */
static bool comes_to_read(const char *root, const char *path, const char *expected)
{
	int64_t start_ns = clock_now_ns();
	char value[64];

	do {
		if (sysfs_read(root, path, value, sizeof value) && strcmp(value, expected) == 0)
			return true;
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	} while (clock_now_ns() - start_ns < INT64_C(10000000000));
	return false;
}

static const struct tune_options plain = {.strict = false};

static void the_command_runs_on_a_tuned_machine(void **state)
{
	tree_put_all(*state, machine);
	assert_int_equal(run(*state, &plain, "cat ." GOVERNOR1 " ." NMI "; exit 7"), 7);
	assert_reads(*state, "/out", "performance\n0\n");
	assert_all_read(*state, machine);
}

static void it_ends_as_the_command_does(void **state)
{
	tree_put_all(*state, machine);
	assert_int_equal(run(*state, &plain, "exit 0"), 0);
	assert_int_equal(run(*state, &plain, "exit 130"), 130);
	assert_int_equal(run(*state, &plain, "kill -KILL $$"), 128 + SIGKILL);
	assert_int_equal(run(*state, &plain, "kill -SEGV $$"), 128 + SIGSEGV);
	assert_all_read(*state, machine);
}

static void it_restores_after_a_signal(void **state)
{
	tree_put_all(*state, machine);
	pid_t pid = start(*state, &plain,
		"trap 'sleep 0.1; cat ." NMI "; exit 42' TERM; echo up >ready; "
		"while :; do sleep 0.01; done");

	assert_true(comes_to_read(*state, "/ready", "up"));
	assert_reads(*state, NMI, "0\n");
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(finish(pid), 42);
	assert_reads(*state, "/out", "0\n"); /* only when the command had ended */
	assert_all_read(*state, machine);
}

static void it_restores_when_it_is_killed(void **state)
{
	int status;

	tree_put_all(*state, machine);
	pid_t pid = start(*state, &plain, "echo up >ready; exec sleep 600");

	assert_true(comes_to_read(*state, "/ready", "up"));
	assert_reads(*state, NMI, "0\n");
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(comes_to_read(*state, GOVERNOR0, "powersave")); /* the last that is restored */
	assert_all_read(*state, machine);
}

/* Where a process is that this one forked and that is called so; 0: nowhere. */
static pid_t child_called(pid_t parent, const char *name)
{
	char path[64], children[256], comm[32];

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
	if (!sysfs_read("", path, children, sizeof children))
		return 0;
	for (char *at = children, *end; *at; at = end) {
		long pid = strtol(at, &end, 10);

		if (end == at)
			return 0;
		snprintf(path, sizeof path, "/proc/%ld/comm", pid);
		if (sysfs_read("", path, comm, sizeof comm) && strcmp(comm, name) == 0)
			return (pid_t)pid;
	}
	return 0;
}

static void it_restores_itself_when_the_guard_was_killed(void **state)
{
	tree_put_all(*state, machine);
	pid_t pid =
		start(*state, &plain, "echo up >ready; while [ -e ready ]; do sleep 0.01; done");

	assert_true(comes_to_read(*state, "/ready", "up"));
	pid_t guard = child_called(pid, "ipcmark-guard");

	assert_int_not_equal(guard, 0);
	assert_int_equal(kill(guard, SIGKILL), 0);
	char full[PATH_MAX];

	snprintf(full, sizeof full, "%s/ready", (char *)*state);
	assert_int_equal(unlink(full), 0);
	assert_int_equal(finish(pid), 0);
	assert_all_read(*state, machine);
}

/* The lease on the last file stops the program in the middle of its writing, as it lets others
 * read and makes who opens for writing wait. */
static void it_restores_when_it_is_killed_half_way(void **state)
{
	char full[PATH_MAX];
	sigset_t io;
	int status;

	tree_put_all(*state, machine);
	snprintf(full, sizeof full, "%s" NMI, (char *)*state);
	sigemptyset(&io);
	sigaddset(&io, SIGIO);
	sigprocmask(SIG_BLOCK, &io, NULL);
	int fd = open(full, O_RDONLY | O_CLOEXEC);

	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0) {
		close(fd);
		skip(); /* not every file system has leases */
	}
	pid_t pid = start(*state, &plain, "touch ran");

	assert_int_equal(sigtimedwait(&io, NULL, &(struct timespec){.tv_sec = 10}), SIGIO);
	assert_reads(*state, GOVERNOR0, "performance\n");
	assert_reads(*state, GOVERNOR1, "performance\n");
	assert_reads(*state, NMI, "1\n");
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(comes_to_read(*state, GOVERNOR0, "powersave"));
	assert_all_read(*state, machine);
	assert_false(is_there(*state, "/ran"));
	close(fd);
	sigprocmask(SIG_UNBLOCK, &io, NULL);
}

static void it_keeps_processors_awake(void **state)
{
	static const struct tune_options awake = {.keep_awake = true};

	tree_put(*state, AWAKE, "");
	tree_put(*state, DRIVER, "intel_idle\n");
	assert_int_equal(run(*state, &awake, "od -An -tx1 ." AWAKE), 0);
	assert_reads(*state, "/out", " 00 00 00 00\n");
	char *text = sysfs_load(*state, "/err");

	assert_non_null(strstr(text, "ipcmark: tune: idle: kept awake (" AWAKE ")\n"));
	assert_null(strstr(text, "nothing"));
	free(text);
}

static void it_says_when_it_can_t_keep_them_awake(void **state)
{
	static const struct tune_options awake = {.keep_awake = true};
	static const struct tune_options strict = {.keep_awake = true, .strict = true};
	static const char *const drivers[] = {"none\n", ""};

	assert_int_equal(run(*state, &awake, "exit 4"), 4);
	char *text = sysfs_load(*state, "/err");

	assert_non_null(
		strstr(text, "idle: not kept awake: No such file or directory (" AWAKE ")\n"));
	free(text);
	tree_put(*state, AWAKE, "");
	for (int i = 0; i < 2; i++) {
		tree_put(*state, DRIVER, drivers[i]);
		assert_int_equal(run(*state, &strict, "exit 4"), 7);
		text = sysfs_load(*state, "/err");
		assert_non_null(strstr(text,
			"idle: not kept awake: no cpuidle driver here heeds it (" AWAKE ")\n"));
		free(text);
	}
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(the_command_runs_on_a_tuned_machine),
		WITH_TREE(it_ends_as_the_command_does),
		WITH_TREE(it_restores_after_a_signal),
		WITH_TREE(it_restores_when_it_is_killed),
		WITH_TREE(it_restores_itself_when_the_guard_was_killed),
		WITH_TREE(it_restores_when_it_is_killed_half_way),
		WITH_TREE(it_keeps_processors_awake),
		WITH_TREE(it_says_when_it_can_t_keep_them_awake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
