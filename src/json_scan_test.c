/* What the reader refuses, where it says that it is, and what it must not refuse. */
#include "fail.h"
#include "json.h"
#include "json_scan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct refusal {
	const char *text, *reason;
};

/* The text ends where its memory does, so that a byte read too far is seen by the sanitizer. */
static struct json *parse_exact(const char *text, size_t bytes, const char *name)
{
	char *copy = malloc(bytes ? bytes : 1);
	struct json *document;

	memcpy(copy, text, bytes);
	document = json_parse(copy, bytes, name);
	free(copy);
	return document;
}

static void assert_refused(const char *text, size_t bytes, const char *reason)
{
	assert_null(parse_exact(text, bytes, NULL));
	assert_string_equal(fail_reason(), reason);
}

static void assert_all_refused(const struct refusal *refusals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_refused(refusals[i].text, strlen(refusals[i].text), refusals[i].reason);
}

#define ASSERT_ALL_REFUSED(refusals) \
	assert_all_refused(refusals, sizeof(refusals) / sizeof *(refusals))

static void assert_accepted(const char *text, size_t bytes)
{
	struct json *document = parse_exact(text, bytes, NULL);

	if (!document)
		fail_msg("%s refused: %s", text, fail_reason());
	json_free(document);
}

static void test_structure_is_refused(void **state)
{
	static const struct refusal refusals[] = {
		{"", "line 1, column 1: expected a JSON value, got the end of the text"},
		{" \n ", "line 2, column 2: expected a JSON value, got the end of the text"},
		{"x", "line 1, column 1: expected a JSON value, got 'x'"},
		{"\xc3\xa9", "line 1, column 1: expected a JSON value, got U+00E9"},
		{"\xef\xbb\xbf{}", "line 1, column 1: expected a JSON value, got U+FEFF"},
		{"\xff", "line 1, column 1: expected a JSON value, got byte 0xff"},
		{"\x7f", "line 1, column 1: expected a JSON value, got byte 0x7f"},
		{"\v1", "line 1, column 1: expected a JSON value, got byte 0x0b"},
		{"{} x", "line 1, column 4: expected the end of the text, got 'x'"},
		{"1 2", "line 1, column 3: expected the end of the text, got '2'"},
		{"nullx", "line 1, column 5: expected the end of the text, got 'x'"},
		{"nul", "line 1, column 1: expected a JSON value, got 'n'"},
		{"True", "line 1, column 1: expected a JSON value, got 'T'"},
		{"[", "line 1, column 2: expected a JSON value, got the end of the text"},
		{"[1", "line 1, column 3: expected ',' or ']', got the end of the text"},
		{"[1,", "line 1, column 4: expected a JSON value, got the end of the text"},
		{"[1,]", "line 1, column 4: expected a JSON value, got ']'"},
		{"[,1]", "line 1, column 2: expected a JSON value, got ','"},
		{"[1 2]", "line 1, column 4: expected ',' or ']', got '2'"},
		{"[1}", "line 1, column 3: expected ',' or ']', got '}'"},
		{"]", "line 1, column 1: expected a JSON value, got ']'"},
		{"[]]", "line 1, column 3: expected the end of the text, got ']'"},
		{"{", "line 1, column 2: expected a key in double quotes, got the end of the text"},
		{"{1:2}", "line 1, column 2: expected a key in double quotes, got '1'"},
		{"{'a':2}", "line 1, column 2: expected a key in double quotes, got '''"},
		{"{\"a\" 1}", "line 1, column 6: expected ':', got '1'"},
		{"{\"a\":}", "line 1, column 6: expected a JSON value, got '}'"},
		{"{\"a\":1,}", "line 1, column 8: expected a key in double quotes, got '}'"},
		{"{\"a\":1]", "line 1, column 7: expected ',' or '}', got ']'"},
		{"{\"a\":1", "line 1, column 7: expected ',' or '}', got the end of the text"},
		{"{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 3: expected ',' or '}', got '\"'"},
		{"[1] // no", "line 1, column 5: expected the end of the text, got '/'"},
	};

	(void)state;
	ASSERT_ALL_REFUSED(refusals);
}

