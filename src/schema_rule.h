/* The rules of a schema, each looked at once for a whole check: a result has millions of values,
 * and a schema a few hundred rules. Only for schema*.c. */
#ifndef IPCMARK_SCHEMA_RULE_H
#define IPCMARK_SCHEMA_RULE_H

#include "schema_lint.h"

/* A keyword and its argument, in the schema that says it. */
struct rule {
	const struct json *schema, *argument;
	const struct schema_keyword *keyword;
	double number;              /* the argument, where it is one; else NaN */
	unsigned types;             /* of "type" (schema_type.h) */
	const struct json *target;  /* of "$ref" */
	const struct json *sibling; /* "properties" of "additionalProperties", "prefixItems" of
				       "items", "then" of "if"; NULL: not there */
};

/* Of one schema: those that say something. */
struct rules {
	struct rules *next; /* of the same slot */
	const struct json *schema;
	size_t count;
	struct rule all[];
};

/* Starts as {0}. */
struct rule_table {
	struct rules *slots[1024];
};

/* Of a schema below `root`, which has passed schema_lint. Valid until rule_table_clear. */
const struct rules *rule_table_get(
	struct rule_table *table, const struct json *root, const struct json *schema);
void rule_table_clear(struct rule_table *table);

#endif
