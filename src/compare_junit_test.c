/* A comparison as JUnit XML. That other parsers read it is tests/oracle/compare_oracle.py's part.
 */
#include "compare_junit.h"

#include <setjmp.h>
#include <stdarg.h>

#include "comparison_test.h"

#include <cmocka.h>

static void assert_xml(const char *from, const char *to, const char *part)
{
	char *xml = comparison_shown(compare_junit, from, to);

	if (!strstr(xml, part))
		fail_msg("no \"%s\" in:\n%s", part, xml);
	free(xml);
}

static void a_regression_fails_and_what_is_not_known_is_skipped(void **state)
{
	(void)state;
	assert_xml(NULL, NULL,
		"<testcase classname=\"" UNIX "\" name=\"p50\" time=\"0\"><failure message=\""
		"+18.3 % [+17.1, +19.6]: REGRESSION\" type=\"regression\">5.02 us -&gt; 5.94 us; "
		"margin 3 %; adjusted p 0.0001</failure></testcase>\n");
	assert_xml(NULL, NULL,
		"name=\"p99\" time=\"0\"><skipped message=\"+1.5 % [-5.9, +9.8]: inconclusive: "
		"about 34 runs\"></skipped></testcase>\n");
	assert_xml(NULL, NULL, "<skipped message=\"inconclusive: only 3 runs in 6.18\">");
	assert_xml(
		NULL, NULL, "<testcase classname=\"" PIPE "\" name=\"p50\" time=\"0\"></testcase>");
	assert_xml(NULL, NULL,
		"<testsuite name=\"6.18 against 6.17\" tests=\"9\" failures=\"1\" errors=\"0\" "
		"skipped=\"2\" time=\"0\">");
}

static void what_was_not_compared_is_skipped_in_a_suite_of_its_own(void **state)
{
	(void)state;
	assert_xml(NULL, NULL,
		"<testsuite name=\"not compared\" tests=\"3\" failures=\"0\" errors=\"0\" "
		"skipped=\"3\" time=\"0\">\n    <testcase classname=\"pingpong/mq/block/64/smt\" "
		"name=\"cell\" time=\"0\"><skipped message=\"only in 6.18\"></skipped>");
	assert_xml(NULL, NULL,
		"tests=\"12\" failures=\"1\" errors=\"0\" skipped=\"5\" time=\"0\">\n  <t");
}

static void controls_that_fail_are_an_error(void **state)
{
	(void)state;
	assert_xml("'trustworthy'", "'untrustworthy'",
		"name=\"controls\" time=\"0\"><error message=\"\" type=\"error\">");
	assert_xml("'trustworthy'", "'untrustworthy'", "errors=\"1\"");
	assert_xml("'trustworthy'", "'not run'",
		"name=\"controls\" time=\"0\"><skipped message=\"the controls were not run\">");
	assert_xml(NULL, NULL, "name=\"controls\" time=\"0\"></testcase>");
}

static void an_empty_comparison_is_an_error(void **state)
{
	(void)state;
	assert_xml("'rows': ", "'rows': [], 'other': ",
		"<testcase classname=\"ipcmark\" name=\"comparison\" time=\"0\"><error "
		"message=\"nothing could be compared\"");
	assert_xml("'rows': ", "'rows': [], 'other': ", "tests=\"5\" failures=\"0\" errors=\"1\"");
}

static void properties_tell_both_arms(void **state)
{
	(void)state;
	assert_xml(NULL, NULL, "<property name=\"base.kernel\" value=\"6.17.9\"/>");
	assert_xml(NULL, NULL, "<property name=\"new.label\" value=\"6.18\"/>");
	assert_xml(NULL, NULL, "<property name=\"base.controls\" value=\"6.17: noise floor");
	assert_xml("'allowed': [], 'controls'", "'allowed': ['hardware'], 'controls'",
		"<property name=\"allowed\" value=\"hardware\"/>");
}

static void text_is_escaped_and_controls_are_gone(void **state)
{
	(void)state;
	assert_xml(UNIX, "<a>&\\\"\\u0027\\u0007\\uffff\\n\xc3\xa9",
		"classname=\"&lt;a&gt;&amp;&quot;&#39;??&#10;\xc3\xa9\" name=\"p50\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_regression_fails_and_what_is_not_known_is_skipped),
		cmocka_unit_test(what_was_not_compared_is_skipped_in_a_suite_of_its_own),
		cmocka_unit_test(controls_that_fail_are_an_error),
		cmocka_unit_test(an_empty_comparison_is_an_error),
		cmocka_unit_test(properties_tell_both_arms),
		cmocka_unit_test(text_is_escaped_and_controls_are_gone)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
