/* See schema_failure.h. */
#include "schema_failure.h"

#include "json_print.h"
#include "schema_type.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define IDENTIFIER_BYTES 48 /* a longer key is shown quoted, hence cut */

void clipped_add(struct clipped *clipped, const char *piece)
{
	if (clipped->is_cut)
		return;
	if (clipped->used + strlen(piece) + sizeof "..." > sizeof clipped->text) {
		clipped->is_cut = true;
		piece = "...";
	}
	strcpy(clipped->text + clipped->used, piece);
	clipped->used += strlen(piece);
}

struct place place_below(const struct place *up, const struct json *value, size_t index)
{
	return (struct place){.up = up, .value = value, .index = index, .depth = up->depth + 1};
}

static bool is_identifier(const char *key)
{
	static const char first[] = "$_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char all[] =
		"$_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	return *key && strchr(first, *key) && !key[strspn(key, all)] &&
		strlen(key) <= IDENTIFIER_BYTES;
}

static void add_place(struct clipped *path, const struct place *at)
{
	const char *key = json_key(at->value);
	char piece[SHOWN_BYTES + 2], quoted[SHOWN_BYTES];

	if (!at->up)
		return;
	add_place(path, at->up);
	if (!key)
		snprintf(piece, sizeof piece, "[%zu]", at->index);
	else if (is_identifier(key))
		snprintf(piece, sizeof piece, "%s%s", path->used ? "." : "", key);
	else
		snprintf(piece, sizeof piece, "[%s]", json_quote(key, quoted, sizeof quoted));
	clipped_add(path, piece);
}

struct clipped place_text(const struct place *at)
{
	struct clipped path = {0};

	add_place(&path, at);
	return path;
}

int failure_note(struct failure *failure, const struct place *at, const char *format, ...)
{
	struct clipped path;
	va_list args;
	int used;

	if (failure->is_quiet)
		return -EINVAL;
	path = place_text(at);
	used = snprintf(failure->text, sizeof failure->text,
		"%s: ", path.used ? path.text : "the document");
	va_start(args, format);
	vsnprintf(failure->text + used, sizeof failure->text - (size_t)used, format, args);
	va_end(args);
	failure->depth = at->depth;
	failure->types = 0;
	return -EINVAL;
}

int failure_note_types(struct failure *failure, const struct place *at, unsigned types)
{
	enum json_type type = json_type(at->value);
	struct clipped expected;
	char shown[SHOWN_BYTES];
	int err;

	if (failure->is_quiet)
		return -EINVAL;
	expected = schema_types_text(types);
	/* "expected an integer, got a number" would not say what is wrong with it. */
	err = failure_note(failure, at, "expected %s, got %s", expected.text,
		type == JSON_NUMBER && schema_types_hold_integer(types)
			? failure_show(at->value, shown)
			: json_type_name(type));
	failure->types = types;
	return err;
}

bool failure_is_more_helpful(const struct failure *failure, const struct failure *than)
{
	if (failure->depth != than->depth)
		return failure->depth > than->depth;
	return than->types && !failure->types;
}

const char *failure_show(const struct json *value, char text[static SHOWN_BYTES])
{
	enum json_type type = json_type(value);

	switch (type) {
	case JSON_STRING: return json_quote(json_string(value, ""), text, SHOWN_BYTES);
	case JSON_NUMBER: return json_number_text(json_number(value), text);
	case JSON_BOOLEAN: return strcpy(text, json_is_true(value) ? "true" : "false");
	default: return strcpy(text, json_type_name(type));
	}
}
