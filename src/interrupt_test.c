/* Signals as events: noted, seen by poll, and never fatal. The tests stand in their order. */
#include "interrupt.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

#include <cmocka.h>

static int readable(void)
{
	return poll(&(struct pollfd){.fd = interrupt_fd(), .events = POLLIN}, 1, 0);
}

/* Takes a pending signal away. */
static void forget(int number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	assert_int_equal(sigtimedwait(&set, NULL, &(struct timespec){0}), number);
}

static void nothing_is_watched_at_first(void **state)
{
	(void)state;
	assert_int_equal(interrupt_fd(), -1);
	assert_int_equal(interrupt_pending(), 0);
}

static void no_signal_no_event(void **state)
{
	(void)state;
	assert_int_equal(interrupt_catch(), 0);
	assert_true(interrupt_fd() >= 0);
	assert_int_equal(interrupt_pending(), 0);
	assert_int_equal(readable(), 0);
}

static void a_signal_stays_pending(void **state)
{
	(void)state;
	static const int numbers[] = {SIGINT, SIGTERM};

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(kill(getpid(), numbers[i]), 0); /* would end the program */
		for (int k = 0; k < 3; k++) {
			assert_int_equal(interrupt_pending(), numbers[i]);
			assert_int_equal(readable(), 1);
		}
		forget(numbers[i]);
		assert_int_equal(interrupt_pending(), 0);
		assert_int_equal(readable(), 0);
	}
}

static void sigint_goes_first(void **state)
{
	(void)state;
	raise(SIGTERM);
	raise(SIGINT);
	assert_int_equal(interrupt_pending(), SIGINT);
	forget(SIGINT);
	assert_int_equal(interrupt_pending(), SIGTERM);
	forget(SIGTERM);
}

static void other_signals_are_left_alone(void **state)
{
	(void)state;
	sigset_t blocked;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		raise(SIGHUP);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &blocked), 0);
	for (int number = 1; number < 32; number++)
		assert_int_equal(
			sigismember(&blocked, number), number == SIGINT || number == SIGTERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_watched_at_first),
		cmocka_unit_test(no_signal_no_event),
		cmocka_unit_test(a_signal_stays_pending),
		cmocka_unit_test(sigint_goes_first),
		cmocka_unit_test(other_signals_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
