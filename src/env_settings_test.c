/* Which settings a result records, and what their files become. */
#include "env.h"

#include "tree_test.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static const struct tree_file settings[] = {
	{"/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"},
	{"/sys/class/net/lo/mtu", "65536"},
	{"/proc/sys/kernel/randomize_va_space", "2\n"},
	{"/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n"},
	{"/proc/sys/net/unix/max_dgram_qlen", "10\n"},
	{"/proc/sys/fs/pipe-user-pages-soft", "16384\n"},
	{"/proc/sys/fs/mqueue/msg_max", "10\n"},
	{"/sys/kernel/security/lsm", "lockdown,capability,apparmor"},
	{"/proc/self/limits",
		"Limit                     Soft Limit           Hard Limit           Units     \n"
		"Max open files            1024                 1048576              files     \n"
		"Max locked memory         unlimited            unlimited            bytes     \n"
		"Max msgqueue size         819200               819200               bytes     \n"
		"Max realtime priority"},
	{NULL, NULL},
};

static void test_settings(void **state)
{
	struct env env;

	tree_put_all(*state, settings);
	env_read(&env, *state);
	assert_int_equal(env.settings_count, 11);
	assert_string_equal(env_setting(&env, "transparent_hugepage"), "madvise");
	assert_string_equal(env_setting(&env, "lo.mtu"), "65536");
	assert_string_equal(env_setting(&env, "kernel.randomize_va_space"), "2");
	assert_string_equal(env_setting(&env, "net.ipv4.tcp_rmem"), "4096 131072 6291456");
	assert_string_equal(env_setting(&env, "net.unix.max_dgram_qlen"), "10");
	assert_string_equal(env_setting(&env, "fs.pipe-user-pages-soft"), "16384");
	assert_string_equal(env_setting(&env, "fs.mqueue.msg_max"), "10");
	assert_string_equal(env_setting(&env, "lsm"), "lockdown,capability,apparmor");
	assert_string_equal(env_setting(&env, "rlimit.open_files"), "1024");
	assert_string_equal(env_setting(&env, "rlimit.memlock_bytes"), "unlimited");
	assert_string_equal(env_setting(&env, "rlimit.msgqueue_bytes"), "819200");
	assert_null(env_setting(&env, "rlimit.realtime_priority"));
	assert_null(env_setting(&env, "net.core.wmem_max"));
}

static void test_container(void **state)
{
	struct env env;

	tree_put(*state, "/run/.containerenv", "engine=\"podman\"\n");
	env_read(&env, *state);
	assert_string_equal(env_setting(&env, "container"), "podman");
	tree_put(*state, "/run/systemd/container", "lxc\n");
	env_read(&env, *state);
	assert_string_equal(env_setting(&env, "container"), "lxc");
}

static void cgroup_limit(const char *root, const char *expected)
{
	struct env env;

	env_read(&env, root);
	if (expected)
		assert_string_equal(env_setting(&env, "cgroup.cpu.max"), expected);
	else
		assert_null(env_setting(&env, "cgroup.cpu.max"));
}

static void test_cgroup_limit_is_the_nearest(void **state)
{
	tree_put(*state, "/proc/self/cgroup", "12:cpuset:/x\n0::/pod/box\n");
	cgroup_limit(*state, NULL);
	tree_put(*state, "/sys/fs/cgroup/pod/box/cpu.max", "max 100000\n");
	cgroup_limit(*state, "max 100000");
	tree_put(*state, "/sys/fs/cgroup/pod/cpu.max", "50000 100000\n");
	cgroup_limit(*state, "50000 100000");
	tree_put(*state, "/sys/fs/cgroup/pod/box/cpu.max", "20000 100000\n");
	cgroup_limit(*state, "20000 100000");
}

/* Inside a cgroup namespace our group is the root; one outside of it cannot be reached. */
static void test_cgroup_namespace(void **state)
{
	tree_put(*state, "/proc/self/cgroup", "0::/\n");
	cgroup_limit(*state, NULL);
	tree_put(*state, "/sys/fs/cgroup/cpu.max", "30000 100000\n");
	cgroup_limit(*state, "30000 100000");
	tree_put(*state, "/proc/self/cgroup", "0::/../other\n");
	cgroup_limit(*state, NULL);
	tree_put(*state, "/proc/self/cgroup", "0:\n");
	cgroup_limit(*state, NULL);
}

static void test_cgroup_version_1(void **state)
{
	tree_put(*state, "/proc/self/cgroup", "4:cpu,cpuacct:/box\n2:memory:/box\n0::/box\n");
	cgroup_limit(*state, NULL);
	tree_put(*state, "/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "-1\n");
	cgroup_limit(*state, NULL);
	tree_put(*state, "/sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
	cgroup_limit(*state, "max 100000");
	tree_put(*state, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "150000\n");
	tree_put(*state, "/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
	cgroup_limit(*state, "150000 100000");
}

static void test_cpus_allowed(void **state)
{
	struct env env;

	tree_put(*state, "/proc/self/status", "Name:\tipcmark\nCpus_allowed_list:\t2-3\n");
	env_read(&env, *state);
	assert_string_equal(env_setting(&env, "cpus_allowed"), "2-3");
}

static const char *wake_limit(struct env *env, const char *root, int32_t limit_us)
{
	tree_put_bytes(root, "/dev/cpu_dma_latency", (const char *)&limit_us, sizeof limit_us);
	env_read(env, root);
	return env_setting(env, "cpuidle.limit_us");
}

static void test_wake_limit(void **state)
{
	struct env env;

	env_read(&env, *state);
	assert_null(env_setting(&env, "cpuidle.limit_us"));
	assert_null(wake_limit(&env, *state, 2000000000)); /* there is none */
	assert_string_equal(wake_limit(&env, *state, 0), "0");
	assert_string_equal(wake_limit(&env, *state, 300), "300");
	tree_put(*state, "/dev/cpu_dma_latency", "");
	env_read(&env, *state);
	assert_null(env_setting(&env, "cpuidle.limit_us"));
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(test_settings),
		WITH_TREE(test_container),
		WITH_TREE(test_cgroup_limit_is_the_nearest),
		WITH_TREE(test_cgroup_namespace),
		WITH_TREE(test_cgroup_version_1),
		WITH_TREE(test_cpus_allowed),
		WITH_TREE(test_wake_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
