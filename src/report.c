/* See report.h: all cells of a result, and the same as JSON. */
#include "report.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_row.h"
#include "words.h"

static void put_count(FILE *out, double value, const char *unit)
{
	char text[32];

	words_format_count(value, text, sizeof text);
	if (isnan(value))
		fprintf(out, "  %10s" DASH, "");
	else
		fprintf(out, "  %7s%s%-3s", text, strchr(text, ' ') ? "" : " ", unit);
}

/* Half the interval's width in per cent of the estimate; an em dash where there is no interval. */
static void put_spread(FILE *out, const struct json *summary)
{
	const struct json *low = json_first(json_get(summary, "ci95"));
	double estimate = json_number(json_get(summary, "estimate"));

	if (low && estimate > 0)
		fprintf(out, "  \xc2\xb1%4.1f %%",
			50 * (json_number(json_next(low)) - json_number(low)) / estimate);
	else
		fprintf(out, "  %6s" DASH, "");
}

static size_t runs_with_flag(const struct json *cell, const char *flag, size_t *runs)
{
	size_t with = 0;

	*runs = 0;
	for (const struct json *run = json_first(json_get(cell, "runs")); run;
		run = json_next(run), ++*runs)
		for (const struct json *word = json_first(json_get(run, "flags")); word;
			word = json_next(word))
			with += strcmp(json_string(word, ""), flag) == 0;
	return with;
}

static void put_modes(FILE *out, const struct json *cell)
{
	const struct json *summary =
		row_summary(cell, row_is_pingpong(cell) ? "rtt_ns.p50" : "messages_per_s");
	const struct json *mode = json_first(json_get(summary, "modes"));
	char low[32], high[32];
	void (*format)(double, char *, size_t) =
		row_is_pingpong(cell) ? words_format_duration : words_format_count;

	if (!mode)
		return;
	format(json_number(mode), low, sizeof low);
	format(json_number(json_next(mode)), high, sizeof high);
	fprintf(out, "  two regimes: %s, %s", low + strspn(low, " "), high + strspn(high, " "));
}

static void put_notes(FILE *out, const struct json *cell)
{
	size_t runs, drifting = runs_with_flag(cell, "drifting", &runs);
	double loss = row_estimate(cell, "loss_ratio");

	if (json_number_at(cell, "batch") > 1)
		fprintf(out, "  batches of %.0f", json_number_at(cell, "batch"));
	if (loss > 0)
		fprintf(out, "  %.3g %% lost", 100 * loss);
	put_modes(out, cell);
	if (2 * drifting > runs)
		fprintf(out, "  %zu/%zu drift", drifting, runs);
	if (strcmp(json_text_at(cell, "status"), "ok") != 0)
		fprintf(out, "  %s: %s", json_text_at(cell, "status"),
			json_text_at(cell, "reason"));
}

static void put_switches(FILE *out, const struct json *cell)
{
	double switches = row_estimate(cell, "switches_per_message");

	if (isnan(switches))
		fprintf(out, " %7s" DASH, "");
	else
		fprintf(out, " %8.2f", switches);
}

static void show_pingpong(FILE *out, const struct json *cell)
{
	row_put_name(out, cell);
	row_put_duration(out, row_summary(cell, "rtt_ns.p50"));
	put_spread(out, row_summary(cell, "rtt_ns.p50"));
	row_put_duration(out, row_summary(cell, "rtt_ns.p90"));
	row_put_duration(out, row_summary(cell, "rtt_ns.p99"));
	row_put_duration(out, row_summary(cell, "rtt_ns.p99_9"));
	row_put_duration(out, row_summary(cell, "cpu_ns_per_message"));
	put_switches(out, cell);
}

static void show_stream(FILE *out, const struct json *cell)
{
	row_put_name(out, cell);
	put_count(out, row_estimate(cell, "messages_per_s"), "/s");
	put_spread(out, row_summary(cell, "messages_per_s"));
	put_count(out, row_estimate(cell, "bytes_per_s"), "B/s");
	row_put_duration(out, row_summary(cell, "cpu_ns_per_message"));
	put_switches(out, cell);
}

