/* The lock between processes: one has it, the others know whose it is, and it ends with him. */
#include "host_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

#include <cmocka.h>

static int told; /* how often we were told to wait */
static pid_t told_of;

static void count_waiting(void *context, pid_t holder)
{
	assert_ptr_equal(context, &told);
	told++;
	told_of = holder;
}

/* A child that has the lock until it is ended. */
static pid_t start_holder(void)
{
	int ready[2];
	char byte = 0;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		pid_t other;
		int fd;

		alarm(60);
		if (host_lock_take(&fd, &other) == 0 && write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static int setup(void **state)
{
	(void)state;
	told = 0;
	return 0;
}

/* A network namespace of our own, where that is allowed, keeps the test and the measurements of
 * this host apart; else the lock must be free. */
static bool is_free_here(void)
{
	pid_t holder;
	int fd;

	if (unshare(CLONE_NEWNET) != 0)
		(void)unshare(CLONE_NEWUSER | CLONE_NEWNET);
	if (host_lock_take(&fd, &holder) != 0)
		return false;
	host_lock_release(fd);
	return true;
}

static void one_has_it(void **state)
{
	pid_t child = start_holder(), holder = -1;
	int fd = -1;

	(void)state;
	assert_int_equal(host_lock_take(&fd, &holder), -EADDRINUSE);
	assert_int_equal(holder, child);
	assert_int_equal(fd, -1);
	assert_non_null(strstr(fail_reason(), "another measurement runs: process "));
	end(child);
}

static void it_ends_with_its_holder(void **state)
{
	pid_t holder;
	int fd;

	(void)state;
	end(start_holder());
	assert_int_equal(host_lock_take(&fd, &holder), 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	host_lock_release(fd);
	assert_int_equal(host_lock_take(&fd, &holder), 0);
	host_lock_release(fd);
}

/* Also within one process: whoever asks twice has made a mistake that must show. */
static void a_holder_does_not_get_it_twice(void **state)
{
	int fd, second = -1;
	pid_t holder;

	(void)state;
	assert_int_equal(host_lock_take(&fd, &holder), 0);
	assert_int_equal(host_lock_take(&second, &holder), -EADDRINUSE);
	assert_int_equal(holder, getpid());
	host_lock_release(fd);
}

static void who_need_not_wait_is_not_told(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(host_lock_wait(&fd, -1, count_waiting, &told), 0);
	assert_int_equal(told, 0);
	host_lock_release(fd);
}

/* The holder ends a while after we began to wait. */
static void who_waits_gets_it(void **state)
{
	pid_t child = start_holder(), killer;
	int fd;

	(void)state;
	killer = fork();
	assert_true(killer >= 0);
	if (killer == 0) {
		usleep(100000);
		kill(child, SIGTERM);
		_exit(0);
	}
	assert_int_equal(host_lock_wait(&fd, -1, count_waiting, &told), 0);
	assert_int_equal(told, 1);
	assert_int_equal(told_of, child);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(waitpid(killer, NULL, 0), killer);
	host_lock_release(fd);
}

/* Several that wait get it one after the other. */
static void all_who_wait_get_it(void **state)
{
	pid_t child = start_holder(), waiters[5];
	int status;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		waiters[i] = fork();
		assert_true(waiters[i] >= 0);
		if (waiters[i] == 0) {
			int fd;

			alarm(60);
			_exit(host_lock_wait(&fd, -1, NULL, NULL) != 0);
		}
	}
	end(child);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(waitpid(waiters[i], &status, 0), waiters[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
}

static void an_interrupt_ends_the_wait(void **state)
{
	pid_t child = start_holder();
	int interrupt[2], fd;

	(void)state;
	assert_int_equal(pipe(interrupt), 0);
	assert_int_equal(write(interrupt[1], "x", 1), 1);
	assert_int_equal(host_lock_wait(&fd, interrupt[0], count_waiting, &told), -EINTR);
	assert_int_equal(told, 1);
	close(interrupt[0]);
	close(interrupt[1]);
	end(child);
}

/* A holder that was stopped between its two calls is waited for, too. */
static void one_who_does_not_listen_yet_has_it(void **state)
{
	int fd, interrupt[2];
	pid_t holder;

	(void)state;
	assert_int_equal(host_lock_take(&fd, &holder), 0);
	assert_int_equal(shutdown(fd, SHUT_RDWR), 0); /* connections are now refused */

	int second = -1;

	assert_int_equal(host_lock_take(&second, &holder), -EADDRINUSE);
	assert_int_equal(holder, 0);
	assert_string_equal(fail_reason(), "another measurement runs");
	assert_int_equal(pipe(interrupt), 0);
	assert_int_equal(write(interrupt[1], "x", 1), 1);
	assert_int_equal(host_lock_wait(&second, interrupt[0], count_waiting, &told), -EINTR);
	assert_int_equal(told, 0);
	host_lock_release(fd);
	close(interrupt[0]);
	close(interrupt[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_has_it, setup),
		cmocka_unit_test_setup(it_ends_with_its_holder, setup),
		cmocka_unit_test_setup(a_holder_does_not_get_it_twice, setup),
		cmocka_unit_test_setup(who_need_not_wait_is_not_told, setup),
		cmocka_unit_test_setup(who_waits_gets_it, setup),
		cmocka_unit_test_setup(all_who_wait_get_it, setup),
		cmocka_unit_test_setup(an_interrupt_ends_the_wait, setup),
		cmocka_unit_test_setup(one_who_does_not_listen_yet_has_it, setup),
	};

	if (!is_free_here()) {
		fprintf(stderr, "skipped: %s\n", fail_reason());
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
