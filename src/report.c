/* See report.h: all cells of a result, and the same as JSON. */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_note.h"
#include "report_row.h"
#include "result_control.h"
#include "words.h"

#define TITLE_BYTES 128

static void put_count(FILE *out, double value, const char *unit)
{
	char text[32];

	words_format_count(value, text, sizeof text);
	if (isnan(value))
		fprintf(out, "  %10s" DASH, "");
	else
		fprintf(out, "  %7s%s%-3s", text, strchr(text, ' ') ? "" : " ", unit);
}

/* Three significant digits, without an exponent. */
static void figure_text(double value, char text[16])
{
	snprintf(text, 16, "%.*f", value >= 100 ? 0 : value >= 10 ? 1 : 2, value);
}

/* The interval in the unit in which the estimate is shown beside it; an em dash where there is
 * none. */
static void put_interval(FILE *out, const struct json *summary)
{
	const struct json *low = json_first(json_get(summary, "ci95"));
	double estimate = json_number(json_get(summary, "estimate")), unit = 1;
	char ends[2][16], both[40];

	if (!low) {
		fprintf(out, " %15s" DASH, "");
		return;
	}
	while (estimate / unit >= 999.5 && unit < 1e9)
		unit *= 1000;
	figure_text(json_number(low) / unit, ends[0]);
	figure_text(json_number(json_next(low)) / unit, ends[1]);
	snprintf(both, sizeof both, "[%s, %s]", ends[0], ends[1]);
	fprintf(out, " %16s", both);
}

static void put_switches(FILE *out, const struct json *cell)
{
	double switches = row_estimate(cell, "switches_per_message");

	if (isnan(switches))
		fprintf(out, " %7s" DASH, "");
	else
		fprintf(out, " %8.2f", switches);
}

static void show_round_trip(FILE *out, const struct json *cell, int axes_width)
{
	row_put_name(out, cell, axes_width);
	row_put_duration(out, row_summary(cell, "rtt_ns.p50"));
	put_interval(out, row_summary(cell, "rtt_ns.p50"));
	row_put_duration(out, row_summary(cell, "rtt_ns.p90"));
	row_put_duration(out, row_summary(cell, "rtt_ns.p99"));
	row_put_duration(out, row_summary(cell, "rtt_ns.p99_9"));
	row_put_duration(out, row_summary(cell, "cpu_ns_per_message"));
	put_switches(out, cell);
}

static void show_stream(FILE *out, const struct json *cell, int axes_width)
{
	row_put_name(out, cell, axes_width);
	put_count(out, row_estimate(cell, "messages_per_s"), "/s");
	put_interval(out, row_summary(cell, "messages_per_s"));
	put_count(out, row_estimate(cell, "bytes_per_s"), "B/s");
	row_put_duration(out, row_summary(cell, "cpu_ns_per_message"));
	put_switches(out, cell);
}

/* The rate as asked for, then what of it is due. */
static void show_paced(FILE *out, const struct json *cell, int axes_width)
{
	char rate[32];

	words_format_count(json_number_at(cell, "rate_per_s"), rate, sizeof rate);
	row_put_name(out, cell, axes_width);
	fprintf(out, " %5s %7s%s/s", json_text_at(cell, "axes.load"), rate,
		strchr(rate, ' ') ? "" : " ");
	row_put_duration(out, row_summary(cell, "response_ns.p50"));
	put_interval(out, row_summary(cell, "response_ns.p50"));
	row_put_duration(out, row_summary(cell, "response_ns.p99"));
	row_put_duration(out, row_summary(cell, "response_ns.p99_9"));
	row_put_duration(out, row_summary(cell, "service_ns.p50"));
	row_put_duration(out, row_summary(cell, "service_ns.p99"));
	row_put_duration(out, row_summary(cell, "cpu_ns_per_message"));
}

