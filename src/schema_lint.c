/* See schema_lint.h. */
#include "schema_lint.h"

#include "schema_pattern.h"
#include "schema_type.h"

#include <errno.h>
#include <string.h>

static int refuse(const struct place *at, const char *what)
{
	struct clipped path = place_text(at);

	return fail_text(EINVAL, "the schema: %s%s%s", path.text, path.used ? ": " : "", what);
}

static const struct json *root_of(const struct place *at)
{
	while (at->up)
		at = at->up;
	return at->value;
}

const struct json *schema_target(const struct json *root, const char *reference)
{
	static const char prefix[] = "#/$defs/";
	const char *name = reference + strlen(prefix);

	/* Beyond a plain name it would be a longer or an escaped JSON pointer. */
	if (strncmp(reference, prefix, strlen(prefix)) || strpbrk(name, "/~%"))
		return NULL;
	return json_get(json_get(root, "$defs"), name);
}

static int lint_schema(const struct place *at);

static int lint_schemas_below(const struct place *at)
{
	size_t index = 0;

	for (const struct json *i = json_first(at->value); i; i = json_next(i)) {
		struct place below = place_below(at, i, index++);
		int err = lint_schema(&below);

		if (err)
			return err;
	}
	return 0;
}

static int lint_list(const struct place *at)
{
	return json_type(at->value) == JSON_ARRAY && json_first(at->value)
		? 0
		: refuse(at, "expected a list that is not empty");
}

static int lint_words(const struct place *at)
{
	if (json_type(at->value) != JSON_ARRAY)
		return refuse(at, "expected a list of strings");
	for (const struct json *i = json_first(at->value); i; i = json_next(i))
		if (json_type(i) != JSON_STRING)
			return refuse(at, "expected a list of strings");
	return 0;
}

static int lint_pattern(const struct place *at)
{
	const char *source = json_string(at->value, NULL);
	const char *problem = source ? pattern_problem(source) : "expected a string";

	return problem ? refuse(at, problem) : 0;
}

static int lint_argument(const struct place *at, enum schema_shape shape)
{
	const struct json *value = at->value;
	int err;

	switch (shape) {
	case SHAPE_COUNT: return json_integer(value, -1) >= 0 ? 0 : refuse(at, "expected a count");
	case SHAPE_LIST: return lint_list(at);
	case SHAPE_NAMED_SCHEMAS:
		return json_type(value) == JSON_OBJECT ? lint_schemas_below(at)
						       : refuse(at, "expected named schemas");
	case SHAPE_NUMBER:
		return json_type(value) == JSON_NUMBER ? 0 : refuse(at, "expected a number");
	case SHAPE_PATTERN: return lint_pattern(at);
	case SHAPE_REFERENCE:
		return schema_target(root_of(at), json_string(value, ""))
			? 0
			: refuse(at, "expected \"#/$defs/NAME\" of a schema that is there");
	case SHAPE_SCHEMA: return lint_schema(at);
	case SHAPE_SCHEMAS: err = lint_list(at); return err ? err : lint_schemas_below(at);
	case SHAPE_TYPES: return schema_types(value) ? 0 : refuse(at, "expected one or more types");
	case SHAPE_WORDS: return lint_words(at);
	default: return 0;
	}
}

static int lint_keyword(const struct place *at)
{
	const char *key = json_key(at->value);
	const struct schema_keyword *keyword = schema_keyword(key);

	if (!keyword)
		return refuse(at, "not a keyword that is checked");
	if (!strcmp(key, "then") && !json_get(at->up->value, "if"))
		return refuse(at, "nothing to check without \"if\"");
	if (!strcmp(key, "$id") && at->up->up)
		return refuse(at, "would change what \"$ref\" refers to");
	return lint_argument(at, keyword->shape);
}

static int lint_schema(const struct place *at)
{
	if (json_type(at->value) == JSON_BOOLEAN)
		return 0;
	if (json_type(at->value) != JSON_OBJECT)
		return refuse(at, "expected a schema");
	for (const struct json *i = json_first(at->value); i; i = json_next(i)) {
		struct place below = place_below(at, i, 0);
		int err = lint_keyword(&below);

		if (err)
			return err;
	}
	return 0;
}

int schema_lint(const struct json *schema)
{
	struct place root = {.value = schema};

	return lint_schema(&root);
}
