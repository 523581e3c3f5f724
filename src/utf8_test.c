/* UTF-8: the borders of every row of Unicode's table of well-formed sequences, from both sides. */
#include "utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static size_t length_of(const char *text)
{
	return utf8_length(text, text + strlen(text));
}

static void test_well_formed(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		unsigned code;
	} cases[] = {
		{"a", 1, 'a'},
		{"\x7f", 1, 0x7F},
		{"\xc2\x80", 2, 0x80},
		{"\xdf\xbf", 2, 0x7FF},
		{"\xe0\xa0\x80", 3, 0x800},
		{"\xed\x9f\xbf", 3, 0xD7FF},
		{"\xee\x80\x80", 3, 0xE000},
		{"\xef\xbf\xbf", 3, 0xFFFF},
		{"\xf0\x90\x80\x80", 4, 0x10000},
		{"\xf4\x8f\xbf\xbf", 4, 0x10FFFF},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(length_of(cases[i].text), cases[i].length);
		assert_int_equal(utf8_code(cases[i].text, cases[i].length), cases[i].code);
		for (size_t cut = 1; cut < cases[i].length; cut++)
			assert_int_equal(utf8_length(cases[i].text, cases[i].text + cut), 0);
	}
}

static void test_malformed(void **state)
{
	static const char *const cases[] = {
		"\x80",             /* a continuation alone */
		"\xbf",             /* the last of them */
		"\xc0\xaf",         /* overlong '/' */
		"\xc1\xbf",         /* overlong DEL */
		"\xc2\x7f",         /* no continuation */
		"\xc2\xc0",         /* nor is this one */
		"\xe0\x9f\xbf",     /* overlong U+07FF */
		"\xe1\x80\x7f",     /* the third byte is no continuation */
		"\xed\xa0\x80",     /* the first surrogate */
		"\xed\xbf\xbf",     /* the last surrogate */
		"\xf0\x8f\xbf\xbf", /* overlong U+FFFF */
		"\xf1\x80\x80\x41", /* the fourth byte is no continuation */
		"\xf4\x90\x80\x80", /* U+110000 */
		"\xf5\x80\x80\x80", /* begins beyond the range */
		"\xff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(length_of(cases[i]), 0);
}

static void test_every_code_point(void **state)
{
	(void)state;
	for (unsigned code = 0x80; code <= 0xFFFF; code++) {
		char text[3] = {(char)(0xE0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3F)),
			(char)(0x80 | (code & 0x3F))};
		int is_good = code >= 0x800 && (code < 0xD800 || code > 0xDFFF);

		assert_int_equal(utf8_length(text, text + 3), is_good ? 3 : 0);
		if (is_good)
			assert_int_equal(utf8_code(text, 3), code);
	}
}

static void test_count(void **state)
{
	(void)state;
	assert_int_equal(utf8_count(""), 0);
	assert_int_equal(utf8_count("abc"), 3);
	assert_int_equal(utf8_count("\xc2\xb5s \xe2\x82\xac \xf0\x9f\x98\x80"), 6);
}

static void test_mend(void **state)
{
	static const char malformed[] = "\xff\xff\x80";
	char mended[UTF8_MENDED_BYTES(sizeof malformed - 1)];

	(void)state;
	assert_true(utf8_is_valid(""));
	assert_true(utf8_is_valid("\xc2\xb5s \xf0\x9f\x98\x80"));
	assert_false(utf8_is_valid("\xc2\xb5s \xf0\x9f\x98"));
	assert_false(utf8_is_valid("\xed\xa0\x80"));
	assert_string_equal(utf8_mend(malformed, mended), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(utf8_mend("a\xc3(", mended), "a\xef\xbf\xbd(");
	assert_string_equal(utf8_mend("\xc2\xb5s", mended), "\xc2\xb5s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_well_formed),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_mend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
