/* The clock: that it goes forward at the right pace, and that its cost is a sensible figure. */
#include "clock.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS INT64_C(1000000)

static void sleep_ns(int64_t ns)
{
	const struct timespec pause = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};

	assert_int_equal(clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL), 0);
}

static void it_never_runs_backwards(void **state)
{
	(void)state;
	int64_t last = clock_now_ns(), backwards = 0;

	for (int i = 0; i < 1000000; i++) {
		int64_t now = clock_now_ns();

		backwards += now < last;
		last = now;
	}
	assert_int_equal(backwards, 0);
}

static void it_is_the_monotonic_clock(void **state)
{
	(void)state;
	struct timespec before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	int64_t now = clock_now_ns();

	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(now >= before.tv_sec * INT64_C(1000000000) + before.tv_nsec);
	assert_true(now <= after.tv_sec * INT64_C(1000000000) + after.tv_nsec);
}

static void it_counts_nanoseconds(void **state)
{
	(void)state;
	int64_t start = clock_now_ns();

	sleep_ns(20 * MS);
	assert_true(clock_now_ns() - start >= 20 * MS);
	assert_true(clock_now_ns() - start < 5000 * MS);
}

static void its_cost_is_sane(void **state)
{
	(void)state;
	int64_t start = clock_now_ns();
	struct clock_cost cost = clock_measure();
	int64_t took = clock_now_ns() - start;

	assert_true(cost.read_ns > 0.5 && cost.read_ns < 1e5);
	assert_true(cost.quantum_ns >= 1 && cost.quantum_ns < 1e7);
	assert_true(cost.quantum_ns == floor(cost.quantum_ns));
	/* a median of 101 batches of 1000 reads: half of them took at least that long */
	assert_true(cost.read_ns * 1000 * 51 <= (double)took);
}

/* The figure against a loop of reads, timed once around: the best of several, as either can be
 * interrupted. */
static void a_read_costs_what_it_says(void **state)
{
	(void)state;
	double closest = INFINITY;

	for (int attempt = 0; attempt < 5; attempt++) {
		double said = clock_measure().read_ns;
		int64_t start = clock_now_ns(), now = start;

		for (int i = 0; i < 100000; i++)
			now = clock_now_ns();
		closest = fmin(closest, fabs(log((double)(now - start) / 100000 / said)));
	}
	assert_true(closest < log(2));
}

static void every_step_is_whole_quanta(void **state)
{
	(void)state;
	int64_t quantum = (int64_t)clock_measure().quantum_ns, last = clock_now_ns();
	int odd = 0;

	for (int i = 0; i < 20000; i++) {
		int64_t now = clock_now_ns();

		/* but for rounding, one way or the other, and what is rarer */
		odd += (now - last + 1) % quantum > 2;
		last = now;
	}
	assert_true(odd < 2000);
}

static void cpu_time_is_of_work_only(void **state)
{
	(void)state;
	int64_t start = clock_now_ns(), cpu = clock_process_cpu_ns();

	while (clock_process_cpu_ns() - cpu < 10 * MS)
		assert_true(clock_now_ns() - start < 10000 * MS); /* it must advance */
	/* one thread can't use more than all of the time; 1 ms for the grain of either clock */
	assert_true(clock_process_cpu_ns() - cpu <= clock_now_ns() - start + MS);
	cpu = clock_process_cpu_ns();
	sleep_ns(60 * MS);
	assert_true(clock_process_cpu_ns() - cpu < 30 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_never_runs_backwards),
		cmocka_unit_test(it_is_the_monotonic_clock),
		cmocka_unit_test(it_counts_nanoseconds),
		cmocka_unit_test(its_cost_is_sane),
		cmocka_unit_test(a_read_costs_what_it_says),
		cmocka_unit_test(every_step_is_whole_quanta),
		cmocka_unit_test(cpu_time_is_of_work_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
