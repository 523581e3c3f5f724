/* See compare_markdown.h. Everything but the rows has a budget of its own; the rows get what is
 * left, the most interesting ones first. */
#include "compare_markdown.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "compare_head.h"
#include "compare_words.h"
#include "memory.h"
#include "text.h"
#include "utf8.h"

#define SECTION_BYTES 10000 /* of each of: stamps, conditions, absences, warnings */
#define LINE_CHARS    400
#define LABEL_CHARS   80
#define NAMES_MOST    3

/* From what a reader must see to what he may miss. */
enum interest {
	REGRESSED,
	IMPROVED,
	UNKNOWN,
	SLIGHT,
	LAST_SHOWN = SLIGHT, /* later ones are folded away */
	UNKNOWN_DETAIL,
	UNCHANGED,
	UNCHANGED_DETAIL,
	INTERESTS,
};

struct markdown {
	FILE *out;
	const struct json *comparison;
	size_t kept;   /* rows to show: those with smaller places */
	size_t *order; /* of each row of the document: its place by interest */
	size_t first[INTERESTS +
		1]; /* place of each interest's first row; the last: their number */
};

/* Entities, which are text wherever they stand: no table, code, mention or HTML comes of them. */
static void put_escaped(FILE *out, const char *text, size_t chars)
{
	const char *end = text + strlen(text);

	for (size_t length; text < end && chars; text += length, chars--) {
		length = utf8_length(text, end);
		if (length <= 1 && strchr("&<>|\\`*_[]~#@$", *text))
			fprintf(out, "&#%d;", *text);
		else if (length <= 1 && (unsigned char)*text <= ' ')
			fputc(' ', out);
		else
			fwrite(text, 1, length ? length : 1, out);
		length = length ? length : 1;
	}
	if (text < end)
		fputs("...", out);
}

static void put_code(FILE *out, const char *text, size_t chars)
{
	fputs("<code>", out);
	put_escaped(out, text, chars);
	fputs("</code>", out);
}

static enum interest interest_of(const struct json *row)
{
	bool headline = compare_is_headline(json_text_at(row, "metric"));

	if (compare_row_is(row, "regression"))
		return REGRESSED;
	if (compare_row_is(row, "improvement"))
		return IMPROVED;
	if (compare_row_is(row, "small"))
		return SLIGHT;
	if (compare_row_is(row, "inconclusive"))
		return headline ? UNKNOWN : UNKNOWN_DETAIL;
	return headline ? UNCHANGED : UNCHANGED_DETAIL;
}

/* Places by interest, and by the document's order within one. */
static void order_rows(struct markdown *markdown)
{
	const struct json *rows = json_get(markdown->comparison, "rows");
	size_t next[INTERESTS], i = 0, *first = markdown->first;

	for (const struct json *row = json_first(rows); row; row = json_next(row))
		first[interest_of(row) + 1]++;
	for (size_t k = 1; k <= INTERESTS; k++)
		first[k] += first[k - 1];
	memcpy(next, first, sizeof next);
	markdown->order = memory_zeroed(first[INTERESTS], sizeof *markdown->order);
	for (const struct json *row = json_first(rows); row; row = json_next(row))
		markdown->order[i++] = next[interest_of(row)]++;
}

/* Our own words, with nothing to escape. Takes the text. */
static void put_field(FILE *out, char *text)
{
	fprintf(out, " %s |", text + strspn(text, " "));
	free(text);
}

static void put_verdict(FILE *out, const struct json *row)
{
	char *verdict = compare_verdict_text(row), *remarks = compare_remarks_text(row);
	const char *bold = compare_row_is(row, "regression") ? "**" : "";

	fprintf(out, " %s", bold);
	put_escaped(out, verdict, LINE_CHARS);
	fputs(bold, out);
	if (remarks[0]) {
		fputs("; ", out);
		put_escaped(out, remarks, LINE_CHARS);
	}
	fputs(" |\n", out);
	free(verdict);
	free(remarks);
}

static bool has_several_arms(const struct markdown *markdown)
{
	return compare_arm(markdown->comparison, 2) != NULL;
}

