/* See schema.h. Every keyword is one function; those that speak of another type than the value has
 * say nothing, as the standard wants. */
#include "schema.h"

#include "json_print.h"
#include "memory.h"
#include "schema_bound.h"
#include "schema_checker.h"
#include "schema_type.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A document is at most JSON_MAX_DEPTH deep, and a schema of ours takes a few steps ($ref, anyOf) a
 * level. More means that it goes round without going down. */
#define MAX_STEPS (8 * JSON_MAX_DEPTH)

static int check_value(struct schema_checker *c, const struct json *schema, const struct place *at)
{
	const struct rules *rules;
	int err = 0;

	if (json_type(schema) == JSON_BOOLEAN)
		return json_is_true(schema)
			? 0
			: failure_note(&c->failure, at, "nothing is expected here");
	if (c->steps == MAX_STEPS)
		return -ELOOP;
	c->steps++;
	rules = rule_table_get(&c->rules, c->root, schema);
	for (size_t i = 0; i < rules->count && !err; i++)
		err = rules->all[i].keyword->check(c, &rules->all[i], at);
	c->steps--;
	return err;
}

static int check_ref(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	return check_value(c, rule->target, at);
}

static int check_type(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	unsigned types = rule->types;

	if (types & schema_types_of(at->value))
		return 0;
	return failure_note_types(&c->failure, at, types);
}

static int check_const(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	char expected[SHOWN_BYTES], got[SHOWN_BYTES];

	if (json_same(at->value, rule->argument))
		return 0;
	return failure_note(&c->failure, at, "expected %s, got %s",
		failure_show(rule->argument, expected), failure_show(at->value, got));
}

static int check_enum(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	const struct json *first = json_first(rule->argument);
	struct clipped words = {0};
	char shown[SHOWN_BYTES];

	for (const struct json *i = first; i; i = json_next(i))
		if (json_same(at->value, i))
			return 0;
	for (const struct json *i = first; i; i = json_next(i)) {
		if (i != first)
			clipped_add(&words, ", ");
		clipped_add(&words, failure_show(i, shown));
	}
	return failure_note(&c->failure, at, "expected %s%s, got %s",
		json_next(first) ? "one of " : "", words.text, failure_show(at->value, shown));
}

static int check_properties(
	struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	if (json_type(at->value) != JSON_OBJECT)
		return 0;
	for (const struct json *i = json_first(rule->argument), *last = NULL; i; i = json_next(i)) {
		const struct json *member = json_get_near(at->value, json_key(i), last);
		struct place below = place_below(at, member, 0);
		int err = member ? check_value(c, i, &below) : 0;

		if (err)
			return err;
		last = member ? member : last;
	}
	return 0;
}

static int check_required(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	if (json_type(at->value) != JSON_OBJECT)
		return 0;
	for (const struct json *i = json_first(rule->argument), *last = NULL; i; i = json_next(i)) {
		char shown[SHOWN_BYTES];

		last = json_get_near(at->value, json_string(i, ""), last);
		if (!last)
			return failure_note(
				&c->failure, at, "missing member %s", failure_show(i, shown));
	}
	return 0;
}

static int check_additional(
	struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	bool is_closed = json_type(rule->argument) == JSON_BOOLEAN && !json_is_true(rule->argument);

	if (json_type(at->value) != JSON_OBJECT)
		return 0;
	for (const struct json *i = json_first(at->value), *last = NULL; i; i = json_next(i)) {
		const struct json *known = json_get_near(rule->sibling, json_key(i), last);
		struct place below = place_below(at, i, 0);
		char quoted[SHOWN_BYTES];
		int err;

		last = known ? known : last;
		if (known)
			continue;
		if (is_closed)
			return failure_note(&c->failure, at, "unknown member %s",
				json_quote(json_key(i), quoted, sizeof quoted));
		err = check_value(c, rule->argument, &below);
		if (err)
			return err;
	}
	return 0;
}

static int check_prefix_items(
	struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	const struct json *schema = json_first(rule->argument), *i = json_first(at->value);
	int err = 0;

	if (json_type(at->value) != JSON_ARRAY)
		return 0;
	for (size_t index = 0; i && schema && !err; index++) {
		struct place below = place_below(at, i, index);

		err = check_value(c, schema, &below);
		i = json_next(i);
		schema = json_next(schema);
	}
	return err;
}

static int check_items(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	size_t prefix = json_count(rule->sibling), index = 0;

	if (json_type(at->value) != JSON_ARRAY)
		return 0;
	for (const struct json *i = json_first(at->value); i; i = json_next(i), index++) {
		struct place below = place_below(at, i, index);
		int err = index < prefix ? 0 : check_value(c, rule->argument, &below);

		if (err)
			return err;
	}
	return 0;
}

static int check_pattern(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	const char *string = json_string(at->value, NULL);
	char shown[SHOWN_BYTES];

	if (!string || pattern_matches(&c->patterns, rule->argument, string))
		return 0;
	return failure_note(&c->failure, at, "expected a match of %.100s, got %s",
		json_string(rule->argument, ""), failure_show(at->value, shown));
}

