/* What env makes of recorded machines: only what they show, in one form. */
#include "env.h"

#include "tree_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/utsname.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define CPU   "/sys/devices/system/cpu/"
#define CLOCK "/sys/devices/system/clocksource/clocksource0/"

static const struct tree_file two_sockets[] = {
	{"/proc/cpuinfo",
		"processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n"
		"model name\t: Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz\nstepping\t: 6\n"
		"microcode\t: 0xd0003d1\nflags\t\t: fpu ht sse2\nphysical id\t: 0\n\n"
		"processor\t: 1\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n"
		"model name\t: Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz\nstepping\t: 6\n"
		"microcode\t: 0xd0003d1\nflags\t\t: fpu ht sse2\nphysical id\t: 1\n\n"},
	{"/proc/meminfo", "MemTotal:       263787328 kB\nMemFree:        1 kB\n"},
	{"/proc/sys/kernel/ostype", "Linux\n"},
	{"/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n"},
	{"/proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)\n"},
	{"/proc/sys/kernel/arch", "x86_64\n"},
	{"/proc/sys/kernel/random/boot_id", "2f1b5a0e-7c1d-4e0e-9f5e-0d6a3f5b1c11\n"},
	{"/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1  quiet\n"},
	{"/etc/os-release", "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"},
	{"/sys/class/dmi/id/sys_vendor", "Dell Inc.\n"},
	{"/sys/class/dmi/id/product_name", "PowerEdge R750\n"},
	{"/sys/class/dmi/id/bios_version", "1.12.1\n"},
	{"/sys/kernel/debug/sched/preempt", "none (voluntary) full\n"},
	{CLOCK "current_clocksource", "tsc\n"},
	{CLOCK "available_clocksource", "tsc hpet acpi_pm \n"},
	{CPU "present", "0-127\n"},
	{CPU "online", "0-31,64-95\n"},
	{CPU "smt/control", "on\n"},
	{CPU "isolated", "\n"},
	{CPU "intel_pstate/no_turbo", "1\n"},
	{CPU "cpuidle/current_driver", "intel_idle\n"},
	{CPU "cpuidle/current_governor", "menu\n"},
	{CPU "cpu0/cpufreq/scaling_driver", "intel_pstate\n"},
	{CPU "cpu0/cpufreq/scaling_governor", "powersave\n"},
	{CPU "cpu0/cpufreq/scaling_max_freq", "3200000\n"},
	{CPU "cpu0/cpufreq/energy_performance_preference", "balance_performance\n"},
	{CPU "cpu1/cpufreq/scaling_driver", "intel_pstate\n"},
	{CPU "cpu1/cpufreq/scaling_governor", "performance\n"},
	{CPU "cpu1/cpufreq/scaling_max_freq", "3200000\n"},
	{CPU "cpu1/cpufreq/energy_performance_preference", "performance\n"},
	{CPU "vulnerabilities/spectre_v1", "Mitigation: usercopy\n"},
	{CPU "vulnerabilities/meltdown", "Not affected\n"},
	{NULL, NULL},
};

static void test_two_sockets(void **state)
{
	struct env env;

	tree_put_all(*state, two_sockets);
	env_read(&env, *state);
	assert_string_equal(env.cpu_model, "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz");
	assert_string_equal(env.cpu_vendor, "GenuineIntel");
	assert_string_equal(env.cpu_id, "family 6 model 106 stepping 6");
	assert_string_equal(env.architecture, "x86_64");
	assert_string_equal(env.machine_model, "Dell Inc. PowerEdge R750");
	assert_string_equal(env.hypervisor, "none");
	assert_true(env.memory_bytes == INT64_C(263787328) * 1024);
	assert_int_equal(env.cpus_present, 128);
	assert_int_equal(env.cpus_online, 64);
	assert_string_equal(env.microcode, "0xd0003d1");
	assert_string_equal(env.bios_version, "1.12.1");
	assert_string_equal(env.kernel_name, "Linux");
	assert_string_equal(env.kernel_release, "6.1.0-18-amd64");
	assert_string_equal(
		env.kernel_version, "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)");
	assert_string_equal(env.boot_id, "2f1b5a0e-7c1d-4e0e-9f5e-0d6a3f5b1c11");
	assert_string_equal(env.cmdline, "BOOT_IMAGE=/vmlinuz root=/dev/sda1 quiet");
	assert_string_equal(env.distribution, "Debian GNU/Linux 12 (bookworm)");
}

