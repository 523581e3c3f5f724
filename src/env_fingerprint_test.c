/* Each fingerprint changes with its own inputs and with nothing else. */
#include "env.h"

#include "tree_test.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define CPU "/sys/devices/system/cpu/"

static const char cpuinfo[] = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n"
			      "model\t\t: 106\nmodel name\t: Xeon\nstepping\t: 6\n"
			      "microcode\t: 0xd000390\nflags\t\t: fpu sse\n";

static const struct tree_file machine[] = {
	{"/proc/cpuinfo", cpuinfo},
	{"/proc/meminfo", "MemTotal:       65000000 kB\n"},
	{"/proc/cmdline", "root=/dev/sda1\n"},
	{"/proc/sys/kernel/ostype", "Linux\n"},
	{"/proc/sys/kernel/osrelease", "6.12.1\n"},
	{"/proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC\n"},
	{"/proc/sys/kernel/arch", "x86_64\n"},
	{"/proc/sys/kernel/random/boot_id", "11111111-2222\n"},
	{"/proc/sys/net/core/wmem_max", "212992\n"},
	{"/proc/self/limits", "Max open files            1024                 4096      files\n"},
	{"/sys/class/dmi/id/sys_vendor", "Maker\n"},
	{"/sys/class/dmi/id/product_name", "Box\n"},
	{"/sys/class/dmi/id/bios_version", "1.0\n"},
	{"/sys/kernel/debug/sched/preempt", "none voluntary (full)\n"},
	{CPU "present", "0-7\n"},
	{CPU "online", "0-7\n"},
	{CPU "cpu0/cpufreq/scaling_governor", "powersave\n"},
	{CPU "cpuidle/current_governor", "menu\n"},
	{CPU "vulnerabilities/meltdown", "Not affected\n"},
	{"/etc/os-release", "PRETTY_NAME=\"Debian 12\"\n"},
	{NULL, NULL},
};

enum { HARDWARE = 1, FIRMWARE = 2, KERNEL = 4, TUNING = 8 };

static const struct change {
	struct tree_file file;
	int changes;
} changes[] = {
	{{"/proc/sys/kernel/ostype", "GNU\n"}, KERNEL},
	{{"/proc/sys/kernel/osrelease", "6.12.2\n"}, KERNEL},
	{{"/proc/sys/kernel/version", "#2 SMP PREEMPT_DYNAMIC\n"}, KERNEL},
	{{"/proc/cmdline", "root=/dev/sda1 mitigations=off\n"}, KERNEL},
	{{"/sys/kernel/debug/sched/preempt", "(none) voluntary full\n"}, KERNEL},
	{{CPU "vulnerabilities/meltdown", "Mitigation: PTI\n"}, KERNEL},
	{{CPU "vulnerabilities/mds", "Not affected\n"}, KERNEL},
	{{"/proc/sys/kernel/arch", "i686\n"}, HARDWARE},
	{{"/proc/meminfo", "MemTotal:       31000000 kB\n"}, HARDWARE},
	{{"/sys/class/dmi/id/sys_vendor", "Other\n"}, HARDWARE},
	{{"/sys/class/dmi/id/product_name", "Blade\n"}, HARDWARE},
	{{CPU "present", "0-15\n"}, HARDWARE},
	{{"/sys/class/dmi/id/bios_version", "1.1\n"}, FIRMWARE},
	{{CPU "online", "0-3\n"}, TUNING},
	{{CPU "cpu0/cpufreq/scaling_governor", "performance\n"}, TUNING},
	{{CPU "cpu0/cpufreq/scaling_driver", "intel_pstate\n"}, TUNING},
	{{CPU "cpu0/cpufreq/energy_performance_preference", "power\n"}, TUNING},
	{{CPU "cpufreq/boost", "0\n"}, TUNING},
	{{CPU "cpuidle/current_driver", "intel_idle\n"}, TUNING},
	{{CPU "cpuidle/current_governor", "teo\n"}, TUNING},
	{{"/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n"}, TUNING},
	{{"/proc/sys/net/core/wmem_max", "212993\n"}, TUNING},
	{{"/proc/sys/fs/pipe-max-size", "1048576\n"}, TUNING},
	{{CPU "isolated", "\n"}, TUNING},
	{{"/proc/sys/kernel/random/boot_id", "33333333-4444\n"}, 0},
	{{"/proc/self/limits", "Max open files            2048                 4096      files\n"},
		0},
	{{"/etc/os-release", "PRETTY_NAME=\"Debian 13\"\n"}, 0},
	{{"/proc/meminfo", "MemTotal:       64900000 kB\nMemFree: 1 kB\n"}, 0},
	{{"/sys/class/dmi/id/sys_vendor", "Maker"}, 0},
};

static const struct word {
	const char *from, *to; /* of equal length, in cpuinfo */
	int changes;
} words[] = {
	{": 0xd000390", ": 0xd000391", FIRMWARE},
	{": Xeon", ": Atom", HARDWARE},
	{"GenuineIntel", "GenuineJntel", HARDWARE},
	{": 106", ": 107", HARDWARE},
	{"stepping\t: 6", "stepping\t: 7", HARDWARE},
};

