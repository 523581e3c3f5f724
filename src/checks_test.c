/* What is made of machines: as recorded in trees of /proc and /sys, and as measured. */
#include "checks.h"

#include "tree_test.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define CPU "/sys/devices/system/cpu/"

/* A check by its id. */
static struct check find(const struct check *checks, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(checks[i].id, id))
			return checks[i];
	fail_msg("no check %s", id);
	return checks[0];
}

static struct check check_of_tree(const char *root, const char *id)
{
	struct check checks[CHECKS_MOST];
	struct env env;

	env_read(&env, root);
	return find(checks, checks_of(&env, NULL, checks), id);
}

/* The status and what was observed: "warn: powersave". */
static void expect(const char *root, const char *id, const char *expected)
{
	struct check check = check_of_tree(root, id);
	char text[CHECK_TEXT_BYTES + 16];

	snprintf(text, sizeof text, "%s: %s", check_status_name(check.status), check.observed);
	if (strcmp(text, expected) != 0)
		fail_msg("%s is \"%s\", expected \"%s\"", id, text, expected);
}

static void expect_fix(const char *root, const char *id, const char *part)
{
	struct check check = check_of_tree(root, id);

	if (!strstr(check.fix, part) || (!*part && *check.fix))
		fail_msg("%s is mended by \"%s\", expected \"%s\"", id, check.fix, part);
}

struct expectation {
	const char *id, *text; /* id: NULL at the end */
};

static void expect_all(const char *root, const struct expectation *all)
{
	for (; all->id; all++)
		expect(root, all->id, all->text);
}

/* A server of two sockets with hardware threads, as Debian sets it up. */
static const struct tree_file two_sockets[] = {
	{"/proc/cpuinfo",
		"processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\n"
		"microcode\t: 0xd0003d1\nflags\t\t: fpu ht sse2\n"},
	{"/proc/sys/kernel/arch", "x86_64\n"},
	{"/proc/sys/kernel/randomize_va_space", "2\n"},
	{"/proc/sys/kernel/numa_balancing", "1\n"},
	{"/proc/sys/kernel/nmi_watchdog", "1\n"},
	{"/proc/sys/net/unix/max_dgram_qlen", "512\n"},
	{"/proc/self/status", "Cpus_allowed_list:\t0-127\n"},
	{"/proc/self/cgroup", "0::/user.slice/user-1000.slice/session-1.scope\n"},
	{"/sys/fs/cgroup/user.slice/user-1000.slice/session-1.scope/cgroup.procs", "7\n"},
	{"/sys/class/net/lo/mtu", "65536\n"},
	{"/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"},
	{"/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n"},
	{"/sys/kernel/mm/ksm/run", "0\n"},
	{CPU "online", "0-127\n"},
	{CPU "isolated", "\n"},
	{CPU "smt/control", "on\n"},
	{CPU "intel_pstate/no_turbo", "0\n"},
	{CPU "vulnerabilities/spectre_v1", "Mitigation: usercopy\n"},
	{CPU "vulnerabilities/spectre_v2", "Mitigation: IBRS\n"},
	{CPU "vulnerabilities/mds", "Vulnerable: no microcode\n"},
	{CPU "vulnerabilities/meltdown", "Not affected\n"},
	{CPU "cpuidle/current_driver", "intel_idle\n"},
	{CPU "cpu0/cpuidle/state0/name", "POLL\n"},
	{CPU "cpu0/cpuidle/state0/latency", "0\n"},
	{CPU "cpu0/cpuidle/state0/disable", "0\n"},
	{CPU "cpu0/cpuidle/state1/name", "C1\n"},
	{CPU "cpu0/cpuidle/state1/latency", "2\n"},
	{CPU "cpu0/cpuidle/state1/disable", "0\n"},
	{CPU "cpu0/cpuidle/state2/name", "C6\n"},
	{CPU "cpu0/cpuidle/state2/latency", "133\n"},
	{CPU "cpu0/cpuidle/state2/disable", "0\n"},
	{CPU "cpu0/cpufreq/scaling_driver", "intel_pstate\n"},
	{CPU "cpu0/cpufreq/scaling_governor", "powersave\n"},
	{CPU "cpu0/cpufreq/energy_performance_preference", "balance_performance\n"},
	{NULL, NULL},
};

