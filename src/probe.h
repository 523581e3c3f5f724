/* What a CPU does beside the work that it is given, and how fast it works: gaps in its time, a
 * fixed piece of work, a timer.
 *
 * Gaps are what the clock shows to a loop that does nothing but read it: interrupts, other
 * programs, the hypervisor, the firmware. They end up in the tail of every figure (METHOD, part 6:
 * noise floor). The fixed work is a chain of integer operations each of which needs the one
 * before: its time is in cycles the same on every run, so it moves with the frequency, and hardly
 * with what a second thread of the core does. */
#ifndef IPCMARK_PROBE_H
#define IPCMARK_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "disturbance.h"

/* A shorter step of the clock is no gap; neither is one of three reads of a slow clock. */
#define PROBE_GAP_NS 1000

struct cpu_probe {
	int cpu;
	double gap_fraction;   /* 0 .. 1 of the time that was watched */
	double gap_rate_per_s; /* gaps */
	double gap_max_ns;     /* the longest; 0 where there was none */
	double work_first_ns;  /* the fixed work, at once: the CPU may still be slow from idling */
	double work_ns;        /* and after the watch, when it has been busy for a while */
	double timer_late_ns;  /* by how much a timer wakes late: median of some short sleeps */
};

/* Probes CPUs (kernel numbers, each once) in forked children, all at once: watches each for
 * duration_ns (> 0), and takes about 10 ms more. Fills probes[count], in the order of cpus. 0, or
 * -errno with a reason (see crew_run). */
int probe_cpus(const int *cpus, size_t count, uint64_t duration_ns, struct cpu_probe *probes);

/* The fixed work on the calling CPU, in ns: about 50 us, the smallest of several, so that one
 * preemption does not matter. Takes about 0.3 ms. NaN on a clock that is too slow to tell: one of
 * which 50 reads take longer. */
double probe_work_ns(void);

/* How far apart two times of the fixed work are, as a fraction of the shorter; NaN where one is not
 * known (NaN or 0). A W > 2 %, X > 10 % matter (METHOD, part 6: frequency). */
double probe_work_change(double before_ns, double after_ns);
enum disturbance probe_judge_work(double before_ns, double after_ns);

/* The share of operations of duration_ns each that at least one gap falls into or delays, 0 .. 1:
 * the sum over the CPUs of fraction + rate x duration, for an operation that needs all of them. */
double probe_gap_share(const struct cpu_probe *probes, size_t count, double duration_ns);

/* The quantile (0.99, ...) of such operations is the machine's rather than the mechanism's: the
 * share above exceeds (1 - quantile) / 2 (METHOD, part 6). */
bool probe_dominates(double gap_share, double quantile);

#endif
