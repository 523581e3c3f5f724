#include "compare_machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "compare_arm_test.h"

#define HEAD(hardware, tuning, environment)                       \
	"{'environment': {'fingerprint': {'hardware': '" hardware \
	"', 'firmware': 'f', 'kernel': 'k', 'tuning': '" tuning "'}" environment "}}"

static struct compare_arm *arms[3];

static size_t arms_of(const char *a, const char *b, const char *c)
{
	const char *heads[] = {a, b, c};
	size_t count = 0;

	for (; count < 3 && heads[count]; count++) {
		arms[count] = arm_new("arm");
		arm_add_file(arms[count], 0, heads[count]);
	}
	return count;
}

static int free_arms(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		compare_arm_free(arms[i]);
		arms[i] = NULL;
	}
	return 0;
}

static void assert_differences(size_t count, const char *expected)
{
	struct json *found = compare_machine_differences(arms, count);
	struct json *wanted = arm_json(expected);

	if (!json_same(found, wanted))
		fail_msg("got %s", json_print(found));
	json_free(found);
	json_free(wanted);
}

static void what_is_the_same_differs_in_nothing(void **state)
{
	size_t count = arms_of(HEAD("h", "t", ", 'cpu': {'memory_bytes': 100}"),
		HEAD("h", "t", ", 'cpu': {'memory_bytes': 101}"), NULL);

	(void)state;
	assert_differences(count, "[]");
	for (enum compare_fingerprint f = 0; f < COMPARE_FINGERPRINTS; f++)
		assert_true(compare_machine_is_same(arms, count, f));
}

static void members_of_a_fingerprint_that_differs_are_listed(void **state)
{
	size_t count = arms_of(
		HEAD("h", "t",
			", 'cpu': {'model': 'A', 'present': 2, 'id': 'x', 'microcode': '1'}"),
		HEAD("i", "t",
			", 'cpu': {'model': 'B', 'present': 16, 'id': 'x', 'microcode': '2'}"),
		HEAD("h", "t", ", 'cpu': {'model': 'A', 'id': 'x'}"));

	(void)state;
	assert_differences(count,
		"[{'fingerprint': 'hardware', 'member': 'cpu.model', 'values': ['A', 'B', 'A']},"
		" {'fingerprint': 'hardware', 'member': 'cpu.present', 'values': ['2', '16', "
		"null]}]");
	assert_false(compare_machine_is_same(arms, count, COMPARE_HARDWARE));
	assert_true(compare_machine_is_same(arms, count, COMPARE_FIRMWARE));
	assert_string_equal(compare_fingerprint_name(COMPARE_TUNING), "tuning");
}

static void settings_are_listed_but_for_limits_of_the_shell(void **state)
{
	size_t count = arms_of(
		HEAD("h", "t",
			", 'power': {'governor': null, 'boost': 'on'}, 'settings': {'net.a': "
			"'1', 'rlimit.files': '1', 'gone': ''}"),
		HEAD("h", "u",
			", 'power': {'governor': 'powersave', 'boost': 'on'}, 'settings': "
			"{'net.a': '2', "
			"'rlimit.files': '2', 'net.b': '3'}"),
		NULL);

	(void)state;
	assert_differences(count,
		"[{'fingerprint': 'tuning', 'member': 'power.governor', 'values': [null, "
		"'powersave']},"
		" {'fingerprint': 'tuning', 'member': 'settings.net.a', 'values': ['1', '2']},"
		" {'fingerprint': 'tuning', 'member': 'settings.gone', 'values': ['', null]},"
		" {'fingerprint': 'tuning', 'member': 'settings.net.b', 'values': [null, '3']}]");
}

/* A difference is never without a word. */
static void the_hash_is_told_where_nothing_else_differs(void **state)
{
	size_t count = arms_of(HEAD("h", "t", ""), HEAD("i", "t", ""), NULL);

	(void)state;
	assert_differences(count,
		"[{'fingerprint': 'hardware', 'member': 'fingerprint.hardware',"
		" 'values': ['h', 'i']}]");
}

static void the_files_of_an_arm_may_differ(void **state)
{
	size_t count = arms_of(HEAD("h", "t", ", 'cpu': {'model': 'A'}"),
		HEAD("h", "t", ", 'cpu': {'model': 'A'}"), NULL);
	char *text;

	(void)state;
	arm_add_file(arms[1], 1, HEAD("i", "t", ", 'cpu': {'model': 'B'}"));
	arm_add_file(arms[1], 2, HEAD("i", "t", ", 'cpu': {'model': 'B'}"));
	assert_false(compare_machine_is_same(arms, count, COMPARE_HARDWARE));
	assert_true(compare_machine_is_same(arms, 1, COMPARE_HARDWARE));
	assert_false(compare_machine_is_same(arms + 1, 1, COMPARE_HARDWARE));
	assert_differences(count,
		"[{'fingerprint': 'hardware', 'member': 'cpu.model',"
		" 'values': ['A', 'A, B']}]");
	text = compare_machine_text(arms[1], "cpu.model");
	assert_string_equal(text, "A, B");
	free(text);
	assert_null(compare_machine_text(arms[1], "cpu.nothing"));
}

static void a_line_names_the_first_three(void **state)
{
	struct json *differences =
		arm_json("[{'fingerprint': 'kernel', 'member': 'k', 'values': ['1', '2']},"
			 " {'fingerprint': 'tuning', 'member': 'a', 'values': ['1', null, '3']},"
			 " {'fingerprint': 'tuning', 'member': 'b', 'values': ['', '2', '3']},"
			 " {'fingerprint': 'tuning', 'member': 'c', 'values': ['1', '2', '3']},"
			 " {'fingerprint': 'tuning', 'member': 'd', 'values': ['1', '2', '3']},"
			 " {'fingerprint': 'tuning', 'member': 'e', 'values': ['1', '2', '3']}]");
	char *text = compare_machine_describe(differences, COMPARE_TUNING);

	(void)state;
	assert_string_equal(text, "a 1 / unknown / 3; b  / 2 / 3; c 1 / 2 / 3; 2 more");
	free(text);
	text = compare_machine_describe(differences, COMPARE_KERNEL);
	assert_string_equal(text, "k 1 / 2");
	free(text);
	text = compare_machine_describe(differences, COMPARE_HARDWARE);
	assert_string_equal(text, "");
	free(text);
	json_free(differences);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_teardown(test, free_arms)
	const struct CMUnitTest tests[] = {
		TEST(what_is_the_same_differs_in_nothing),
		TEST(members_of_a_fingerprint_that_differs_are_listed),
		TEST(settings_are_listed_but_for_limits_of_the_shell),
		TEST(the_hash_is_told_where_nothing_else_differs),
		TEST(the_files_of_an_arm_may_differ),
		TEST(a_line_names_the_first_three),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
