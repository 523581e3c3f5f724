/* What a TCP link is made of: strangers at its listener, its options, and who keeps TIME_WAIT. */
#include "tcp.h"

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, CONNECTIONS = 200, TIME_WAIT = 6 /* in /proc/net/tcp */ };

static struct link_buffers requested, effective;
static const struct link_params plain = {
	.wait = WAIT_BLOCK, .message_bytes = 64, .requested = &requested, .effective = &effective};

static void strangers_are_hung_up_on(void **state)
{
	struct tcp tcp;
	char byte;

	(void)state;
	fdpair_init(&tcp.pair);
	assert_int_equal(tcp_listen(&tcp, inet_loopback(AF_INET), &plain), 0);

	int stranger = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(inet_connect(stranger, &tcp.address), 0);
	assert_int_equal(tcp_join(&tcp, inet_loopback(AF_INET), &plain), 0);
	assert_int_equal(recv(stranger, &byte, 1, 0), 0);
	close(stranger);
	assert_int_equal(tcp.pair.listener, -1);
	assert_int_equal(send(tcp.pair.end[SIDE_PRODUCER].out, "x", 1, 0), 1);
	assert_int_equal(recv(tcp.pair.end[SIDE_CONSUMER].in, &byte, 1, 0), 1);
	assert_int_equal(byte, 'x');
	fdpair_teardown(&tcp);
}

static void an_address_of_nobody_is_a_skip(void **state)
{
	/* RFC 5737: for documents */
	union inet_address at = {
		.v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000201)}};
	struct tcp tcp;

	(void)state;
	fdpair_init(&tcp.pair);

	int err = tcp_listen(&tcp, at, &plain);

	if (err == 0) {
		fdpair_teardown(&tcp);
		skip(); /* net.ipv4.ip_nonlocal_bind */
	}
	assert_int_equal(err, -EAFNOSUPPORT);
	assert_non_null(strstr(fail_reason(), "192.0.2.1"));
	fdpair_teardown(&tcp);
}

static bool lacks_a_loopback(int err)
{
	return err == -EAFNOSUPPORT && strstr(fail_reason(), "is the interface lo up?");
}

/* The transport's set-up says so, and so does what it listens with where it has that. */
static bool tells_of_the_loopback(const struct transport *transport)
{
	void *link = calloc(1, transport->state_size);
	bool told = lacks_a_loopback(transport->setup(link, &plain));

	transport->teardown(link);
	if (transport->rendezvous) {
		told = told && lacks_a_loopback(transport->rendezvous->listen(link, &plain));
		transport->teardown(link);
	}
	free(link);
	return told;
}

/* A network namespace is born with an interface that is down. */
static void a_loopback_that_is_down_is_a_skip(void **state)
{
	static const char *const names[] = {"tcp", "udp", "udp-unconnected"};
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
			_exit(77);
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
			if (!tells_of_the_loopback(transport_find(names[i])))
				_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip(); /* such namespaces are not for everybody */
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Ends with 0, 77 (can't be tried here) or 1. */
static void attach_without_locked_memory(void)
{
	const struct transport *transport = transport_find("tcp-zerocopy");
	const struct rlimit none = {0, 0};
	void *link = calloc(1, transport->state_size);

	if (transport->setup(link, &plain) < 0 || setrlimit(RLIMIT_MEMLOCK, &none) < 0 ||
		(geteuid() == 0 && setuid(NOBODY) < 0))
		_exit(77);

	int err = transport->attach(link, SIDE_PRODUCER);

	_exit(err == -EPERM && strstr(fail_reason(), "ulimit -l") ? 0 : 1);
}

static void zerocopy_without_locked_memory_is_a_skip(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0)
		attach_without_locked_memory();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int nodelay_of(int fd)
{
	int on = -1;
	socklen_t length = sizeof on;

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &length), 0);
	return on;
}

static void only_nagle_holds_back(void **state)
{
	static const char *const names[] = {"tcp", "tcp-nagle"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct transport *transport = transport_find(names[i]);
		struct tcp tcp;

		assert_int_equal(transport->state_size, sizeof tcp);
		assert_int_equal(transport->setup(&tcp, &plain), 0);
		for (int side = 0; side < SIDES; side++)
			assert_int_equal(nodelay_of(tcp.pair.end[side].out) != 0, i == 0);
		transport->teardown(&tcp);
	}
}

