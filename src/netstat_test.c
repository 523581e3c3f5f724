/* Counters of the network, from recorded files. */
#include "netstat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "tree_test.h"

#include <cmocka.h>

static int64_t count_in(void **state, const char *text)
{
	tree_put_bytes(*state, "/proc/net/snmp", text, strlen(text));
	return netstat_tcp_retransmits(*state);
}

static void found_by_its_name(void **state)
{
	assert_int_equal(count_in(state,
				 "Ip: Forwarding DefaultTTL\nIp: 1 64\n"
				 "Tcp: RtoMin InSegs OutSegs RetransSegs InErrs\n"
				 "Tcp: 200 41 42 1594 0\nUdp: InDatagrams\nUdp: 7\n"),
		1594);
	assert_int_equal(count_in(state, "Tcp: RetransSegs\nTcp: 3"), 3);
}

static void what_is_not_there_is_unknown(void **state)
{
	assert_int_equal(netstat_tcp_retransmits(*state), -1);
	assert_int_equal(count_in(state, ""), -1);
	assert_int_equal(count_in(state, "Tcp: RtoMin\nTcp: 200\n"), -1);
	assert_int_equal(count_in(state, "Tcp: RtoMin RetransSegs\nTcp: 200\n"), -1);
	assert_int_equal(count_in(state, "Tcp: RtoMin RetransSegs\n"), -1);
}

static void of_this_machine(void **state)
{
	(void)state;
	if (access("/proc/net/snmp", R_OK) < 0)
		skip(); /* no network stack here */
	assert_true(netstat_tcp_retransmits("") >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(found_by_its_name, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(
			what_is_not_there_is_unknown, tree_setup, tree_teardown),
		cmocka_unit_test(of_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