/* Whether a value fits, without words for why not: most values of an anyOf fit one of them. */
static int try(struct schema_checker *c, const struct json *schema, const struct place *at)
{
	bool was_quiet = c->failure.is_quiet;
	int err;

	c->failure.is_quiet = true;
	err = check_value(c, schema, at);
	c->failure.is_quiet = was_quiet;
	return err;
}

static int check_any_of(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	const struct json *first = json_first(rule->argument);
	struct failure best = {0};
	bool are_types = true;
	unsigned types = 0;

	for (const struct json *i = first; i; i = json_next(i)) {
		int err = try(c, i, at);

		if (err != -EINVAL)
			return err;
	}
	if (c->failure.is_quiet)
		return -EINVAL;
	for (const struct json *i = first; i; i = json_next(i)) {
		check_value(c, i, at);
		are_types = are_types && c->failure.types && c->failure.depth == at->depth;
		types |= c->failure.types;
		if (i == first || failure_is_more_helpful(&c->failure, &best))
			best = c->failure;
	}
	if (are_types)
		return failure_note_types(&c->failure, at, types);
	c->failure = best;
	return -EINVAL;
}

static int check_all_of(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	int err = 0;

	for (const struct json *i = json_first(rule->argument); i && !err; i = json_next(i))
		err = check_value(c, i, at);
	return err;
}

static int check_if(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	int err = rule->sibling ? try(c, rule->argument, at) : -EINVAL;

	if (err)
		return err == -EINVAL ? 0 : err;
	return check_value(c, rule->sibling, at);
}

static const struct schema_keyword keywords[] = {
	/* sorted by name, for bsearch */
	{"$comment", SHAPE_ANY, NULL},
	{"$defs", SHAPE_NAMED_SCHEMAS, NULL},
	{"$id", SHAPE_ANY, NULL},
	{"$ref", SHAPE_REFERENCE, check_ref},
	{"$schema", SHAPE_ANY, NULL},
	{"additionalProperties", SHAPE_SCHEMA, check_additional},
	{"allOf", SHAPE_SCHEMAS, check_all_of},
	{"anyOf", SHAPE_SCHEMAS, check_any_of},
	{"const", SHAPE_ANY, check_const},
	{"description", SHAPE_ANY, NULL},
	{"enum", SHAPE_LIST, check_enum},
	{"if", SHAPE_SCHEMA, check_if},
	{"items", SHAPE_SCHEMA, check_items},
	{"maxItems", SHAPE_COUNT, bound_max_items},
	{"maximum", SHAPE_NUMBER, bound_maximum},
	{"minItems", SHAPE_COUNT, bound_min_items},
	{"minLength", SHAPE_COUNT, bound_min_length},
	{"minimum", SHAPE_NUMBER, bound_minimum},
	{"pattern", SHAPE_PATTERN, check_pattern},
	{"prefixItems", SHAPE_SCHEMAS, check_prefix_items},
	{"properties", SHAPE_NAMED_SCHEMAS, check_properties},
	{"required", SHAPE_WORDS, check_required},
	{"then", SHAPE_SCHEMA, NULL},
	{"title", SHAPE_ANY, NULL},
	{"type", SHAPE_TYPES, check_type},
};

static int compare_name(const void *name, const void *keyword)
{
	return strcmp(name, ((const struct schema_keyword *)keyword)->name);
}

const struct schema_keyword *schema_keyword(const char *name)
{
	return bsearch(
		name, keywords, sizeof keywords / sizeof *keywords, sizeof *keywords, compare_name);
}

struct schema_checker *schema_open(const struct json *schema)
{
	struct schema_checker *checker;

	if (schema_lint(schema))
		return NULL;
	checker = memory_zeroed(1, sizeof *checker);
	checker->root = schema;
	return checker;
}

void schema_close(struct schema_checker *checker)
{
	if (!checker)
		return;
	pattern_free_all(checker->patterns);
	rule_table_clear(&checker->rules);
	free(checker);
}

static int run(struct schema_checker *c, const struct json *schema, const struct place *at)
{
	int err = check_value(c, schema, at);

	if (err == -ELOOP)
		return fail_text(EINVAL, "the schema: refers to itself in a circle");
	return err ? fail_text(EINVAL, "%s", c->failure.text) : 0;
}

int schema_run(struct schema_checker *checker, const struct json *document)
{
	struct place root = {.value = document};

	return run(checker, checker->root, &root);
}

int schema_run_element(struct schema_checker *checker, const struct json *array,
	const struct json *element, size_t index, const char *definition)
{
	struct place root = {0}, above = place_below(&root, array, 0);
	struct place at = place_below(&above, element, index);

	return run(checker, json_get(json_get(checker->root, "$defs"), definition), &at);
}

int schema_check(const struct json *document, const struct json *schema)
{
	struct schema_checker *checker;
	int err;

	assert(document && schema);
	checker = schema_open(schema);
	err = checker ? schema_run(checker, document) : -EINVAL;
	schema_close(checker);
	return err;
}
