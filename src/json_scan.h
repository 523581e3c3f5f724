/* The strict reading of JSON text, before cJSON, which is lax, builds the tree: grammar (RFC 8259),
 * UTF-8, limits. Only for json.c and its neighbours. */
#ifndef IPCMARK_JSON_SCAN_H
#define IPCMARK_JSON_SCAN_H

#include <stddef.h>

struct json;
struct json_array;

/* cJSON copies a number into 64 bytes, and takes a longer one for its first 63 characters. */
#define JSON_MAX_NUMBER_BYTES 63

struct json_source {
	const char *text; /* may end without a terminator */
	size_t bytes;
	const char *name; /* in front of every message; NULL: nothing is */
};

/* 0, or -EINVAL with a reason that names line and column. Iterative: its stack does not depend on
 * the text. Duplicate keys are not its business (json_keys.h). */
int json_scan(const struct json_source *source);

/* json_scan that also finds the elements of an array (json_array.h), of which only the key is set.
 */
int json_scan_array(const struct json_source *source, struct json_array *array);

/* Refuses the key that is number `ordinal` (from 0) of the text, which json_scan has accepted:
 * -EINVAL with its line and column and the words of `why`. */
int json_scan_refuse_key(const struct json_source *source, size_t ordinal, const char *why);

/* The tree of a value that stands in text which json_scan has accepted; duplicate keys are in it.
 * NULL where it is too large for memory. (json.c) */
struct json *json_scanned(const char *text, size_t bytes);

#endif
