/* What a comparison is worth to a script: its exit code, and why. */
#ifndef IPCMARK_COMPARE_GATE_H
#define IPCMARK_COMPARE_GATE_H

#include "compare_table.h"

struct compare_gate {
	bool asked, strict;      /* --gate, --strict */
	const char *refused;     /* why nothing was compared at all; NULL */
	bool is_one_measurement; /* an arm is compared with itself */
	const struct json *controls;
};

/* {"regression": n, ...}: how many rows have each verdict. */
struct json *compare_gate_counts(const struct compare_table *table);

/* {"asked", "strict", "exit_code", "reason"}. EXIT_REFUSED where nothing was compared. Of a gate
 * that was asked the first of these that holds: EXIT_REFUSED: one measurement against itself;
 * EXIT_UNTRUSTWORTHY: a control failed; EXIT_REGRESSION; with `strict` EXIT_INCONCLUSIVE: rows are
 * inconclusive, or absent. Else EXIT_DONE. */
struct json *compare_gate(const struct compare_gate *gate, const struct compare_table *table);

#endif
