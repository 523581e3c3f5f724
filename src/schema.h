/* Checks a JSON document against a JSON Schema (2020-12): the subset that our schemas use.
 *
 * Keywords: $ref to "#/$defs/NAME", type (one or a list; "integer" too), const, enum, properties,
 * required, additionalProperties, items, prefixItems, minItems, maxItems, minimum, maximum,
 * minLength, pattern, anyOf, allOf, if/then, and annotations ($schema, $id, title, description,
 * $defs, $comment), which say nothing. A schema is an object, or true or false. Any other keyword
 * in a schema, or one of these with an argument that it cannot have, is our own mistake and
 * refused, so that a schema cannot promise what is not checked.
 *
 * A pattern is POSIX extended over bytes, not anchored; write it so that it means the same as ECMA
 * 262, which the standard asks for: ASCII, bracket expressions for classes ([0-9], not \d, which is
 * refused). */
#ifndef IPCMARK_SCHEMA_H
#define IPCMARK_SCHEMA_H

#include "json.h"

/* 0, or -EINVAL with a reason that names the first offending place and what was expected there:
 * "cells[3].runs[0].rtt_ns.p50: expected a number, got a string". A key that is no plain identifier
 * is shown as ["key"], the root as "the document". For const and enum the expected words are
 * listed. Where no alternative of an anyOf fits, the reason is that of the one that came furthest.
 * A schema outside the subset is refused whatever the document is: "the schema:
 * properties.x.minimun: not a keyword that is checked". */
int schema_check(const struct json *document, const struct json *schema);

/* The same for a document that comes in parts: the schema is looked at once, and each pattern
 * compiled once. The schema stays the caller's. */
struct schema_checker;
/* NULL with a reason where the schema is outside the subset. */
struct schema_checker *schema_open(const struct json *schema);
void schema_close(struct schema_checker *checker);

/* schema_check of a whole document. */
int schema_run(struct schema_checker *checker, const struct json *document);

/* schema_check of a value that is element `index` of `array`, a member of a document's top object,
 * against "#/$defs/NAME". */
int schema_run_element(struct schema_checker *checker, const struct json *array,
	const struct json *element, size_t index, const char *definition);

#endif
