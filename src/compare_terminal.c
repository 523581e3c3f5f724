/* See compare_terminal.h. A line is what stands side by side: the rows of one cell and metric, one
 * for each arm. */
#include "compare_terminal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_words.h"
#include "text.h"
#include "utf8.h"

#define CELL_WIDTH_MOST 60
#define VERDICT_WIDTH   20
#define ARM_WIDTH       (10 + 2 + VERDICT_WIDTH) /* its change, two spaces, its verdict */

struct table {
	FILE *out;
	size_t arms; /* without the base */
	int cell_width, metric_width;
};

static void put_padded(FILE *out, const char *text, int width)
{
	int missing = width - (int)utf8_count(text);

	fprintf(out, "%s%*s", text, missing > 0 ? missing : 0, "");
}

/* The same; what is too long is cut, with two spaces left. */
static void put_name(FILE *out, const char *name, int width)
{
	const char *end = name + strlen(name), *at = name;
	int left = width - 2;

	for (; at < end && left > 0; left--)
		at += utf8_length(at, end) ? utf8_length(at, end) : 1;
	fprintf(out, "%.*s%*s", (int)(at - name), name, left + 2, "");
}

/* Right-aligned. Takes the text. */
static void put_column(FILE *out, char *text, int width)
{
	int missing = width - (int)utf8_count(text);

	fprintf(out, "%*s%s", missing > 0 ? missing : 0, "", text);
	free(text);
}

static const struct json *next_line(const struct json *row)
{
	const struct json *next = json_next(row);

	while (next && compare_same_line(next, row))
		next = json_next(next);
	return next;
}

/* The line after this one, if it is of the same cell. */
static const struct json *next_in_cell(const struct json *line)
{
	const struct json *next = next_line(line);

	return next && compare_same_cell(next, line) ? next : NULL;
}

static bool has_notes(const struct json *row)
{
	return json_first(json_get(row, "notes")) || json_is_true(json_get(row, "low_confidence"));
}

static bool is_plain(const struct json *line)
{
	for (const struct json *row = line; row && compare_same_line(row, line);
		row = json_next(row))
		if (!compare_row_is(row, "same") || has_notes(row))
			return false;
	return true;
}

/* The first of the lines of a cell, from `line` on, that may share one. */
static const struct json *plain_in_cell(const struct json *line)
{
	while (line && !is_plain(line))
		line = next_in_cell(line);
	return line;
}

/* "also p90, p99, CPU": the others that share this line. */
static void put_sharers(FILE *out, const struct json *line, const char *separator)
{
	while ((line = plain_in_cell(next_in_cell(line)))) {
		char *metric = compare_metric_text(json_text_at(line, "metric"));

		fprintf(out, "%s%s", separator, metric);
		separator = ", ";
		free(metric);
	}
}

static void put_figures(const struct table *table, const struct json *row)
{
	const char *unit = json_text_at(row, "unit");

	put_column(table->out, compare_value_text(json_number_at(row, "base"), unit), 11);
	if (table->arms > 1)
		return;
	put_column(table->out, compare_value_text(json_number_at(row, "new"), unit), 11);
	put_column(table->out, compare_change_text(json_number_at(row, "ratio")), 10);
	put_column(table->out, compare_interval_text(json_get(row, "ci95")), 18);
}

static void put_verdict(FILE *out, const struct json *row)
{
	char *verdict = compare_verdict_text(row), *remarks = compare_remarks_text(row);

	fprintf(out, "  %s%s%s", verdict, remarks[0] ? "; " : "", remarks);
	free(verdict);
	free(remarks);
}

/* One arm's part of a line. How many runs would settle it has no room in words. */
static void put_arm(FILE *out, const struct json *row)
{
	double needed = json_number_at(row, "runs_needed");
	char verdict[64];

	snprintf(verdict, sizeof verdict, "%s",
		compare_row_is(row, "regression") ? "REGRESSION" : json_text_at(row, "verdict"));
	if (compare_row_is(row, "inconclusive") && isfinite(needed))
		snprintf(verdict, sizeof verdict, "inconclusive (%.0f)", needed);
	put_column(out, compare_change_text(json_number_at(row, "ratio")), 10);
	fputs("  ", out);
	put_padded(out, verdict, VERDICT_WIDTH);
}

