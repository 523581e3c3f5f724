/* What the machine did around and during a measurement: probes of every used CPU before and after
 * all runs, the distance of their clocks, and for each run what other work, the host, heat and the
 * clock frequency took away from it (METHOD, parts 1 and 6). */
#ifndef IPCMARK_CONDITIONS_H
#define IPCMARK_CONDITIONS_H

#include "fail.h"
#include "figures.h"
#include "load.h"
#include "plan.h"
#include "probe.h"
#include "skew.h"
#include "vitals.h"

#define CONDITIONS_CPUS  32
#define CONDITIONS_PAIRS 16

struct pair_skew {
	struct cpu_pair cpus;
	struct clock_skew before, after;
	char reason[FAIL_TEXT_BYTES]; /* why one-way times are refused; "" */
};

struct conditions {
	int cpus[CONDITIONS_CPUS]; /* that pinned cells use, each once */
	size_t cpu_count;
	struct cpu_probe before[CONDITIONS_CPUS], after[CONDITIONS_CPUS];
	bool is_probed; /* before is there; at the end, after too */
	struct pair_skew skew[CONDITIONS_PAIRS];
	size_t skew_count;
	struct load_snapshot begin;
	struct load_change load; /* of all of it */
};

/* Probes the CPUs of the plan's cells for probe_ns each, all at once, and compares the clocks of
 * each pair. 0, or -EINTR where a signal came; what could not be probed is left out. */
int conditions_begin(struct conditions *conditions, const struct plan *plan, uint64_t probe_ns);

/* The same once more; probe_ns 0, for a measurement that was interrupted: only what was counted. */
int conditions_end(struct conditions *conditions, uint64_t probe_ns);

/* By how much the clocks of a cell's CPUs may be apart, in ns, as far as is known so far. NaN with
 * a reason (fail.h) where one-way times between them mean nothing. */
double conditions_one_way_ns(const struct conditions *conditions, const struct cell *cell);

/* The share of operations of duration_ns on these CPUs that gaps fall into; NaN: not probed. */
double conditions_gap_share(
	const struct conditions *conditions, struct cpu_pair cpus, double duration_ns);

/* What was measured, for the checks of a result (checks.h); the rest of vitals is read now. They
 * point into the conditions. */
void conditions_vitals(
	const struct conditions *conditions, const struct clock_cost *clock, struct vitals *vitals);

/* Judges a run that is done by its figures->load and by what its sides saw: flags, and RUN_INVALID
 * beyond METHOD's thresholds, or a flag only where `allow` says so. */
void conditions_judge(const struct pair_params *params, bool allow, struct run_figures *figures);

#endif
