/* See clock.h. */
#include "clock.h"

#include <stdlib.h>

enum { BATCHES = 101, READS = 1000 };

int64_t clock_process_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Two reads are never closer than a read takes, so the smallest step alone would hide a finer
 * quantum. */
static int64_t common_divisor(int64_t a, int64_t b)
{
	while (b) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

struct clock_cost clock_measure(void)
{
	double batch_ns[BATCHES];
	int64_t quantum = 0;

	for (int b = 0; b < BATCHES; b++) {
		int64_t start = clock_now_ns(), last = start;

		for (int i = 0; i < READS; i++) {
			int64_t now = clock_now_ns();

			quantum = common_divisor(now - last, quantum);
			last = now;
		}
		batch_ns[b] = (double)(last - start) / READS;
	}
	qsort(batch_ns, BATCHES, sizeof batch_ns[0], by_value);
	return (struct clock_cost){
		.read_ns = batch_ns[BATCHES / 2],
		.quantum_ns = (double)quantum,
	};
}
