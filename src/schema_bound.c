/* See schema_bound.h. */
#include "schema_bound.h"

#include "schema_checker.h"
#include "utf8.h"

static int refuse_count(struct schema_checker *c, const struct rule *rule, const struct place *at,
	const char *bound)
{
	int64_t wanted = json_integer(rule->argument, 0);

	return failure_note(&c->failure, at, "expected at %s %lld element%s, got %zu", bound,
		(long long)wanted, wanted == 1 ? "" : "s", json_count(at->value));
}

int bound_min_items(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	if (json_type(at->value) != JSON_ARRAY || (double)json_count(at->value) >= rule->number)
		return 0;
	return refuse_count(c, rule, at, "least");
}

int bound_max_items(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	if (json_type(at->value) != JSON_ARRAY || (double)json_count(at->value) <= rule->number)
		return 0;
	return refuse_count(c, rule, at, "most");
}

static int refuse_number(struct schema_checker *c, const struct rule *rule, const struct place *at,
	const char *bound)
{
	char wanted[SHOWN_BYTES], got[SHOWN_BYTES];

	return failure_note(&c->failure, at, "expected at %s %s, got %s", bound,
		failure_show(rule->argument, wanted), failure_show(at->value, got));
}

int bound_minimum(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	if (json_type(at->value) != JSON_NUMBER || json_number(at->value) >= rule->number)
		return 0;
	return refuse_number(c, rule, at, "least");
}

int bound_maximum(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	if (json_type(at->value) != JSON_NUMBER || json_number(at->value) <= rule->number)
		return 0;
	return refuse_number(c, rule, at, "most");
}

int bound_min_length(struct schema_checker *c, const struct rule *rule, const struct place *at)
{
	int64_t wanted = json_integer(rule->argument, 0);
	char shown[SHOWN_BYTES];

	if (json_type(at->value) != JSON_STRING ||
		(int64_t)utf8_count(json_string(at->value, "")) >= wanted)
		return 0;
	return failure_note(&c->failure, at, "expected at least %lld character%s, got %s",
		(long long)wanted, wanted == 1 ? "" : "s", failure_show(at->value, shown));
}