static void test_numbers_are_refused(void **state)
{
	static const struct refusal refusals[] = {
		{"01", "line 1, column 1: a number with a leading zero"},
		{"[1, -007]", "line 1, column 5: a number with a leading zero"},
		{"+1", "line 1, column 1: expected a JSON value, got '+'"},
		{"-", "line 1, column 2: expected a digit, got the end of the text"},
		{"- 1", "line 1, column 2: expected a digit, got ' '"},
		{"-x", "line 1, column 2: expected a digit, got 'x'"},
		{"-Infinity", "line 1, column 2: expected a digit, got 'I'"},
		{"NaN", "line 1, column 1: expected a JSON value, got 'N'"},
		{"nan", "line 1, column 1: expected a JSON value, got 'n'"},
		{"Infinity", "line 1, column 1: expected a JSON value, got 'I'"},
		{"0x10", "line 1, column 2: expected the end of the text, got 'x'"},
		{".5", "line 1, column 1: expected a JSON value, got '.'"},
		{"1.", "line 1, column 3: expected a digit, got the end of the text"},
		{"1.e3", "line 1, column 3: expected a digit, got 'e'"},
		{"1e", "line 1, column 3: expected a digit, got the end of the text"},
		{"1e+", "line 1, column 4: expected a digit, got the end of the text"},
		{"[1e-]", "line 1, column 5: expected a digit, got ']'"},
		{"1,5", "line 1, column 2: expected the end of the text, got ','"},
		{"1e400", "line 1, column 1: a number beyond the range of a double"},
		{"[-1.8e308]", "line 1, column 2: a number beyond the range of a double"},
	};

	(void)state;
	ASSERT_ALL_REFUSED(refusals);
}

static void test_number_length(void **state)
{
	char digits[JSON_MAX_NUMBER_BYTES + 1];

	(void)state;
	memset(digits, '9', sizeof digits);
	assert_accepted(digits, JSON_MAX_NUMBER_BYTES);
	assert_refused(digits, JSON_MAX_NUMBER_BYTES + 1,
		"line 1, column 1: a number of more than 63 characters");
	memcpy(digits + JSON_MAX_NUMBER_BYTES - 4, "e200", 4);
	assert_accepted(digits, JSON_MAX_NUMBER_BYTES);
}

static void test_strings_are_refused(void **state)
{
	static const struct refusal refusals[] = {
		{"\"", "line 1, column 1: a string that is not closed"},
		{"[\"a\", \"b", "line 1, column 7: a string that is not closed"},
		{"\"a\nb\"", "line 1, column 3: byte 0x0a in a string must be written as \\u000a"},
		{"\"\x1f\"", "line 1, column 2: byte 0x1f in a string must be written as \\u001f"},
		{"\"\\", "line 1, column 2: an escape that JSON does not know"},
		{"\"\\x\"", "line 1, column 2: an escape that JSON does not know"},
		{"\"\\'\"", "line 1, column 2: an escape that JSON does not know"},
		{"\"\\u12\"", "line 1, column 2: expected four hexadecimal digits after \\u"},
		{"\"\\u12g4\"", "line 1, column 2: expected four hexadecimal digits after \\u"},
		{"\"\\u+123\"", "line 1, column 2: expected four hexadecimal digits after \\u"},
		{"\"\\u123", "line 1, column 2: expected four hexadecimal digits after \\u"},
		{"\"\\u0000\"", "line 1, column 2: \\u0000 in a string is not supported"},
		{"{\"\\u0000\":1}", "line 1, column 3: \\u0000 in a string is not supported"},
		{"\"\\ud800\"", "line 1, column 2: a lone surrogate, \\ud800, is no character"},
		{"\"\\udbff\\ue000\"",
			"line 1, column 2: a lone surrogate, \\udbff, is no character"},
		{"\"\\ud83d\\ndc00\"",
			"line 1, column 2: a lone surrogate, \\ud83d, is no character"},
		{"\"\\ud83dxudc00\"",
			"line 1, column 2: a lone surrogate, \\ud83d, is no character"},
		{"\"\\ud83d\\n\"", "line 1, column 2: a lone surrogate, \\ud83d, is no character"},
		{"\"\\ud83d", "line 1, column 2: a lone surrogate, \\ud83d, is no character"},
		{"\"\\uDC00\"", "line 1, column 2: a lone surrogate, \\uDC00, is no character"},
		{"\"\\udfff\\ud800\"",
			"line 1, column 2: a lone surrogate, \\udfff, is no character"},
		{"\"a\xff\"", "line 1, column 3: malformed UTF-8, byte 0xff"},
		{"\"\xc0\xaf\"", "line 1, column 2: malformed UTF-8, byte 0xc0"},
		{"\"\xed\xa0\x80\"", "line 1, column 2: malformed UTF-8, byte 0xed"},
		{"\"\xe2\x82", "line 1, column 2: malformed UTF-8, byte 0xe2"},
		{"{\"\x80\":1}", "line 1, column 3: malformed UTF-8, byte 0x80"},
	};

	(void)state;
	ASSERT_ALL_REFUSED(refusals);
}

