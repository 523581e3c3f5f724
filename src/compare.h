/* Compares results: builds the document of results/ipcmark-comparison-1.schema.json, from which
 * every table and file of a comparison is made (METHOD, part 5). */
#ifndef IPCMARK_COMPARE_H
#define IPCMARK_COMPARE_H

#include "compare_policy.h"
#include "json.h"

#define COMPARISON_SCHEMA "ipcmark-comparison/1"

struct compare_options {
	char *const *arms; /* files or folders, two at least; NULL at the end; the first is the
			      base */
	const struct compare_policy *policy;
	bool gate, strict;   /* strict: only with gate */
	bool allow_hardware; /* compare results of different machines, and say so */
};

/* The document; json_free it. What the program is to exit with is in it: "gate.exit_code". NULL
 * with a reason where an arm can't be read or is no result, or a rule of the policy is about no
 * cell. */
struct json *compare_build(const struct compare_options *options);

#endif