/* What the table of a pattern is called. */
static const char *pattern_title(const struct json *cell)
{
	static const char *const titles[][2] = {
		{"pingpong", "round trip"},
		{"stream", "stream"},
		{"paced", "paced stream"},
		{"connect", "round trip over a fresh connection each"},
		{"write-write-read", "round trip, the request in two writes,"},
		{"fanin", "round trip over one of many connections"},
	};
	const char *pattern = json_text_at(cell, "pattern");

	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
		if (strcmp(titles[i][0], pattern) == 0)
			return titles[i][1];
	return pattern;
}

/* "round trip of 1 KiB, same-llc" */
static void table_title(const struct json *cell, char *title, size_t bytes)
{
	const char *unit, *think = json_text_at(cell, "axes.think");
	char size[16];

	words_format_size((uint64_t)json_number_at(cell, "size_bytes"), size, sizeof size);
	unit = strpbrk(size, "KM");
	snprintf(title, bytes, "%s of %.*s %s%s, %s%s%s", pattern_title(cell),
		(int)strspn(size, "0123456789"), size, unit ? unit : "B", unit ? "iB" : "",
		json_text_at(cell, "placement"), *think ? ", think " : "", think);
}

static void show_heading(FILE *out, const struct json *cell, int axes_width)
{
	int name_width = ROW_NAME_WIDTH + (axes_width > 0 ? axes_width + 1 : 0);
	char title[TITLE_BYTES];

	table_title(cell, title, sizeof title);
	if ((int)strlen(title) > name_width + 4) {
		fprintf(out, "%s\n", title);
		title[0] = '\0';
	}

	int room = name_width + 9 - (int)strlen(title);

	switch (row_kind(cell)) {
	case ROW_ROUND_TRIP:
		fprintf(out, "%s%*s %16s %8s %8s %8s %8s %8s\n", title, room, "p50", "95 % CI",
			"p90", "p99", "p99.9", "CPU", "switches");
		break;
	case ROW_STREAM:
		fprintf(out, "%s%*s %16s %13s %8s %8s\n", title, room + 4, "messages", "95 % CI",
			"bytes", "CPU", "switches");
		break;
	case ROW_PACED:
		fprintf(out, "%-*sresponse, from when due %26sservice, from when sent\n",
			name_width + 17, title, "");
		fprintf(out, "%-*s %5s %9s %9s %16s %8s %8s %8s %8s %8s\n", name_width, "", "load",
			"rate", "p50", "95 % CI", "p99", "p99.9", "p50", "p99", "CPU");
	}
}

/* Where no cell of a table has figures, and for one reason, a line tells it. */
static bool show_all_absent(FILE *out, const struct report_row *rows, size_t count)
{
	const struct json *first = rows[0].cell;
	char title[TITLE_BYTES];

	if (count == 1)
		return false;
	for (size_t i = 0; i < count; i++)
		if (rows[i].rank != RANK_ABSENT ||
			!json_same(json_get(rows[i].cell, "reason"), json_get(first, "reason")))
			return false;
	table_title(first, title, sizeof title);
	fprintf(out, "%s: %s: %s\n\n", title, json_text_at(first, "status"),
		json_text_at(first, "reason"));
	return true;
}

static void show_table(FILE *out, const struct json *cells, const struct json *first)
{
	static void (*const show[])(FILE *, const struct json *, int) = {
		[ROW_ROUND_TRIP] = show_round_trip,
		[ROW_STREAM] = show_stream,
		[ROW_PACED] = show_paced};
	size_t count;
	struct report_row *rows = row_table(cells, first, &count);
	int axes_width = row_axes_width(rows, count);
	enum row_rank last = RANK_HARNESS;

	if (show_all_absent(out, rows, count)) {
		free(rows);
		return;
	}
	show_heading(out, first, axes_width);
	for (size_t i = 0; i < count; i++) {
		row_put_divider(out, &rows[i], last);
		last = rows[i].rank;
		if (rows[i].rank == RANK_ABSENT) {
			row_put_absent(out, rows[i].cell, axes_width);
			continue;
		}
		show[row_kind(first)](out, rows[i].cell, axes_width);
		report_note_put(out, rows[i].cell);
		fputc('\n', out);
	}
	fputc('\n', out);
	free(rows);
}

