/* Every keyword from both sides, and the words of every reason. Verdicts alone are compared with an
 * independent validator in tests/oracle. */
#include "schema.h"

#include "fail.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct expectation {
	const char *document;
	const char *reason; /* NULL: valid */
};

/* Texts are written with ' in the place of ". */
static struct json *parse(const char *text)
{
	char *copy = strdup(text);
	struct json *document;

	for (char *quote = copy; (quote = strchr(quote, '\''));)
		*quote = '"';
	document = json_parse(copy, strlen(copy), NULL);
	if (!document)
		fail_msg("%s: %s", text, fail_reason());
	free(copy);
	return document;
}

static void assert_checks(const char *schema_text, const char *text, const char *reason)
{
	struct json *schema = parse(schema_text), *document = parse(text);
	int err = schema_check(document, schema);

	if (reason && !err)
		fail_msg("%s accepted %s", schema_text, text);
	if (!reason && err)
		fail_msg("%s refused %s: %s", schema_text, text, fail_reason());
	if (reason) {
		assert_int_equal(err, -EINVAL);
		assert_string_equal(fail_reason(), reason);
	}
	json_free(document);
	json_free(schema);
}

static void assert_all(const char *schema, const struct expectation *expectations, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_checks(schema, expectations[i].document, expectations[i].reason);
}

#define ASSERT_ALL(schema, ...)                                       \
	assert_all(schema, (const struct expectation[]){__VA_ARGS__}, \
		sizeof((const struct expectation[]){__VA_ARGS__}) / sizeof(struct expectation))

static void test_type(void **state)
{
	(void)state;
	ASSERT_ALL("{'type': 'number'}", {"1", NULL}, {"1.5", NULL},
		{"'x'", "the document: expected a number, got a string"},
		{"true", "the document: expected a number, got a boolean"},
		{"null", "the document: expected a number, got null"});
	ASSERT_ALL("{'type': 'integer'}", {"1", NULL}, {"-0", NULL}, {"1.0", NULL}, {"1e3", NULL},
		{"1.5", "the document: expected an integer, got 1.5"},
		{"[]", "the document: expected an integer, got an array"});
	ASSERT_ALL("{'type': 'string'}", {"''", NULL},
		{"1", "the document: expected a string, got a number"});
	ASSERT_ALL("{'type': 'boolean'}", {"false", NULL}, {"true", NULL},
		{"0", "the document: expected a boolean, got a number"});
	ASSERT_ALL("{'type': 'null'}", {"null", NULL},
		{"{}", "the document: expected null, got an object"});
	ASSERT_ALL("{'type': 'array'}", {"[]", NULL},
		{"{}", "the document: expected an array, got an object"});
	ASSERT_ALL("{'type': 'object'}", {"{}", NULL},
		{"[]", "the document: expected an object, got an array"});
	ASSERT_ALL("{'type': ['number', 'null']}", {"1", NULL}, {"null", NULL},
		{"'x'", "the document: expected a number or null, got a string"});
	ASSERT_ALL("{'type': ['null', 'string', 'integer']}", {"''", NULL},
		{"1.5", "the document: expected an integer, a string or null, got 1.5"});
}

static void test_const_and_enum(void **state)
{
	(void)state;
	ASSERT_ALL("{'const': 'ipcmark-result/1'}", {"'ipcmark-result/1'", NULL},
		{"'ipcmark-result/2'",
			"the document: expected \"ipcmark-result/1\", got \"ipcmark-result/2\""},
		{"[1]", "the document: expected \"ipcmark-result/1\", got an array"});
	ASSERT_ALL("{'const': 1}", {"1", NULL}, {"1.0", NULL},
		{"true", "the document: expected 1, got true"},
		{"'1'", "the document: expected 1, got \"1\""});
	ASSERT_ALL("{'const': null}", {"null", NULL},
		{"false", "the document: expected null, got false"});
	ASSERT_ALL("{'const': {'a': [1, 2], 'b': 3}}", {"{'b': 3, 'a': [1, 2]}", NULL},
		{"{'b': 3, 'a': [2, 1]}", "the document: expected an object, got an object"});
	ASSERT_ALL("{'enum': ['ok', 'failed']}", {"'ok'", NULL}, {"'failed'", NULL},
		{"'fine'", "the document: expected one of \"ok\", \"failed\", got \"fine\""},
		{"'OK'", "the document: expected one of \"ok\", \"failed\", got \"OK\""});
	ASSERT_ALL("{'enum': [0]}", {"0", NULL}, {"-0.0", NULL},
		{"false", "the document: expected 0, got false"});
}

