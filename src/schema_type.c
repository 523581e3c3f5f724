/* See schema_type.h. */
#include "schema_type.h"

#include <math.h>
#include <string.h>

/* In the order in which a message lists them. */
enum { BOOLEAN, INTEGER, NUMBER, STRING, ARRAY, OBJECT, NONE };

/* Bit i of a set is row i. */
static const struct {
	const char *word, *text;
} rows[] = {
	[BOOLEAN] = {"boolean", "a boolean"},
	[INTEGER] = {"integer", "an integer"},
	[NUMBER] = {"number", "a number"},
	[STRING] = {"string", "a string"},
	[ARRAY] = {"array", "an array"},
	[OBJECT] = {"object", "an object"},
	[NONE] = {"null", "null"},
};

#define ROWS (sizeof rows / sizeof *rows)

static unsigned set_of(const char *word)
{
	for (size_t i = 0; i < ROWS; i++)
		if (!strcmp(rows[i].word, word))
			return 1U << i;
	return 0;
}

unsigned schema_types(const struct json *argument)
{
	unsigned types = 0;

	if (json_type(argument) == JSON_STRING)
		return set_of(json_string(argument, ""));
	if (json_type(argument) != JSON_ARRAY)
		return 0;
	for (const struct json *i = json_first(argument); i; i = json_next(i)) {
		unsigned type = set_of(json_string(i, ""));

		if (!type)
			return 0;
		types |= type;
	}
	return types;
}

unsigned schema_types_of(const struct json *value)
{
	double number = json_number(value);

	switch (json_type(value)) {
	case JSON_BOOLEAN: return 1U << BOOLEAN;
	case JSON_NUMBER: return 1U << NUMBER | (trunc(number) == number ? 1U << INTEGER : 0);
	case JSON_STRING: return 1U << STRING;
	case JSON_ARRAY: return 1U << ARRAY;
	case JSON_OBJECT: return 1U << OBJECT;
	default: return 1U << NONE;
	}
}

bool schema_types_hold_integer(unsigned types)
{
	return types & set_of("integer");
}

struct clipped schema_types_text(unsigned types)
{
	struct clipped text = {0};

	for (size_t i = 0; i < ROWS; i++) {
		if (!(types & 1U << i))
			continue;
		types &= ~(1U << i);
		if (text.used)
			clipped_add(&text, types ? ", " : " or ");
		clipped_add(&text, rows[i].text);
	}
	return text;
}
