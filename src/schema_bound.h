/* The keywords that bound a number, or how many there are of something (see schema_keyword). Only
 * for schema.c. */
#ifndef IPCMARK_SCHEMA_BOUND_H
#define IPCMARK_SCHEMA_BOUND_H

#include "schema_rule.h"

int bound_min_items(struct schema_checker *c, const struct rule *rule, const struct place *at);
int bound_max_items(struct schema_checker *c, const struct rule *rule, const struct place *at);
int bound_minimum(struct schema_checker *c, const struct rule *rule, const struct place *at);
int bound_maximum(struct schema_checker *c, const struct rule *rule, const struct place *at);
int bound_min_length(struct schema_checker *c, const struct rule *rule, const struct place *at);

#endif