static void test_members(void **state)
{
	(void)state;
	ASSERT_ALL("{'properties': {'a': {'type': 'number'}, 'b': {'type': 'string'}}}",
		{"{}", NULL}, {"{'a': 1, 'b': '', 'c': null}", NULL}, {"[{'a': ''}]", NULL},
		{"{'a': null}", "a: expected a number, got null"},
		{"{'b': 1, 'a': 1}", "b: expected a string, got a number"});
	ASSERT_ALL("{'required': ['seed', 'b']}", {"{'b': 1, 'seed': null}", NULL}, {"1", NULL},
		{"[]", NULL}, {"{'b': 1}", "the document: missing member \"seed\""},
		{"{'Seed': 1, 'b': 1}", "the document: missing member \"seed\""});
	ASSERT_ALL("{'properties': {'a': {}}, 'additionalProperties': false}", {"{'a': 1}", NULL},
		{"{}", NULL}, {"[1]", NULL},
		{"{'a': 1, 'foo': 1}", "the document: unknown member \"foo\""},
		{"{'A': 1}", "the document: unknown member \"A\""});
	ASSERT_ALL("{'additionalProperties': false}", {"{}", NULL},
		{"{'\\u001b[2J': 1}", "the document: unknown member \"\\u001b[2J\""});
	ASSERT_ALL("{'properties': {'a': {}}, 'additionalProperties': {'type': 'number'}}",
		{"{'a': '', 'b': 1}", NULL}, {"{'b': ''}", "b: expected a number, got a string"});
	ASSERT_ALL("{'additionalProperties': true}", {"{'a': 1}", NULL});
}

static void test_elements(void **state)
{
	(void)state;
	ASSERT_ALL("{'items': {'type': 'number'}}", {"[]", NULL}, {"[1, 2]", NULL},
		{"{'a': ''}", NULL}, {"[1, '', null]", "[1]: expected a number, got a string"});
	ASSERT_ALL("{'prefixItems': [{'type': 'number'}, {'type': 'string'}]}", {"[]", NULL},
		{"[1]", NULL}, {"[1, '', null]", NULL}, {"{}", NULL},
		{"[1, 2]", "[1]: expected a string, got a number"});
	ASSERT_ALL("{'prefixItems': [{'type': 'number'}], 'items': {'type': 'string'}}",
		{"[1]", NULL}, {"[1, '', '']", NULL},
		{"['']", "[0]: expected a number, got a string"},
		{"[1, '', 2]", "[2]: expected a string, got a number"});
	ASSERT_ALL("{'prefixItems': [true], 'items': false}", {"[1]", NULL},
		{"[1, 2]", "[1]: nothing is expected here"});
	ASSERT_ALL("{'minItems': 2, 'maxItems': 3}", {"[1, 2]", NULL}, {"[1, 2, 3]", NULL},
		{"{}", NULL}, {"'x'", NULL},
		{"[1]", "the document: expected at least 2 elements, got 1"},
		{"[1, 2, 3, 4]", "the document: expected at most 3 elements, got 4"});
	ASSERT_ALL("{'minItems': 1}", {"[1]", NULL},
		{"[]", "the document: expected at least 1 element, got 0"});
}

static void test_numbers_and_strings(void **state)
{
	(void)state;
	ASSERT_ALL("{'minimum': 0}", {"0", NULL}, {"-0", NULL}, {"1e300", NULL}, {"'-3'", NULL},
		{"true", NULL}, {"-3", "the document: expected at least 0, got -3"},
		{"-1e-300", "the document: expected at least 0, got -1e-300"});
	ASSERT_ALL("{'maximum': 1.5}", {"1.5", NULL}, {"null", NULL},
		{"1.5000000000000002",
			"the document: expected at most 1.5, got 1.5000000000000002"});
	ASSERT_ALL("{'minLength': 2}", {"'ab'", NULL}, {"'\\u00b5s'", NULL}, {"1", NULL},
		{"[]", NULL},
		{"'\\ud83d\\ude00'",
			"the document: expected at least 2 characters, got \"\xf0\x9f\x98\x80\""},
		{"''", "the document: expected at least 2 characters, got \"\""});
	ASSERT_ALL("{'minLength': 1}",
		{"''", "the document: expected at least 1 character, got \"\""});
	ASSERT_ALL("{'pattern': '^[0-9a-f]{4}$'}", {"'09af'", NULL}, {"12", NULL},
		{"'09aF'", "the document: expected a match of ^[0-9a-f]{4}$, got \"09aF\""},
		{"'09af0'", "the document: expected a match of ^[0-9a-f]{4}$, got \"09af0\""});
	ASSERT_ALL("{'pattern': 'b+'}", {"'abc'", NULL},
		{"'ac'", "the document: expected a match of b+, got \"ac\""});
	ASSERT_ALL("{'items': {'allOf': [{'pattern': 'a'}, {'pattern': 'b'}]}}",
		{"['ab', 'ba']", NULL}, {"['ab', 'a']", "[1]: expected a match of b, got \"a\""});
}

