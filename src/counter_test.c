/* Hardware counters: either they count this program's own work, or they say why not. */
#include "counter.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void work(unsigned rounds)
{
	for (volatile unsigned i = 0; i < rounds; i++)
		;
}

static void counted(struct counters *counters, unsigned rounds)
{
	counters_start(counters);
	work(rounds);
	counters_stop(counters);
}

static void a_count_or_a_reason(void **state)
{
	(void)state;
	struct counters counters;

	counters_open(&counters);
	counted(&counters, 1000000);
	for (int i = 0; i < COUNTERS; i++) {
		print_message("%s: %lld %s\n", counter_name((enum counter)i),
			(long long)counters.value[i], counters.reason[i]);
		assert_int_equal(counters.value[i] < 0, counters.reason[i][0] != '\0');
		if (i != COUNTER_CACHE_MISSES)
			assert_int_not_equal(counters.value[i], 0);
	}
}

static void more_work_counts_more(void **state)
{
	(void)state;
	struct counters little, much;

	counters_open(&little);
	much = little;
	counted(&little, 100000);
	counted(&much, 1000000);
	if (little.value[COUNTER_INSTRUCTIONS] < 0 || much.value[COUNTER_INSTRUCTIONS] < 0)
		skip(); /* the reason is in the test above */
	assert_true(little.value[COUNTER_INSTRUCTIONS] > 100000);
	assert_true(much.value[COUNTER_INSTRUCTIONS] > 5 * little.value[COUNTER_INSTRUCTIONS]);
}

static void *work_in_thread(void *context)
{
	(void)context;
	work(1000000);
	return NULL;
}

static void a_thread_counts_too(void **state)
{
	(void)state;
	struct counters counters;
	pthread_t thread;

	counters_open(&counters);
	counters_start(&counters);
	assert_int_equal(pthread_create(&thread, NULL, work_in_thread, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	counters_stop(&counters);
	if (counters.value[COUNTER_INSTRUCTIONS] < 0)
		skip(); /* the reason is in the first test */
	assert_true(counters.value[COUNTER_INSTRUCTIONS] > 1000000);
}

/* A descriptor that is no counter: unknown, not 0. */
static void what_can_t_be_read_is_unknown(void **state)
{
	(void)state;
	struct counters counters = {.fd = {-1, -1, -1}, .value = {-1, -1, -1}};
	int pipe_fds[2];

	assert_int_equal(pipe(pipe_fds), 0);
	close(pipe_fds[1]);
	counters.fd[COUNTER_CYCLES] = pipe_fds[0]; /* at its end */
	counted(&counters, 10);
	for (int i = 0; i < COUNTERS; i++)
		assert_int_equal(counters.value[i], -1);
	close(pipe_fds[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_count_or_a_reason),
		cmocka_unit_test(more_work_counts_more),
		cmocka_unit_test(a_thread_counts_too),
		cmocka_unit_test(what_can_t_be_read_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
