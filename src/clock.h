/* The clock: CLOCK_MONOTONIC through the vDSO, in nanoseconds.
 *
 * Portable, ordered between the CPUs of a machine, the clock of clock_nanosleep, and as cheap as
 * the cycle counter. Nothing is ever subtracted from a reading: what a read costs is measured and
 * recorded beside the figures. */
#ifndef IPCMARK_CLOCK_H
#define IPCMARK_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds since an arbitrary start. Hot. */
static inline int64_t clock_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* CPU time of the calling process, or of the calling thread, so far, in ns (a system call). */
int64_t clock_process_cpu_ns(void);
int64_t clock_thread_cpu_ns(void);

struct clock_cost {
	double read_ns;    /* one read: median over batches of reads */
	double quantum_ns; /* the grain of its readings: the smallest gap between common steps, 4095
			      at most */
};

/* Measures the clock on the calling CPU; takes about 5 ms. */
struct clock_cost clock_measure(void);

#endif
