/* See json_scan.h. */
#include "json_scan.h"

#include "fail.h"
#include "json.h"
#include "json_array.h"
#include "utf8.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END (-1)

struct level {
	char closer; /* '}' or ']' */
	bool is_filled;
};

struct scan {
	const struct json_source *source;
	const char *at, *end;
	size_t values, keys;
	size_t refused_key; /* SIZE_MAX: none */
	const char *why;
	struct json_array *array; /* to be filled; NULL: none */
	bool is_in_array;         /* depth 2 and below is the member that holds it */
	unsigned depth;
	struct level levels[JSON_MAX_DEPTH];
};

static struct scan scan_begin(const struct json_source *source)
{
	return (struct scan){
		.source = source,
		.at = source->text,
		.refused_key = SIZE_MAX,
	};
}

/* A name that fills the whole message would hide what is wrong: its end is the telling part. */
static const char *name_tail(const char *name)
{
	size_t length = strlen(name);

	return length > FAIL_TEXT_BYTES / 2 ? name + length - FAIL_TEXT_BYTES / 2 : name;
}

__attribute__((format(printf, 3, 4))) static int refuse(
	const struct scan *s, const char *at, const char *format, ...)
{
	const char *name = s->source->name;
	size_t line = 1, column = 1;
	char message[FAIL_TEXT_BYTES / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	for (const char *seen = s->source->text; seen < at; seen++) {
		bool is_continuation = (*seen & 0xC0) == 0x80;

		column = *seen == '\n' ? 1 : column + !is_continuation;
		line += *seen == '\n';
	}
	return fail_text(EINVAL, "%s%sline %zu, column %zu: %s", name ? name_tail(name) : "",
		name ? ": " : "", line, column, message);
}

static int peek(const struct scan *s)
{
	return s->at < s->end ? (unsigned char)*s->at : END;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static int refuse_here(const struct scan *s, const char *expected)
{
	int c = peek(s);
	size_t length = c == END ? 0 : utf8_length(s->at, s->end);

	if (c == END)
		return refuse(s, s->at, "expected %s, got the end of the text", expected);
	if (c >= ' ' && c < 0x7F)
		return refuse(s, s->at, "expected %s, got '%c'", expected, c);
	if (length > 1)
		return refuse(
			s, s->at, "expected %s, got U+%04X", expected, utf8_code(s->at, length));
	return refuse(s, s->at, "expected %s, got byte 0x%02x", expected, (unsigned)c);
}

static void skip_space(struct scan *s)
{
	while (s->at < s->end &&
		(*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
}

static int hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The unit of "\uXXXX" at s->at, which moves behind it; -1 where there is none. */
static int utf16_unit(struct scan *s)
{
	int unit = 0;

	if (s->end - s->at < 6 || s->at[0] != '\\' || s->at[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		int digit = hex_value((unsigned char)s->at[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	s->at += 6;
	return unit;
}

static int scan_unicode_escape(struct scan *s)
{
	const char *start = s->at;
	int unit = utf16_unit(s);

	if (unit < 0)
		return refuse(s, start, "expected four hexadecimal digits after \\u");
	if (unit == 0)
		return refuse(s, start, "\\u0000 in a string is not supported");
	if (unit < 0xD800 || unit > 0xDFFF)
		return 0;
	if (unit <= 0xDBFF) {
		unit = utf16_unit(s);
		if (unit >= 0xDC00 && unit <= 0xDFFF)
			return 0;
	}
	return refuse(s, start, "a lone surrogate, \\u%.4s, is no character", start + 2);
}

static int scan_escape(struct scan *s)
{
	int c = s->end - s->at > 1 ? s->at[1] : END;

	if (c == 'u')
		return scan_unicode_escape(s);
	if (c <= 0 || !strchr("\"\\/bfnrt", c))
		return refuse(s, s->at, "an escape that JSON does not know");
	s->at += 2;
	return 0;
}

static int scan_character(struct scan *s)
{
	unsigned char c = (unsigned char)*s->at;
	size_t length = utf8_length(s->at, s->end);

	if (c < ' ')
		return refuse(s, s->at, "byte 0x%02x in a string must be written as \\u%04x", c, c);
	if (!length)
		return refuse(s, s->at, "malformed UTF-8, byte 0x%02x", c);
	s->at += length;
	return 0;
}

static bool is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x80 && c != '"' && c != '\\';
}

static int scan_string(struct scan *s)
{
	const char *start = s->at++;

	for (;;) {
		int err;

		while (s->at < s->end && is_plain((unsigned char)*s->at))
			s->at++;
		if (s->at == s->end)
			return refuse(s, start, "a string that is not closed");
		if (*s->at == '"')
			break;
		err = *s->at == '\\' ? scan_escape(s) : scan_character(s);
		if (err)
			return err;
	}
	s->at++;
	return 0;
}

static bool skip_digits(struct scan *s)
{
	const char *start = s->at;

	while (is_digit(peek(s)))
		s->at++;
	return s->at > start;
}

static int check_number(const struct scan *s, const char *start, bool has_exponent)
{
	char copy[JSON_MAX_NUMBER_BYTES + 1] = "";
	size_t length = (size_t)(s->at - start);

	if (length > JSON_MAX_NUMBER_BYTES)
		return refuse(
			s, start, "a number of more than %d characters", JSON_MAX_NUMBER_BYTES);
	memcpy(copy, start, length);
	/* Without an exponent so few digits do not overflow. */
	if (has_exponent && isinf(strtod(copy, NULL)))
		return refuse(s, start, "a number beyond the range of a double");
	return 0;
}

static int scan_number(struct scan *s)
{
	const char *start = s->at;
	bool has_exponent = false;

	s->at += *s->at == '-';
	if (peek(s) == '0' && s->end - s->at > 1 && is_digit(s->at[1]))
		return refuse(s, start, "a number with a leading zero");
	if (!skip_digits(s))
		return refuse_here(s, "a digit");
	if (peek(s) == '.') {
		s->at++;
		if (!skip_digits(s))
			return refuse_here(s, "a digit");
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		has_exponent = true;
		s->at++;
		s->at += peek(s) == '+' || peek(s) == '-';
		if (!skip_digits(s))
			return refuse_here(s, "a digit");
	}
	return check_number(s, start, has_exponent);
}

static int scan_word(struct scan *s)
{
	static const char *const words[] = {"null", "true", "false"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t length = strlen(words[i]);

		if ((size_t)(s->end - s->at) >= length && !memcmp(s->at, words[i], length)) {
			s->at += length;
			return 0;
		}
	}
	return refuse_here(s, "a JSON value");
}

static int open_level(struct scan *s, char closer)
{
	if (s->depth == JSON_MAX_DEPTH)
		return refuse(s, s->at, "nested deeper than %u levels", JSON_MAX_DEPTH);
	s->levels[s->depth++] = (struct level){.closer = closer};
	s->at++;
	return 0;
}

/* Whether the innermost container is the array that is looked for. */
static bool is_array(const struct scan *s)
{
	return s->is_in_array && s->depth == 2 && s->levels[1].closer == ']';
}

static int open_array(struct scan *s)
{
	int err = open_level(s, ']');

	if (!err && is_array(s))
		s->array->begin = s->at;
	return err;
}

/* One scalar, or the bracket that opens a container. */
static int scan_value(struct scan *s)
{
	int c;

	skip_space(s);
	c = peek(s);
	if (s->values++ == JSON_MAX_VALUES)
		return refuse(s, s->at, "more than %zu values", JSON_MAX_VALUES);
	switch (c) {
	case '{': return open_level(s, '}');
	case '[': return open_array(s);
	case '"': return scan_string(s);
	default: return c == '-' || is_digit(c) ? scan_number(s) : scan_word(s);
	}
}

static int scan_key(struct scan *s)
{
	const char *key;
	int err;

	skip_space(s);
	if (peek(s) != '"')
		return refuse_here(s, "a key in double quotes");
	if (s->keys++ == s->refused_key)
		return refuse(s, s->at, "%s", s->why);
	key = s->at;
	err = scan_string(s);
	if (err)
		return err;
	if (s->array && s->depth == 1)
		s->is_in_array = json_array_is(s->array, key, (size_t)(s->at - key));
	skip_space(s);
	if (peek(s) != ':')
		return refuse_here(s, "':'");
	s->at++;
	return 0;
}

/* The next member or element of the innermost container, or its end. */
static int scan_next(struct scan *s)
{
	struct level *level = &s->levels[s->depth - 1];
	bool is_object = level->closer == '}', is_element = is_array(s);
	int err = 0;

	if (is_element && level->is_filled)
		json_array_close(s->array, s->at);
	skip_space(s);
	if (peek(s) == level->closer) {
		if (is_element)
			s->array->end = s->at;
		s->at++;
		s->depth--;
		return 0;
	}
	if (level->is_filled) {
		if (peek(s) != ',')
			return refuse_here(s, is_object ? "',' or '}'" : "',' or ']'");
		s->at++;
	}
	level->is_filled = true;
	if (is_object)
		err = scan_key(s);
	skip_space(s);
	if (is_element)
		json_array_open(s->array, s->at);
	return err ? err : scan_value(s);
}

static int scan_document(struct scan *s)
{
	int err;

	s->end = s->at + s->source->bytes;
	err = scan_value(s);
	while (!err && s->depth)
		err = scan_next(s);
	if (err)
		return err;
	skip_space(s);
	return s->at == s->end ? 0 : refuse_here(s, "the end of the text");
}

int json_scan(const struct json_source *source)
{
	return json_scan_array(source, NULL);
}

int json_scan_array(const struct json_source *source, struct json_array *array)
{
	struct scan s = scan_begin(source);

	s.array = array;
	if (source->bytes > JSON_MAX_BYTES)
		return refuse(&s, s.at, "more than %zu bytes", JSON_MAX_BYTES);
	return scan_document(&s);
}

int json_scan_refuse_key(const struct json_source *source, size_t ordinal, const char *why)
{
	struct scan s = scan_begin(source);

	s.refused_key = ordinal;
	s.why = why;
	return scan_document(&s);
}
