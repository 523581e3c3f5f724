#include "compare_policy.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare_metric.h"
#include "fail.h"

#include <cmocka.h>

#define PIPE "pingpong/pipe/block/64/same-llc"
#define SHM  "pingpong/shm/futex/64/same-llc"
#define LOAD "paced/shm/futex/64/same-llc/load=50"

struct fixture {
	struct compare_policy *policy;
	char path[32];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	if (!fixture)
		return -1;
	fixture->policy = compare_policy_new();
	strcpy(fixture->path, "policy-test-XXXXXX");
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	compare_policy_free(fixture->policy);
	unlink(fixture->path);
	free(fixture);
	return 0;
}

/* Reads the text as a policy file. */
static int read_text(struct fixture *fixture, const char *text)
{
	int fd;

	unlink(fixture->path);
	strcpy(fixture->path, "policy-test-XXXXXX");
	fd = mkstemp(fixture->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return compare_policy_read(fixture->policy, fixture->path);
}

static void assert_refused(struct fixture *fixture, const char *text, const char *reason)
{
	char expected[400];

	assert_int_equal(read_text(fixture, text), -EINVAL);
	snprintf(expected, sizeof expected, "%s: %s", fixture->path, reason);
	assert_string_equal(fail_reason(), expected);
}

/* In percent, to the second decimal; 0 where no rule says anything. */
static double margin_of(const struct fixture *fixture, const char *cell, const char *metric)
{
	double margin = 0;
	const char *from;

	compare_policy_margin(fixture->policy, cell, compare_metric_index(metric), &margin, &from);
	return round(1e4 * margin) / 100;
}

static void rules_are_of_metrics_and_cells(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(read_text(fixture,
				 "# a comment\n\n"
				 "margin p50 = 4%\n"
				 "\tmargin   p99  pingpong/{shm,tcp}/*=8.5 %  # why\r\n"
				 "margin service_ns.p99=20%\n"
				 "margin throughput = 7%\n"
				 "margin cpu = 9%"),
		0);
	assert_true(margin_of(fixture, PIPE, "rtt_ns.p50") == 4);
	assert_true(margin_of(fixture, PIPE, "response_ns.p50") == 4);
	assert_true(margin_of(fixture, SHM, "rtt_ns.p99") == 8.5);
	assert_true(margin_of(fixture, PIPE, "rtt_ns.p99") == 0);
	assert_true(margin_of(fixture, PIPE, "service_ns.p99") == 20);
	assert_true(margin_of(fixture, PIPE, "response_ns.p99") == 0);
	assert_true(margin_of(fixture, PIPE, "messages_per_s") == 7);
	assert_true(margin_of(fixture, PIPE, "cpu_ns_per_message") == 9);
	assert_true(margin_of(fixture, PIPE, "rtt_ns.p99_9") == 0);
}

static void the_last_rule_that_matches_wins(void **state)
{
	struct fixture *fixture = *state;
	const char *from = NULL;
	double margin = 0;

	assert_int_equal(read_text(fixture,
				 "margin p50 = 1%\n"
				 "margin p50 pingpong/shm = 2%\n"),
		0);
	assert_true(margin_of(fixture, PIPE, "rtt_ns.p50") == 1);
	assert_true(margin_of(fixture, SHM, "rtt_ns.p50") == 2);
	assert_int_equal(compare_policy_add_margin(fixture->policy, "pingpong/*/futex:p50=6%"), 0);
	assert_true(margin_of(fixture, PIPE, "rtt_ns.p50") == 1);
	assert_true(margin_of(fixture, SHM, "rtt_ns.p50") == 6);
	assert_true(compare_policy_margin(fixture->policy, PIPE, 0, &margin, &from));
	assert_string_equal(from, "policy");
	assert_true(compare_policy_margin(fixture->policy, SHM, 0, &margin, &from));
	assert_string_equal(from, "--margin");
	assert_int_equal(compare_policy_add_margin(fixture->policy, " p50 = 7 % "), 0);
	assert_true(margin_of(fixture, SHM, "rtt_ns.p50") == 7);
}

static void an_id_may_hold_an_equals_sign(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(read_text(fixture, "margin p99 paced/*/load=50 = 8%\n"), 0);
	assert_true(margin_of(fixture, LOAD, "response_ns.p99") == 8);
	assert_int_equal(compare_policy_add_margin(fixture->policy, "paced/*/load=50:p99=9%"), 0);
	assert_true(margin_of(fixture, LOAD, "response_ns.p99") == 9);
	assert_true(margin_of(fixture, SHM, "response_ns.p99") == 0);
}

static void cells_are_ignored(void **state)
{
	struct fixture *fixture = *state;

	assert_false(compare_policy_ignores(fixture->policy, PIPE));
	assert_int_equal(read_text(fixture, "ignore pingpong/pipe\nignore */shm/*/load=*\n"), 0);
	assert_true(compare_policy_ignores(fixture->policy, PIPE));
	assert_true(compare_policy_ignores(fixture->policy, LOAD));
	assert_false(compare_policy_ignores(fixture->policy, SHM));
	assert_false(compare_policy_ignores(
		fixture->policy, "pingpong/pipes/block/64/same-llc")); /* whole parts */
}

static void a_glob_that_matches_nothing_is_told(void **state)
{
	struct fixture *fixture = *state;
	static const char *const cells[] = {PIPE, SHM};
	char expected[400];

	assert_int_equal(read_text(fixture, "ignore pingpong/pipe\nmargin p50 *shm* = 2%\n"), 0);
	assert_int_equal(compare_policy_check(fixture->policy, cells, 2), 0);
	assert_int_equal(read_text(fixture, "margin cpu = 3%\n\nignore stream/*\n"), 0);
	assert_int_equal(compare_policy_check(fixture->policy, cells, 2), -EINVAL);
	snprintf(expected, sizeof expected,
		"%s: line 3: \"stream/*\" matches no cell of this comparison", fixture->path);
	assert_string_equal(fail_reason(), expected);
}

static void a_margin_of_the_command_line_for_no_cell_is_told(void **state)
{
	struct fixture *fixture = *state;
	static const char *const cells[] = {PIPE};

	assert_int_equal(compare_policy_add_margin(fixture->policy, "pingpong/tcp:p50=6%"), 0);
	assert_int_equal(compare_policy_check(fixture->policy, cells, 1), -EINVAL);
	assert_string_equal(fail_reason(),
		"--margin \"pingpong/tcp:p50=6%\": \"pingpong/tcp\" "
		"matches no cell of this comparison");
}

static void unknown_words_are_refused_with_the_nearest(void **state)
{
	struct fixture *fixture = *state;

	assert_refused(fixture, "\nmargn p50 = 3%",
		"line 2: unknown key \"margn\": did you mean \"margin\"?");
	assert_refused(
		fixture, "tolerate", "line 1: unknown key \"tolerate\": expected margin or ignore");
	assert_refused(fixture, "margin p98 = 3%",
		"line 1: unknown metric \"p98\": did you mean \"p90\"?");
	assert_refused(fixture, "margin rtt.p50 = 3%",
		"line 1: unknown metric \"rtt.p50\": did you mean \"rtt_ns.p50\"?");
	assert_refused(fixture, "margin quantile-of-all = 3%",
		"line 1: unknown metric \"quantile-of-all\": expected p50, p90, p99, p99.9, "
		"throughput, cpu or the name of one in the result");
}

static void numbers_are_read_strictly(void **state)
{
	struct fixture *fixture = *state;
	static const char *const texts[] = {"3", "", "%", "3%%", "-3%", "+3%", "1e1%", "0x3%",
		"nan%", "3,5%", "3.5.1%", ".%", "3 percent", "0.03"};
	char line[80], reason[200];

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		snprintf(line, sizeof line, "margin p50 = %s", texts[i]);
		snprintf(reason, sizeof reason,
			"line 1: margin \"%s\": expected a percentage, as in 3%%", texts[i]);
		assert_refused(fixture, line, reason);
	}
	assert_refused(fixture, "margin p50 = 0%",
		"line 1: margin \"0%\": expected more than 0% and at most 100%");
	assert_refused(fixture, "margin p50 = 100.1%",
		"line 1: margin \"100.1%\": expected more than 0% and at most 100%");
}

