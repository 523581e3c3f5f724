/* What the rules of a schema mean, worked out once for a whole check: a result has a million values
 * and a schema a few hundred rules. Only for schema*.c. */
#ifndef IPCMARK_SCHEMA_RESOLVE_H
#define IPCMARK_SCHEMA_RESOLVE_H

#include "schema_lint.h"

struct schema_meaning {
	const struct json *argument; /* of the keyword; NULL: a free slot */
	const struct schema_keyword *keyword;
	unsigned types;            /* of "type" (schema_type.h); else 0 */
	const struct json *target; /* of "$ref"; else NULL */
};

/* A slot holds the one of its meanings that was asked for last. Starts as {0}. */
#define SCHEMA_MEANINGS 4096
struct schema_meanings {
	struct schema_meaning slots[SCHEMA_MEANINGS];
};

/* `argument` is a member of a schema below `root`. */
struct schema_meaning schema_resolve(
	struct schema_meanings *meanings, const struct json *root, const struct json *argument);

#endif
