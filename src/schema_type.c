/* See schema_type.h. */
#include "schema_type.h"

#include <math.h>
#include <string.h>

/* Bit i of a set is row i; in the order in which a message lists them. */
static const struct {
	const char *word, *text;
} rows[] = {
	{"boolean", "a boolean"},
	{"integer", "an integer"},
	{"number", "a number"},
	{"string", "a string"},
	{"array", "an array"},
	{"object", "an object"},
	{"null", "null"},
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
	case JSON_BOOLEAN: return set_of("boolean");
	case JSON_NUMBER:
		return set_of("number") | (trunc(number) == number ? set_of("integer") : 0);
	case JSON_STRING: return set_of("string");
	case JSON_ARRAY: return set_of("array");
	case JSON_OBJECT: return set_of("object");
	default: return set_of("null");
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
