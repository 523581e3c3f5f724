/* The controls of all results of a comparison: whether they can be trusted, and how far two equal
 * cells are seen apart (METHOD, part 5.6). The findings are taken as they stand in the results. */
#ifndef IPCMARK_COMPARE_CONTROLS_H
#define IPCMARK_COMPARE_CONTROLS_H

#include "compare_arm.h"

/* {"verdict", "a_a", "positive", "reason"} of the comparison document: "untrustworthy" where any
 * control of any file failed; "trustworthy" where both held in every file; else "not run". */
struct json *compare_controls(struct compare_arm *const *arms, size_t arm_count);

/* Half of the width of the 95 % interval of control / base in the A/A cells of an arm, as a
 * fraction of 1: of this figure where the cells have it, else of their p50; the widest of the arm's
 * files. NaN where no A/A cell was run, or in too few blocks. */
double compare_controls_noise(const struct compare_arm *arm, size_t metric);

#endif