/* What the user allowed in spite of the method. */
static void show_stamp(FILE *out, const struct json *allowed)
{
	if (json_count(allowed) == 0)
		return;
	fprintf(out, "STAMPED: measured with");
	for (const struct json *word = json_first(allowed); word; word = json_next(word))
		fprintf(out, " --allow %s", json_string(word, ""));
	fprintf(out, "\n\n");
}

static void show_conditions(FILE *out, const struct json *result)
{
	fprintf(out, "%s\n", json_text_at(result, "environment.conditions"));
	fprintf(out, "%s; clock %s, read %.3g ns, quantum %.3g ns\n",
		json_text_at(result, "environment.topology.summary"),
		json_text_at(result, "environment.clock.source"),
		json_number_at(result, "environment.clock.read_ns"),
		json_number_at(result, "environment.clock.quantum_ns"));
	fprintf(out, "\"%s\", %s, ipcmark %s (%s), up to %.0f runs a cell%s\n\n",
		json_text_at(result, "invocation.label"),
		json_text_at(result, "invocation.started"), json_text_at(result, "tool.version"),
		json_text_at(result, "tool.git"), json_number_at(result, "invocation.runs"),
		strcmp(json_text_at(result, "invocation.status"), "interrupted") == 0
			? ": INTERRUPTED"
			: "");
	show_stamp(out, json_find(result, "invocation.allowed"));
}

static void show_control(FILE *out, const char *name, const struct json *control)
{
	const struct json *low = json_first(json_get(control, "ci95"));

	if (json_type(control) != JSON_OBJECT)
		return;
	fprintf(out, "  %-16s %+6.1f %%", name, 100 * (json_number_at(control, "ratio") - 1));
	if (low)
		fprintf(out, "  [%+.1f, %+.1f]", 100 * (json_number(low) - 1),
			100 * (json_number(json_next(low)) - 1));
	fprintf(out, "  %s, %.0f pairs of runs of %s\n", json_text_at(control, "verdict"),
		json_number_at(control, "runs"), json_text_at(control, "cell"));
}

/* Whether these runs find nothing where there is nothing, and something where something was put. */
static void show_controls(FILE *out, const struct json *result)
{
	const struct json *a_a = json_find(result, "controls.a_a");
	const struct json *positive = json_find(result, "controls.positive");

	if (json_type(a_a) != JSON_OBJECT && json_type(positive) != JSON_OBJECT)
		return;
	fprintf(out, "controls%s\n",
		result_control_failed(a_a) || result_control_failed(positive)
			? ": UNTRUSTWORTHY: these runs can't tell 5 % from nothing"
			: "");
	show_control(out, "A/A", a_a);
	show_control(out, "+5 % in consumer", positive);
	fputc('\n', out);
}

void report_show(FILE *out, const struct json *result)
{
	const struct json *cells = json_get(result, "cells");

	show_conditions(out, result);
	for (const struct json *cell = json_first(cells); cell; cell = json_next(cell))
		if (!row_is_shown(cells, cell))
			show_table(out, cells, cell);
	show_controls(out, result);
	row_put_needs(out, result);
	row_put_legend(out, result);
	row_put_warnings(out, result);
}

struct json *report_json(const struct json *result)
{
	static const char *const members[] = {"id", "status", "reason", "batch", "summary"};
	struct json *report = json_object(), *cells;

	json_put_string(report, "label", json_text_at(result, "invocation.label"));
	json_put_string(report, "conditions", json_text_at(result, "environment.conditions"));
	json_put_string(report, "status", json_text_at(result, "invocation.status"));
	cells = json_put_array(report, "cells");
	for (const struct json *cell = json_first(json_get(result, "cells")); cell;
		cell = json_next(cell)) {
		struct json *row = json_add_object(cells);

		for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
			json_put(row, members[i], json_copy(json_get(cell, members[i])));
	}
	json_put(report, "warnings", json_copy(json_get(result, "warnings")));
	return report;
}
