/* See report_row.h. */
#include "report_row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "result_check_run.h"
#include "stats.h"
#include "words.h"

#define AXES_BYTES 128

const struct json *row_summary(const struct json *cell, const char *metric)
{
	return json_get(json_get(cell, "summary"), metric);
}

double row_estimate(const struct json *cell, const char *metric)
{
	return json_number(json_get(row_summary(cell, metric), "estimate"));
}

double row_run_median(const struct json *cell, const char *path)
{
	const struct json *runs = json_get(cell, "runs");
	double *values = memory_zeroed(json_count(runs), sizeof *values);
	size_t count = 0;

	for (const struct json *run = json_first(runs); run; run = json_next(run))
		if (check_is_ok(run))
			values[count++] = json_number_at(run, path);

	double median = stats_median(values, count);

	free(values);
	return median;
}

enum row_kind row_kind(const struct json *cell)
{
	const char *pattern = json_text_at(cell, "pattern");

	if (strcmp(pattern, "stream") == 0)
		return ROW_STREAM;
	return strcmp(pattern, "paced") == 0 ? ROW_PACED : ROW_ROUND_TRIP;
}

const char *row_headline(const struct json *cell)
{
	static const char *const metrics[] = {
		[ROW_ROUND_TRIP] = "rtt_ns.p50",
		[ROW_STREAM] = "messages_per_s",
		[ROW_PACED] = "response_ns.p50",
	};

	return metrics[row_kind(cell)];
}

static bool is_control(const struct json *cell)
{
	return json_find(cell, "axes.control") != NULL;
}

bool row_is_harness(const struct json *cell)
{
	return strcmp(json_text_at(cell, "transport"), "null") == 0;
}

static bool spins(const struct json *cell)
{
	const char *wait = json_text_at(cell, "wait");

	return strcmp(wait, "spin") == 0 || strcmp(wait, "hybrid") == 0;
}

static bool same_table(const struct json *a, const struct json *b)
{
	return strcmp(json_text_at(a, "pattern"), json_text_at(b, "pattern")) == 0 &&
		!is_control(a) && !is_control(b) &&
		strcmp(json_text_at(a, "axes.think"), json_text_at(b, "axes.think")) == 0 &&
		json_number_at(a, "size_bytes") == json_number_at(b, "size_bytes") &&
		strcmp(json_text_at(a, "placement"), json_text_at(b, "placement")) == 0;
}

static struct report_row row_of(const struct json *cell, size_t place)
{
	double value = row_estimate(cell, row_headline(cell));

	enum row_rank rank = row_is_harness(cell) ? RANK_HARNESS
		: spins(cell)                     ? RANK_SPINS
						  : RANK_SLEEPS;

	/* in the order of their rates; an unstable one has no median, yet it has something to tell
	 */
	if (row_kind(cell) == ROW_PACED)
		value = json_count(json_get(cell, "runs")) ? 0 : NAN;
	if (row_kind(cell) == ROW_STREAM)
		value = -value;
	if (isnan(value))
		return (struct report_row){cell, place, RANK_ABSENT, 0};
	return (struct report_row){cell, place, rank, value};
}

/* A fan-in's costs are read against its connections, not ranked. */
static int by_sweep(const struct report_row *x, const struct report_row *y)
{
	static const char *const names[] = {"transport", "wait"};
	int64_t connections[] = {atoll(json_text_at(x->cell, "axes.connections")),
		atoll(json_text_at(y->cell, "axes.connections"))};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		int order =
			strcmp(json_text_at(x->cell, names[i]), json_text_at(y->cell, names[i]));

		if (order)
			return order;
	}
	return (connections[0] > connections[1]) - (connections[0] < connections[1]);
}

