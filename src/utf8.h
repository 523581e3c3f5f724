/* Characters of UTF-8 text (RFC 3629; well-formed as in Unicode 15, table 3-7). */
#ifndef IPCMARK_UTF8_H
#define IPCMARK_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at `at`, which is before `end`: 1 to 4; 0 where it is malformed: overlong,
 * a surrogate, beyond U+10FFFF, cut off. */
size_t utf8_length(const char *at, const char *end);

/* The code point of a well-formed character of `length` bytes. */
unsigned utf8_code(const char *at, size_t length);

/* Characters of a well-formed string. */
size_t utf8_count(const char *string);

bool utf8_is_valid(const char *string);

/* Copies the string with U+FFFD in the place of every malformed byte. Room for it: */
#define UTF8_MENDED_BYTES(length) (3 * (length) + 1)
const char *utf8_mend(const char *string, char *mended);

#endif
