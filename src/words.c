/* See words.h. Nothing here knows what the words mean: no transport, pattern or cell is named. */
#include "words.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

/* Texts are quoted up to 64 bytes, which leaves room for the rest of the reason. */
#define SIZE_LIMIT        (UINT64_C(1) << 40)
#define DURATION_LIMIT_NS (UINT64_C(3600) * 1000000000)
#define EXPANSION_LIMIT   4096 /* results of one glob */
#define GLOB_LIMIT_BYTES  2048 /* bounds the work that nested braces can ask for */
#define EXPECTED_SIZE     "expected bytes with an optional K or M, for example 64, 4K, 1M"
#define EXPECTED_DURATION \
	"expected a number with ns, us, ms or s, from 1ns to 3600s, for example 250ms or 1.5s"

#define RATE_LIMIT UINT64_C(1000000000)

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit size_units[] = {{"", 1}, {"B", 1}, {"K", 1 << 10}, {"KiB", 1 << 10},
	{"M", 1 << 20}, {"MiB", 1 << 20}, {NULL, 0}};

static const struct unit duration_units[] = {
	{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {NULL, 0}};

static const struct unit rate_units[] = {{"", 1}, {"k", 1000}, {"M", 1000000}, {NULL, 0}};

/* The factor of the unit called name, 0 where there is none. */
static uint64_t unit_factor(const struct unit *units, const char *name)
{
	while (units->name && strcmp(units->name, name) != 0)
		units++;
	return units->factor;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads digits; stays at limit + 1 where they say more than limit (below 2^60). Returns what
 * follows them, which is text itself where it starts with no digit. */
static const char *parse_digits(const char *text, uint64_t limit, uint64_t *value)
{
	for (*value = 0; is_digit(*text); text++) {
		*value = *value * 10 + (uint64_t)(*text - '0');
		if (*value > limit)
			*value = limit + 1;
	}
	return text;
}

int words_parse_size(const char *text, uint64_t *bytes)
{
	uint64_t value;
	const char *name = parse_digits(text, SIZE_LIMIT, &value);
	uint64_t factor = unit_factor(size_units, name);

	if (name == text || factor == 0)
		return fail_text(EINVAL, "size \"%.64s\": " EXPECTED_SIZE, text);
	if (value > SIZE_LIMIT / factor)
		return fail_text(EINVAL, "size \"%.64s\": more than %uM; " EXPECTED_SIZE, text,
			(unsigned)(SIZE_LIMIT >> 20));
	*bytes = value * factor;
	return 0;
}

void words_format_size(uint64_t bytes, char *out, size_t out_bytes)
{
	const char *unit = "";

	if (bytes != 0 && bytes % (1 << 20) == 0) {
		bytes >>= 20;
		unit = "M";
	} else if (bytes != 0 && bytes % (1 << 10) == 0) {
		bytes >>= 10;
		unit = "K";
	}
	snprintf(out, out_bytes, "%ju%s", (uintmax_t)bytes, unit);
}

/* The digits after a decimal point in ns. False where they ask for less than a whole ns. */
static bool fraction_ns(const char *digits, uint64_t factor, uint64_t *ns)
{
	for (*ns = 0; is_digit(*digits); digits++) {
		factor /= 10;
		if (factor == 0 && *digits != '0')
			return false;
		*ns += factor * (uint64_t)(*digits - '0');
	}
	return true;
}

int words_parse_duration(const char *text, uint64_t *ns)
{
	uint64_t whole, ignored, fraction = 0;
	const char *name = parse_digits(text, DURATION_LIMIT_NS, &whole);
	const char *digits = *name == '.' ? name + 1 : NULL;
	bool has_number = name != text;
	uint64_t factor;

	if (digits) {
		name = parse_digits(digits, 9, &ignored);
		has_number = has_number && name != digits;
	}
	factor = unit_factor(duration_units, name);
	if (!has_number || factor == 0)
		return fail_text(EINVAL, "duration \"%.64s\": " EXPECTED_DURATION, text);
	if (digits && !fraction_ns(digits, factor, &fraction))
		return fail_text(EINVAL,
			"duration \"%.64s\": not a whole number of ns; " EXPECTED_DURATION, text);
	if (whole > DURATION_LIMIT_NS / factor || whole * factor + fraction > DURATION_LIMIT_NS ||
		whole * factor + fraction == 0)
		return fail_text(
			EINVAL, "duration \"%.64s\": out of range; " EXPECTED_DURATION, text);
	*ns = whole * factor + fraction;
	return 0;
}

void words_format_exact_duration(uint64_t ns, char *out, size_t out_bytes)
{
	const struct unit *unit = &duration_units[0];

	for (const struct unit *larger = unit; larger->name; larger++)
		if (ns % larger->factor == 0)
			unit = larger;
	snprintf(out, out_bytes, "%ju%s", (uintmax_t)(ns / unit->factor), unit->name);
}

int words_parse_rate(const char *text, uint64_t *per_s)
{
	uint64_t value;
	const char *name = parse_digits(text, RATE_LIMIT, &value);
	uint64_t factor = unit_factor(rate_units, name);

	if (name == text || factor == 0 || value == 0 || value > RATE_LIMIT / factor)
		return fail_text(EINVAL,
			"rate \"%.64s\": expected messages a second, 1 to 1000M, for example "
			"20000 or 20k",
			text);
	*per_s = value * factor;
	return 0;
}

/* Decimals that make three significant digits of a value below 999.5. The limits are those of the
 * rounded value: 9.996 reads 10.0, not 10.00. */
static int three_digits(double value)
{
	if (value < 9.995)
		return 2;
	return value < 99.95 ? 1 : 0;
}

void words_format_duration(double ns, char *out, size_t out_bytes)
{
	/* limit: from here on the rounded number no longer fits its columns, or reads better in the
	 * next unit. */
	static const struct {
		const char *name;
		double ns, limit;
	} units[] = {{"ns", 1, 999.5}, {"us", 1e3, 999.5}, {"ms", 1e6, 999.5}, {"s ", 1e9, 9999.5},
		{"h ", 3.6e12, 9999.5}};

	for (size_t i = 0; i < sizeof units / sizeof *units && ns >= 0; i++) {
		double value = fabs(ns / units[i].ns);
		bool whole_ns = i == 0 && value == floor(value) && (value == 0 || value >= 10);

		if (value < units[i].limit) {
			snprintf(out, out_bytes, "%4.*f %s", whole_ns ? 0 : three_digits(value),
				value, units[i].name);
			return;
		}
	}
	snprintf(out, out_bytes, "   —   ");
}

void words_format_count(double value, char *out, size_t out_bytes)
{
	static const char *const prefixes[] = {"", " k", " M", " G", " T", " P", " E"};
	const char *sign = value < 0 ? "-" : "";
	double scaled = fabs(value);
	size_t i = 0;

	if (!isfinite(value)) {
		snprintf(out, out_bytes, "—");
		return;
	}
	for (; scaled >= 999.5 && i + 1 < sizeof prefixes / sizeof *prefixes; i++)
		scaled /= 1000;
	if (scaled >= 999.5)
		snprintf(out, out_bytes, "%.3g", value);
	else if (i == 0 && (scaled < 1 || scaled == floor(scaled)))
		snprintf(out, out_bytes, "%s%.3g", sign, scaled);
	else
		snprintf(out, out_bytes, "%s%.*f%s", sign, three_digits(scaled), scaled,
			prefixes[i]);
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Insertions, removals and replacements of one byte that make b of a (Levenshtein 1965), by the
 * usual table of prefixes of which one row is kept. row has strlen(b) + 1 places. */
static size_t edit_distance(const char *a, const char *b, size_t *row)
{
	size_t b_length = strlen(b);

	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < b_length; j++) {
			size_t replaced = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			row[j + 1] = smallest(replaced, row[j] + 1, row[j + 1] + 1);
		}
	}
	return row[b_length];
}

const char *words_nearest(const char *word, const char *const *candidates)
{
	size_t best = (strlen(word) + 1) / 2 + 1;
	const char *nearest = NULL;

	for (; *candidates; candidates++) {
		size_t *row = calloc(strlen(*candidates) + 1, sizeof *row);
		size_t distance = row ? edit_distance(word, *candidates, row) : best;

		free(row);
		if (distance < best) {
			best = distance;
			nearest = *candidates;
		}
	}
	return nearest;
}

static bool is_balanced(const char *glob)
{
	size_t depth = 0;

	for (; *glob; glob++) {
		if (*glob == '{')
			depth++;
		if (*glob == '}' && depth-- == 0)
			return false;
	}
	return depth == 0;
}

/* The ',' or '}' that ends the alternative which starts here. Braces are balanced: there is one. */
static const char *alternative_end(const char *start)
{
	size_t depth = 0;

	for (; depth > 0 || (*start != ',' && *start != '}'); start++) {
		assert(*start);
		if (*start == '{')
			depth++;
		if (*start == '}')
			depth--;
	}
	return start;
}

static const char *closing_brace(const char *open)
{
	const char *end = alternative_end(open + 1);

	while (*end == ',')
		end = alternative_end(end + 1);
	return end;
}

struct word_list {
	char **words; /* room for EXPANSION_LIMIT and the NULL at the end */
	size_t count;
};

/* Takes word over, also where it fails. */
static int insert_word(struct word_list *list, size_t at, char *word)
{
	if (!word)
		return fail("expanding braces");
	if (list->count == EXPANSION_LIMIT) {
		free(word);
		return fail_text(E2BIG, "braces: more than %d results", EXPANSION_LIMIT);
	}
	memmove(&list->words[at + 1], &list->words[at], (list->count - at) * sizeof *list->words);
	list->words[at] = word;
	list->count++;
	return 0;
}

static char *remove_word(struct word_list *list, size_t at)
{
	char *word = list->words[at];

	list->count--;
	memmove(&list->words[at], &list->words[at + 1], (list->count - at) * sizeof *list->words);
	list->words[list->count] = NULL;
	return word;
}

/* Prefix, alternative and suffix in one new string; NULL where memory is short. */
static char *join(const char *word, const char *open, const char *start, const char *end)
{
	char *joined;

	if (asprintf(&joined, "%.*s%.*s%s", (int)(open - word), word, (int)(end - start), start,
		    closing_brace(open) + 1) < 0)
		return NULL;
	return joined;
}

/* Puts one word for each alternative of the first braces of a word into its place. */
static int expand_word(struct word_list *list, size_t at)
{
	char *word = remove_word(list, at);
	const char *open = strchr(word, '{');
	const char *start, *end = open;
	int err = 0;

	do {
		start = end + 1;
		end = alternative_end(start);
		err = insert_word(list, at++, join(word, open, start, end));
	} while (err == 0 && *end == ',');
	free(word);
	return err;
}

static int expand_all(struct word_list *list, const char *glob)
{
	int err = insert_word(list, 0, strdup(glob));

	for (size_t at = 0; err == 0 && at < list->count; at++)
		while (err == 0 && list->words[at] && strchr(list->words[at], '{'))
			err = expand_word(list, at);
	return err;
}

char **words_expand_braces(const char *glob)
{
	struct word_list list = {0};

	if (strlen(glob) > GLOB_LIMIT_BYTES) {
		fail_text(E2BIG, "braces: more than %d bytes", GLOB_LIMIT_BYTES);
		return NULL;
	}
	if (!is_balanced(glob)) {
		fail_text(EINVAL, "\"%.64s\": braces do not match", glob);
		return NULL;
	}
	list.words = calloc(EXPANSION_LIMIT + 1, sizeof *list.words);
	if (!list.words) {
		fail("expanding braces");
		return NULL;
	}
	if (expand_all(&list, glob) != 0) {
		words_free(list.words);
		return NULL;
	}
	return list.words;
}

void words_free(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
}