static void show_heading(FILE *out, const struct json *cell)
{
	char size[16], title[64];

	words_format_size((uint64_t)json_number_at(cell, "size_bytes"), size, sizeof size);
	snprintf(title, sizeof title, "%s of %s%s, %s",
		row_is_pingpong(cell) ? "round trip" : "stream", size,
		strpbrk(size, "KM") ? "iB" : " B", json_text_at(cell, "placement"));
	if (row_is_pingpong(cell))
		fprintf(out, "%-27s %8s %8s %8s %8s %8s %8s %8s\n", title, "p50", "95 % CI", "p90",
			"p99", "p99.9", "CPU", "switches");
	else
		fprintf(out, "%-27s %12s %8s %13s %8s %8s\n", title, "messages", "95 % CI", "bytes",
			"CPU", "switches");
}

static void show_table(FILE *out, const struct json *cells, const struct json *first)
{
	size_t count;
	struct report_row *rows = row_table(cells, first, &count);
	enum row_rank last = RANK_HARNESS;

	show_heading(out, first);
	for (size_t i = 0; i < count; i++) {
		row_put_divider(out, &rows[i], last);
		last = rows[i].rank;
		if (rows[i].rank == RANK_ABSENT) {
			row_put_absent(out, rows[i].cell);
			continue;
		}
		(row_is_pingpong(first) ? show_pingpong : show_stream)(out, rows[i].cell);
		put_notes(out, rows[i].cell);
		fputc('\n', out);
	}
	fputc('\n', out);
	free(rows);
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
	if (json_count(json_find(result, "invocation.allowed")))
		fprintf(out, "STAMPED: measured with --allow %s\n\n",
			json_string(json_first(json_find(result, "invocation.allowed")), ""));
}

/* The shortest run that would support a quantile in each cell that lacks it, by the slowest of
 * them. */
static double time_needed_ns(const struct json *result, const char *metric)
{
	double longest = 0;

	for (const struct json *cell = json_first(json_get(result, "cells")); cell;
		cell = json_next(cell)) {
		double needs = json_number_at(row_summary(cell, metric), "needs_messages");
		const struct json *run = json_first(json_get(cell, "runs"));
		double rate = json_number_at(run, "messages_per_s");

		if (needs > 0 && rate > 0)
			longest = fmax(longest, needs / rate * 1e9);
	}
	return longest;
}

static void show_needs(FILE *out, const struct json *result)
{
	static const char *const metrics[][2] = {{"rtt_ns.p99", "p99"}, {"rtt_ns.p99_9", "p99.9"}};

	for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
		double ns = time_needed_ns(result, metrics[i][0]);

		if (ns > 0)
			fprintf(out,
				DASH " %s: not enough messages in a run; all cells have it with "
				     "--time %.0fs\n",
				metrics[i][1], ceil(1.1 * ns / 1e9));
	}
	if (json_number_at(result, "invocation.runs") < 6)
		fprintf(out, DASH " 95 %% CI: needs 6 runs\n");
}

void report_show(FILE *out, const struct json *result)
{
	const struct json *cells = json_get(result, "cells");

	show_conditions(out, result);
	for (const struct json *cell = json_first(cells); cell; cell = json_next(cell))
		if (!row_is_shown(cells, cell))
			show_table(out, cells, cell);
	show_needs(out, result);
	fprintf(out,
		"~ fewer than 100 messages of a run lie beyond it; CPU and switches: both sides, "
		"for one %s\n",
		"round trip or message");
	row_put_warnings(out, result);
}

static struct json *copy_of(const struct json *value)
{
	char *text = json_print(value);
	struct json *copy = text ? json_parse(text, strlen(text), "copy") : NULL;

	assert(copy);
	free(text);
	return copy;
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
			json_put(row, members[i], copy_of(json_get(cell, members[i])));
	}
	json_put(report, "warnings", copy_of(json_get(result, "warnings")));
	return report;
}