static void lines_that_are_no_rules_are_refused(void **state)
{
	struct fixture *fixture = *state;

	assert_refused(fixture, "margin p50", "line 1: expected margin METRIC [CELLS] = N%");
	assert_refused(fixture, "margin = 3%", "line 1: expected margin METRIC [CELLS] = N%");
	assert_refused(
		fixture, "margin p50 a b = 3%", "line 1: expected margin METRIC [CELLS] = N%");
	assert_refused(fixture, "ignore", "line 1: expected ignore CELLS");
	assert_refused(fixture, "ignore a b", "line 1: expected ignore CELLS");
	assert_refused(fixture, "ignore \x1b[2J", "line 1: not a line of text");
	assert_refused(fixture, "ignore \xff", "line 1: not a line of text");
	assert_int_equal(read_text(fixture, "ignore {pipe"), -EINVAL);
	assert_non_null(strstr(fail_reason(), ": line 1: "));
	assert_non_null(strstr(fail_reason(), "do not match"));
}

static void a_margin_of_the_command_line_is_read_strictly(void **state)
{
	struct fixture *fixture = *state;
	static const char *const texts[] = {
		"", "p50", "3%", "=3%", "p50=", ":=1%", "p50=3", "{:p50=3%", "p50\x1b=3%"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_int_equal(compare_policy_add_margin(fixture->policy, texts[i]), -EINVAL);
		assert_ptr_equal(strstr(fail_reason(), "--margin \""), fail_reason());
	}
	assert_true(margin_of(fixture, PIPE, "rtt_ns.p50") == 0);
}

static void a_file_that_is_not_there_is_told(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(compare_policy_read(fixture->policy, "no/such/policy"), -ENOENT);
	assert_string_equal(fail_reason(), "no/such/policy: No such file or directory");
	assert_int_equal(compare_policy_read(fixture->policy, "."), -EISDIR);
	assert_string_equal(fail_reason(), ".: Is a directory");
}

static void what_is_written_reads_back_to_the_defaults(void **state)
{
	struct fixture *fixture = *state;
	size_t bytes;
	char *text = NULL;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	compare_policy_write(out);
	fclose(out);
	assert_int_equal(read_text(fixture, text), 0);
	for (size_t i = 0; i < compare_metric_count(); i++) {
		double margin = 0;
		const char *from;

		assert_true(compare_policy_margin(fixture->policy, PIPE, i, &margin, &from));
		assert_true(margin == compare_metrics[i].margin);
	}
	assert_false(compare_policy_ignores(fixture->policy, PIPE));
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rules_are_of_metrics_and_cells),
		TEST(the_last_rule_that_matches_wins),
		TEST(an_id_may_hold_an_equals_sign),
		TEST(cells_are_ignored),
		TEST(a_glob_that_matches_nothing_is_told),
		TEST(a_margin_of_the_command_line_for_no_cell_is_told),
		TEST(unknown_words_are_refused_with_the_nearest),
		TEST(numbers_are_read_strictly),
		TEST(lines_that_are_no_rules_are_refused),
		TEST(a_margin_of_the_command_line_is_read_strictly),
		TEST(a_file_that_is_not_there_is_told),
		TEST(what_is_written_reads_back_to_the_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
