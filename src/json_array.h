/* Where the elements of one long array stand in a JSON text. Filled by json_scan_array; only for
 * json*.c. */
#ifndef IPCMARK_JSON_ARRAY_H
#define IPCMARK_JSON_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

struct json_extent {
	const char *at;
	size_t bytes;
};

struct json_array {
	const char *key;              /* of the top object: the first member of this name */
	const char *begin, *end;      /* between the brackets; NULL: there is no such array */
	struct json_extent *elements; /* to be freed, whatever the scan returned */
	size_t count, room;
};

/* Whether a key, a string in the text with its quotes, is that of the array, which was not met yet.
 */
bool json_array_is(const struct json_array *array, const char *text, size_t bytes);

/* An element begins, and the last one ends here. */
void json_array_open(struct json_array *array, const char *at);
void json_array_close(struct json_array *array, const char *at);

#endif
