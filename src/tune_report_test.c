/* What tune says: of settings, refusals and changes, and of a command that is none. */
#include "tune_report.h"

#include "tune_tree_test.h"

static const char absent[] =
	"ipcmark: tune: not on this machine: energy-preference, energy-bias, boost, "
	"same-page-merging\n";

static const struct tune_options plain = {.strict = false};

static void every_line_that_is_said(void **state)
{
	char expected[1024];

	tree_put_all(*state, machine);
	assert_int_equal(run(*state, &plain, ":"), 0);
	snprintf(expected, sizeof expected,
		"ipcmark: tune: governor: powersave -> performance (" GOVERNOR0 " and 1 more)\n"
		"ipcmark: tune: numa-balancing: already 0 (/proc/sys/kernel/numa_balancing)\n"
		"ipcmark: tune: nmi-watchdog: 1 -> 0 (" NMI ")\n"
		"%s"
		"ipcmark: tune: restored what was set\n",
		absent);
	assert_reads(*state, "/err", expected);
	assert_reads(*state, "/out", "");
}

static int run_command(const char *root, const char *command)
{
	return finish(start_command(root, &plain, (char *[]){(char *)command, NULL}));
}

static void expect_last_line(const char *root, const char *line)
{
	char *text = sysfs_load(root, "/err");
	size_t length = strlen(line);

	assert_non_null(text);
	assert_true(strlen(text) > length);
	assert_string_equal(text + strlen(text) - length, line);
	free(text);
}

static void what_is_no_command(void **state)
{
	tree_put_all(*state, machine);
	assert_int_equal(run_command(*state, "no-such-command"), 127);
	assert_all_read(*state, machine);
	expect_last_line(*state,
		"ipcmark: tune: restored what was set\n"
		"ipcmark: tune: no-such-command: No such file or directory\n");
	assert_int_equal(run_command(*state, "/etc"), 126);
	assert_all_read(*state, machine);
	expect_last_line(*state, "ipcmark: tune: /etc: Permission denied\n");
}

static void a_refusal_is_told_and_the_command_runs(void **state)
{
	tree_put_all(*state, machine);
	put_link(*state, NMI, "/dev/full");
	put_link(*state, GOVERNOR1, "/dev/null");
	assert_int_equal(run(*state, &plain, "cat ." GOVERNOR0), 0);
	assert_reads(*state, "/out", "performance\n");
	assert_reads(*state, GOVERNOR0, "powersave\n");
	char *text = sysfs_load(*state, "/err");

	assert_non_null(strstr(
		text, "governor: performance was written, and it reads nothing (" GOVERNOR1 ")\n"));
	assert_non_null(
		strstr(text, "nmi-watchdog: stays nothing: No space left on device (" NMI ")\n"));
	free(text);
}

static void strict_runs_nothing_then(void **state)
{
	static const struct tune_options strict = {.strict = true};

	tree_put_all(*state, machine);
	assert_int_equal(run(*state, &strict, "exit 9"), 9);
	put_link(*state, NMI, "/dev/full");
	assert_int_equal(run(*state, &strict, "touch ran"), 7);
	assert_false(is_there(*state, "/ran"));
	assert_reads(*state, GOVERNOR0, "powersave\n");
	expect_last_line(*state,
		"ipcmark: tune: --strict: sh was not run\n"
		"ipcmark: tune: restored what was set\n");
}

static void a_machine_with_nothing_to_set(void **state)
{
	static const struct tune_options strict = {.strict = true};

	assert_int_equal(run(*state, &strict, "exit 3"), 3);
	assert_reads(*state, "/err",
		"ipcmark: tune: not on this machine: energy-preference, energy-bias, governor, "
		"boost, numa-balancing, nmi-watchdog, same-page-merging\n"
		"ipcmark: tune: nothing can be set here: this machine stays as it is\n");
}

static void a_machine_that_takes_nothing(void **state)
{
	tree_put(*state, NMI, "");
	put_link(*state, NMI, "/dev/full");
	assert_int_equal(run(*state, &plain, "exit 3"), 3);
	char *text = sysfs_load(*state, "/err");

	assert_non_null(strstr(text, "nothing could be set: this machine stays as it is"));
	free(text);
}

static void a_dry_run_touches_nothing(void **state)
{
	static const struct tune_options dry = {.dry_run = true};
	char full[PATH_MAX];

	tree_put_all(*state, machine);
	snprintf(full, sizeof full, "%s" NMI, (char *)*state);
	assert_int_equal(run(*state, &dry, "touch ran"), 0);
	assert_false(is_there(*state, "/ran"));
	assert_all_read(*state, machine);
	assert_reads(*state, "/err", "");
	assert_reads(*state, "/out",
		"governor: powersave -> performance (" GOVERNOR0
		" and 1 more): the frequency does not follow the load\n"
		"numa-balancing: already 0 (/proc/sys/kernel/numa_balancing)\n"
		"nmi-watchdog: 1 -> 0 (" NMI
		"): no interrupts of its own, and one more counter for ours\n"
		"not on this machine: energy-preference, energy-bias, boost, same-page-merging\n");
}

static void what_others_change_is_told(void **state)
{
	tree_put_all(*state, machine);
	assert_int_equal(run(*state, &plain, "echo ondemand >." GOVERNOR1), 0);
	assert_reads(*state, GOVERNOR1, "ondemand\n");
	assert_reads(*state, GOVERNOR0, "powersave\n");
	expect_last_line(*state,
		"ipcmark: tune: governor: something else made it ondemand meanwhile: left so "
		"(" GOVERNOR1 ")\n"
		"ipcmark: tune: restored what was set\n");
}

/* The guard may not write any more. */
static void what_can_t_be_restored_is_told(void **state)
{
	tree_put(*state, NMI, "1\n");
	assert_int_equal(run(*state, &plain,
				 "for child in $(cat /proc/$PPID/task/$PPID/children); do "
				 "grep -q guard /proc/$child/comm || continue; "
				 "prlimit --pid $child --fsize=0; done; exit 3"),
		3);
	expect_last_line(*state,
		"ipcmark: tune: nmi-watchdog: NOT RESTORED: was 1, reads nothing: File too large "
		"(" NMI ")\n");
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(every_line_that_is_said),
		WITH_TREE(what_is_no_command),
		WITH_TREE(a_refusal_is_told_and_the_command_runs),
		WITH_TREE(strict_runs_nothing_then),
		WITH_TREE(a_machine_with_nothing_to_set),
		WITH_TREE(a_machine_that_takes_nothing),
		WITH_TREE(a_dry_run_touches_nothing),
		WITH_TREE(what_others_change_is_told),
		WITH_TREE(what_can_t_be_restored_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
