/* Documents as text. cJSON's own printer is not used: it takes fifteen digits for enough (0.1 + 0.2
 * comes back as 0.3) and writes large integers with an exponent. */
#include "json_print.h"

#include "json.h"
#include "memory.h"
#include "utf8.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_ON_A_LINE_BYTES 72
#define ESCAPE_BYTES          8

struct text {
	char *bytes;
	size_t used, room;
};

const char *json_number_text(double number, char text[static JSON_NUMBER_BYTES])
{
	bool is_integer = fabs(number) <= (double)JSON_MAX_INTEGER && trunc(number) == number;

	if (!isfinite(number))
		snprintf(text, JSON_NUMBER_BYTES, "null");
	else if (is_integer)
		snprintf(text, JSON_NUMBER_BYTES, "%.0f", number);
	else
		for (int digits = 15; digits <= 17; digits++) {
			snprintf(text, JSON_NUMBER_BYTES, "%.*g", digits, number);
			if (strtod(text, NULL) == number)
				break;
		}
	return text;
}

/* Controls beyond ASCII are escaped too: U+009B begins a terminal's command as well as ESC [ does.
 */
static bool is_control(unsigned code)
{
	return code < ' ' || (code >= 0x7F && code <= 0x9F);
}

/* Writes the character at *at as it stands inside quotes, and moves *at behind it. Returns its
 * bytes. */
static size_t escape(const char **at, char out[static ESCAPE_BYTES])
{
	static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	const char *from = *at;
	size_t length = utf8_length(from, from + strnlen(from, 4));
	unsigned code = length ? utf8_code(from, length) : 0xFFFD;

	*at += length ? length : 1;
	for (const char *pair = short_forms; *pair; pair += 2)
		if ((unsigned char)*pair == code)
			return (size_t)snprintf(out, ESCAPE_BYTES, "\\%c", pair[1]);
	if (!length || is_control(code))
		return (size_t)snprintf(out, ESCAPE_BYTES, "\\u%04x", code);
	memcpy(out, from, length);
	return length;
}

const char *json_quote(const char *string, char *quoted, size_t size)
{
	static const char cut[] = "...\"";
	char *to = quoted, *last = quoted; /* last: where the cut would still fit */

	*to++ = '"';
	while (*string) {
		char piece[ESCAPE_BYTES];
		size_t length = escape(&string, piece);

		if ((size_t)(to - quoted) + sizeof cut <= size)
			last = to;
		if ((size_t)(to - quoted) + length + sizeof "\"" > size) {
			memcpy(last, cut, sizeof cut);
			return quoted;
		}
		memcpy(to, piece, length);
		to += length;
	}
	memcpy(to, "\"", sizeof "\"");
	return quoted;
}

static void append(struct text *out, const char *bytes, size_t count)
{
	if (out->room - out->used < count) {
		out->room = 2 * (out->room + count);
		out->bytes = memory_resize(out->bytes, out->room);
	}
	if (count)
		memcpy(out->bytes + out->used, bytes, count);
	out->used += count;
}

static void append_text(struct text *out, const char *string)
{
	append(out, string, strlen(string));
}

/* Bytes at the beginning that need no look: printable ASCII but quote and backslash. */
static size_t plain_length(const char *string)
{
	size_t length = 0;

	while (string[length] >= ' ' && string[length] < 0x7F && string[length] != '"' &&
		string[length] != '\\')
		length++;
	return length;
}

static void append_string(struct text *out, const char *string)
{
	append_text(out, "\"");
	while (*string) {
		size_t plain = plain_length(string);
		char piece[ESCAPE_BYTES];

		append(out, string, plain);
		string += plain;
		if (*string)
			append(out, piece, escape(&string, piece));
	}
	append_text(out, "\"");
}

static void append_scalar(struct text *out, const struct json *value)
{
	char number[JSON_NUMBER_BYTES];

	switch (json_type(value)) {
	case JSON_STRING: append_string(out, json_string(value, "")); break;
	case JSON_NUMBER: append_text(out, json_number_text(json_number(value), number)); break;
	case JSON_BOOLEAN: append_text(out, json_is_true(value) ? "true" : "false"); break;
	default: append_text(out, "null");
	}
}

/* Whether an array reads well on one line: any count of numbers, a few words, no object. */
static bool is_one_line(const struct json *array, size_t *words_bytes)
{
	for (const struct json *i = json_first(array); i; i = json_next(i)) {
		enum json_type type = json_type(i);

		if (type == JSON_OBJECT || (type == JSON_ARRAY && !is_one_line(i, words_bytes)))
			return false;
		if (type == JSON_STRING)
			*words_bytes += strlen(json_string(i, "")) + strlen("\"\", ");
		if (*words_bytes > WORDS_ON_A_LINE_BYTES)
			return false;
	}
	return true;
}

static void append_line(struct text *out, const struct json *array, const char *separator)
{
	const struct json *first = json_first(array);

	append_text(out, "[");
	for (const struct json *i = first; i; i = json_next(i)) {
		if (i != first)
			append_text(out, separator);
		if (json_type(i) == JSON_ARRAY)
			append_line(out, i, ",");
		else
			append_scalar(out, i);
	}
	append_text(out, "]");
}

static void append_margin(struct text *out, unsigned level)
{
	append_text(out, "\n");
	while (level--)
		append_text(out, "  ");
}

static void append_value(struct text *out, const struct json *value, unsigned level);

static void append_block(
	struct text *out, const struct json *container, const char *brackets, unsigned level)
{
	const struct json *first = json_first(container);

	append(out, &brackets[0], 1);
	for (const struct json *i = first; i; i = json_next(i)) {
		if (i != first)
			append_text(out, ",");
		append_margin(out, level + 1);
		if (json_key(i)) {
			append_string(out, json_key(i));
			append_text(out, ": ");
		}
		append_value(out, i, level + 1);
	}
	if (first)
		append_margin(out, level);
	append(out, &brackets[1], 1);
}

static void append_value(struct text *out, const struct json *value, unsigned level)
{
	enum json_type type = json_type(value);
	size_t words_bytes = 0;

	if (type == JSON_OBJECT)
		append_block(out, value, "{}", level);
	else if (type != JSON_ARRAY)
		append_scalar(out, value);
	else if (is_one_line(value, &words_bytes))
		append_line(out, value, ", ");
	else
		append_block(out, value, "[]", level);
}

char *json_print(const struct json *document)
{
	struct text out = {0};

	append_value(&out, document, 0);
	append(&out, "\n", sizeof "\n");
	return out.bytes;
}