static void put_no_arm(FILE *out)
{
	fprintf(out, "%9s%s  %*s", "", COMPARE_DASH, VERDICT_WIDTH, "");
}

/* Every arm that has no row has no figure of this metric: a dash. */
static void put_arms(const struct table *table, const struct json *line)
{
	const struct json *row = line;

	for (size_t arm = 1; arm <= table->arms; arm++) {
		bool is_own = row && compare_same_line(row, line) &&
			json_number_at(row, "arm") == (double)arm;

		if (!is_own) {
			put_no_arm(table->out);
			continue;
		}
		put_arm(table->out, row);
		row = json_next(row);
	}
}

static void put_cell(const struct table *table, const char *cell)
{
	fprintf(table->out, "  %-*s", table->cell_width, cell);
	if (strlen(cell) > (size_t)table->cell_width)
		fprintf(table->out, "\n  %*s", table->cell_width, "");
}

/* Columns that are padded leave no spaces at a line's end. Frees the text. */
static void put_trimmed(FILE *out, struct text *line)
{
	char *text = text_end(line);

	while (line->length && text[line->length - 1] == ' ')
		line->length--;
	fprintf(out, "%.*s\n", (int)line->length, text);
	free(text);
}

static void put_line(const struct table *table, const struct json *line, bool is_first)
{
	char *metric = compare_metric_text(json_text_at(line, "metric"));
	struct table own = *table;
	struct text text;

	text_begin(&text);
	own.out = text.out;
	put_cell(&own, is_first ? json_text_at(line, "cell") : "");
	fputs("  ", own.out);
	put_padded(own.out, metric, own.metric_width);
	put_figures(&own, line);
	if (own.arms > 1)
		put_arms(&own, line);
	else
		put_verdict(own.out, line);
	if (is_plain(line))
		put_sharers(own.out, line, own.arms > 1 ? "  also " : "; also ");
	put_trimmed(table->out, &text);
	free(metric);
}

static const struct json *put_cell_lines(const struct table *table, const struct json *first)
{
	const struct json *plain = plain_in_cell(first);

	for (const struct json *line = first; line; line = next_in_cell(line))
		if (line == plain || !is_plain(line))
			put_line(table, line, line == first);
	for (; first && next_in_cell(first);)
		first = next_in_cell(first);
	return next_line(first);
}

static void put_heading(const struct table *table, const struct json *comparison)
{
	struct text line;

	text_begin(&line);
	fprintf(line.out, "  %-*s  %-*s%11s", table->cell_width, "cell", table->metric_width,
		"metric", "base");
	if (table->arms == 1)
		fprintf(line.out, "%11s%10s%18s  verdict", "new", "change", "95 % CI");
	for (size_t arm = 1; table->arms > 1 && arm <= table->arms; arm++) {
		fputs("    ", line.out);
		put_name(line.out, compare_arm_name(comparison, arm), ARM_WIDTH - 4);
	}
	put_trimmed(table->out, &line);
}

static void widen(int *width, const char *text, int most)
{
	int needed = (int)utf8_count(text);

	if (needed > *width)
		*width = needed < most ? needed : most;
}

void compare_terminal(FILE *out, const struct json *comparison)
{
	const struct json *rows = json_get(comparison, "rows");
	struct table table = {out, json_count(json_get(comparison, "arms")) - 1, 4, 6};

	if (!json_first(rows))
		return;
	for (const struct json *row = json_first(rows); row; row = json_next(row)) {
		char *metric = compare_metric_text(json_text_at(row, "metric"));

		widen(&table.cell_width, json_text_at(row, "cell"), CELL_WIDTH_MOST);
		widen(&table.metric_width, metric, 16);
		free(metric);
	}
	put_heading(&table, comparison);
	for (const struct json *line = json_first(rows); line;)
		line = put_cell_lines(&table, line);
	if (table.arms > 1)
		fprintf(out, "inconclusive (N): about N runs would settle it\n");
}