static void put_row(const struct markdown *markdown, const struct json *row)
{
	const char *unit = json_text_at(row, "unit");
	size_t arm = (size_t)json_integer(json_get(row, "arm"), 0);
	FILE *out = markdown->out;

	fputs("| ", out);
	put_code(out, json_text_at(row, "cell"), LINE_CHARS);
	fputs(" |", out);
	if (has_several_arms(markdown)) {
		fputc(' ', out);
		put_code(out, compare_arm_name(markdown->comparison, arm), LABEL_CHARS);
		fputs(" |", out);
	}
	put_field(out, compare_metric_text(json_text_at(row, "metric")));
	put_field(out, compare_value_text(json_number_at(row, "base"), unit));
	put_field(out, compare_value_text(json_number_at(row, "new"), unit));
	put_field(out, compare_change_text(json_number_at(row, "ratio")));
	put_field(out, compare_interval_text(json_get(row, "ci95")));
	put_verdict(out, row);
}

static void put_heading(const struct markdown *markdown)
{
	const char *arm = has_several_arms(markdown) ? " arm |" : "";
	const char *rule = arm[0] ? " --- |" : "";

	fprintf(markdown->out,
		"\n| cell |%s metric | base | new | change | 95 %% CI | verdict |\n"
		"| --- |%s --- | ---: | ---: | ---: | --- | --- |\n",
		arm, rule);
}

/* The kept rows of some interests, in the document's order. */
static void put_rows(const struct markdown *markdown, enum interest from, enum interest to)
{
	const struct json *row = json_first(json_get(markdown->comparison, "rows"));

	for (size_t i = 0; row; i++, row = json_next(row)) {
		size_t place = markdown->order[i];

		if (place >= markdown->first[from] && place < markdown->first[to + 1] &&
			place < markdown->kept)
			put_row(markdown, row);
	}
}

static void put_main_table(const struct markdown *markdown)
{
	if (markdown->first[LAST_SHOWN + 1] == 0 || markdown->kept == 0)
		return;
	put_heading(markdown);
	for (enum interest interest = 0; interest <= LAST_SHOWN; interest++)
		put_rows(markdown, interest, interest);
}

static void put_rest(const struct markdown *markdown)
{
	size_t all = markdown->first[INTERESTS], main = markdown->first[LAST_SHOWN + 1];

	if (markdown->kept > main) {
		fprintf(markdown->out, "\n<details><summary>%zu more rows: %s</summary>\n",
			markdown->kept - main, "same, or inconclusive in tails and cost");
		put_heading(markdown);
		put_rows(markdown, LAST_SHOWN + 1, INTERESTS - 1);
		fputs("\n</details>\n", markdown->out);
	}
	if (markdown->kept < all)
		fprintf(markdown->out,
			"\n%zu of %zu rows, those of least interest, have no room here; --tsv and "
			"--json have all.\n",
			all - markdown->kept, all);
}

static void put_line(FILE *out, const char *line)
{
	fprintf(out, "%s\n", line);
}

/* Lines, each behind `mark`, until the budget is used up. Frees them. */
static void put_lines(FILE *out, char *lines, const char *mark)
{
	size_t left = SECTION_BYTES, dropped = 0;
	char *rest = lines;

	for (char *line = strsep(&rest, "\n"); rest; line = strsep(&rest, "\n")) {
		struct text text;

		text_begin(&text);
		put_escaped(text.out, line, LINE_CHARS);
		text_end(&text);
		if (dropped || text.length > left) {
			dropped++;
			left = 0;
		} else {
			left -= text.length;
			fprintf(out, "%s%s\n", mark, text.bytes);
		}
		free(text.bytes);
	}
	if (dropped)
		fprintf(out, "%s%zu more\n", mark, dropped);
	free(lines);
}

static char *lines_of(const struct json *comparison,
	void (*section)(const struct compare_lines *lines, const struct json *comparison))
{
	struct text text;

	text_begin(&text);
	section(&(struct compare_lines){text.out, put_line}, comparison);
	return text_end(&text);
}

