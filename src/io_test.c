/* Whole transfers: over slow and interrupted descriptors, and what the death of the peer is. */
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

#include <cmocka.h>

#define BYTES ((size_t)200000)

typedef int mover(int fd, void *buffer, size_t bytes);

static unsigned char data[BYTES], came[BYTES];

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < BYTES; i++)
		data[i] = (unsigned char)(i * 2654435761U >> 24);
	memset(came, 0, sizeof came);
	fail_text(EIO, "stale");
	return 0;
}

static void pause_ns(long ns)
{
	nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

/* The other end, in a child: all of the data in small pieces with pauses. Exits with 0 where what
 * it has read is right. */
static pid_t slow_writer(int fd, size_t piece)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	for (size_t at = 0; at < BYTES; at += piece) {
		size_t bytes = BYTES - at < piece ? BYTES - at : piece;

		pause_ns(50000);
		if (write(fd, data + at, bytes) != (ssize_t)bytes)
			_exit(1);
	}
	_exit(0);
}

static pid_t slow_reader(int fd, size_t piece)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	for (size_t at = 0; at < BYTES;) {
		size_t bytes = BYTES - at < piece ? BYTES - at : piece;
		ssize_t got = read(fd, came + at, bytes);

		if (got <= 0)
			_exit(1);
		at += (size_t)got;
		pause_ns(50000);
	}
	_exit(memcmp(came, data, BYTES) != 0);
}

static void assert_good_end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void close_both(const int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

static void make_pipe(int fd[2], int flags)
{
	assert_int_equal(pipe2(fd, O_CLOEXEC | flags), 0);
	assert_true(fcntl(fd[1], F_SETPIPE_SZ, 4096) >= 4096);
}

static void make_sockets(int fd[2], int type)
{
	assert_int_equal(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fd), 0);
}

static void reads_are_completed(int fd[2], mover *move)
{
	pid_t pid = slow_writer(fd[1], 777);

	assert_int_equal(move(fd[0], came, BYTES), 0);
	assert_memory_equal(came, data, BYTES);
	assert_good_end(pid);
	close_both(fd);
}

static void writes_are_completed(int fd[2], int (*move)(int, const void *, size_t))
{
	pid_t pid = slow_reader(fd[0], 1000);

	assert_int_equal(move(fd[1], data, BYTES), 0);
	assert_good_end(pid);
	close_both(fd);
}

static void partial_reads(void **state)
{
	(void)state;
	int fd[2];

	make_pipe(fd, 0);
	reads_are_completed(fd, io_read);
	make_sockets(fd, SOCK_STREAM);
	reads_are_completed(fd, io_recv);
}

