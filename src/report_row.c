/* See report_row.h. */
#include "report_row.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

const struct json *row_summary(const struct json *cell, const char *metric)
{
	return json_get(json_get(cell, "summary"), metric);
}

double row_estimate(const struct json *cell, const char *metric)
{
	return json_number(json_get(row_summary(cell, metric), "estimate"));
}

bool row_is_pingpong(const struct json *cell)
{
	return strcmp(json_text_at(cell, "pattern"), "pingpong") == 0;
}

bool row_is_harness(const struct json *cell)
{
	return strcmp(json_text_at(cell, "transport"), "null") == 0;
}

static bool spins(const struct json *cell)
{
	return strcmp(json_text_at(cell, "wait"), "spin") == 0;
}

static bool same_table(const struct json *a, const struct json *b)
{
	return row_is_pingpong(a) == row_is_pingpong(b) &&
		json_number_at(a, "size_bytes") == json_number_at(b, "size_bytes") &&
		strcmp(json_text_at(a, "placement"), json_text_at(b, "placement")) == 0;
}

static struct report_row row_of(const struct json *cell, size_t place)
{
	double value = row_is_pingpong(cell) ? row_estimate(cell, "rtt_ns.p50")
					     : -row_estimate(cell, "messages_per_s");
	enum row_rank rank = row_is_harness(cell) ? RANK_HARNESS
		: spins(cell)                     ? RANK_SPINS
						  : RANK_SLEEPS;

	if (isnan(value))
		return (struct report_row){cell, place, RANK_ABSENT, 0};
	return (struct report_row){cell, place, rank, value};
}

static int by_rank(const void *a, const void *b)
{
	const struct report_row *x = a, *y = b;

	if (x->rank != y->rank)
		return (int)x->rank - (int)y->rank;
	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

struct report_row *row_table(const struct json *cells, const struct json *first, size_t *count)
{
	struct report_row *rows = calloc(json_count(cells), sizeof *rows);
	size_t place = 0;

	assert(rows);
	*count = 0;
	for (const struct json *cell = json_first(cells); cell; cell = json_next(cell), place++)
		if (same_table(cell, first))
			rows[(*count)++] = row_of(cell, place);
	qsort(rows, *count, sizeof *rows, by_rank);
	return rows;
}

bool row_is_shown(const struct json *cells, const struct json *cell)
{
	for (const struct json *before = json_first(cells); before != cell;
		before = json_next(before))
		if (same_table(before, cell))
			return true;
	return false;
}

void row_put_name(FILE *out, const struct json *cell)
{
	fprintf(out, "  %-18s %-6s", json_text_at(cell, "transport"),
		row_is_harness(cell) ? "" : json_text_at(cell, "wait"));
}

void row_put_duration(FILE *out, const struct json *summary)
{
	char text[32];

	words_format_duration(json_number(json_get(summary, "estimate")), text, sizeof text);
	fprintf(out, " %s%s", json_is_true(json_get(summary, "low_confidence")) ? "~" : " ", text);
}

void row_put_absent(FILE *out, const struct json *cell)
{
	row_put_name(out, cell);
	fprintf(out, "  " DASH " %s: %s\n", json_text_at(cell, "status"),
		json_text_at(cell, "reason"));
}

void row_put_divider(FILE *out, const struct report_row *row, enum row_rank last)
{
	if (row->rank == RANK_SPINS && last < RANK_SPINS)
		fprintf(out, "  spinning: burns the CPUs of both sides while it waits\n");
}

void row_put_warnings(FILE *out, const struct json *result)
{
	for (const struct json *warning = json_first(json_get(result, "warnings")); warning;
		warning = json_next(warning))
		fprintf(out, "warning: %s\n", json_string(warning, ""));
}