static void a_server_as_it_comes(void **state)
{
	static const struct expectation all[] = {
		{"clocksource", "pass: tsc"},
		{"governor", "warn: powersave"},
		{"energy-preference", "warn: balance_performance"},
		{"boost", "warn: on"},
		{"idle-states", "warn: POLL 0 us; C1 2 us; C6 133 us"},
		{"halt-polling", "pass: not a guest"},
		{"smt", "warn: on"},
		{"cpuset", "pass: all 128 CPUs"},
		{"cpu-limit", "pass: none"},
		{"transparent-hugepage", "warn: always"},
		{"same-page-merging", "pass: 0"},
		{"numa-balancing", "warn: 1"},
		{"nmi-watchdog", "warn: 1"},
		{"aslr", "pass: 2"},
		{"unix-dgram-queue", "pass: 512"},
		{"loopback-mtu", "pass: 65536"},
		{"isolation", "pass: none isolated"},
		{"mitigations", "pass: 2 mitigated, 1 vulnerable, 1 not affected"},
		{"microcode", "pass: 0xd0003d1"},
		{"hypervisor", "pass: none"},
		{NULL, NULL},
	};

	tree_put_all(*state, two_sockets);
	expect_all(*state, all);
	expect_fix(*state, "boost", "echo 1 | sudo tee " CPU "intel_pstate/no_turbo");
	expect_fix(*state, "governor", "echo performance | sudo tee " CPU "cpu*/cpufreq/");
}

static void a_server_that_was_tuned(void **state)
{
	static const struct tree_file tuned[] = {
		{CPU "cpu0/cpufreq/scaling_governor", "performance\n"},
		{CPU "cpu0/cpufreq/energy_performance_preference", "performance\n"},
		{CPU "cpu0/cpuidle/state2/disable", "1\n"},
		{CPU "intel_pstate/no_turbo", "1\n"},
		{CPU "isolated", "2-3,66-67\n"},
		{CPU "nohz_full", "2-3\n"},
		{CPU "smt/control", "off\n"},
		{"/proc/sys/kernel/numa_balancing", "0\n"},
		{"/proc/sys/kernel/nmi_watchdog", "0\n"},
		{"/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"},
		{NULL, NULL},
	};
	static const struct expectation all[] = {
		{"governor", "pass: performance"},
		{"energy-preference", "pass: performance"},
		{"boost", "pass: off"},
		{"idle-states", "pass: POLL 0 us; C1 2 us; C6 133 us (off)"},
		{"smt", "pass: off"},
		{"transparent-hugepage", "pass: madvise"},
		{"numa-balancing", "pass: 0"},
		{"nmi-watchdog", "pass: 0"},
		{"isolation", "pass: isolated 2-3,66-67, without a tick 2-3"},
		{NULL, NULL},
	};

	tree_put_all(*state, two_sockets);
	tree_put_all(*state, tuned);
	expect_all(*state, all);
}

/* Of CPUs that differ the slowest to wake counts, in numbers rather than in letters. */
static void cores_that_differ(void **state)
{
	tree_put_all(*state, two_sockets);
	tree_put(*state, CPU "cpu0/cpuidle/state2/latency", "9\n");
	expect(*state, "idle-states", "pass: POLL 0 us; C1 2 us; C6 9 us");
	tree_put(*state, CPU "cpu1/cpuidle/state2/name", "C6\n");
	tree_put(*state, CPU "cpu1/cpuidle/state2/latency", "21\n");
	expect(*state, "idle-states", "warn: POLL 0 us; C1 2 us; C6 21, 9 us");
	tree_put(*state, CPU "cpu1/cpufreq/scaling_governor", "performance\n");
	expect(*state, "governor", "warn: performance, powersave");
}

static const struct tree_file arm_cloud[] = {
	{"/proc/cpuinfo",
		"processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n\n"
		"processor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n"},
	{"/proc/sys/kernel/arch", "aarch64\n"},
	{"/proc/sys/kernel/randomize_va_space", "0\n"},
	{"/proc/self/status", "Cpus_allowed_list:\t1\n"},
	{"/sys/devices/system/clocksource/clocksource0/current_clocksource", "arch_sys_counter\n"},
	{"/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"},
	{"/sys/class/dmi/id/sys_vendor", "QEMU\n"},
	{CPU "online", "0-1\n"},
	{CPU "smt/control", "notimplemented\n"},
	{CPU "cpufreq/boost", "1\n"},
	{CPU "cpu0/cpufreq/scaling_driver", "cppc_cpufreq\n"},
	{CPU "cpu0/cpufreq/scaling_governor", "schedutil\n"},
	{NULL, NULL},
};

static void an_arm_guest(void **state)
{
	static const struct expectation all[] = {
		{"clocksource", "pass: arch_sys_counter"},
		{"governor", "warn: schedutil"},
		{"energy-preference", "pass: cppc_cpufreq has none"},
		{"boost", "warn: on"},
		{"idle-states", "unknown: "},
		{"halt-polling", "unknown: left to the host"},
		{"smt", "pass: notimplemented"},
		{"cpuset", "warn: 1: 1 of 2 CPUs"},
		{"cpu-limit", "unknown: "},
		{"same-page-merging", "pass: not in this kernel"},
		{"numa-balancing", "pass: not in this kernel"},
		{"aslr", "warn: 0"},
		{"isolation", "unknown: "},
		{"microcode", "pass: none on aarch64"},
		{"hypervisor", "pass: QEMU"},
		{NULL, NULL},
	};

	tree_put_all(*state, arm_cloud);
	expect_all(*state, all);
	expect_fix(*state, "boost", "echo 0 | sudo tee " CPU "cpufreq/boost");
	expect_fix(*state, "clocksource", "");
}

