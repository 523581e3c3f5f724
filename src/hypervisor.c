/* See hypervisor.h. The CPU's flag decides whether there is one; which one, evidence says that is
 * tried from the most to the least telling: the CPU's signature, the kernel's own findings, the
 * firmware. */
#include "hypervisor.h"

#include "sysfs.h"

#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#define VALUE_BYTES 256
#define FLAGS_BYTES 4096

struct hint {
	const char *path; /* NULL: the machine's maker and product */
	const char *word; /* anywhere in it */
	const char *name;
};

#define CLOCKSOURCES "/sys/devices/system/clocksource/clocksource0/available_clocksource"

/* Names that bare machines of the same maker have too (Amazon EC2, Google Compute Engine) tell
 * nothing, and products stand before the makers of what they build on. */
static const struct hint hints[] = {
	{"/sys/hypervisor/type", "xen", "Xen"},
	{"/proc/device-tree/hypervisor/compatible", "linux,kvm", "KVM"},
	{"/proc/device-tree/hypervisor/compatible", "xen,", "Xen"},
	{CLOCKSOURCES, "kvm-clock", "KVM"},
	{CLOCKSOURCES, "hyperv", "Hyper-V"},
	{NULL, "KVM", "KVM"},
	{NULL, "VirtualBox", "VirtualBox"},
	{NULL, "VMware", "VMware"},
	{NULL, "Parallels", "Parallels"},
	{NULL, "Microsoft Corporation Virtual Machine", "Hyper-V"},
	{NULL, "Apple Virtualization", "Apple Virtualization"},
	{NULL, "Xen", "Xen"},
	{NULL, "QEMU", "QEMU"},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum flag { FLAG_UNKNOWN, FLAG_NO, FLAG_YES };

/* Only x86 has the flag, so its absence says something only where there is a list of x86 flags. */
static enum flag hypervisor_flag(const char *cpuinfo)
{
	char flags[FLAGS_BYTES] = " ";

	if (!sysfs_field(cpuinfo, "flags", flags + 1, sizeof flags - 1) || !flags[1])
		return FLAG_UNKNOWN;
	sysfs_append(flags, sizeof flags, " ");
	return strstr(flags, " hypervisor ") ? FLAG_YES : FLAG_NO;
}

#if defined(__x86_64__) || defined(__i386__)
static const char *signature_name(const char *signature)
{
	static const struct {
		const char *signature, *name;
	} known[] = {
		{"KVMKVMKVM", "KVM"},
		{"Microsoft Hv", "Hyper-V"},
		{"VMwareVMware", "VMware"},
		{"XenVMMXenVMM", "Xen"},
		{"TCGTCGTCGTCG", "QEMU TCG"},
		{"VBoxVBoxVBox", "VirtualBox"},
		{"bhyve bhyve ", "bhyve"},
		{" prl hyperv ", "Parallels"},
		{"ACRNACRNACRN", "ACRN"},
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (!strcmp(signature, known[i].signature))
			return known[i].name;
	return NULL;
}

/* Leaf 0x40000000 is reserved for hypervisors; on a bare CPU it returns rubbish, so the flag comes
 * first. */
static const char *hypervisor_signature(void)
{
	unsigned eax = 0, words[3] = {0};
	char signature[sizeof words + 1] = "";

	__cpuid(0x40000000, eax, words[0], words[1], words[2]);
	memcpy(signature, words, sizeof words);
	return signature_name(signature);
}
#else
static const char *hypervisor_signature(void)
{
	return NULL;
}
#endif

static const char *hypervisor_hint(const char *root, const char *machine)
{
	char value[VALUE_BYTES];

	for (size_t i = 0; i < COUNT(hints); i++) {
		if (hints[i].path)
			sysfs_read(root, hints[i].path, value, sizeof value);
		if (strstr(hints[i].path ? value : machine, hints[i].word))
			return hints[i].name;
	}
	return NULL;
}

/* A kernel that is a process of another: its flags and its CPU's signature are the host's. */
static bool is_user_mode(const char *cpuinfo)
{
	char vendor[VALUE_BYTES];

	sysfs_field(cpuinfo, "vendor_id", vendor, sizeof vendor);
	return !strcmp(vendor, "User Mode Linux");
}

static const char *hypervisor_name(const char *root, const char *cpuinfo, const char *machine)
{
	enum flag flag = hypervisor_flag(cpuinfo);
	const char *name = NULL;

	if (is_user_mode(cpuinfo))
		return "UML";
	if (flag == FLAG_NO)
		return "none";
	if (flag == FLAG_YES && !*root)
		name = hypervisor_signature();
	if (!name)
		name = hypervisor_hint(root, machine);
	if (!name)
		name = flag == FLAG_YES ? "yes (unknown)" : "";
	return name;
}

void hypervisor_read(
	const char *root, const char *cpuinfo, const char *machine, char *out, size_t out_bytes)
{
	out[0] = '\0';
	sysfs_append(out, out_bytes, hypervisor_name(root, cpuinfo, machine));
}
