/* What other work did on some CPUs between two moments, and what was taken away from ours: time of
 * other programs, of interrupts, of the hypervisor, limits of a control group, heat, deep sleep.
 *
 * Read before and after a run, outside of what is timed: a few small files, below a millisecond.
 * What is counted in USER_HZ ticks is no finer than `resolution`, which a short run must not be
 * blamed for. */
#ifndef IPCMARK_LOAD_H
#define IPCMARK_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "disturbance.h"

#define LOAD_IDLE_STATES 10 /* as many as the kernel knows for one CPU */
#define LOAD_DEEP_NS     20000

/* A sleep state of the CPUs, summed over them. */
struct load_idle {
	char name[24];      /* "C6"; "" for one without a name */
	int64_t latency_ns; /* to wake from it, as the driver says; that of the slowest CPU */
	int64_t time_ns;    /* spent in it */
	int64_t count;      /* of times it was entered */
};

/* What was counted up to a moment; -1: unknown. */
struct load_snapshot {
	int64_t at_ns;        /* clock_now_ns() */
	int64_t own_cpu_ns;   /* of this process and of its children that it has waited for */
	int64_t own_switches; /* the same, voluntary */
	int64_t cpus;         /* that the next three are summed over */
	int64_t idle_ticks, interrupt_ticks, steal_ticks;
	int64_t throttles, throttled_ns; /* of our control group and those above it */
	int64_t hot_count;               /* times that a CPU was slowed down for its heat */
	size_t idle_count;               /* 0: unknown */
	struct load_idle idle[LOAD_IDLE_STATES];
};

/* What changed between two of them. Fractions are of the time of those CPUs, 0 .. 1; NaN and -1:
 * unknown. */
struct load_change {
	/* Neither idle nor stolen, nor ours, nor in interrupts, which are left out because those of
	 * loopback traffic are our own doing: of other programs. A lower bound: where the kernel
	 * counts the time of interrupts as that of the program that they hit, some are subtracted
	 * twice; and 4 us are taken off for each time that one of the CPUs had nothing to run,
	 * since what the kernel spends on going to sleep and waking is charged to nobody. */
	double foreign;
	double interrupts, steal;
	double resolution; /* of each of the three: one tick */
	double deep_idle;  /* in states that take longer than LOAD_DEEP_NS to wake from */
	int64_t throttles, throttled_ns, hot_count;
	size_t idle_count;
	struct load_idle idle[LOAD_IDLE_STATES];
};

/* Reads them for `count` CPUs (kernel numbers; one that is named twice counts once), from files
 * below root ("" for this machine). With a -1 among them, for a side that is not pinned, for all
 * CPUs of the machine; sleep states and heat are then left unknown. */
void load_read(struct load_snapshot *snapshot, const char *root, const int *cpus, size_t count);

/* Children that were at work in between must have been waited for before the second one. */
void load_difference(const struct load_snapshot *before, const struct load_snapshot *after,
	struct load_change *change);

/* By the thresholds of METHOD, part 6, less two ticks: each end of the interval may be off by one.
 */
enum disturbance load_judge_foreign(const struct load_change *change);
enum disturbance load_judge_steal(const struct load_change *change);

#endif
