/* Patterns of a schema, each compiled once for a whole check. Only for schema*.c. */
#ifndef IPCMARK_SCHEMA_PATTERN_H
#define IPCMARK_SCHEMA_PATTERN_H

#include "json.h"

struct pattern;

/* What is wrong with a pattern, NULL where nothing is. Valid until the next call. */
const char *pattern_problem(const char *source);

/* Whether the string holds a match of the pattern, a string value of the schema without a problem,
 * which is looked for in *patterns (NULL at first) and added there. */
bool pattern_matches(struct pattern **patterns, const struct json *source, const char *string);

void pattern_free_all(struct pattern *patterns);

#endif