static void absence_lines(const struct compare_lines *lines, const struct json *comparison)
{
	compare_absences(lines, comparison, NAMES_MOST);
}

static void warning_lines(const struct compare_lines *lines, const struct json *comparison)
{
	const struct json *warning = json_first(json_get(comparison, "warnings"));

	for (; warning; warning = json_next(warning))
		lines->put(lines->out, json_string(warning, ""));
}

static void put_details(FILE *out, const char *title, char *lines)
{
	size_t count = 0;

	for (const char *at = lines; (at = strchr(at, '\n')); at++)
		count++;
	if (count == 0) {
		free(lines);
		return;
	}
	fprintf(out, "\n<details><summary>%s (%zu)</summary>\n\n", title, count);
	put_lines(out, lines, "- ");
	fputs("\n</details>\n", out);
}

/* What was found, worst first; never that all is well where something could not be told. */
static void put_finding(FILE *out, const struct json *comparison)
{
	const struct json *counts = json_get(comparison, "counts");
	int64_t regressions = json_integer(json_get(counts, "regression"), 0);
	int64_t inconclusive = json_integer(json_get(counts, "inconclusive"), 0);
	int64_t all = json_integer(json_find(comparison, "family.comparisons"), 0);

	if (!json_first(json_get(comparison, "rows")))
		fputs("**nothing could be compared**", out);
	else if (regressions > 0)
		fprintf(out, "**%" PRId64 " regression%s** in %" PRId64 " comparisons", regressions,
			regressions == 1 ? "" : "s", all);
	else if (inconclusive > 0)
		fprintf(out,
			"no regression proven; **%" PRId64 " of %" PRId64
			" comparisons inconclusive**",
			inconclusive, all);
	else
		fprintf(out, "no regression in %" PRId64 " comparisons", all);
}

static void put_top(FILE *out, const struct json *comparison)
{
	const char *verdict = json_text_at(comparison, "controls.verdict");
	char *outcome = compare_outcome_text(comparison);
	size_t arms = json_count(json_get(comparison, "arms"));

	fputs("### ipcmark compare: ", out);
	if (strcmp(verdict, "untrustworthy") == 0)
		fputs("**untrustworthy**, a control failed; ", out);
	put_finding(out, comparison);
	fputs("\n\n", out);
	for (size_t i = 0; i < arms; i++) {
		fputs(i == 0 ? "" : i == 1 ? " \xe2\x86\x92 " : ", ", out);
		put_code(out, compare_arm_name(comparison, i), LABEL_CHARS);
	}
	fputs(": ", out);
	put_escaped(out, outcome, LINE_CHARS);
	fputs("\n\n", out);
	put_lines(out, lines_of(comparison, compare_stamps), "> ");
	free(outcome);
}

static char *render(struct markdown *markdown, size_t kept)
{
	const struct json *comparison = markdown->comparison;
	struct text text;

	text_begin(&text);
	markdown->out = text.out;
	markdown->kept = kept;
	put_top(text.out, comparison);
	put_main_table(markdown);
	fputc('\n', text.out);
	put_lines(text.out, lines_of(comparison, compare_conditions), "- ");
	put_rest(markdown);
	put_details(text.out, "Not compared", lines_of(comparison, absence_lines));
	put_details(text.out, "Warnings", lines_of(comparison, warning_lines));
	return text_end(&text);
}

static bool fits(struct markdown *markdown, size_t kept)
{
	char *text = render(markdown, kept);
	bool does = strlen(text) <= COMPARE_MARKDOWN_BYTES;

	free(text);
	return does;
}

void compare_markdown(FILE *out, const struct json *comparison)
{
	struct markdown markdown = {.comparison = comparison};
	size_t low = 0, high;
	char *text;

	order_rows(&markdown);
	high = markdown.first[INTERESTS];
	while (low < high) { /* the most rows that fit */
		size_t middle = high - (high - low) / 2;

		if (fits(&markdown, middle))
			low = middle;
		else
			high = middle - 1;
	}
	text = render(&markdown, low);
	fputs(text, out);
	free(text);
	free(markdown.order);
}
