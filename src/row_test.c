/* Fields and lines of tables of text. */
#include "row.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "text.h"

#include <cmocka.h>

static char *written(bool is_csv)
{
	struct text text;

	text_begin(&text);

	struct row row = {.out = text.out, .is_csv = is_csv};

	row_words(&row, "one two  four");
	row_words(&row, "five");
	row_end(&row);
	row_text(&row, "");
	row_text(&row, "a\tb\r\nc");
	row_text(&row, "x,\"y\"");
	row_number(&row, 0.1);
	row_number(&row, NAN);
	row_end(&row);
	row_number(&row, 123456789012345.0);
	row_end(&row);
	return text_end(&text);
}

static void tabs_and_line_ends_become_spaces(void **state)
{
	(void)state;
	char *text = written(false);

	assert_string_equal(
		text, "one\ttwo\t\tfour\tfive\n\ta b  c\tx,\"y\"\t0.1\t\n123456789012345\n");
	free(text);
}

static void fields_are_quoted_where_they_need_it(void **state)
{
	(void)state;
	char *text = written(true);

	assert_string_equal(
		text, "one,two,,four,five\n,\"a\tb\r\nc\",\"x,\"\"y\"\"\",0.1,\n123456789012345\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(tabs_and_line_ends_become_spaces),
		cmocka_unit_test(fields_are_quoted_where_they_need_it)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
