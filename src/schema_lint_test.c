/* Schemas that promise what is not checked are refused, whatever the document is. */
#include "schema_lint.h"

#include "fail.h"
#include "schema.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NO_TARGET "$ref: expected \"#/$defs/NAME\" of a schema that is there"

/* Texts are written with ' in the place of ". */
static int check_null(const char *schema_text)
{
	char *copy = strdup(schema_text);
	struct json *schema, *document = json_parse("null", 4, NULL);
	int err;

	for (char *quote = copy; (quote = strchr(quote, '\''));)
		*quote = '"';
	schema = json_parse(copy, strlen(copy), NULL);
	assert_non_null(schema);
	err = schema_check(document, schema);
	json_free(schema);
	json_free(document);
	free(copy);
	return err;
}

static void assert_refused(const char *schema_text, const char *reason)
{
	static const char prefix[] = "the schema: ";

	if (check_null(schema_text) != -EINVAL)
		fail_msg("accepted: %s", schema_text);
	assert_memory_equal(fail_reason(), prefix, strlen(prefix));
	assert_string_equal(fail_reason() + strlen(prefix), reason);
}

static const struct {
	const char *schema, *reason;
} refusals[] = {
	{"1", "expected a schema"},
	{"{'properties': {'x': {'minimun': 1}}}",
		"properties.x.minimun: not a keyword that is checked"},
	{"{'format': 'date'}", "format: not a keyword that is checked"},
	{"{'oneOf': [true]}", "oneOf: not a keyword that is checked"},
	{"{'else': true}", "else: not a keyword that is checked"},
	{"{'$defs': {'a': {'anyOf': [true, {'not': {}}]}}}",
		"$defs.a.anyOf[1].not: not a keyword that is checked"},
	{"{'if': {'x': 1}}", "if.x: not a keyword that is checked"},
	{"{'then': true}", "then: nothing to check without \"if\""},
	{"{'items': [true]}", "items: expected a schema"},
	{"{'items': {'$id': 'x'}}", "items.$id: would change what \"$ref\" refers to"},
	{"{'type': 'float'}", "type: expected one or more types"},
	{"{'type': 1}", "type: expected one or more types"},
	{"{'type': []}", "type: expected one or more types"},
	{"{'type': ['null', 1]}", "type: expected one or more types"},
	{"{'enum': []}", "enum: expected a list that is not empty"},
	{"{'anyOf': []}", "anyOf: expected a list that is not empty"},
	{"{'allOf': {}}", "allOf: expected a list that is not empty"},
	{"{'prefixItems': true}", "prefixItems: expected a list that is not empty"},
	{"{'required': 'a'}", "required: expected a list of strings"},
	{"{'required': [1]}", "required: expected a list of strings"},
	{"{'properties': [true]}", "properties: expected named schemas"},
	{"{'minItems': -1}", "minItems: expected a count"},
	{"{'maxItems': 1.5}", "maxItems: expected a count"},
	{"{'minLength': '1'}", "minLength: expected a count"},
	{"{'minimum': '1'}", "minimum: expected a number"},
	{"{'maximum': null}", "maximum: expected a number"},
	{"{'pattern': 1}", "pattern: expected a string"},
	{"{'pattern': '('}", "pattern: Unmatched ( or \\("},
	{"{'pattern': '^\\\\d$'}", "pattern: a backslash before a letter or digit is not POSIX"},
	{"{'$ref': '#/$defs/a'}", NO_TARGET},
	{"{'$ref': '#'}", NO_TARGET},
	{"{'$ref': 1}", NO_TARGET},
	{"{'$ref': '#/$defs/a/b', '$defs': {'a/b': true}}", NO_TARGET},
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		assert_refused(refusals[i].schema, refusals[i].reason);
}

static void test_accepted(void **state)
{
	static const char *const schemas[] = {
		"true",
		"{}",
		"{'pattern': '\\\\.\\\\\\\\'}",
		"{'properties': {'minimun': true, '$id': {}, 'then': {'type': 'null'}}}",
		"{'properties': {'a': {'const': {'minimun': 1}}}}",
		"{'if': {'minItems': 2.0, 'maxItems': 0}}",
		"{'$schema': 'https://json-schema.org/draft/2020-12/schema', '$id': 'x'}",
		"{'title': 't', 'description': 'd', '$comment': 'c', '$defs': {'a': false}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++)
		if (check_null(schemas[i]))
			fail_msg("%s: %s", schemas[i], fail_reason());
}

static void test_circles(void **state)
{
	static const char reason[] = "refers to itself in a circle";

	(void)state;
	assert_refused("{'$ref': '#/$defs/a', '$defs': {'a': {'$ref': '#/$defs/a'}}}", reason);
	assert_refused("{'anyOf': [{'$ref': '#/$defs/a'}, true], '$defs': {"
		       "'a': {'if': {'$ref': '#/$defs/b'}, 'then': true},"
		       "'b': {'$ref': '#/$defs/a'}}}",
		reason);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_circles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