static int differences(const struct env *a, const struct env *b)
{
	return (strcmp(a->fingerprint_hardware, b->fingerprint_hardware) ? HARDWARE : 0) |
		(strcmp(a->fingerprint_firmware, b->fingerprint_firmware) ? FIRMWARE : 0) |
		(strcmp(a->fingerprint_kernel, b->fingerprint_kernel) ? KERNEL : 0) |
		(strcmp(a->fingerprint_tuning, b->fingerprint_tuning) ? TUNING : 0);
}

/* What changes when this text comes to stand in this file. */
static int differences_with(const char *root, const char *path, const char *text)
{
	struct env before, after;

	env_read(&before, root);
	tree_put(root, path, text);
	env_read(&after, root);
	return differences(&before, &after);
}

static void test_each_input(void **state)
{
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		const struct tree_file *file = &changes[i].file;

		tree_put_all(*state, machine);
		int seen = differences_with(*state, file->path, file->text);

		if (seen != changes[i].changes)
			fail_msg("%s: %d, not %d", file->path, seen, changes[i].changes);
	}
}

static void test_cpuinfo(void **state)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		char text[sizeof cpuinfo];

		memcpy(text, cpuinfo, sizeof text);
		memcpy(strstr(text, words[i].from), words[i].to, strlen(words[i].to));
		tree_put_all(*state, machine);
		int seen = differences_with(*state, "/proc/cpuinfo", text);

		if (seen != words[i].changes)
			fail_msg("%s: %d, not %d", words[i].from, seen, words[i].changes);
	}
}

/* A guest differs from its host in hardware, whatever the CPU calls itself. */
static void test_hypervisor(void **state)
{
	char text[sizeof cpuinfo + sizeof " hypervisor"];

	tree_put_all(*state, machine);
	snprintf(text, sizeof text, "%.*s hypervisor\n", (int)sizeof cpuinfo - 2, cpuinfo);
	assert_int_equal(differences_with(*state, "/proc/cpuinfo", text), HARDWARE);
}

/* The same size of memory, as kernels of different appetite report it. */
static void test_memory_sizes(void **state)
{
	static const struct {
		const char *a, *b;
		int changes;
	} sizes[] = {
		{"8010000 kB", "7910000 kB", 0},     /* 8 GiB */
		{"16200000 kB", "15900000 kB", 0},   /* 16 GiB, over and under 15.5 */
		{"65800000 kB", "66200000 kB", 0},   /* 64 GiB, over and under 63 */
		{"263700000 kB", "264300000 kB", 0}, /* 256 GiB */
		{"16200000 kB", "32500000 kB", HARDWARE},
		{"12200000 kB", "16200000 kB", HARDWARE},
		{"400000 kB", "900000 kB", HARDWARE},
		{"1 kB", "2 kB", HARDWARE},
	};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char a[64], b[64];

		snprintf(a, sizeof a, "MemTotal: %s\n", sizes[i].a);
		snprintf(b, sizeof b, "MemTotal: %s\n", sizes[i].b);
		tree_put(*state, "/proc/meminfo", a);
		int seen = differences_with(*state, "/proc/meminfo", b);

		if (seen != sizes[i].changes)
			fail_msg("%s and %s: %d", a, b, seen);
	}
}

static void is_fingerprint(const char *text)
{
	assert_int_equal(strlen(text), 16);
	assert_int_equal(strspn(text, "0123456789abcdef"), 16);
}

static void test_form(void **state)
{
	struct env nothing;

	env_read(&nothing, *state);
	is_fingerprint(nothing.fingerprint_hardware);
	is_fingerprint(nothing.fingerprint_firmware);
	is_fingerprint(nothing.fingerprint_kernel);
	is_fingerprint(nothing.fingerprint_tuning);
}

/* Results of other versions hold fingerprints too, so the recipe must not drift. The value was
 * computed apart from this program. */
static void test_golden(void **state)
{
	struct env env;

	tree_put_all(*state, machine);
	env_read(&env, *state);
	assert_string_equal(env.fingerprint_firmware, "07dfdb8bc3d233d5");
}

/* The same text in another field is another machine. */
static void test_fields_do_not_mix(void **state)
{
	struct env driver, governor;

	tree_put(*state, CPU "cpuidle/current_driver", "haltpoll\n");
	env_read(&driver, *state);
	tree_put(*state, CPU "cpuidle/current_driver", "\n");
	tree_put(*state, CPU "cpuidle/current_governor", "haltpoll\n");
	env_read(&governor, *state);
	assert_int_equal(differences(&driver, &governor), TUNING);
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(test_each_input),
		WITH_TREE(test_cpuinfo),
		WITH_TREE(test_hypervisor),
		WITH_TREE(test_memory_sizes),
		WITH_TREE(test_form),
		WITH_TREE(test_golden),
		WITH_TREE(test_fields_do_not_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
