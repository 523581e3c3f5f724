/* How far the clocks of two CPUs are apart: the proof that one-way times need (METHOD, part 1).
 *
 * The producer's CPU reads its clock (t0) and writes to a shared cache line; the consumer's sees
 * it, reads its own clock (s) and answers; the producer's sees that and reads its clock again (t1).
 * s was taken between t0 and t1, so the consumer's clock is ahead of the producer's by no less than
 * s - t1 and no more than s - t0; many such exchanges bound it to [max(s - t1), min(s - t0)]. */
#ifndef IPCMARK_SKEW_H
#define IPCMARK_SKEW_H

#include <stdbool.h>

#include "affinity.h"

/* Of the consumer's clock against the producer's, in ns. Empty (low > high): there are not two
 * clocks with a fixed distance, and no one-way time means anything. */
struct clock_skew {
	double low_ns, high_ns;
};

/* Measures it by 100000 exchanges between forked, pinned children: about 20 ms, and never more than
 * seconds: on CPUs that are busy with other work fewer exchanges do, 1000 at least, as each of them
 * alone is a bound. One CPU for both sides is [0, 0] and not measured. 0, or -errno with a reason:
 * -EINVAL for sides that are not pinned, -ETIMEDOUT where not even 1000 exchanges came about, and
 * what crew_run says. */
int skew_measure(struct cpu_pair cpus, struct clock_skew *skew);

/* What the bounds of two measurements have in common; empty where they have nothing. */
struct clock_skew skew_common(const struct clock_skew *a, const struct clock_skew *b);

/* One measured before a run and one after it: neither is empty, and some distance is within both.
 */
bool skew_agrees(const struct clock_skew *before, const struct clock_skew *after);

#endif
