/* The guard acts when the program is gone, and only then. What it lets through and holds open is
 * seen in scratch_test.c. */
#include "guard.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"

#include <cmocka.h>

enum step { ASLEEP = 1, ACTED = 2 };

/* In shared memory: what the guard has done. */
static int setup(void **state)
{
	*state = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return *state == MAP_FAILED;
}

static int teardown(void **state)
{
	return munmap(*state, sizeof(int));
}

static void act(int program, const void *context)
{
	int *const *step = context;
	char byte = 'x';

	**step = ASLEEP;
	(void)io_send(program, &byte, 1);
	guard_sleep(program);
	**step = ACTED;
}

static void start(struct guard *guard, int **step)
{
	char byte;

	assert_int_equal(guard_start(guard, act, step), 0);
	assert_int_equal(io_recv(guard->alive, &byte, 1), 0);
	assert_int_equal(byte, 'x');
}

static void it_acts_at_the_end(void **state)
{
	int *step = *state;
	struct guard guard;

	start(&guard, &step);
	assert_int_equal(*step, ASLEEP);
	assert_true(guard_end(&guard));
	assert_int_equal(*step, ACTED);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void it_sleeps_while_a_child_lives(void **state)
{
	int *step = *state;
	struct guard guard;

	start(&guard, &step);
	pid_t child = fork();

	if (child == 0) {
		usleep(50000);
		_exit(*step != ASLEEP);
	}
	assert_true(guard_end(&guard)); /* when the child is gone, too */
	assert_int_equal(*step, ACTED);
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void one_that_was_killed_has_not_acted(void **state)
{
	int *step = *state;
	struct guard guard;

	start(&guard, &step);
	assert_int_equal(kill(guard.pid, SIGKILL), 0);
	assert_false(guard_end(&guard));
	assert_int_equal(*step, ASLEEP);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(it_acts_at_the_end),
		TEST(it_sleeps_while_a_child_lives),
		TEST(one_that_was_killed_has_not_acted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
