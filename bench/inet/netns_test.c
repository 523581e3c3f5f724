#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netns.h"

static ino_t namespace_now(void)
{
	struct stat own;

	assert_int_equal(stat("/proc/thread-self/ns/net", &own), 0);
	return own.st_ino;
}

static size_t descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* Opens them, or leaves the test out where this machine can't have them. */
static void open_both(struct netns *netns)
{
	int err = netns_open(netns);

	if (err == -EPERM || err == -ENOSYS || err == -EPROTONOSUPPORT) {
		print_message("%s\n", fail_reason());
		netns_close(netns);
		skip();
	}
	if (err)
		print_error("%s\n", fail_reason());
	assert_int_equal(err, 0);
}

static void test_the_sides_are_elsewhere_and_the_caller_is_not(void **state)
{
	ino_t own = namespace_now(), producer, consumer;
	struct netns netns;

	(void)state;
	open_both(&netns);
	assert_true(namespace_now() == own);
	assert_int_equal(netns_enter(&netns, SIDE_PRODUCER), 0);
	producer = namespace_now();
	assert_int_equal(netns_enter(&netns, SIDE_CONSUMER), 0);
	consumer = namespace_now();
	assert_int_equal(netns_leave(&netns), 0);
	assert_true(namespace_now() == own);
	assert_true(producer != own && consumer != own && producer != consumer);
	netns_close(&netns);
	netns_close(&netns); /* twice is fine */
}

/* A datagram from one address to the other, after the descriptors of the namespaces are gone. */
static void test_a_socket_keeps_its_namespace(void **state)
{
	union inet_address from = netns_address(SIDE_PRODUCER), to = netns_address(SIDE_CONSUMER);
	struct link_params params = {.message_bytes = 1};
	const struct timeval patience = {.tv_sec = 10};
	struct netns netns;
	int in = -1, out = -1;
	char byte = 'x';

	(void)state;
	open_both(&netns);
	assert_int_equal(netns_enter(&netns, SIDE_PRODUCER), 0);
	assert_int_equal(inet_bind(&out, SOCK_DGRAM, &from, &params), 0);
	assert_int_equal(netns_enter(&netns, SIDE_CONSUMER), 0);
	assert_int_equal(inet_bind(&in, SOCK_DGRAM, &to, &params), 0);
	assert_int_equal(netns_leave(&netns), 0);
	netns_close(&netns);
	assert_int_equal(setsockopt(in, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
	assert_int_equal(inet_connect(out, &to), 0);
	assert_int_equal(send(out, &byte, 1, 0), 1);
	byte = 0;
	assert_int_equal(recv(in, &byte, 1, 0), 1);
	assert_int_equal(byte, 'x');
	close(in);
	close(out);
}

/* Each step fails once for want of a descriptor. */
static void test_whatever_fails_the_caller_is_where_it_was(void **state)
{
	ino_t own = namespace_now();
	size_t before = descriptors();
	int lowest = dup(STDIN_FILENO), err = -EMFILE, failures = 0;
	struct rlimit normal, starved;
	struct netns netns;

	(void)state;
	open_both(&netns); /* or there is nothing to try */
	netns_close(&netns);
	close(lowest);
	getrlimit(RLIMIT_NOFILE, &normal);
	starved = normal;
	for (int room = 0; err == -EMFILE && room < 16; room++, failures++) {
		starved.rlim_cur = (rlim_t)(lowest + room);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &starved), 0);
		err = netns_open(&netns);
		netns_close(&netns);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &normal), 0);
		assert_true(namespace_now() == own);
		assert_int_equal(descriptors(), before);
	}
	assert_int_equal(err, 0);
	assert_true(failures > 3);
}

/* Root that has given up being root: the reason names what is needed. */
static void test_without_privilege_it_says_what_is_needed(void **state)
{
	const uid_t nobody = 65534, own = geteuid();
	struct netns netns;
	int err;

	(void)state;
	open_both(&netns);
	netns_close(&netns);
	if (seteuid(nobody) < 0)
		skip();
	err = netns_open(&netns);
	netns_close(&netns);
	assert_int_equal(seteuid(own), 0);
	assert_int_equal(err, -EPERM);
	assert_non_null(strstr(fail_reason(), "CAP_NET_ADMIN"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_sides_are_elsewhere_and_the_caller_is_not),
		cmocka_unit_test(test_a_socket_keeps_its_namespace),
		cmocka_unit_test(test_whatever_fails_the_caller_is_where_it_was),
		cmocka_unit_test(test_without_privilege_it_says_what_is_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