static int by_rank(const void *a, const void *b)
{
	const struct report_row *x = a, *y = b;

	if (x->rank != y->rank)
		return (int)x->rank - (int)y->rank;
	if (json_find(x->cell, "axes.connections"))
		return by_sweep(x, y);
	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

struct report_row *row_table(const struct json *cells, const struct json *first, size_t *count)
{
	struct report_row *rows = memory_zeroed(json_count(cells), sizeof *rows);
	size_t place = 0;

	*count = 0;
	for (const struct json *cell = json_first(cells); cell; cell = json_next(cell), place++)
		if (same_table(cell, first))
			rows[(*count)++] = row_of(cell, place);
	qsort(rows, *count, sizeof *rows, by_rank);
	return rows;
}

bool row_is_shown(const struct json *cells, const struct json *cell)
{
	if (is_control(cell))
		return true;
	for (const struct json *before = json_first(cells); before != cell;
		before = json_next(before))
		if (same_table(before, cell))
			return true;
	return false;
}

/* "batch=16 sides=threads": what tells a row from its neighbours. */
static void axes_text(const struct json *cell, char *text, size_t bytes)
{
	const struct json *axes = json_get(cell, "axes");

	text[0] = '\0';
	for (const struct json *axis = json_first(axes); axis; axis = json_next(axis)) {
		const char *key = json_key(axis);
		size_t used = strlen(text);

		if (strcmp(key, "think") != 0 && strcmp(key, "load") != 0 &&
			strcmp(key, "rate") != 0 && strcmp(key, "control") != 0)
			snprintf(text + used, bytes - used, "%s%s=%s", used ? " " : "", key,
				json_string(axis, ""));
	}
}

int row_axes_width(const struct report_row *rows, size_t count)
{
	char text[AXES_BYTES];
	size_t width = 0;

	for (size_t i = 0; i < count; i++) {
		axes_text(rows[i].cell, text, sizeof text);
		width = strlen(text) > width ? strlen(text) : width;
	}
	return (int)width;
}

void row_put_name(FILE *out, const struct json *cell, int axes_width)
{
	char text[AXES_BYTES];

	axes_text(cell, text, sizeof text);
	fprintf(out, "  %-20s %-8s", json_text_at(cell, "transport"),
		row_is_harness(cell) ? "" : json_text_at(cell, "wait"));
	if (axes_width > 0)
		fprintf(out, " %-*s", axes_width, text);
}

void row_put_duration(FILE *out, const struct json *summary)
{
	char text[32];

	const char *mark = json_is_true(json_get(summary, "environment_dominated")) ? "!"
		: json_is_true(json_get(summary, "low_confidence"))                 ? "~"
										    : " ";

	words_format_duration(json_number(json_get(summary, "estimate")), text, sizeof text);
	fprintf(out, " %s%s", mark, text);
}

void row_put_absent(FILE *out, const struct json *cell, int axes_width)
{
	row_put_name(out, cell, axes_width);
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

		/* one that idles most of the time would need hours */
		if (needs > 0 && rate > 0 && !json_find(cell, "axes.think"))
			longest = fmax(longest, needs / rate * 1e9);
	}
	return longest;
}

void row_put_needs(FILE *out, const struct json *result)
{
	static const char *const metrics[][3] = {{"p99", "rtt_ns.p99", "response_ns.p99"},
		{"p99.9", "rtt_ns.p99_9", "response_ns.p99_9"}};

	for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
		double ns = fmax(time_needed_ns(result, metrics[i][1]),
			time_needed_ns(result, metrics[i][2]));

		if (ns > 0)
			fprintf(out,
				DASH " %s: not enough messages in a run; all cells have it with "
				     "--time %.0fs\n",
				metrics[i][0], ceil(1.1 * ns / 1e9));
	}
	if (json_number_at(result, "invocation.runs") < 6)
		fprintf(out, DASH " 95 %% CI: needs 6 runs\n");
}

/* Whether any figure of the result carries this mark. */
static bool has_marked(const struct json *result, const char *mark)
{
	for (const struct json *cell = json_first(json_get(result, "cells")); cell;
		cell = json_next(cell))
		for (const struct json *summary = json_first(json_get(cell, "summary")); summary;
			summary = json_next(summary))
			if (json_is_true(json_get(summary, mark)))
				return true;
	return false;
}

static bool has_paced(const struct json *result)
{
	for (const struct json *cell = json_first(json_get(result, "cells")); cell;
		cell = json_next(cell))
		if (row_kind(cell) == ROW_PACED)
			return true;
	return false;
}

void row_put_legend(FILE *out, const struct json *result)
{
	if (has_marked(result, "low_confidence"))
		fprintf(out, "~ fewer than 100 messages of a run lie beyond it\n");
	if (has_marked(result, "environment_dominated"))
		fprintf(out,
			"! the machine's own gaps (noise floor) make more of it than the mechanism "
			"does\n");
	if (has_paced(result))
		fprintf(out,
			DASH " response, service: none where the backlog grows, or where times are "
			     "too near to what the clocks differ\n");
	fprintf(out, "CPU and switches: both sides, for one round trip or message\n");
}
