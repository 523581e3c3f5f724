/* The two controls of a result: whether these runs, on this machine, find nothing where there is
 * nothing, and something where something was put (METHOD, part 5.6). One cell is registered twice
 * (A/A), and a third time with a spin that adds 5 % to its consumer; the three are run in the same
 * blocks, so their runs are compared in pairs. */
#ifndef IPCMARK_CONTROL_H
#define IPCMARK_CONTROL_H

#include <stddef.h>

#include "stats.h"

#define CONTROL_INJECTED 0.05 /* of a round trip, added by the positive control */

enum control_verdict {
	CONTROL_SAME,
	CONTROL_DIFFERS, /* of the A/A: the result can't be trusted */
	CONTROL_DETECTED,
	CONTROL_MISSED, /* of the positive control: the same */
	CONTROL_TOO_FEW_RUNS,
	CONTROL_VERDICTS
};

struct control_finding {
	double ratio;         /* control / base, by Hodges-Lehmann; NaN where there is no pair */
	struct interval ci95; /* of the ratio; NaN below 6 pairs */
	double p;             /* two-sided, of the signed ranks */
	size_t runs;          /* pairs */
	enum control_verdict verdict;
};

/* "same", "differs", "detected", "missed", "too few runs". */
const char *control_verdict_name(enum control_verdict verdict);

/* base[i] and control[i] are the run medians (ns, p50) of one block; a pair of which one is not
 * above 0 (NaN, too) is left out.
 *
 * A/A: CONTROL_DIFFERS where p <= 0.01: of sound results, one in a hundred is refused by chance; at
 * 0.05 it would be one in twenty, and a gate that cries wolf is switched off. CONTROL_TOO_FEW_RUNS
 * below 8 pairs, since 7 can't reach that p. */
struct control_finding control_a_a(const double *base, const double *control, size_t count);

/* CONTROL_DETECTED where p <= 0.05 and the interval lies above 1; CONTROL_TOO_FEW_RUNS below 6
 * pairs, since 5 can't reach that p. */
struct control_finding control_positive(const double *base, const double *control, size_t count);

#endif
