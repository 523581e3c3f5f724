/* Which hypervisor, if any, runs this machine.
 *
 * A guest wakes a halted CPU by way of its host, which dominates every blocking round trip between
 * CPUs, so a result must say what stands below the kernel. */
#ifndef IPCMARK_HYPERVISOR_H
#define IPCMARK_HYPERVISOR_H

#include <stddef.h>

/* "KVM", "Hyper-V", "VMware", "Xen", "QEMU TCG", "UML" (user-mode Linux) ... ; "QEMU" where KVM and
 * TCG cannot be told apart; "yes (unknown)" where the CPU says that there is one; "none" where it
 * says that there is none; "" where nothing says anything. cpuinfo is the text of /proc/cpuinfo
 * (NULL: missing), machine the maker and product of the machine. With root "" the CPU itself is
 * asked too. */
void hypervisor_read(
	const char *root, const char *cpuinfo, const char *machine, char *out, size_t out_bytes);

#endif
