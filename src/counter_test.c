/* Hardware counters: either they count this program's own work, or they say why not. */
#include "counter.h"

#include <fcntl.h>
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
	struct counters counters = {.is_open = true, .fd = {-1, -1, -1}, .value = {-1, -1, -1}};
	int pipe_fds[2];

	assert_int_equal(pipe(pipe_fds), 0);
	close(pipe_fds[1]);
	counters.fd[COUNTER_CYCLES] = pipe_fds[0]; /* at its end */
	counted(&counters, 10);
	for (int i = 0; i < COUNTERS; i++)
		assert_int_equal(counters.value[i], -1);
	close(pipe_fds[0]);
}

static void a_sum_is_known_where_all_are(void **state)
{
	(void)state;
	struct counters sum = {.messages = 10, .value = {5, 7, -1}, .reason = {[2] = "none"}};
	const struct counters more = {.messages = 20,
		.is_user_only = true,
		.value = {6, -1, 8},
		.reason = {[1] = "it did not run"}};

	counters_add(&sum, &more);
	assert_int_equal(sum.messages, 30);
	assert_int_equal(sum.value[0], 11);
	assert_int_equal(sum.value[1], -1);
	assert_string_equal(sum.reason[1], "it did not run");
	assert_int_equal(sum.value[2], -1);
	assert_string_equal(sum.reason[2], "none");
	assert_true(sum.is_user_only);
}

/* Those of zeroed memory are not open: what they seem to be are somebody else's descriptors. */
static void what_is_not_open_is_left_alone(void **state)
{
	(void)state;
	struct counters none = {.is_open = false}, some;

	assert_int_equal(dup2(STDERR_FILENO, STDIN_FILENO), STDIN_FILENO);
	counted(&none, 10);
	counters_close(&none);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	assert_int_equal(none.value[0], 0);
	counters_open(&some);
	assert_true(some.is_open);
	counters_close(&some);
	counters_close(&some);
	assert_false(some.is_open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_count_or_a_reason),
		cmocka_unit_test(more_work_counts_more),
		cmocka_unit_test(a_thread_counts_too),
		cmocka_unit_test(what_can_t_be_read_is_unknown),
		cmocka_unit_test(a_sum_is_known_where_all_are),
		cmocka_unit_test(what_is_not_open_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
