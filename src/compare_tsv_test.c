/* A comparison as tab-separated text. */
#include "compare_tsv.h"

#include <setjmp.h>
#include <stdarg.h>

#include "comparison_test.h"

#include <cmocka.h>

static void every_row_has_the_fields_of_the_header(void **state)
{
	(void)state;
	char *tsv = comparison_shown(compare_tsv, NULL, NULL), *rest = tsv, *line;
	size_t lines = 0;

	while ((line = strsep(&rest, "\n")) && *line) {
		size_t tabs = 0;

		for (; *line; line++)
			tabs += *line == '\t';
		assert_int_equal(tabs, 21);
		lines++;
	}
	assert_int_equal(lines, 1 + 8);
	assert_int_equal(
		strncmp(tsv, "cell\tmetric\tunit\tbetter\tarm\tbase_label\tbase\t", 44), 0);
	free(tsv);
}

static void assert_line(const char *from, const char *to, const char *expected)
{
	char *tsv = comparison_shown(compare_tsv, from, to);

	if (!strstr(tsv, expected))
		fail_msg("no \"%s\" in:\n%s", expected, tsv);
	free(tsv);
}

static void fields_are_what_the_document_has(void **state)
{
	(void)state;
	assert_line(NULL, NULL,
		"\n" PIPE "\trtt_ns.p50\tns\tlower\t6.18\t6.17\t4610\t4580\t0.993\t0.986\t1.001\t"
		"0.987\t1\t0.1\t0.2\t0.03\tsame\t0.012\t10\t10\t\t0\n");
	assert_line("'paired': false", "'paired': true", "\t0.012\t10\t10\t\t1\n");
	assert_line(NULL, NULL, "\tinconclusive\t\t10\t10\t34\t0\n");
}

static void null_is_an_empty_field_and_a_tab_a_space(void **state)
{
	(void)state;
	assert_line(NULL, NULL, "\t812\t\t\t\t\t\t\t\t\t0.05\tinconclusive\t\t10\t3\t\t0\n");
	assert_line("'label': '6.17'", "'label': 'a\\tb'", "\ta b\t4610\t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_row_has_the_fields_of_the_header),
		cmocka_unit_test(fields_are_what_the_document_has),
		cmocka_unit_test(null_is_an_empty_field_and_a_tab_a_space)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
