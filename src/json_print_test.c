/* Text that is pleasant to read, and comes back as the document that it was. */
#include "json_print.h"

#include "fail.h"
#include "json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct json *parse(const char *text)
{
	struct json *document = json_parse(text, strlen(text), NULL);

	if (!document)
		fail_msg("%s", fail_reason());
	return document;
}

static void assert_prints(const struct json *document, const char *expected)
{
	char *text = json_print(document);

	assert_string_equal(text, expected);
	free(text);
}

static void assert_reprints(const char *text, const char *expected)
{
	struct json *document = parse(text);

	assert_prints(document, expected);
	json_free(document);
}

static void test_what_stands_on_one_line(void **state)
{
	(void)state;
	assert_reprints("[[12,3],[13,9]]", "[[12,3], [13,9]]\n");
	assert_reprints("[[[1,[2]],3],[]]", "[[[1,[2]],3], []]\n");
	assert_reprints("[1,{}]", "[\n  1,\n  {}\n]\n");
	assert_reprints("[[[{}]]]", "[\n  [\n    [\n      {}\n    ]\n  ]\n]\n");
	assert_reprints("[\"0123456789\",\"0123456789\",\"0123456789\",\"0123456789\"]",
		"[\"0123456789\", \"0123456789\", \"0123456789\", \"0123456789\"]\n");
	assert_reprints(
		"[\"0123456789012345678901234567890123456789012345678901234567890123456789\"]",
		"[\n  "
		"\"0123456789012345678901234567890123456789012345678901234567890123456789\"\n]\n");
	assert_reprints("null", "null\n");
}

static void test_a_long_histogram_is_one_line(void **state)
{
	struct json *document = json_array();
	char *text;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct json *bin = json_add_array(document);

		json_add_integer(bin, i);
		json_add_integer(bin, 7);
	}
	text = json_print(document);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	json_free(document);
	document = parse(text);
	assert_int_equal(json_count(document), 100000);
	free(text);
	json_free(document);
}

static void assert_number_text(double number, const char *expected)
{
	char text[JSON_NUMBER_BYTES];

	assert_string_equal(json_number_text(number, text), expected);
}

static void test_number_text(void **state)
{
	(void)state;
	assert_number_text(0, "0");
	assert_number_text(-0.0, "-0");
	assert_number_text(100000000, "100000000");
	assert_number_text(9007199254740991, "9007199254740991");
	assert_number_text(-9007199254740991, "-9007199254740991");
	assert_number_text(9007199254740992, "9007199254740992");
	assert_number_text(1e300, "1e+300");
	assert_number_text(0.1, "0.1");
	assert_number_text(0.1 + 0.2, "0.30000000000000004");
	assert_number_text(1.0 / 3, "0.3333333333333333");
	assert_number_text(5e-324, "4.94065645841247e-324");
	assert_number_text(-1.7976931348623157e308, "-1.7976931348623157e+308");
	assert_number_text(NAN, "null");
	assert_number_text(-INFINITY, "null");
}

/* Doubles of every exponent, by a fixed multiplicative generator. */
static void test_numbers_round_trip(void **state)
{
	uint64_t seed = 42;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		char text[JSON_NUMBER_BYTES];
		struct json *document;
		double number;

		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		memcpy(&number, &seed, sizeof number);
		if (!isfinite(number))
			continue;
		json_number_text(number, text);
		document = parse(text);
		number -= json_number(document);
		assert_true(number == 0);
		json_free(document);
	}
}

static void test_escapes(void **state)
{
	struct json *document = json_object(), *again;
	char *text;

	(void)state;
	json_put_string(document, "q\"\\/k",
		"\" \\ / \b\f\n\r\t \x01\x1f\x7f \xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0 "
		"\xe2\x82\xac \xf0\x9f\x98\x80");
	text = json_print(document);
	assert_string_equal(text,
		"{\n  \"q\\\"\\\\/k\": \"\\\" \\\\ / \\b\\f\\n\\r\\t \\u0001\\u001f\\u007f "
		"\\u0080\\u009b\\u009f\xc2\xa0 \xe2\x82\xac \xf0\x9f\x98\x80\"\n}\n");
	again = parse(text);
	assert_true(json_same(document, again));
	free(text);
	json_free(document);
	json_free(again);
}

static void assert_quoted(const char *string, const char *expected)
{
	char *quoted = malloc(16); /* on the heap: a byte too many is seen by the sanitizer */

	assert_string_equal(json_quote(string, quoted, 16), expected);
	free(quoted);
}

static void test_quote(void **state)
{
	(void)state;
	assert_quoted("", "\"\"");
	assert_quoted("0123456789abc", "\"0123456789abc\"");
	assert_quoted("0123456789abcd", "\"0123456789...\"");
	assert_quoted("012345678\xc3\xa9xyz", "\"012345678...\"");
	assert_quoted("01234567\xc3\xa9xyzu", "\"01234567\xc3\xa9...\"");
	assert_quoted("0123456\x1b[2J", "\"0123456...\"");
	assert_quoted("\x1b[2J", "\"\\u001b[2J\"");
	assert_quoted("\x01\x02\x03\x04", "\"\\u0001...\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_stands_on_one_line),
		cmocka_unit_test(test_a_long_histogram_is_one_line),
		cmocka_unit_test(test_number_text),
		cmocka_unit_test(test_numbers_round_trip),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
