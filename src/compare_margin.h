/* How far a figure of a cell may move before it matters (METHOD, part 5.5). */
#ifndef IPCMARK_COMPARE_MARGIN_H
#define IPCMARK_COMPARE_MARGIN_H

#include "compare_policy.h"

struct compare_margin {
	double value;     /* a fraction: 0.03 */
	const char *from; /* "default", "policy", "--margin"; "a_a" or "quantum" where raised */
};

/* The default, or what the policy says; raised to twice the A/A half-width (`noise`, a fraction)
 * and to the clock's step as a fraction of the figure's p50 (`quantum`): what the measurement can't
 * tell can't be a finding, whatever the user would like. NaN: not known, or does not apply. */
struct compare_margin compare_margin_of(const struct compare_policy *policy, const char *cell,
	size_t metric, double noise, double quantum);

#endif