static void test_any_of(void **state)
{
	static const char objects[] = "{'anyOf': [{'type': 'null'},"
				      " {'properties': {'a': {'properties': {'b': {'type': "
				      "'number'}}}}, 'required': ['a']}]}";

	(void)state;
	ASSERT_ALL("{'anyOf': [{'type': 'number'}, {'type': 'null'}]}", {"1", NULL}, {"null", NULL},
		{"'x'", "the document: expected a number or null, got a string"});
	ASSERT_ALL(
		"{'anyOf': [{'anyOf': [{'type': 'null'}, {'type': 'array'}]}, {'type': 'string'}]}",
		{"[]", NULL},
		{"1", "the document: expected a string, an array or null, got a number"});
	ASSERT_ALL(objects, {"null", NULL}, {"{'a': {'b': 1}}", NULL},
		{"{'a': {'b': 'x'}}", "a.b: expected a number, got a string"},
		{"{}", "the document: missing member \"a\""});
	ASSERT_ALL("{'anyOf': [{'minimum': 5}, {'type': 'string'}]}", {"5", NULL}, {"''", NULL},
		{"4", "the document: expected at least 5, got 4"});
	ASSERT_ALL("{'anyOf': [{'type': 'string'}, {'minimum': 5}, {'minimum': 6}]}", {"5", NULL},
		{"4", "the document: expected at least 5, got 4"});
	ASSERT_ALL("{'items': {'anyOf': [{'type': 'null'}, {'items': {'type': 'null'}}]}}",
		{"[null, [null], 1]", NULL},
		{"[null, [1]]", "[1][0]: expected null, got a number"});
}

static void test_all_of_and_if(void **state)
{
	static const char reason[] =
		"{'if': {'properties': {'status': {'const': 'failed'}}, 'required': ['status']},"
		" 'then': {'required': ['reason']}}";

	(void)state;
	ASSERT_ALL("{'allOf': [{'minimum': 1}, {'maximum': 2}]}", {"1", NULL}, {"2", NULL},
		{"0", "the document: expected at least 1, got 0"},
		{"3", "the document: expected at most 2, got 3"});
	ASSERT_ALL(reason, {"{}", NULL}, {"{'status': 'ok'}", NULL},
		{"{'status': 'failed', 'reason': ''}", NULL},
		{"{'status': 'failed'}", "the document: missing member \"reason\""});
	ASSERT_ALL("{'then': false, 'if': {'type': 'string'}}", {"1", NULL},
		{"''", "the document: nothing is expected here"});
	ASSERT_ALL("{'if': {'type': 'string'}}", {"1", NULL}, {"''", NULL});
}

static void test_references(void **state)
{
	static const char tree[] =
		"{'$ref': '#/$defs/tree',"
		" '$defs': {'tree': {'type': 'array', 'items': {'$ref': '#/$defs/tree'}}}}";

	(void)state;
	ASSERT_ALL(tree, {"[]", NULL}, {"[[], [[[]]]]", NULL},
		{"[[], [[1]]]", "[1][0][0]: expected an array, got a number"});
	ASSERT_ALL("{'$ref': '#/$defs/a b', 'maximum': 2, '$defs': {'a b': {'minimum': 1}}}",
		{"1", NULL}, {"0", "the document: expected at least 1, got 0"},
		{"3", "the document: expected at most 2, got 3"});
}

static void test_true_and_false(void **state)
{
	(void)state;
	ASSERT_ALL("true", {"1", NULL}, {"null", NULL});
	ASSERT_ALL("false", {"1", "the document: nothing is expected here"});
	ASSERT_ALL("{}", {"[]", NULL});
	ASSERT_ALL("{'properties': {'a': false}}", {"{'b': 1}", NULL},
		{"{'a': 1}", "a: nothing is expected here"});
}

static void test_paths(void **state)
{
	static const char schema[] =
		"{'$ref': '#/$defs/s', '$defs': {'s': {'type': ['array', 'object'],"
		" 'additionalProperties': {'$ref': '#/$defs/s'}, 'items': {'$ref': '#/$defs/s'}}}}";

	(void)state;
	ASSERT_ALL(schema,
		{"{'cells': [[], [], [], {'runs': [{'rtt_ns': {'p50': 1}}]}]}",
			"cells[3].runs[0].rtt_ns.p50: expected an array or an object, got a "
			"number"},
		{"{'summary': {'rtt_ns.p50': {'ci95': [1]}}}",
			"summary[\"rtt_ns.p50\"].ci95[0]: expected an array or an object, got a "
			"number"},
		{"{'a-b': {'': {'1': {'_1': null}}}}",
			"[\"a-b\"][\"\"][\"1\"]._1: expected an array or an object, got null"},
		{"{'\\n\\'\\u009b': true}",
			"[\"\\n\\\"\\u009b\"]: expected an array or an object, got a boolean"},
		{"{'\xc2\xb5': true}",
			"[\"\xc2\xb5\"]: expected an array or an object, got a boolean"});
}

