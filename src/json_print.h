/* Pieces of JSON text for messages; json_print itself is in json.h. */
#ifndef IPCMARK_JSON_PRINT_H
#define IPCMARK_JSON_PRINT_H

#include <stddef.h>

#define JSON_NUMBER_BYTES 32

/* The shortest of 15, 16 or 17 significant digits that reads back as the same double, integers up
 * to JSON_MAX_INTEGER without an exponent; "null" for NaN and infinities. Returns text. */
const char *json_number_text(double number, char text[static JSON_NUMBER_BYTES]);

/* The string (well-formed UTF-8) in double quotes, escaped, so that nothing in it moves a terminal.
 * What does not fit in `size` bytes (at least 16) is cut between characters and ends with "...".
 * Returns quoted. */
const char *json_quote(const char *string, char *quoted, size_t size);

#endif
