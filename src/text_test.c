/* Text put together in memory. */
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void nothing_is_an_empty_text(void **state)
{
	(void)state;
	struct text text;
	char *bytes;

	text_begin(&text);
	bytes = text_end(&text);
	assert_string_equal(bytes, "");
	assert_int_equal(text.length, 0);
	free(bytes);
}

static void all_that_is_printed_is_there(void **state)
{
	(void)state;
	struct text text;
	char *bytes;

	text_begin(&text);
	for (int i = 0; i < 10000; i++)
		fprintf(text.out, "%d,", i % 10);
	fputc('\0', text.out);
	bytes = text_end(&text);
	assert_int_equal(text.length, 20001);
	assert_int_equal(strlen(bytes), 20000);
	assert_memory_equal(bytes, "0,1,2,3,4,", 10);
	assert_ptr_equal(bytes, text.bytes);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_an_empty_text),
		cmocka_unit_test(all_that_is_printed_is_there)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