static void a_guest_without_cpufreq(void **state)
{
	static const struct tree_file guest[] = {
		{"/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu hypervisor\n"},
		{"/proc/sys/kernel/arch", "x86_64\n"},
		{"/sys/devices/system/clocksource/clocksource0/current_clocksource", "kvm-clock\n"},
		{"/sys/devices/system/clocksource/clocksource0/available_clocksource",
			"kvm-clock\n"},
		{CPU "cpuidle/current_driver", "haltpoll\n"},
		{"/sys/module/haltpoll/parameters/guest_halt_poll_ns", "0\n"},
		{NULL, NULL},
	};

	tree_put_all(*state, guest);
	expect(*state, "clocksource", "pass: kvm-clock");
	expect(*state, "governor", "unknown: ");
	expect(*state, "energy-preference", "unknown: ");
	expect(*state, "boost", "unknown: ");
	expect(*state, "halt-polling", "warn: 0 ns");
	expect_fix(*state, "halt-polling", "guest_halt_poll_ns");
	tree_put(*state, "/sys/module/haltpoll/parameters/guest_halt_poll_ns", "200000\n");
	expect(*state, "halt-polling", "pass: 200000 ns");
	tree_put(*state, CPU "cpuidle/current_driver", "none\n");
	expect(*state, "halt-polling", "unknown: left to the host");
	tree_put(*state, CPU "cpuidle/current_driver", "intel_idle\n");
	expect(*state, "halt-polling", "pass: the guest's own (intel_idle)");
}

static void limits_of_a_container(void **state)
{
	tree_put(*state, "/proc/self/cgroup", "0::/\n");
	tree_put(*state, "/sys/fs/cgroup/cpu.max", "150000 100000\n");
	expect(*state, "cpu-limit", "warn: 1.50 CPUs");
	expect_fix(*state, "cpu-limit", "systemd-run --scope");
	tree_put(*state, "/.dockerenv", "");
	expect_fix(*state, "cpu-limit", "docker update --cpu-quota=-1");
	tree_put(*state, "/sys/fs/cgroup/cpu.max", "300000 100000\n");
	expect(*state, "cpu-limit", "pass: 3.00 CPUs");
	tree_put(*state, "/sys/fs/cgroup/cpu.max", "max 100000\n");
	expect(*state, "cpu-limit", "pass: none");
	tree_put(*state, "/sys/fs/cgroup/cpu.max", "much\n");
	expect(*state, "cpu-limit", "unknown: ");
}

static void another_clock_fails(void **state)
{
	struct check check;

	tree_put(*state, "/proc/sys/kernel/arch", "x86_64\n");
	tree_put(*state, "/sys/devices/system/clocksource/clocksource0/current_clocksource",
		"hpet\n");
	expect(*state, "clocksource", "fail: hpet");
	expect_fix(*state, "clocksource", "echo tsc");
	check = check_of_tree(*state, "clocksource");
	assert_int_equal(check.level, CHECK_INVALID);
}

/* A machine that shows nothing passes nothing, and a result does not warn of it. */
static void nothing_is_unknown(void **state)
{
	struct check checks[CHECKS_MOST];
	struct env env;
	size_t count;

	env_read(&env, *state);
	count = checks_of(&env, NULL, checks);
	assert_true(count >= 20);
	for (size_t i = 0; i < count; i++) {
		if (checks[i].status != CHECK_UNKNOWN || *checks[i].observed)
			fail_msg("%s is \"%s\"", checks[i].id, checks[i].observed);
		assert_int_equal(checks[i].level, CHECK_INFORMATION);
		assert_string_equal(checks[i].fix, "");
		for (size_t other = 0; other < i; other++)
			assert_string_not_equal(checks[i].id, checks[other].id);
	}
}

/* An ordinary laptop: much could be better, but little is worth a line under every result. */
static void results_warn_of_little(void **state)
{
	struct check checks[CHECKS_MOST];
	struct env env;
	size_t warned = 0, levels = 0;

	tree_put_all(*state, two_sockets);
	env_read(&env, *state);
	for (size_t i = 0, count = checks_of(&env, NULL, checks); i < count; i++) {
		warned += checks[i].status == CHECK_WARN;
		levels += checks[i].level != CHECK_INFORMATION;
		assert_true(*checks[i].wanted && *checks[i].effect);
	}
	assert_int_equal(warned, 8);
	assert_int_equal(levels, 1);
	assert_int_equal(check_of_tree(*state, "governor").level, CHECK_WARNING);
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_server_as_it_comes),
		WITH_TREE(a_server_that_was_tuned),
		WITH_TREE(cores_that_differ),
		WITH_TREE(an_arm_guest),
		WITH_TREE(a_guest_without_cpufreq),
		WITH_TREE(limits_of_a_container),
		WITH_TREE(another_clock_fails),
		WITH_TREE(nothing_is_unknown),
		WITH_TREE(results_warn_of_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
