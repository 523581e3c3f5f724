/* Which hypervisor recorded evidence shows. */
#include "hypervisor.h"

#include "tree_test.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define CLOCKSOURCES "/sys/devices/system/clocksource/clocksource0/available_clocksource"

static const char guest[] = "flags\t\t: fpu rdrand hypervisor lahf_lm\n";

static void is(const char *root, const char *cpuinfo, const char *machine, const char *expected)
{
	char name[64];

	hypervisor_read(root, cpuinfo, machine, name, sizeof name);
	assert_string_equal(name, expected);
}

static void test_by_firmware(void **state)
{
	is(*state, guest, "QEMU KVM Virtual Machine", "KVM");
	is(*state, guest, "QEMU Standard PC (Q35 + ICH9, 2009)", "QEMU");
	is(*state, guest, "VMware, Inc. VMware7,1", "VMware");
	is(*state, guest, "innotek GmbH VirtualBox", "VirtualBox");
	is(*state, guest, "Microsoft Corporation Virtual Machine", "Hyper-V");
	is(*state, guest, "Parallels Software Parallels Virtual Machine", "Parallels");
	is(*state, guest, "Xen HVM domU", "Xen");
	is(*state, guest, "Amazon EC2 m5.large", "yes (unknown)");
	is(*state, guest, "Microsoft Corporation Surface Laptop", "yes (unknown)");
	is(*state, guest, "", "yes (unknown)");
}

static void test_by_kernel(void **state)
{
	tree_put(*state, CLOCKSOURCES, "kvm-clock tsc acpi_pm\n");
	is(*state, guest, "QEMU Standard PC", "KVM");
	tree_put(*state, CLOCKSOURCES, "hyperv_clocksource_tsc_page acpi_pm\n");
	is(*state, guest, "Microsoft Corporation 7.0", "Hyper-V");
	tree_put(*state, "/sys/hypervisor/type", "xen\n");
	is(*state, guest, "", "Xen");
}

static void test_flag_is_a_whole_word(void **state)
{
	is(*state, "flags: hypervisor", "", "yes (unknown)");
	is(*state, "flags: fpu\thypervisor\n", "", "yes (unknown)");
	is(*state, "flags: no_hypervisor hypervisors\n", "", "none");
	is(*state, "flags:\n", "", "");
	is(*state, NULL, "", "");
}

/* User-mode Linux shows the flags of its host. */
static void test_user_mode(void **state)
{
	is(*state, "vendor_id\t: User Mode Linux\nflags\t\t: fpu hypervisor\n", "", "UML");
	is(*state, "vendor_id\t: User Mode Linux\nflags\t\t: fpu\n", "", "UML");
	is(*state, "vendor_id\t: AuthenticAMD\nflags\t\t: fpu\n", "", "none");
}

/* Without the flag there is none, whatever the firmware calls itself. */
static void test_bare_cpu(void **state)
{
	tree_put(*state, CLOCKSOURCES, "tsc hpet\n");
	is(*state, "flags: fpu sse\n", "QEMU KVM Virtual Machine", "none");
}

static void test_without_flags(void **state)
{
	const char *arm = "processor\t: 0\nFeatures\t: fp asimd\n";

	is(*state, arm, "QEMU KVM Virtual Machine", "KVM");
	is(*state, arm, "Apple Inc. Apple Virtualization Generic Platform", "Apple Virtualization");
	is(*state, arm, "Amazon EC2 m6g.large", "");
	tree_put_bytes(*state, "/proc/device-tree/hypervisor/compatible", "linux,kvm\0", 10);
	is(*state, arm, "linux,dummy-virt", "KVM");
	tree_put_bytes(
		*state, "/proc/device-tree/hypervisor/compatible", "xen,xen-4.17\0xen,xen", 21);
	is(*state, arm, "XENVM-4.17", "Xen");
}

/* The CPU is asked here and not for recorded machines; what it says depends on where this runs. */
static void test_this_machine(void **state)
{
	(void)state;
	is("", "flags: fpu\n", "", "none");
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		WITH_TREE(test_by_firmware),
		WITH_TREE(test_by_kernel),
		WITH_TREE(test_flag_is_a_whole_word),
		WITH_TREE(test_user_mode),
		WITH_TREE(test_bare_cpu),
		WITH_TREE(test_without_flags),
		cmocka_unit_test(test_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