static void test_two_sockets_tuning(void **state)
{
	struct env env;

	tree_put_all(*state, two_sockets);
	env_read(&env, *state);
	assert_string_equal(
		env.mitigations, "meltdown: Not affected; spectre_v1: Mitigation: usercopy");
	assert_string_equal(env.preemption, "voluntary");
	assert_string_equal(env.governor, "performance, powersave");
	assert_string_equal(env.cpufreq_driver, "intel_pstate");
	assert_string_equal(env.energy_preference, "balance_performance, performance");
	assert_string_equal(env.boost, "off");
	assert_string_equal(env.idle_driver, "intel_idle");
	assert_string_equal(env.idle_governor, "menu");
	assert_string_equal(env.clocksource, "tsc");
	assert_string_equal(env_setting(&env, "cpu.smt"), "on");
	assert_string_equal(env_setting(&env, "cpu.isolated"), "");
	assert_string_equal(env_setting(&env, "cpufreq.max_khz"), "3200000");
	assert_null(env_setting(&env, "cpufreq.min_khz"));
}

#define ARM(part)                                                                             \
	"processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n" \
	"CPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: " part "\nCPU revision\t: 1\n\n"

static void test_arm_without_model_name(void **state)
{
	struct env env;

	tree_put(*state, "/proc/cpuinfo", ARM("0xd0c") ARM("0xd0c"));
	tree_put_bytes(*state, "/proc/device-tree/model", "Ampere Board\0", 13);
	env_read(&env, *state);
	assert_string_equal(env.cpu_model, "implementer 0x41 part 0xd0c");
	assert_string_equal(env.cpu_vendor, "0x41");
	assert_string_equal(env.cpu_id, "variant 0x3 revision 1");
	assert_string_equal(env.machine_model, "Ampere Board");
	assert_string_equal(env.hypervisor, "");
	assert_string_equal(env.microcode, "");
	assert_int_equal(env.cpus_online, 2);
	assert_int_equal(env.cpus_present, -1);
	tree_put(*state, "/proc/cpuinfo", ARM("0xd0a") ARM("0xd05") ARM("0xd0a"));
	env_read(&env, *state);
	assert_string_equal(env.cpu_model, "implementer 0x41 part 0xd05, 0xd0a");
}

static void test_model_from_device_tree(void **state)
{
	struct env env;

	tree_put(*state, "/proc/cpuinfo", "processor\t: 0\nhart\t\t: 0\nisa\t\t: rv64imafdc\n");
	tree_put_bytes(*state, "/proc/device-tree/model", "StarFive VisionFive\0", 20);
	env_read(&env, *state);
	assert_string_equal(env.cpu_model, "StarFive VisionFive");
	assert_string_equal(env.machine_model, "StarFive VisionFive");
}

static const struct tree_file kvm_guest[] = {
	{"/proc/cpuinfo",
		"processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 2\n"
		"model name\t: AMD EPYC\nstepping\t: 1\nmicrocode\t: 0x1000065\n"
		"flags\t\t: fpu rdrand hypervisor lahf_lm\n"},
	{"/proc/sys/kernel/ostype", "Linux\n"},
	{"/proc/sys/kernel/osrelease", "6.18.4\n"},
	{"/proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC @0\n"},
	{CLOCK "current_clocksource", "kvm-clock\n"},
	{CLOCK "available_clocksource", "kvm-clock tsc acpi_pm \n"},
	{CPU "online", "0-1\n"},
	{CPU "cpuidle/current_driver", "haltpoll\n"},
	{CPU "cpuidle/current_governor_ro", "haltpoll\n"},
	{CPU "nohz_full", "  (null)\n"},
	{"/sys/module/haltpoll/parameters/guest_halt_poll_ns", "200000\n"},
	{"/sys/module/haltpoll/parameters/guest_halt_poll_allow_shrink", "Y\n"},
	{NULL, NULL},
};