static void partial_writes(void **state)
{
	(void)state;
	int fd[2], small = 4096;

	make_pipe(fd, 0);
	writes_are_completed(fd, io_write);
	make_sockets(fd, SOCK_STREAM);
	assert_int_equal(setsockopt(fd[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
	writes_are_completed(fd, io_send);
}

/* Every call returns at once with what it could move, or EAGAIN. */
static void non_blocking_ends_ask_again(void **state)
{
	(void)state;
	int fd[2];

	make_pipe(fd, 0);
	assert_int_equal(fcntl(fd[0], F_SETFL, O_NONBLOCK), 0);
	reads_are_completed(fd, io_read);
	make_sockets(fd, SOCK_STREAM);
	assert_int_equal(fcntl(fd[0], F_SETFL, O_NONBLOCK), 0);
	reads_are_completed(fd, io_recv);
	make_pipe(fd, 0);
	assert_int_equal(fcntl(fd[1], F_SETFL, O_NONBLOCK), 0);
	writes_are_completed(fd, io_write);
	make_sockets(fd, SOCK_STREAM);
	assert_int_equal(fcntl(fd[1], F_SETFL, O_NONBLOCK), 0);
	writes_are_completed(fd, io_send);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
	(void)number;
	alarms++;
}

/* A signal every ms, whose handler does not restart what it interrupts. */
static void storm(int on)
{
	const struct itimerval interval = {
		.it_interval.tv_usec = on * 1000, .it_value.tv_usec = on * 1000};
	const struct sigaction action = {.sa_handler = on_alarm};

	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	alarms = on ? 0 : alarms;
	assert_int_equal(setitimer(ITIMER_REAL, &interval, NULL), 0);
}

static void interrupted_calls_go_on(void **state)
{
	(void)state;
	int fd[2];

	make_pipe(fd, 0);
	pid_t reader = slow_reader(fd[0], 1000); /* timers are not inherited */

	storm(1);
	assert_int_equal(io_write(fd[1], data, BYTES), 0);
	storm(0);
	assert_true(alarms > 3);
	assert_good_end(reader);
	close_both(fd);
	make_sockets(fd, SOCK_STREAM);
	pid_t writer = slow_writer(fd[1], 1777);

	storm(1);
	assert_int_equal(io_recv(fd[0], came, BYTES), 0);
	storm(0);
	assert_true(alarms > 3);
	assert_memory_equal(came, data, BYTES);
	assert_good_end(writer);
	close_both(fd);
}

static void interrupted_packets_go_on(void **state)
{
	(void)state;
	int fd[2];

	make_sockets(fd, SOCK_DGRAM);
	pid_t pid = fork();

	if (pid == 0) {
		pause_ns(20000000);
		_exit(send(fd[1], data, 100, 0) != 100);
	}
	storm(1);
	assert_int_equal(io_recv_packet(fd[0], came, 100), 0);
	storm(0);
	assert_true(alarms > 3);
	assert_memory_equal(came, data, 100);
	assert_good_end(pid);
	close_both(fd);
}

static void the_end_of_the_file_is_a_dead_peer(void **state)
{
	(void)state;
	int fd[2];

	make_pipe(fd, 0);
	assert_int_equal(write(fd[1], data, 10), 10);
	close(fd[1]);
	assert_int_equal(io_read(fd[0], came, 11), -EPIPE); /* ten bytes are no message */
	assert_string_equal(fail_reason(), "read: the peer is gone (end of file)");
	close(fd[0]);
	make_sockets(fd, SOCK_STREAM);
	close(fd[1]);
	assert_int_equal(io_recv(fd[0], came, 1), -EPIPE);
	assert_string_equal(fail_reason(), "recv: the peer is gone (end of file)");
	close(fd[0]);
}

/* SIGPIPE has its default here: it would end the program. */
static void writing_to_the_dead_does_not_kill(void **state)
{
	(void)state;
	int fd[2];

	make_sockets(fd, SOCK_STREAM);
	close(fd[0]);
	assert_int_equal(io_send(fd[1], data, 100), -EPIPE);
	assert_string_equal(fail_reason(), "send: Broken pipe");
	close(fd[1]);
	make_sockets(fd, SOCK_DGRAM);
	close(fd[0]);
	assert_true(io_send_packet(fd[1], data, 100) < 0);
	assert_non_null(strstr(fail_reason(), "send: Connection re"));
	close(fd[1]);
	make_pipe(fd, 0);
	close(fd[0]);
	signal(SIGPIPE, SIG_IGN); /* as in the sides: write(2) has no flag for it */
	assert_int_equal(io_write(fd[1], data, 100), -EPIPE);
	assert_string_equal(fail_reason(), "write: Broken pipe");
	signal(SIGPIPE, SIG_DFL);
	close(fd[1]);
}

static void a_reset_is_an_error(void **state)
{
	(void)state;
	int fd[2];

	make_sockets(fd, SOCK_STREAM);
	assert_int_equal(write(fd[0], data, 1), 1);
	close(fd[1]); /* with a byte unread */
	assert_int_equal(io_recv(fd[0], came, 1), -ECONNRESET);
	assert_string_equal(fail_reason(), "recv: Connection reset by peer");
	close(fd[0]);
}

static void a_datagram_of_another_size(void **state)
{
	(void)state;
	int fd[2];

	make_sockets(fd, SOCK_DGRAM);
	assert_int_equal(io_send_packet(fd[1], data, 64), 0);
	assert_int_equal(io_recv_packet(fd[0], came, 64), 0);
	assert_memory_equal(came, data, 64);
	assert_int_equal(io_send_packet(fd[1], data, 63), 0);
	assert_int_equal(io_recv_packet(fd[0], came, 64), -EMSGSIZE);
	assert_string_equal(fail_reason(), "recv: a datagram of 63 bytes instead of 64");
	memset(came, 0x77, sizeof came);
	assert_int_equal(io_send_packet(fd[1], data, 5000), 0);
	assert_int_equal(io_recv_packet(fd[0], came, 64), -EMSGSIZE);
	assert_string_equal(fail_reason(), "recv: a datagram of 5000 bytes instead of 64");
	assert_int_equal(came[64], 0x77); /* not beyond the buffer */
	close_both(fd);
}

static void a_datagram_too_large_to_send(void **state)
{
	(void)state;
	int fd[2], small = 4096;

	make_sockets(fd, SOCK_DGRAM);
	assert_int_equal(setsockopt(fd[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
	assert_int_equal(io_send_packet(fd[1], data, BYTES), -EMSGSIZE);
	assert_string_equal(fail_reason(), "send: Message too long");
	close_both(fd);
}

static void packets_spin_until_one_comes(void **state)
{
	(void)state;
	int fd[2];

	make_sockets(fd, SOCK_DGRAM | SOCK_NONBLOCK);
	pid_t pid = fork();

	if (pid == 0) {
		pause_ns(20000000);
		_exit(io_send_packet(fd[1], data, 100) != 0);
	}
	assert_int_equal(io_recv_packet(fd[0], came, 100), 0);
	assert_memory_equal(came, data, 100);
	assert_good_end(pid);
	close_both(fd);
}

static void other_errors_are_passed_on(void **state)
{
	(void)state;
	assert_int_equal(io_read(-1, came, 1), -EBADF);
	assert_string_equal(fail_reason(), "read: Bad file descriptor");
	assert_int_equal(io_write(-1, data, 1), -EBADF);
	assert_string_equal(fail_reason(), "write: Bad file descriptor");
	assert_int_equal(io_recv_packet(-1, came, 1), -EBADF);
	assert_int_equal(io_send_packet(-1, data, 1), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(partial_reads, setup),
		cmocka_unit_test_setup(partial_writes, setup),
		cmocka_unit_test_setup(non_blocking_ends_ask_again, setup),
		cmocka_unit_test_setup(interrupted_calls_go_on, setup),
		cmocka_unit_test_setup(interrupted_packets_go_on, setup),
		cmocka_unit_test_setup(the_end_of_the_file_is_a_dead_peer, setup),
		cmocka_unit_test_setup(writing_to_the_dead_does_not_kill, setup),
		cmocka_unit_test_setup(a_reset_is_an_error, setup),
		cmocka_unit_test_setup(a_datagram_of_another_size, setup),
		cmocka_unit_test_setup(a_datagram_too_large_to_send, setup),
		cmocka_unit_test_setup(packets_spin_until_one_comes, setup),
		cmocka_unit_test_setup(other_errors_are_passed_on, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
