/* See json_array.h. */
#include "json_array.h"

#include "json.h"
#include "json_scan.h"
#include "memory.h"

#include <string.h>

bool json_array_is(const struct json_array *array, const char *text, size_t bytes)
{
	struct json *key;
	bool is_it;

	if (array->begin)
		return false;
	key = json_scanned(text, bytes); /* it may be spelled with escapes */
	is_it = strcmp(json_string(key, ""), array->key) == 0;
	json_free(key);
	return is_it;
}

void json_array_open(struct json_array *array, const char *at)
{
	if (array->count == array->room) {
		array->room = array->room ? 2 * array->room : 64;
		array->elements =
			memory_resize(array->elements, array->room * sizeof *array->elements);
	}
	array->elements[array->count++] = (struct json_extent){.at = at};
}

void json_array_close(struct json_array *array, const char *at)
{
	struct json_extent *last = &array->elements[array->count - 1];

	last->bytes = (size_t)(at - last->at);
}