static void test_kvm_guest(void **state)
{
	struct env env;
	char text[128];

	tree_put_all(*state, kvm_guest);
	env_read(&env, *state);
	assert_string_equal(env.hypervisor, "KVM");
	assert_string_equal(env.preemption, "PREEMPT_DYNAMIC");
	assert_string_equal(env.idle_driver, "haltpoll");
	assert_string_equal(env.idle_governor, "haltpoll");
	assert_string_equal(env_setting(&env, "haltpoll.ns"), "200000");
	assert_string_equal(env_setting(&env, "haltpoll.allow_shrink"), "Y");
	assert_string_equal(env_setting(&env, "cpu.nohz_full"), "(null)");
	assert_string_equal(env.governor, "");
	assert_string_equal(env.boost, "");
	env_describe(&env, text, sizeof text);
	assert_string_equal(text, "AMD EPYC, Linux 6.18.4, KVM guest, governor unknown");
	env_describe(&env, text, 9);
	assert_string_equal(text, "AMD EPYC");
}

static void describes(const char *hypervisor, const char *governor, const char *expected)
{
	struct env env = {.cpu_model = "Xeon", .kernel_name = "Linux", .kernel_release = "6.1"};
	char text[128];

	strcpy(env.hypervisor, hypervisor);
	strcpy(env.governor, governor);
	env_describe(&env, text, sizeof text);
	assert_string_equal(text, expected);
}

static void test_describe(void **state)
{
	(void)state;
	describes("none", "performance", "Xeon, Linux 6.1, bare metal, governor performance");
	describes("yes (unknown)", "", "Xeon, Linux 6.1, guest, governor unknown");
	describes("Hyper-V", "", "Xeon, Linux 6.1, Hyper-V guest, governor unknown");
}

/* A container shows neither cpufreq nor the firmware. */
static void test_container_without_cpufreq(void **state)
{
	struct env env;

	tree_put_all(*state, kvm_guest);
	tree_put(*state, "/.dockerenv", "");
	env_read(&env, *state);
	assert_string_equal(env.governor, "");
	assert_string_equal(env.cpufreq_driver, "");
	assert_string_equal(env.energy_preference, "");
	assert_string_equal(env.boost, "");
	assert_string_equal(env.machine_model, "");
	assert_string_equal(env.bios_version, "");
	assert_string_equal(env_setting(&env, "container"), "docker");
}

static void test_nothing_is_unknown(void **state)
{
	struct env env;
	char text[128];

	memset(&env, 'x', sizeof env);
	env_read(&env, *state);
	assert_string_equal(env.cpu_model, "");
	assert_string_equal(env.hypervisor, "");
	assert_string_equal(env.kernel_release, "");
	assert_string_equal(env.mitigations, "");
	assert_string_equal(env.preemption, "");
	assert_string_equal(env.clocksource, "");
	assert_true(env.memory_bytes == -1);
	assert_int_equal(env.cpus_present, -1);
	assert_int_equal(env.cpus_online, -1);
	assert_int_equal(env.settings_count, 0);
	env_describe(&env, text, sizeof text);
	assert_string_equal(
		text, "CPU unknown, kernel unknown, hypervisor unknown, governor unknown");
}

static void test_malformed_numbers(void **state)
{
	static const char *const lists[] = {"", "x", "0-", "-1", "3-1", "0,,1", "0-3,", "0-99999",
		"0 1", "1-99999999999999999999", "0-1-2", "0x3"};
	static const char *const sizes[] = {"", "kB", "12", "-5 kB", "0 kB", "12 MB", "12 kB more",
		"99999999999999999999 kB", "8796093022208 kB"};
	struct env env;
	char text[64];

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		tree_put(*state, CPU "online", lists[i]);
		env_read(&env, *state);
		if (env.cpus_online != -1)
			fail_msg("\"%s\" is %d CPUs", lists[i], env.cpus_online);
	}
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		snprintf(text, sizeof text, "MemTotal: %s\n", sizes[i]);
		tree_put(*state, "/proc/meminfo", text);
		env_read(&env, *state);
		if (env.memory_bytes != -1)
			fail_msg("%s", text);
	}
	tree_put(*state, CPU "online", "0,2-3");
	tree_put(*state, "/proc/meminfo", "MemTotal: 8796093022207 kB");
	env_read(&env, *state);
	assert_int_equal(env.cpus_online, 3);
	assert_true(env.memory_bytes == INT64_C(8796093022207) * 1024);
}

