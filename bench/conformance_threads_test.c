/* The contract of transport.h where both sides are threads of one process: what crosses arrives
 * whole there, too. Each transport with its usual wait. */
#include "conformance_test.h"

#include "conformance_flood_test.h"

#include <sys/mman.h>

static size_t *thread_count; /* shared: in the process of the sides */

static struct trial trial_of(const struct transport *transport, size_t bytes)
{
	return (struct trial){.transport = transport,
		.wait = wait_usual(transport->waits),
		.bytes = bytes,
		.threads = true};
}

/* As probe(). */
static bool is_there(struct cell cell)
{
	struct trial trial = trial_of(cell.transport, 64);

	trial.pattern = &pattern_verify;
	trial.messages = 1;
	run(&trial);
	if (trial.status != PAIR_UNSUPPORTED || is_everywhere(cell)) {
		assert_done(&trial);
		return true;
	}
	print_message("  %s skipped: %s\n", cell.transport->name, trial.reason);
	assert_null(strstr(trial.reason, "datagram"));
	assert_true(trial.reason[0] != '\0');
	return false;
}

/* Those that this machine has between threads; the first test. */
static void test_what_there_is_between_threads(void **state)
{
	(void)state;
	for (size_t i = 0; transport_registry[i]; i++) {
		const struct transport *transport = transport_registry[i];
		struct cell cell = {transport, wait_usual(transport->waits)};

		if (!is_tried(transport))
			continue;
		if (is_there(cell))
			cells[cell_count++] = cell;
		else
			skipped_count++;
	}
	assert_true(cell_count + skipped_count > 0);
}

/* Notes how many threads there are once both sides have attached. */
static int count_threads(struct pattern_end *end)
{
	(void)end;
	*thread_count = entries("/proc/self/task");
	return 0;
}

static const struct pattern pattern_threads = {
	.name = "threads",
	.timed = SIDE_PRODUCER,
	.loop = {count_threads, count_threads},
};

static size_t threads_with(const struct transport *transport)
{
	struct trial trial = trial_of(transport, 64);

	trial.pattern = &pattern_threads;
	trial.messages = 1;
	*thread_count = 0;
	run(&trial);
	assert_done(&trial);
	return *thread_count;
}

/* A side's CPU time is that of its thread. */
static void check_threads(struct cell cell)
{
	assert_int_equal(threads_with(cell.transport), threads_with(transport_find("null")));
}

static void check_echo(struct cell cell)
{
	const struct transport *transport = cell.transport;
	static const size_t sizes[] = {16, 65, 4096, 8193, 65507, 1048576};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct trial trial = trial_of(transport, sizes[i]);

		if (transport->max_message && sizes[i] > transport->max_message)
			continue;
		trial.pattern = &pattern_verify;
		trial.messages = 20;
		run(&trial);
		if (!is_too_large(&trial))
			assert_done(&trial);
	}
}

static void check_flood(struct cell cell)
{
	const struct transport *transport = cell.transport;
	static const size_t sizes[] = {16, 1000, 60000};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct trial trial = trial_of(transport, sizes[i]);

		if (transport->max_message && sizes[i] > transport->max_message)
			continue;
		trial.pattern = &pattern_flood;
		trial.messages = sizes[i] > 10000 ? 200 : 3000;
		run(&trial);
		if (!is_too_large(&trial))
			assert_done(&trial);
	}
}

static void test_no_threads_but_the_sides(void **state)
{
	(void)state;
	thread_count = mmap(NULL, sizeof *thread_count, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(thread_count, MAP_FAILED);
	for_each(check_threads);
	munmap(thread_count, sizeof *thread_count);
}

static void test_echo_between_threads(void **state)
{
	(void)state;
	for_each(check_echo);
}

static void test_flood_between_threads(void **state)
{
	(void)state;
	for_each(check_flood);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_there_is_between_threads),
		cmocka_unit_test(test_no_threads_but_the_sides),
		cmocka_unit_test(test_echo_between_threads),
		cmocka_unit_test(test_flood_between_threads),
	};

	return suite_status(cmocka_run_group_tests(tests, set_up, tear_down));
}