/* However long the names are, the end of the message is there. */
static void test_long_words_are_cut(void **state)
{
	static const char tree[] =
		"{'$ref': '#/$defs/a', '$defs': {'a': {'type': 'object', 'additionalProperties': "
		"{'$ref': '#/$defs/a'}}}}";
	static const char shown[] =
		"\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...\"";
	char document[4096] = "", key[401], reason[FAIL_TEXT_BYTES];
	size_t used = 0;

	(void)state;
	memset(key, 'k', sizeof key - 1);
	key[sizeof key - 1] = '\0';
	for (int i = 0; i < 5; i++)
		used += (size_t)sprintf(document + used, "{'%s':", key);
	sprintf(document + used, "'%s'}}}}}", key);
	snprintf(reason, sizeof reason, "[%s][%s]...: expected an object, got a string", shown,
		shown);
	assert_checks(tree, document, reason);
	snprintf(document, sizeof document, "'%s'", key);
	snprintf(reason, sizeof reason, "the document: expected \"a\", got %s", shown);
	assert_checks("{'const': 'a'}", document, reason);
}

static void test_many_words_are_cut(void **state)
{
	char text[4096] = "{'enum': [";
	size_t used = strlen(text);
	struct json *schema, *document = parse("1");

	(void)state;
	for (int i = 100; i < 400; i++)
		used += (size_t)sprintf(text + used, "%d%s", i, i == 399 ? "]}" : ",");
	assert_checks(text, "399", NULL);
	schema = parse(text);
	assert_int_equal(schema_check(document, schema), -EINVAL);
	assert_non_null(strstr(fail_reason(), "expected one of 100, 101, "));
	assert_non_null(strstr(fail_reason(), "..., got 1"));
	json_free(document);
	json_free(schema);
}

static void test_depth(void **state)
{
	static const char schema[] =
		"{'anyOf': [{'$ref': '#/$defs/a'}], '$defs': {'a': {'allOf': [{'type': 'array',"
		" 'items': {'anyOf': [{'$ref': '#/$defs/a'}, {'const': 1}]}}]}}}";
	char text[2 * JSON_MAX_DEPTH + 1];

	(void)state;
	memset(text, '[', JSON_MAX_DEPTH);
	memset(text + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
	text[sizeof text - 1] = '\0';
	assert_checks(schema, text, NULL);
}

/* A document in parts: one checker for all, and the place is that in the whole. */
static void test_parts(void **state)
{
	struct json *schema = parse("{'properties': {'cells': {'type': 'array'}},"
				    " '$defs': {'cell': {'required': ['id'], 'properties':"
				    " {'id': {'type': 'string', 'pattern': '^[a-z]*$'}}}}}");
	struct json *head = parse("{'cells': []}");
	static const struct expectation elements[] = {{"{'id': 'pipe'}", NULL},
		{"{'id': 'pipe'}", NULL},
		{"{'id': 1}", "cells[2].id: expected a string, got a number"},
		{"{}", "cells[3]: missing member 'id'"}, {"{'id': 'fifo'}", NULL},
		{"{'id': 'P'}", "cells[5].id: expected a match of ^[a-z]*$, got 'P'"}};
	struct schema_checker *checker = schema_open(schema);

	(void)state;
	assert_non_null(checker);
	assert_int_equal(schema_run(checker, head), 0);
	for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
		struct json *element = parse(elements[i].document);
		int err = schema_run_element(checker, json_get(head, "cells"), element, i, "cell");
		char reason[128];

		assert_int_equal(err, elements[i].reason ? -EINVAL : 0);
		snprintf(reason, sizeof reason, "%s", fail_reason());
		for (char *quote = reason; (quote = strchr(quote, '"'));)
			*quote = '\'';
		if (err)
			assert_string_equal(reason, elements[i].reason);
		json_free(element);
	}
	schema_close(checker);
	json_free(head);
	json_free(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_type),
		cmocka_unit_test(test_const_and_enum),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_numbers_and_strings),
		cmocka_unit_test(test_any_of),
		cmocka_unit_test(test_all_of_and_if),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_true_and_false),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_long_words_are_cut),
		cmocka_unit_test(test_many_words_are_cut),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