static void test_embedded_nul_is_refused(void **state)
{
	(void)state;
	assert_refused("1\0", 2, "line 1, column 2: expected the end of the text, got byte 0x00");
	assert_refused("[\0]", 3, "line 1, column 2: expected a JSON value, got byte 0x00");
	assert_refused("\"a\0b\"", 5,
		"line 1, column 3: byte 0x00 in a string must be written as \\u0000");
	assert_refused("\"\\\0\"", 4, "line 1, column 2: an escape that JSON does not know");
}

static void test_duplicates_are_refused(void **state)
{
	static const struct refusal refusals[] = {
		{"{\"a\":1,\"a\":1}", "line 1, column 8: duplicate key \"a\""},
		{"{\"a\":1,\n \"b\":2,\n \"\\u0061\":3}", "line 3, column 2: duplicate key \"a\""},
		{"{\"b\":{\"x\":1,\"y\":{}},\"c\":[{\"d\":1},{\"e\":1,\"d\":2,\"e\":3}]}",
			"line 1, column 47: duplicate key \"e\""},
		{"{\"a\":1,\"b\":1,\"b\":1,\"a\":1,\"a\":1}",
			"line 1, column 14: duplicate key \"b\""},
		{"{\"\":1,\"\":2}", "line 1, column 7: duplicate key \"\""},
		{"{\"\\n\":1,\"\\u000A\":2}", "line 1, column 9: duplicate key \"\\n\""},
		{"{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}",
			"line 1, column 19: duplicate key \"\xf0\x9f\x98\x80\""},
	};

	(void)state;
	ASSERT_ALL_REFUSED(refusals);
}

/* Fails by taking minutes if the search is quadratic. */
static void test_many_keys(void **state)
{
	enum { KEYS = 1000000, KEY_BYTES = 12 };
	char *text = malloc(2 + KEYS * KEY_BYTES + 1);
	size_t used = 0;

	(void)state;
	text[used++] = '{';
	for (int i = 0; i < KEYS; i++)
		used += (size_t)sprintf(text + used, "\"%07d\":%d,", KEYS - i, i & 1);
	text[used - 1] = '}';
	assert_accepted(text, used);
	memcpy(text + used - 1 - strlen("\"0000001\":1"), "\"1000000\":1", strlen("\"1000000\":1"));
	assert_null(json_parse(text, used, NULL));
	assert_string_equal(fail_reason(), "line 1, column 11999990: duplicate key \"1000000\"");
	free(text);
}

static void test_columns_count_characters(void **state)
{
	(void)state;
	assert_refused("[\"\xc2\xb5\xe2\x82\xac\xf0\x9f\x98\x80\" x]", 15,
		"line 1, column 8: expected ',' or ']', got 'x'");
	assert_refused("\r\n\r\n  x", 7, "line 3, column 3: expected a JSON value, got 'x'");
}

static void test_the_name_stands_in_front(void **state)
{
	char name[4096];

	(void)state;
	assert_null(parse_exact("x", 1, "results/base.json"));
	assert_string_equal(fail_reason(),
		"results/base.json: line 1, column 1: expected a JSON value, got 'x'");
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	assert_null(parse_exact("{\"a\":1,\"a\":1}", 13, name));
	assert_non_null(strstr(fail_reason(), "n: line 1, column 8: duplicate key \"a\""));
}

