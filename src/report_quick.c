/* See report.h: the ranked quick look. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "report_row.h"

static double fastest(const struct report_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].rank == RANK_SLEEPS)
			return rows[i].value;
	return NAN;
}

static void quick_row(FILE *out, const struct json *cell, double best)
{
	double p50 = row_estimate(cell, "rtt_ns.p50");

	if (row_is_harness(cell))
		fprintf(out, "  %-*s", ROW_NAME_WIDTH - 2, "(harness alone: null)");
	else
		row_put_name(out, cell, 0);
	row_put_duration(out, row_summary(cell, "rtt_ns.p50"));
	if (json_number_at(cell, "batch") > 1)
		fprintf(out, " %8s", "batched");
	else
		row_put_duration(out, row_summary(cell, "rtt_ns.p99"));
	fprintf(out, "    ");
	row_put_duration(out, row_summary(cell, "cpu_ns_per_message"));
	if (!row_is_harness(cell) && !isnan(best))
		fprintf(out, p50 / best < 0.095 ? "  %8.2g" : "  %8.1f", p50 / best);
	if (strcmp(json_text_at(cell, "status"), "ok") != 0)
		fprintf(out, "  %s: %s", json_text_at(cell, "status"),
			json_text_at(cell, "reason"));
	fputc('\n', out);
}

static void quick_table(FILE *out, const struct json *cells, const struct json *first)
{
	size_t count;
	struct report_row *rows = row_table(cells, first, &count);
	double best = fastest(rows, count);
	char title[64];
	enum row_rank last = RANK_HARNESS;

	snprintf(title, sizeof title, "round trip of %.0f B, %s",
		json_number_at(first, "size_bytes"), json_text_at(first, "placement"));
	fprintf(out, "\n%-*s %8s %8s  %11s  %9s\n", ROW_NAME_WIDTH, title, "p50", "p99",
		"CPU/message", "x fastest");
	for (size_t i = 0; i < count; i++) {
		row_put_divider(out, &rows[i], last);
		last = rows[i].rank;
		if (rows[i].rank == RANK_ABSENT)
			row_put_absent(out, rows[i].cell, 0);
		else
			quick_row(out, rows[i].cell, best);
	}
	free(rows);
}

void report_quick(FILE *out, const struct json *result, double seconds)
{
	const struct json *cells = json_get(result, "cells");

	fprintf(out, "%s. Quick look, %.0f s: not for citation\n",
		json_text_at(result, "environment.conditions"), seconds);
	for (const struct json *cell = json_first(cells); cell; cell = json_next(cell))
		if (!row_is_shown(cells, cell))
			quick_table(out, cells, cell);
	fputc('\n', out);
	row_put_needs(out, result);
	row_put_legend(out, result);
	row_put_warnings(out, result);
	fprintf(out, "Next: ipcmark run --preset review -o review.json\n");
}
