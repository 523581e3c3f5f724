/* The machine as a result records it: hardware, firmware, kernel, settings, and four fingerprints
 * that say what may be compared with what (METHOD, part 6).
 *
 * Everything is read from files under one root, so that recorded trees of other machines can be
 * tested. What cannot be seen is "" (text) or -1 (number) and becomes null in the JSON: unknown is
 * never guessed. Texts are one line: runs of blanks, tabs and newlines are one space, and a text
 * that does not fit ends in "...". Fields that can differ between CPUs hold the sorted distinct
 * values: "performance, powersave". Includes neither hwloc nor JSON. */
#ifndef IPCMARK_ENV_H
#define IPCMARK_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENV_TEXT     256
#define ENV_LONG     4096
#define ENV_SETTINGS 64

/* A file that is there and empty (no isolated CPUs) is a setting with the value "". */
struct env_setting {
	char name[64]; /* "transparent_hugepage", "net.core.wmem_max", ... */
	char value[ENV_TEXT];
};

struct env {
	/* hardware */
	char cpu_model[ENV_TEXT];  /* "implementer 0x41 part 0xd0c" where the kernel has no name */
	char cpu_vendor[ENV_TEXT]; /* "AuthenticAMD"; on ARM the implementer's code */
	char cpu_id[ENV_TEXT]; /* "family 26 model 2 stepping 1"; a cloud's "AMD EPYC" is many */
	char architecture[ENV_TEXT];  /* as uname -m */
	char machine_model[ENV_TEXT]; /* maker and product from DMI, else the device tree's model */
	char hypervisor[ENV_TEXT]; /* "KVM", ..., "yes (unknown)", or "none" (see hypervisor.h) */
	int64_t memory_bytes;
	int cpus_present; /* built in, also those switched off */
	int cpus_online;
	/* firmware */
	char microcode[ENV_TEXT];
	char bios_version[ENV_TEXT];
	/* kernel */
	char kernel_name[ENV_TEXT];
	char kernel_release[ENV_TEXT];
	char kernel_version[ENV_TEXT];
	char boot_id[ENV_TEXT];
	char distribution[ENV_TEXT];
	char cmdline[ENV_LONG];
	char mitigations[ENV_LONG]; /* "name: state" of each vulnerability, joined by "; " */
	char preemption[ENV_TEXT];  /* the mode in force where debugfs may be read (root), else the
				     * word of the version text: PREEMPT_DYNAMIC, PREEMPT_RT ... */
	/* tuning */
	char governor[ENV_TEXT];
	char cpufreq_driver[ENV_TEXT];
	char boost[ENV_TEXT]; /* "on" or "off" */
	char energy_preference[ENV_TEXT];
	char idle_driver[ENV_TEXT];
	char idle_governor[ENV_TEXT];
	char clocksource[ENV_TEXT];
	/* sockets, pipes, THP, ASLR, haltpoll, scheduler, rlimits ... */
	struct env_setting settings[ENV_SETTINGS];
	size_t settings_count;
	/* 16 hexadecimal digits each, never "" (see env_fingerprint.h) */
	char fingerprint_hardware[17];
	char fingerprint_firmware[17];
	char fingerprint_kernel[17];
	char fingerprint_tuning[17];
};

/* Fills env from the files below root ("" for this machine). Never fails: what is missing is
 * unknown. Called once, in the parent, before it pins itself: the allowed CPUs are among the
 * settings. */
void env_read(struct env *env, const char *root);

/* The value of a setting, NULL where it is not there. */
const char *env_setting(const struct env *env, const char *name);

/* CLOCK_MONOTONIC is cheap and ordered on this clocksource: tsc, kvm-clock,
 * hyperv_clocksource_tsc_page, arch_sys_counter. Others are refused by METHOD, part 2. */
bool env_clocksource_trusted(const char *clocksource);

/* "AMD EPYC, Linux 6.18.4, KVM guest, governor unknown": one line of conditions for captions.
 * out_bytes is at least 1; a line that does not fit is cut. */
void env_describe(const struct env *env, char *out, size_t out_bytes);

#endif
