/* Children that are where they should be, whose failures are told, and who never outlive their
 * parent. */
#include "crew.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "interrupt.h"

#include <cmocka.h>

#define CPUS_MOST 64

static int cpus[CPUS_MOST]; /* that may be used */
static size_t cpu_count;
static int held[2]; /* a pipe that children hold open */

static int setup(void **state)
{
	cpu_set_t mask;

	(void)state;
	cpu_count = 0;
	if (sched_getaffinity(0, sizeof mask, &mask) != 0)
		return -1;
	for (size_t cpu = 0; cpu < CPU_SETSIZE && cpu_count < CPUS_MOST; cpu++)
		if (CPU_ISSET(cpu, &mask))
			cpus[cpu_count++] = (int)cpu;
	return pipe(held);
}

static int teardown(void **state)
{
	(void)state;
	close(held[0]);
	close(held[1]);
	return 0;
}

static int note_cpu(void *shared, size_t member)
{
	((int *)shared)[member] = 1 + sched_getcpu();
	return 0;
}

static void each_child_is_on_its_cpu(void **state)
{
	int *seen = crew_share(CPUS_MOST * sizeof *seen);
	cpu_set_t before, after;

	(void)state;
	assert_non_null(seen);
	sched_getaffinity(0, sizeof before, &before);
	assert_int_equal(crew_run(cpus, cpu_count, note_cpu, seen), 0);
	for (size_t i = 0; i < cpu_count; i++)
		assert_int_equal(seen[i] - 1, cpus[i]);
	sched_getaffinity(0, sizeof after, &after);
	assert_memory_equal(&before, &after, sizeof before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	crew_unshare(seen, CPUS_MOST * sizeof *seen);
}

static void nobody_is_a_crew(void **state)
{
	(void)state;
	assert_int_equal(crew_run(cpus, 0, note_cpu, NULL), 0);
}

static void a_cpu_that_is_not_there_is_told(void **state)
{
	int seen[2];

	(void)state;
	cpus[1] = 16000;
	assert_int_equal(crew_run(cpus, 2, note_cpu, seen), -EINVAL);
	assert_string_equal(fail_reason(), "pinning to CPU 16000: not online or not allowed");
	assert_int_equal(crew_run((int[]){-1}, 1, note_cpu, seen), -EINVAL);
	assert_string_equal(fail_reason(), "CPU -1: expected a CPU to pin to");
}

static int wait_long(void)
{
	sleep(60);
	return fail_text(ETIMEDOUT, "nobody ended the child");
}

/* The first fails, the others would go on. */
static int fail_at_once(void *shared, size_t member)
{
	(void)shared;
	return member ? wait_long() : fail_text(EDOM, "the work can't be done");
}

static void a_failure_ends_them_all(void **state)
{
	const int same[] = {cpus[0], cpus[0], cpus[0]};

	(void)state;
	assert_int_equal(crew_run(same, 3, fail_at_once, NULL), -EDOM);
	assert_string_equal(fail_reason(), "the work can't be done");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static int die(void *shared, size_t member)
{
	(void)shared;
	(void)member;
	return raise(SIGKILL);
}

static void a_child_that_was_killed_is_told(void **state)
{
	(void)state;
	assert_int_equal(crew_run(cpus, 1, die, NULL), -EIO);
	assert_non_null(strstr(fail_reason(), "was killed by signal 9"));
}

static int tell_and_wait(void *shared, size_t member)
{
	(void)shared;
	(void)member;
	if (write(held[1], "x", 1) != 1)
		return fail_text(errno, "write");
	return wait_long();
}

static void a_signal_ends_them_early(void **state)
{
	(void)state;
	assert_int_equal(interrupt_catch(), 0);
	assert_int_equal(kill(getpid(), SIGINT), 0);
	assert_int_equal(crew_run(cpus, 1, tell_and_wait, NULL), -EINTR);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	interrupt_release();
}

/* The pipe's end of file says that no child holds it any more. */
static void children_die_with_the_parent(void **state)
{
	struct pollfd end = {.fd = held[0], .events = POLLIN};
	pid_t parent = fork();
	char byte;

	(void)state;
	assert_true(parent >= 0);
	if (parent == 0)
		_exit(crew_run(cpus, 1, tell_and_wait, NULL) == 0);
	close(held[1]);
	assert_int_equal(read(held[0], &byte, 1), 1);
	assert_int_equal(kill(parent, SIGKILL), 0);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_int_equal(poll(&end, 1, 10000), 1);
	assert_int_equal(read(held[0], &byte, 1), 0);
	held[1] = dup(held[0]);
}

int main(void)
{
#define WITH_CPUS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_CPUS(each_child_is_on_its_cpu),
		WITH_CPUS(nobody_is_a_crew),
		WITH_CPUS(a_cpu_that_is_not_there_is_told),
		WITH_CPUS(a_failure_ends_them_all),
		WITH_CPUS(a_child_that_was_killed_is_told),
		WITH_CPUS(a_signal_ends_them_early),
		WITH_CPUS(children_die_with_the_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
