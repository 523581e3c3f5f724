/* What of this machine changes from one moment to the next, as it is now: measured on the CPUs that
 * a run would use, or read. What stays until somebody changes it is in env.h. */
#ifndef IPCMARK_VITALS_H
#define IPCMARK_VITALS_H

#include <sys/types.h>

#include "affinity.h"
#include "clock.h"
#include "counter.h"
#include "load.h"
#include "probe.h"
#include "skew.h"

enum vitals_lock { LOCK_UNKNOWN, LOCK_FREE, LOCK_HELD }; /* by another measurement */

struct vitals {
	const struct cpu_probe *probes; /* of the used CPUs, the caller's */
	size_t probe_count;             /* 0: not measured */
	struct load_change load;        /* beside the probes */
	struct clock_cost clock;        /* NaN: not measured */
	struct clock_skew skew;         /* NaN: not measured */
	struct cpu_pair cpus;           /* that the skew is between */

	double load_average;            /* of the last minute; NaN: unknown */
	int64_t memory_available_bytes; /* -1: unknown, as the next */
	int64_t memory_limit_bytes;     /* of our control groups; INT64_MAX: none */
	int64_t swap_used_bytes;
	int64_t pipe_bytes;       /* the capacity of a pipe made just now */
	struct counters counters; /* of a fraction of a ms of work; closed again */
	enum vitals_lock lock;
	pid_t lock_holder; /* 0: can't be seen */
};

/* Fills what can be read or tried at once, below root ("" for this machine), and leaves the rest
 * unknown; the lock, too: that is the caller's. */
void vitals_read(struct vitals *vitals, const char *root);

/* Measures the rest on a pair of CPUs, or on one (both the same): the probes, of which there is
 * room for two, for duration_ns, and what else went on meanwhile; clock and skew. Takes about 0.1 s
 * more. 0, or -errno with the reason of what could not be measured; that stays unknown. */
int vitals_measure(struct vitals *vitals, struct cpu_pair cpus, uint64_t duration_ns,
	struct cpu_probe probes[2]);

#endif
