/* JSON Schema's type words as sets of bits. Only for schema*.c. */
#ifndef IPCMARK_SCHEMA_TYPE_H
#define IPCMARK_SCHEMA_TYPE_H

#include "schema_failure.h"

/* The set that the argument of "type" allows: one word, or a list. 0 where it is neither, or an
 * unknown word is in it. */
unsigned schema_types(const struct json *argument);

/* The set that a value is in: an integral number is a number and an integer, 1.0 too. */
unsigned schema_types_of(const struct json *value);

bool schema_types_hold_integer(unsigned types);

/* "a number, a string or null" */
struct clipped schema_types_text(unsigned types);

#endif
