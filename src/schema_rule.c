/* See schema_rule.h. */
#include "schema_rule.h"

#include "memory.h"
#include "schema_type.h"

#include <stdint.h>
#include <string.h>

/* Nodes stand a few cache lines apart: the multiplication spreads them (Knuth, 6.4). */
static size_t slot_of(const struct json *schema)
{
	return (size_t)((uint64_t)(uintptr_t)schema * UINT64_C(0x9e3779b97f4a7c15) >> 54);
}

static const struct json *sibling_of(const struct json *schema, const char *key)
{
	static const struct {
		const char *key, *sibling;
	} siblings[] = {
		{"additionalProperties", "properties"}, {"items", "prefixItems"}, {"if", "then"}};

	for (size_t i = 0; i < sizeof siblings / sizeof siblings[0]; i++)
		if (strcmp(siblings[i].key, key) == 0)
			return json_get(schema, siblings[i].sibling);
	return NULL;
}

static struct rule rule_of(
	const struct json *root, const struct json *schema, const struct json *argument)
{
	const char *key = json_key(argument);

	return (struct rule){
		.schema = schema,
		.argument = argument,
		.keyword = schema_keyword(key),
		.number = json_number(argument),
		.types = strcmp(key, "type") == 0 ? schema_types(argument) : 0,
		.target = strcmp(key, "$ref") == 0 ? schema_target(root, json_string(argument, ""))
						   : NULL,
		.sibling = sibling_of(schema, key),
	};
}

static struct rules *rules_new(const struct json *root, const struct json *schema)
{
	struct rules *rules =
		memory_zeroed(1, sizeof *rules + json_count(schema) * sizeof rules->all[0]);

	rules->schema = schema;
	for (const struct json *i = json_first(schema); i; i = json_next(i)) {
		struct rule rule = rule_of(root, schema, i);

		if (rule.keyword->check)
			rules->all[rules->count++] = rule;
	}
	return rules;
}

const struct rules *rule_table_get(
	struct rule_table *table, const struct json *root, const struct json *schema)
{
	struct rules **slot = &table->slots[slot_of(schema)], *rules = *slot;

	while (rules && rules->schema != schema)
		rules = rules->next;
	if (rules)
		return rules;
	rules = rules_new(root, schema);
	rules->next = *slot;
	*slot = rules;
	return rules;
}

void rule_table_clear(struct rule_table *table)
{
	for (size_t i = 0; i < sizeof table->slots / sizeof table->slots[0]; i++) {
		while (table->slots[i]) {
			struct rules *next = table->slots[i]->next;

			free(table->slots[i]);
			table->slots[i] = next;
		}
	}
}
