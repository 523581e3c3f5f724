/* What a check of a document goes by. Only for schema*.c. */
#ifndef IPCMARK_SCHEMA_CHECKER_H
#define IPCMARK_SCHEMA_CHECKER_H

#include "schema_failure.h"
#include "schema_pattern.h"
#include "schema_rule.h"

struct schema_checker {
	const struct json *root;
	unsigned steps;
	struct failure failure;
	struct pattern *patterns;
	struct rule_table rules;
};

#endif
