/* See clock.h. */
#include "clock.h"

#include <stdint.h>
#include <stdlib.h>

enum { BATCHES = 101, READS = 1000, STEPS_MOST = 4096 };

static int64_t cpu_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_process_cpu_ns(void)
{
	return cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t clock_thread_cpu_ns(void)
{
	return cpu_ns(CLOCK_THREAD_CPUTIME_ID);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* How often each step between two reads was seen; what is longer counts as the longest. */
struct steps {
	uint32_t seen[STEPS_MOST];
};

/* The smallest gap between steps that are common: two reads are never closer than a read takes, so
 * the smallest step alone would hide a finer grain; rare ones are rounding. */
static double grain(const struct steps *steps)
{
	uint32_t most = 0;
	int last = -1, gap = 0;

	for (int i = 0; i < STEPS_MOST; i++)
		most = steps->seen[i] > most ? steps->seen[i] : most;
	for (int i = 0; i < STEPS_MOST; i++) {
		if (steps->seen[i] * 20U < most)
			continue;
		if (last >= 0 && (!gap || i - last < gap))
			gap = i - last;
		last = i;
	}
	return gap ? gap : last > 0 ? last : 1;
}

struct clock_cost clock_measure(void)
{
	double batch_ns[BATCHES];
	struct steps steps = {{0}};

	for (int b = 0; b < BATCHES; b++) {
		int64_t start = clock_now_ns(), last = start;

		for (int i = 0; i < READS; i++) {
			int64_t now = clock_now_ns();

			steps.seen[now - last < STEPS_MOST ? now - last : STEPS_MOST - 1]++;
			last = now;
		}
		batch_ns[b] = (double)(last - start) / READS;
	}
	qsort(batch_ns, BATCHES, sizeof batch_ns[0], by_value);
	return (struct clock_cost){
		.read_ns = batch_ns[BATCHES / 2],
		.quantum_ns = grain(&steps),
	};
}
