/* Whether the arms of a comparison are of one machine: the four fingerprints of their results, and
 * what differs where a fingerprint does (METHOD, part 6). */
#ifndef IPCMARK_COMPARE_MACHINE_H
#define IPCMARK_COMPARE_MACHINE_H

#include "compare_arm.h"

enum compare_fingerprint {
	COMPARE_HARDWARE, /* another one is refused */
	COMPARE_FIRMWARE,
	COMPARE_KERNEL, /* another one is expected */
	COMPARE_TUNING,
	COMPARE_FINGERPRINTS
};

/* "hardware", ... */
const char *compare_fingerprint_name(enum compare_fingerprint fingerprint);

/* Whether it is one in all files of all arms; of one arm's files with arm_count 1. */
bool compare_machine_is_same(
	struct compare_arm *const *arms, size_t arm_count, enum compare_fingerprint fingerprint);

/* [{"fingerprint", "member", "values": [text or null, one an arm]}], at least one for each
 * fingerprint that differs. */
struct json *compare_machine_differences(struct compare_arm *const *arms, size_t arm_count);

/* The distinct texts of a member of an arm's files, "6.17.9" or "6.17.9, 6.18.4", in a new string:
 * a path below the environment ("kernel.release"). NULL where no file has it. */
char *compare_machine_text(const struct compare_arm *arm, const char *path);

/* "cpu.model AMD EPYC / Intel Xeon; cpu.present 2 / 8; 3 more": the differences of a fingerprint,
 * in a new string; "" where it has none. */
char *compare_machine_describe(
	const struct json *differences, enum compare_fingerprint fingerprint);

#endif
