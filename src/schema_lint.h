/* What a schema may say: the keywords, and the arguments that they take. Only for schema*.c. */
#ifndef IPCMARK_SCHEMA_LINT_H
#define IPCMARK_SCHEMA_LINT_H

#include "schema_failure.h"

enum schema_shape {
	SHAPE_ANY,
	SHAPE_COUNT,
	SHAPE_LIST,
	SHAPE_NAMED_SCHEMAS,
	SHAPE_NUMBER,
	SHAPE_PATTERN,
	SHAPE_REFERENCE,
	SHAPE_SCHEMA,
	SHAPE_SCHEMAS,
	SHAPE_TYPES,
	SHAPE_WORDS,
};

struct schema_checker;
struct rule; /* schema_rule.h */

struct schema_keyword {
	const char *name;
	enum schema_shape shape;
	/* 0; -EINVAL with c->failure; another error ends the whole check. NULL: says nothing by
	 * itself. */
	int (*check)(struct schema_checker *c, const struct rule *rule, const struct place *at);
};

/* NULL: not one of ours. The one table, so that what is accepted here is what schema.c checks. */
const struct schema_keyword *schema_keyword(const char *name);

/* What "#/$defs/NAME" refers to; NULL where it is not there or the reference has another form. */
const struct json *schema_target(const struct json *root, const char *reference);

/* 0, or -EINVAL with a reason (fail.h): "the schema: items.minimun: not a keyword that is checked".
 */
int schema_lint(const struct json *schema);

#endif
