/* What a comparison of run values means (METHOD, part 5). Effects are differences of ln values:
 * the ratio of other to base is exp(shift). */
#ifndef IPCMARK_VERDICT_H
#define IPCMARK_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "rank.h"

/* A difference of which p, adjusted over the report, is not above this is one (METHOD, part 5). */
#define VERDICT_LEVEL 0.05

enum verdict {
	VERDICT_REGRESSION,   /* other is worse than base, by the margin at least */
	VERDICT_IMPROVEMENT,  /* other is better, by the margin at least */
	VERDICT_SMALL,        /* they differ, by less than the margin */
	VERDICT_SAME,         /* they differ by less than the margin, if at all */
	VERDICT_INCONCLUSIVE, /* these runs can't tell */
	VERDICTS
};

/* "regression", "improvement", "small", "same" or "inconclusive". */
const char *verdict_name(enum verdict verdict);

/* margin: the d of METHOD as a fraction (0.03), > 0. The first of these that holds:
 *
 *   regression    p_adjusted <= 0.05, |ratio - 1| >= margin, and ci95 excludes a ratio of 1: a
 *   improvement   regression where the ratio is above 1 and lower is better, or below 1 and higher
 *                 is better
 *   small         p_adjusted <= 0.05 and |ratio - 1| < margin, also where ci90 is within the
 *                 margins: that it is equivalent for our purpose doesn't hide that it is there.
 *                 Its ci95 may reach beyond the margin
 *   same          ci90 lies inside of +-ln(1 + margin), its ends excluded: two one-sided tests at
 *                 5 % (TOST; Schuirmann 1987)
 *   inconclusive  anything else. Among it: an effect of the margin or more that isn't significant;
 *                 one that is, but whose ci95 includes 1 (p is approximate with ties, the interval
 *                 is not); and a NaN in anything that is asked for, such as an interval that too
 *                 few runs can't have
 *
 * The margin is that of METHOD literally: |ratio - 1| >= margin is a step of ln(1 + margin) upwards
 * and a little longer one, -ln(1 - margin), downwards. A ratio between 1 - margin and
 * 1 / (1 + margin) is small where significant, and never the same. */
enum verdict verdict_of(
	const struct effect *effect, double p_adjusted, double margin, bool higher_is_better);

/* The runs of each arm that would settle it: max(10, ceil(18 (sd / d)^2)) with d = ln(1 + margin)
 * and sd the standard deviation of ln run values, as of verdict_pooled_sd. 18 is
 * 2 (1.645 + 1.282)^2 / (3 / pi): both one-sided tests at 5 % pass with a power of 90 % where there
 * is no difference, 3 / pi being the efficiency of ranks for normal values. 0: not known (sd is
 * NaN, or the margin not above 0). SIZE_MAX: more than can be counted. */
size_t verdict_runs_needed(double sd, double margin);

/* The smallest effect that so many runs of each arm detect: 4.05 sd / sqrt(runs), in ln units; 4.05
 * is (1.960 + 0.842) sqrt(2 / (3 / pi)): 5 % two-sided, a power of 80 %. NaN for no runs. */
double verdict_smallest_effect(double sd, size_t runs);

/* The standard deviation of ln run values within the arms: the squares about each arm's own mean,
 * over m + n - 2. NaN below 2 values in either. */
double verdict_pooled_sd(
	const double *base, size_t base_count, const double *other, size_t other_count);

#endif
