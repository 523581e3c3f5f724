/* How many connections there are names for: on recorded machines, and on this one. */
#include "ports.h"

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tree_test.h"

#define RANGE   "/proc/sys/net/ipv4/ip_local_port_range"
#define BUCKETS "/proc/sys/net/ipv4/tcp_max_tw_buckets"
#define SOCKETS "/proc/net/sockstat"

static const char sockets_with_100[] = "sockets: used 15\n"
				       "TCP: inuse 4 orphan 0 tw 100 alloc 5 mem 0\n"
				       "UDP: inuse 0 mem 137\n";

static void half_of_the_range(void **state)
{
	const char *limit;

	tree_put(*state, RANGE, "32768\t60999\n");
	tree_put(*state, BUCKETS, "131072\n");
	tree_put(*state, SOCKETS, sockets_with_100);
	assert_int_equal(ports_most(*state, &limit), 14116);
	assert_string_equal(limit, "ephemeral ports");
}

static void no_more_than_are_remembered(void **state)
{
	const char *limit;

	tree_put(*state, RANGE, "1024\t65535\n");
	tree_put(*state, BUCKETS, "4096\n");
	tree_put(*state, SOCKETS, sockets_with_100);
	assert_int_equal(ports_most(*state, &limit), 3996);
	assert_string_equal(limit, "TIME_WAIT entries");
	tree_put(*state, BUCKETS, "50\n");
	assert_int_equal(ports_most(*state, &limit), 0);
}

static void what_can_not_be_read_is_as_by_default(void **state)
{
	const char *limit;

	assert_int_equal(ports_most(*state, &limit), 4096);
	tree_put(*state, BUCKETS, "100000\n");
	tree_put(*state, RANGE, "60000 5000\n");
	assert_int_equal(ports_most(*state, &limit), 14116);
	tree_put(*state, RANGE, "");
	assert_int_equal(ports_most(*state, &limit), 14116);
}

static void this_machine_has_some(void **state)
{
	const char *limit = "";
	uint64_t most = ports_most("", &limit);

	(void)state;
	assert_true(most <= 32768);
	assert_true(limit[0] != '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(half_of_the_range, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(
			no_more_than_are_remembered, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(
			what_can_not_be_read_is_as_by_default, tree_setup, tree_teardown),
		cmocka_unit_test(this_machine_has_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
