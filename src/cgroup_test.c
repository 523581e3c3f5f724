/* Which groups a process is in, from what the kernel says of it. */
#include "cgroup.h"

#include "tree_test.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static void it_is(const char *root, const char *text, const char *mount, const char *group)
{
	struct cgroup cgroup;

	tree_put(root, "/proc/self/cgroup", text);
	assert_true(cgroup_find(&cgroup, root, "cpu"));
	assert_string_equal(cgroup.mount, mount);
	assert_string_equal(cgroup.group, group);
	assert_int_equal(cgroup.version, strcmp(mount, "/sys/fs/cgroup/cpu") ? 2 : 1);
}

static void the_controller_decides(void **state)
{
	it_is(*state, "0::/user.slice/x\n", "/sys/fs/cgroup", "/user.slice/x");
	it_is(*state, "0::/\n", "/sys/fs/cgroup", "");
	it_is(*state, "4:cpu,cpuacct:/a b\n0::/y\n", "/sys/fs/cgroup/cpu", "/a b");
	it_is(*state, "4:cpuacct,cpu:/x\n", "/sys/fs/cgroup/cpu", "/x");
	it_is(*state, "5:cpuset:/z\n4:name=cpu:/x\n0::/y", "/sys/fs/cgroup", "/y");
	tree_put(*state, "/sys/fs/cgroup/unified/cgroup.controllers", "\n");
	it_is(*state, "5:cpuset:/z\n0::/y", "/sys/fs/cgroup/unified", "/y");
}

static void what_can_not_be_seen_is_none(void **state)
{
	static const char *const texts[] = {"", "\n", "0", "0:", "0::", "0::\n", "0::x\n",
		"0::/../x\n", "4:cpuset:/\n", "4:cpu\n"};
	struct cgroup cgroup;

	assert_false(cgroup_find(&cgroup, *state, "cpu"));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		tree_put(*state, "/proc/self/cgroup", texts[i]);
		if (cgroup_find(&cgroup, *state, "cpu"))
			fail_msg("\"%s\" is a group", texts[i]);
	}
}

static void it_ascends_to_the_mount(void **state)
{
	struct cgroup cgroup;
	char value[CGROUP_VALUE_BYTES];

	tree_put(*state, "/proc/self/cgroup", "0::/a/b\n");
	tree_put(*state, "/sys/fs/cgroup/a/cpu.max", "max  100000\n");
	assert_true(cgroup_find(&cgroup, *state, "cpu"));
	assert_false(cgroup_read(&cgroup, *state, "cpu.max", value));
	assert_string_equal(value, "");
	assert_null(cgroup_load(&cgroup, *state, "cpu.max"));
	assert_true(cgroup_ascend(&cgroup));
	assert_string_equal(cgroup.group, "/a");
	assert_true(cgroup_read(&cgroup, *state, "cpu.max", value));
	assert_string_equal(value, "max 100000");
	assert_true(cgroup_ascend(&cgroup));
	assert_string_equal(cgroup.group, "");
	assert_false(cgroup_ascend(&cgroup));
}

static void counts_stand_at_the_start_of_lines(void **state)
{
	static const char text[] = "nr_periods 5\nnr_throttled 12\nnot_nr_bursts 3\nlast 7";

	(void)state;
	assert_int_equal(cgroup_count(text, "nr_periods"), 5);
	assert_int_equal(cgroup_count(text, "nr_throttled"), 12);
	assert_int_equal(cgroup_count(text, "last"), 7);
	assert_int_equal(cgroup_count(text, "nr_bursts"), -1);
	assert_int_equal(cgroup_count(text, "nr"), -1);
	assert_int_equal(cgroup_count("", "nr"), -1);
	assert_int_equal(cgroup_count(NULL, "nr"), -1);
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(the_controller_decides),
		WITH_TREE(what_can_not_be_seen_is_none),
		WITH_TREE(it_ascends_to_the_mount),
		cmocka_unit_test(counts_stand_at_the_start_of_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
