/* Tallies: the resources of the measured part, and of nothing before or after it. */
#include "tally.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "affinity.h"
#include "clock.h"

#include <cmocka.h>

#define MS INT64_C(1000000)

static int setup(void **state)
{
	*state = aligned_alloc(128, sizeof(struct tally));
	if (!*state)
		return -1;
	memset(*state, 0, sizeof(struct tally));
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void use_cpu(int64_t ns)
{
	int64_t start = clock_process_cpu_ns();

	while (clock_process_cpu_ns() - start < ns)
		;
}

static void sleep_often(int times)
{
	for (int i = 0; i < times; i++)
		nanosleep(&(struct timespec){.tv_nsec = MS}, NULL);
}

static void touch_pages(size_t pages)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(
		NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	madvise(memory, pages * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < pages; i++)
		memory[i * page] = 1;
	munmap(memory, pages * page);
}

static void the_measured_part_counts(void **state)
{
	struct tally *tally = *state;

	tally_begin(tally);
	use_cpu(5 * MS);
	sleep_often(20);
	touch_pages(300);
	tally_end(tally);
	assert_true(tally->usage.cpu_ns >= 5 * MS);
	assert_true(tally->usage.cpu_ns < 5000 * MS);
	assert_true(tally->usage.voluntary_switches >= 20);
	assert_true(tally->usage.voluntary_switches < 1000);
	assert_true(tally->usage.minor_faults >= 300);
	assert_true(tally->usage.involuntary_switches >= 0 && tally->usage.major_faults >= 0);
	assert_true(tally->usage.max_rss_bytes >= 300 * 4096);
	assert_true(tally->elapsed_ns >= 25 * MS && tally->elapsed_ns < 5000 * MS);
}

static void what_is_outside_does_not(void **state)
{
	struct tally *tally = *state;

	use_cpu(20 * MS);
	sleep_often(30);
	touch_pages(500);
	tally_begin(tally);
	tally_end(tally);
	int64_t cpu_ns = tally->usage.cpu_ns, elapsed_ns = tally->elapsed_ns;

	use_cpu(5 * MS);
	sleep_often(5);
	assert_true(cpu_ns >= 0 && cpu_ns < 15 * MS);
	assert_int_equal(tally->usage.cpu_ns, cpu_ns);
	assert_int_equal(tally->elapsed_ns, elapsed_ns);
	assert_true(tally->usage.voluntary_switches < 10);
	assert_true(tally->usage.minor_faults < 400);
}

static void stamps_stand_at_their_epoch(void **state)
{
	struct tally *tally = *state;
	int64_t before = clock_now_ns();

	for (uint32_t e = 0; e <= TALLY_EPOCHS; e++)
		tally_stamp(tally, e, 100 * (uint64_t)e + 7);
	for (uint32_t e = 0; e <= TALLY_EPOCHS; e++) {
		assert_int_equal(tally->arrived[e], 100 * e + 7);
		assert_true(tally->stamp_ns[e] >= (e ? tally->stamp_ns[e - 1] : before));
	}
	assert_true(tally->stamp_ns[TALLY_EPOCHS] <= clock_now_ns());
}

static void the_cpu_is_noted(void **state)
{
	struct tally *tally = *state;
	cpu_set_t all;
	int cpus[2] = {-1, -1};
	size_t found = 0;

	assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
	for (size_t cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++)
		if (CPU_ISSET(cpu, &all))
			cpus[found++] = (int)cpu;
	if (found < 2)
		skip(); /* one CPU: nowhere to go */
	assert_int_equal(affinity_pin(cpus[1]), 0);
	tally_begin(tally);
	assert_int_equal(affinity_pin(cpus[0]), 0);
	tally_end(tally);
	assert_int_equal(tally->cpu_start, cpus[1]);
	assert_int_equal(tally->cpu_end, cpus[0]);
	assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_measured_part_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_outside_does_not, setup, teardown),
		cmocka_unit_test_setup_teardown(stamps_stand_at_their_epoch, setup, teardown),
		cmocka_unit_test_setup_teardown(the_cpu_is_noted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
