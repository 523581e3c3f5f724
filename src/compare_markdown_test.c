/* A comparison as a comment on a pull request: the worst first, nothing that breaks out of its
 * place, and never too long. */
#include "compare_markdown.h"

#include <setjmp.h>
#include <stdarg.h>

#include "comparison_test.h"

#include <cmocka.h>

static void assert_starts(const char *from, const char *to, const char *start)
{
	char *markdown = comparison_shown(compare_markdown, from, to);

	if (strncmp(markdown, start, strlen(start)) != 0)
		fail_msg("not \"%s\" but:\n%s", start, markdown);
	free(markdown);
}

static void assert_holds(const char *from, const char *to, const char *part)
{
	char *markdown = comparison_shown(compare_markdown, from, to);

	if (!strstr(markdown, part))
		fail_msg("no \"%s\" in:\n%s", part, markdown);
	free(markdown);
}

static void the_headline_is_the_worst_there_is(void **state)
{
	(void)state;
	assert_starts(NULL, NULL,
		"### ipcmark compare: **1 regression** in 8 comparisons\n\n"
		"<code>6.17</code> \xe2\x86\x92 <code>6.18</code>: 1 regression, 1 improvement, ");
	assert_starts("'regression': 1", "'regression': 0",
		"### ipcmark compare: no regression proven; "
		"**2 of 8 comparisons inconclusive**\n");
	assert_starts("'regression': 1, 'improvement': 1, 'small': 1, 'same': 3, 'inconclusive': 2",
		"'regression': 0, 'same': 8, 'inconclusive': 0",
		"### ipcmark compare: no regression in 8 comparisons\n");
	assert_starts("'verdict': 'trustworthy'", "'verdict': 'untrustworthy'",
		"### ipcmark compare: **untrustworthy**, a control failed; **1 regression** in");
	assert_starts("'rows': ", "'rows': [], 'other': ",
		"### ipcmark compare: **nothing could be compared**\n");
	assert_holds("'allowed': [], 'controls'", "'allowed': ['hardware'], 'controls'",
		"\n> STAMPED: compared with --allow hardware\n");
}

static void what_changed_stands_first_and_the_rest_is_folded(void **state)
{
	(void)state;
	assert_holds(NULL, NULL,
		"| --- | --- | ---: | ---: | ---: | --- | --- |\n"
		"| <code>" UNIX "</code> | p50 | 5.02 us | 5.94 us | +18.3 % | [+17.1, +19.6] | "
		"**REGRESSION** |\n"
		"| <code>" TCP "</code> | throughput | 81.2 k/s | 1.25 M/s | +1440 % | "
		"[+1410, +1470] | improvement |\n"
		"| <code>" UNIX "</code> | p99.9 | 9.00 us | 9.18 us | +2.0 % | [+1.0, +3.0] | "
		"small; low confidence; two regimes in 6.17 |\n\n- base ");
	assert_holds(NULL, NULL,
		"<details><summary>5 more rows: same, or inconclusive in tails and cost</summary>"
		"\n\n| cell | metric |");
	assert_holds("'verdict': 'improvement'", "'verdict': 'inconclusive'",
		"| [+1410, +1470] | inconclusive |\n| <code>" UNIX "</code> | p99.9 |");
	assert_holds(NULL, NULL, "<summary>Not compared (2)</summary>\n\n- only in 6.18: ");
	assert_holds(NULL, NULL, "<summary>Warnings (1)</summary>\n\n- " PIPE ": drifts\n");
}

static void no_label_breaks_out(void **state)
{
	(void)state;
	assert_holds("'label': '6.17'", "'label': '</code>|`@you` & <b>[x](y)'",
		"<code>&#60;/code&#62;&#124;&#96;&#64;you&#96; &#38; &#60;b&#62;&#91;x&#93;(y)"
		"</code> \xe2\x86\x92 ");
	assert_holds(UNIX, "a|b\\nc", "| <code>a&#124;b c</code> | p50 |");
	assert_holds("'label': '6.17'",
		"'label': 'a label that is much longer than anybody wants to read at the head of a "
		"comment, really'",
		"at the head of a comment,...</code>");
}

static void several_arms_have_a_column(void **state)
{
	(void)state;
	assert_holds("'allowed': []}], 'fingerprints'",
		"'allowed': []}, {'label': '6.19', 'files': ['c.json']}], 'fingerprints'",
		"\n| cell | arm | metric | base | new | change | 95 % CI | verdict |\n"
		"| --- | --- | --- | ---: | ---: | ---: | --- | --- |\n"
		"| <code>" UNIX "</code> | <code>6.18</code> | p50 |");
}

/* As many rows as wanted, each of one cell; the last is a regression. */
static struct json *many_rows(size_t count)
{
	struct json *comparison;
	struct text text;

	text_begin(&text);
	fprintf(text.out, "{\"arms\": [{\"label\": \"a\"}, {\"label\": \"b\"}], \"rows\": [");
	for (size_t i = 0; i < count; i++)
		fprintf(text.out,
			"%s{\"cell\": \"pingpong/pipe/block/%zu/same-llc\", \"metric\": "
			"\"rtt_ns.p50\", \"arm\": 1, \"base\": 1000, \"new\": 1000, \"ratio\": 1, "
			"\"ci95\": [0.9, 1.1], \"verdict\": \"%s\"}",
			i ? ", " : "", i, i + 1 < count ? "same" : "regression");
	fputs("], \"warnings\": [", text.out);
	for (size_t i = 0; i < count; i++)
		fprintf(text.out, "%s\"%0*zu|||||\"", i ? ", " : "", 300, i);
	fputs("]}", text.out);
	text_end(&text);
	comparison = json_parse(text.bytes, text.length, "many");
	assert_non_null(comparison);
	free(text.bytes);
	return comparison;
}

static void the_least_interesting_rows_are_dropped(void **state)
{
	(void)state;
	for (size_t count = 100; count <= 3200; count *= 2) {
		struct json *comparison = many_rows(count);
		struct text text;
		size_t shown = 0, dropped = 0;

		text_begin(&text);
		compare_markdown(text.out, comparison);
		text_end(&text);
		assert_in_range(text.length, 1, COMPARE_MARKDOWN_BYTES);
		for (const char *at = text.bytes; (at = strstr(at, "\n| <code>pingpong")); at++)
			shown++;
		if (strstr(text.bytes, " rows, those of least interest"))
			dropped = strtoul(strstr(text.bytes, "</details>\n\n") + 12, NULL, 10);
		assert_int_equal(shown + dropped, count);
		assert_true(count > 400 ? dropped > 0 && text.length > 59000 : shown == count);
		assert_non_null(strstr(text.bytes, "**REGRESSION**"));
		json_free(comparison);
		free(text.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_headline_is_the_worst_there_is),
		cmocka_unit_test(what_changed_stands_first_and_the_rest_is_folded),
		cmocka_unit_test(no_label_breaks_out), cmocka_unit_test(several_arms_have_a_column),
		cmocka_unit_test(the_least_interesting_rows_are_dropped)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