static void test_a_long_key_is_cut(void **state)
{
	char text[1100] = "{\"";
	size_t used = 2;

	(void)state;
	for (int i = 0; i < 2; i++) {
		memset(text + used, 'k', 500);
		used += 500;
		used += (size_t)sprintf(text + used, "\":1%s", i ? "}" : ",\"");
	}
	assert_null(parse_exact(text, used, NULL));
	assert_int_equal(strlen(fail_reason()), strlen("line 1, column 507: duplicate key ") + 63);
	assert_string_equal(fail_reason() + strlen(fail_reason()) - 5, "k...\"");
}

static void test_accepted(void **state)
{
	static const char *const texts[] = {
		"0",
		"-0",
		"1",
		"-1.5e-3",
		"1E5",
		"0.0",
		"0e1",
		"1e308",
		"1e-400",
		"9007199254740993",
		"\"\"",
		"{}",
		"[]",
		" \t\r\n[ \t\r\n] \t\r\n",
		"{ \"a\" : 1 , \"b\" : [ ] }",
		"null",
		"true",
		"[false]",
		"{\"a\":1,\"A\":2,\"aa\":{\"a\":3},\"b\":[{\"a\":1},{\"a\":1}]}",
		"[[],{},\"\",0]",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uFFFF\\ud83d\\ude00\"",
		"\"\\ud800\\udc00\\udbff\\udfff\"",
		"\"\x7f \xc2\x80 \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf\"",
		"{\"\":{\"\":[]}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_accepted(texts[i], strlen(texts[i]));
}

/* Every beginning of a document is refused, never read beyond its end, never accepted. */
static void test_truncated(void **state)
{
	static const char text[] =
		"{\"a\": [1.5e3, \"\\u00b5\\ud83d\\ude00\xc2\xb5\", true, null], "
		"\"b\": {\"c\": -0.25, \"d\": false}}";

	(void)state;
	for (size_t bytes = 0; bytes < strlen(text); bytes++) {
		assert_null(parse_exact(text, bytes, "cut"));
		assert_memory_equal(fail_reason(), "cut: line 1, column ", 20);
	}
	assert_accepted(text, strlen(text));
}

static void test_depth(void **state)
{
	char text[2 * JSON_MAX_DEPTH + 2];

	(void)state;
	memset(text, '[', JSON_MAX_DEPTH);
	memset(text + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
	assert_accepted(text, 2 * (size_t)JSON_MAX_DEPTH);
	memset(text, '[', JSON_MAX_DEPTH + 1);
	memset(text + JSON_MAX_DEPTH + 1, ']', JSON_MAX_DEPTH + 1);
	assert_refused(text, sizeof text, "line 1, column 65: nested deeper than 64 levels");
	assert_accepted("[[],[],[],[]]", 13); /* closing gives the depth back */
}

static void test_byte_limit(void **state)
{
	(void)state;
	assert_null(json_parse("1", JSON_MAX_BYTES + 1, "big"));
	assert_string_equal(fail_reason(), "big: line 1, column 1: more than 536870912 bytes");
}

/* By the scanner alone: the tree of so many values would take gigabytes. */
static void test_value_limit(void **state)
{
	size_t elements = JSON_MAX_VALUES - 1, bytes = 2 * elements + 1;
	char *text = malloc(bytes + 2);
	struct json_source source = {.text = text, .bytes = bytes};

	(void)state;
	text[0] = '[';
	for (size_t i = 0; i < elements; i++)
		memcpy(text + 1 + 2 * i, i + 1 < elements ? "0," : "0]", 2);
	assert_int_equal(json_scan(&source), 0);
	memcpy(text + bytes - 1, ",0]", 3);
	source.bytes += 2;
	assert_int_equal(json_scan(&source), -EINVAL);
	assert_string_equal(fail_reason(), "line 1, column 67108864: more than 33554432 values");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_structure_is_refused),
		cmocka_unit_test(test_numbers_are_refused),
		cmocka_unit_test(test_number_length),
		cmocka_unit_test(test_strings_are_refused),
		cmocka_unit_test(test_embedded_nul_is_refused),
		cmocka_unit_test(test_duplicates_are_refused),
		cmocka_unit_test(test_many_keys),
		cmocka_unit_test(test_columns_count_characters),
		cmocka_unit_test(test_the_name_stands_in_front),
		cmocka_unit_test(test_a_long_key_is_cut),
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_byte_limit),
		cmocka_unit_test(test_value_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
