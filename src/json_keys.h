/* Objects in the order of their keys: what finds a duplicate (and says whether two objects are the
 * same, json_same) in n log n, whatever a document holds. Only for json.c. */
#ifndef IPCMARK_JSON_KEYS_H
#define IPCMARK_JSON_KEYS_H

#include "json.h"

#include <stddef.h>

/* A key that its object holds twice, anywhere in the document: the second of them, NULL where there
 * is none. *ordinal is its number (from 0) among all keys in the order of the text. */
const char *json_keys_duplicate(const struct json *document, size_t *ordinal);

#endif