static void addresses_are_told_apart(void **state)
{
	union inet_address four = inet_loopback(AF_INET), six = inet_loopback(AF_INET6);
	union inet_address other = four;

	(void)state;
	assert_true(inet_is_same(&four, &four));
	assert_true(inet_is_same(&six, &six));
	assert_false(inet_is_same(&four, &six));
	other.v4.sin_port = htons(1);
	assert_false(inet_is_same(&four, &other));
	other = four;
	other.v4.sin_addr.s_addr = htonl(0x7f000002);
	assert_false(inet_is_same(&four, &other));
	other = six;
	other.v6.sin6_addr.s6_addr[0] = 1;
	assert_false(inet_is_same(&six, &other));
}

/* Connections in TIME_WAIT whose own (or other) end is this port of 127.0.0.1. */
static unsigned remembered(bool own_end, in_port_t port)
{
	FILE *file = fopen("/proc/net/tcp", "r");
	char line[256];
	unsigned count = 0, own, other, status;

	assert_non_null(file);
	while (fgets(line, sizeof line, file))
		if (sscanf(line, " %*u: %*8x:%4x %*8x:%4x %2x", &own, &other, &status) == 3)
			count += status == TIME_WAIT && (own_end ? own : other) == port;
	fclose(file);
	return count;
}

static int connect_often(const struct rendezvous *rendezvous, struct tcp *tcp)
{
	int err = rendezvous->attach(tcp, SIDE_PRODUCER);

	for (int i = 0; i < CONNECTIONS && !err; i++) {
		err = rendezvous->connect(tcp);
		if (!err)
			err = rendezvous->hang_up(tcp);
	}
	return err;
}

/* The listener's port would run out of other ends, and be refused to the next who wants it. */
static void time_wait_stays_with_the_producer(void **state)
{
	const struct rendezvous *rendezvous = transport_find("tcp")->rendezvous;
	struct tcp tcp;
	int status;

	(void)state;
	assert_int_equal(rendezvous->listen(&tcp, &plain), 0);

	in_port_t port = ntohs(tcp.address.v4.sin_port);
	pid_t pid = fork();

	if (pid == 0)
		_exit(connect_often(rendezvous, &tcp) == 0 ? 0 : 1);
	assert_int_equal(rendezvous->attach(&tcp, SIDE_CONSUMER), 0);
	for (int i = 0; i < CONNECTIONS; i++) {
		assert_int_equal(rendezvous->accept(&tcp), 0);
		assert_true(nodelay_of(tcp.pair.in) != 0);
		assert_int_equal(rendezvous->hang_up(&tcp), 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	transport_find("tcp")->teardown(&tcp);
	assert_int_equal(remembered(true, port), 0);
	if (remembered(false, port) == 0)
		skip(); /* this kernel remembers none */
}

/* What is sent after the last message of a connection is nobody's. */
static void a_byte_too_many_is_told(void **state)
{
	const struct rendezvous *rendezvous = transport_find("tcp")->rendezvous;
	struct tcp producer, consumer;

	(void)state;
	assert_int_equal(rendezvous->listen(&consumer, &plain), 0);
	producer = consumer;
	producer.pair.listener = dup(consumer.pair.listener);
	assert_int_equal(rendezvous->attach(&producer, SIDE_PRODUCER), 0);
	assert_int_equal(rendezvous->attach(&consumer, SIDE_CONSUMER), 0);
	assert_int_equal(rendezvous->connect(&producer), 0);
	assert_int_equal(rendezvous->accept(&consumer), 0);
	assert_int_equal(send(producer.pair.out, "x", 1, 0), 1);
	assert_int_equal(rendezvous->hang_up(&consumer), -EPROTO);
	assert_int_equal(rendezvous->hang_up(&producer), 0);
	assert_int_equal(rendezvous->hang_up(&consumer), 0);
	transport_find("tcp")->teardown(&consumer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_are_hung_up_on),
		cmocka_unit_test(an_address_of_nobody_is_a_skip),
		cmocka_unit_test(a_loopback_that_is_down_is_a_skip),
		cmocka_unit_test(zerocopy_without_locked_memory_is_a_skip),
		cmocka_unit_test(only_nagle_holds_back),
		cmocka_unit_test(addresses_are_told_apart),
		cmocka_unit_test(time_wait_stays_with_the_producer),
		cmocka_unit_test(a_byte_too_many_is_told),
	};

	alarm(60); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
