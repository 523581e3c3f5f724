/* See schema_resolve.h. */
#include "schema_resolve.h"

#include "schema_type.h"

#include <stdint.h>
#include <string.h>

/* Nodes stand a few cache lines apart: the multiplication spreads them (Knuth, 6.4). */
static size_t slot_of(const struct json *argument)
{
	return (size_t)((uint64_t)(uintptr_t)argument * UINT64_C(0x9e3779b97f4a7c15) >> 52);
}

_Static_assert(SCHEMA_MEANINGS == 1 << 12, "slot_of gives 12 bits");

struct schema_meaning schema_resolve(
	struct schema_meanings *meanings, const struct json *root, const struct json *argument)
{
	struct schema_meaning *meaning = &meanings->slots[slot_of(argument)];
	const char *key = json_key(argument);

	if (meaning->argument == argument)
		return *meaning;
	*meaning = (struct schema_meaning){.argument = argument, .keyword = schema_keyword(key)};
	if (strcmp(key, "type") == 0)
		meaning->types = schema_types(argument);
	if (strcmp(key, "$ref") == 0)
		meaning->target = schema_target(root, json_string(argument, ""));
	return *meaning;
}