static void test_malformed_words(void **state)
{
	struct env env;

	tree_put(*state, "/proc/cpuinfo", "model name\nmodel name: \n: : :\nflags:");
	tree_put(*state, "/etc/os-release", "PRETTY_NAME=\"\n");
	tree_put(*state, "/sys/kernel/debug/sched/preempt", "none (voluntary\n");
	tree_put(*state, CPU "cpufreq/boost", "2\n");
	env_read(&env, *state);
	assert_string_equal(env.cpu_model, "");
	assert_string_equal(env.hypervisor, "");
	assert_string_equal(env.distribution, "\"");
	assert_string_equal(env.preemption, "none (voluntary");
	assert_string_equal(env.boost, "");
	tree_put(*state, CPU "cpufreq/boost", "1");
	tree_put(*state, "/etc/os-release", "PRETTY_NAME='Bob\"s Linux'");
	env_read(&env, *state);
	assert_string_equal(env.boost, "on");
	assert_string_equal(env.distribution, "Bob\"s Linux");
}

static void test_long_files(void **state)
{
	char *text = tree_long_text(20000);
	struct env env;

	tree_put(*state, "/proc/cpuinfo", text);
	tree_put(*state, "/proc/cmdline", text);
	tree_put(*state, "/proc/sys/kernel/osrelease", text);
	tree_put(*state, "/proc/self/cgroup", text);
	tree_put(*state, "/sys/class/net/lo/mtu", text);
	tree_put(*state, "/sys/class/dmi/id/sys_vendor", text);
	tree_put(*state, "/sys/class/dmi/id/product_name", text);
	for (char name[] = CPU "vulnerabilities/a"; name[sizeof name - 2] < 'h';
		name[sizeof name - 2]++)
		tree_put(*state, name, text);
	env_read(&env, *state);
	assert_int_equal(strlen(env.cmdline), sizeof env.cmdline - 1);
	assert_string_equal(env.cmdline + sizeof env.cmdline - 5, "x...");
	assert_int_equal(strlen(env.kernel_release), sizeof env.kernel_release - 1);
	assert_int_equal(strlen(env.machine_model), sizeof env.machine_model - 1);
	assert_int_equal(strlen(env.mitigations), sizeof env.mitigations - 1);
	assert_int_equal(strlen(env_setting(&env, "lo.mtu")), ENV_TEXT - 1);
	free(text);
}

static void test_clocksources(void **state)
{
	(void)state;
	assert_true(env_clocksource_trusted("tsc"));
	assert_true(env_clocksource_trusted("kvm-clock"));
	assert_true(env_clocksource_trusted("hyperv_clocksource_tsc_page"));
	assert_true(env_clocksource_trusted("arch_sys_counter"));
	assert_false(env_clocksource_trusted("hpet"));
	assert_false(env_clocksource_trusted("timer"));
	assert_false(env_clocksource_trusted("tsc-early"));
	assert_false(env_clocksource_trusted(""));
}

static void test_this_machine(void **state)
{
	struct env env;
	struct utsname name;

	(void)state;
	env_read(&env, "");
	assert_int_equal(uname(&name), 0);
	assert_string_equal(env.kernel_release, name.release);
	assert_string_equal(env.architecture, name.machine);
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(test_two_sockets),
		WITH_TREE(test_two_sockets_tuning),
		WITH_TREE(test_arm_without_model_name),
		WITH_TREE(test_model_from_device_tree),
		WITH_TREE(test_kvm_guest),
		cmocka_unit_test(test_describe),
		WITH_TREE(test_container_without_cpufreq),
		WITH_TREE(test_nothing_is_unknown),
		WITH_TREE(test_malformed_numbers),
		WITH_TREE(test_malformed_words),
		WITH_TREE(test_long_files),
		cmocka_unit_test(test_clocksources),
		cmocka_unit_test(test_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
