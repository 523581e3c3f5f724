/* See probe.h. */
#include "probe.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "clock.h"
#include "crew.h"
#include "fail.h"

enum {
	WORK_STEPS = 40000, /* of 4 cycles: 50 us at 3.2 GHz */
	WORK_TIMES = 6,
	WORK_READS = 50, /* of the clock, at least, take as long as the work that it times */
	READS = 101,
	SLEEPS = 31,
	SLEEP_NS = 200000,
};

struct shared {
	const int *cpus;
	uint64_t duration_ns;
	struct cpu_probe probes[];
};

static double work_once_ns(uint64_t *value)
{
	int64_t start = clock_now_ns();

	for (int i = 0; i < WORK_STEPS; i++) {
		*value = *value * UINT64_C(6364136223846793005) + 1442695040888963407;
		__asm__ volatile("" : "+r"(*value)); /* each step is made, one after the other */
	}
	return (double)(clock_now_ns() - start);
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int64_t median(int64_t *values, size_t count)
{
	qsort(values, count, sizeof *values, by_value);
	return values[count / 2];
}

static int64_t clock_read_ns(void)
{
	int64_t steps[READS], last = clock_now_ns();

	for (int i = 0; i < READS; i++) {
		int64_t now = clock_now_ns();

		steps[i] = now - last;
		last = now;
	}
	return median(steps, READS);
}

double probe_work_ns(void)
{
	uint64_t value = 1;
	double least = work_once_ns(&value);

	for (int i = 1; i < WORK_TIMES; i++)
		least = fmin(least, work_once_ns(&value));
	return least < (double)(WORK_READS * clock_read_ns()) ? NAN : least;
}

/* On a clock that takes microseconds to read every step would be a gap. */
static int64_t gap_floor_ns(void)
{
	int64_t slow = 3 * clock_read_ns();

	return slow > PROBE_GAP_NS ? slow : PROBE_GAP_NS;
}

static void watch(uint64_t duration_ns, struct cpu_probe *probe)
{
	int64_t floor_ns = gap_floor_ns(), gaps = 0, sum = 0, longest = 0;
	int64_t start = clock_now_ns(), last = start;

	while ((uint64_t)(last - start) < duration_ns) {
		int64_t now = clock_now_ns(), step = now - last;

		last = now;
		if (step <= floor_ns)
			continue;
		gaps++;
		sum += step;
		longest = step > longest ? step : longest;
	}
	probe->gap_fraction = (double)sum / (double)(last - start);
	probe->gap_rate_per_s = (double)gaps * 1e9 / (double)(last - start);
	probe->gap_max_ns = (double)longest;
}

static double timer_late_ns(void)
{
	int64_t late[SLEEPS];

	prctl(PR_SET_TIMERSLACK, 1UL);
	for (int i = 0; i < SLEEPS; i++) {
		int64_t due = clock_now_ns() + SLEEP_NS;
		const struct timespec at = {
			.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		late[i] = clock_now_ns() - due;
	}
	return (double)median(late, SLEEPS);
}

static int probe_one(void *context, size_t member)
{
	struct shared *shared = context;
	struct cpu_probe *probe = &shared->probes[member];

	probe->cpu = shared->cpus[member];
	probe->work_first_ns = probe_work_ns();
	watch(shared->duration_ns, probe);
	probe->work_ns = probe_work_ns();
	probe->timer_late_ns = timer_late_ns();
	return 0;
}

int probe_cpus(const int *cpus, size_t count, uint64_t duration_ns, struct cpu_probe *probes)
{
	size_t bytes = sizeof(struct shared) + count * sizeof *probes;
	struct shared *shared;
	int err;

	if (duration_ns == 0)
		return fail_text(EINVAL, "probing CPUs for 0 ns shows nothing");
	shared = crew_share(bytes);
	if (!shared)
		return -ENOMEM;
	shared->cpus = cpus;
	shared->duration_ns = duration_ns;
	err = crew_run(cpus, count, probe_one, shared);
	if (!err)
		memcpy(probes, shared->probes, count * sizeof *probes);
	crew_unshare(shared, bytes);
	return err;
}

double probe_work_change(double before_ns, double after_ns)
{
	if (!(before_ns > 0 && after_ns > 0))
		return NAN;
	return fmax(before_ns, after_ns) / fmin(before_ns, after_ns) - 1;
}

enum disturbance probe_judge_work(double before_ns, double after_ns)
{
	return disturbance_judge(
		probe_work_change(before_ns, after_ns), FREQUENCY_WARNING, FREQUENCY_INVALID);
}

double probe_gap_share(const struct cpu_probe *probes, size_t count, double duration_ns)
{
	double share = 0;

	for (size_t i = 0; i < count; i++)
		share += probes[i].gap_fraction + probes[i].gap_rate_per_s * duration_ns / 1e9;
	return fmin(share, 1);
}

bool probe_dominates(double gap_share, double quantile)
{
	return gap_share > (1 - quantile) / 2;
}
