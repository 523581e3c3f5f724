/* See report_note.h. */
#include "report_note.h"

#include <math.h>
#include <string.h>

#include "report_row.h"
#include "result_cell.h"
#include "words.h"

static void put_modes(FILE *out, const struct json *cell)
{
	const struct json *summary = row_summary(cell, row_headline(cell));
	const struct json *mode = json_first(json_get(summary, "modes"));
	char low[32], high[32];
	void (*format)(double, char *, size_t) =
		row_kind(cell) == ROW_STREAM ? words_format_count : words_format_duration;

	if (!mode)
		return;
	format(json_number(mode), low, sizeof low);
	format(json_number(json_next(mode)), high, sizeof high);
	fprintf(out, "  two regimes: %s, %s", low + strspn(low, " "), high + strspn(high, " "));
}

/* "  3/10 unstable" */
static void put_flagged(FILE *out, const struct json *cell, const char *flag, const char *words)
{
	size_t runs, flagged = result_cell_flagged(cell, flag, &runs);

	if (flagged > 0)
		fprintf(out, "  %zu/%zu %s", flagged, runs, words);
}

/* "  3/10 left out": runs that were not what was asked for. */
static void put_left_out(FILE *out, const struct json *cell)
{
	size_t runs = 0, out_count = 0;

	for (const struct json *run = json_first(json_get(cell, "runs")); run;
		run = json_next(run), runs++)
		out_count += strcmp(json_text_at(run, "status"), "invalid") == 0;
	if (out_count > 0)
		fprintf(out, "  %zu/%zu left out", out_count, runs);
}

/* What came of a size of buffer that was asked for: "  pipe 16K, 256 messages". */
static void put_buffer(FILE *out, const struct json *cell)
{
	double depth = json_number_at(cell, "depth_messages");

	if (!json_find(cell, "axes.buffer"))
		return;
	fputs(" ", out);
	for (const struct json *size = json_first(json_get(cell, "effective")); size;
		size = json_next(size)) {
		const char *name = json_key(size);
		char text[16];

		if (json_type(size) != JSON_NUMBER)
			continue;
		words_format_size((uint64_t)json_number(size), text, sizeof text);
		fprintf(out, " %.*s %s", (int)strcspn(name, "_"), name, text);
	}
	if (depth < 1)
		fputs(", less than a message", out);
	else if (!isnan(depth))
		fprintf(out, ", %.0f message%s", depth, depth < 2 ? "" : "s");
}

/* "  all 62.1 k/s, a pair's p50 30.1 to 32.4 us, CPUs shared": what several pairs did. */
static void put_pairs(FILE *out, const struct json *cell)
{
	bool recorded = row_kind(cell) == ROW_ROUND_TRIP;
	void (*format)(double, char *, size_t) =
		recorded ? words_format_duration : words_format_count;
	char all[32], low[32], high[32];

	if (!json_find(cell, "axes.pairs"))
		return;
	words_format_count(row_estimate(cell, "messages_per_s"), all, sizeof all);
	format(row_run_median(cell, recorded ? "pair_p50_ns.min" : "pair_messages_per_s.min"), low,
		sizeof low);
	format(row_run_median(cell, recorded ? "pair_p50_ns.max" : "pair_messages_per_s.max"), high,
		sizeof high);
	if (recorded)
		fprintf(out, "  all %s/s", all + strspn(all, " "));
	fprintf(out, "  a pair%s %s to %s%s", recorded ? "'s p50" : "", low + strspn(low, " "),
		high + strspn(high, " "), recorded ? "" : "/s");
	if (json_is_true(json_get(cell, "shares_cpus")))
		fprintf(out, "  CPUs shared");
}

void report_note_put(FILE *out, const struct json *cell)
{
	size_t runs, drifting = result_cell_flagged(cell, "drifting", &runs);
	double loss = row_estimate(cell, "loss_ratio");

	put_left_out(out, cell);
	if (json_number_at(cell, "batch") > 1)
		fprintf(out, "  batches of %.0f", json_number_at(cell, "batch"));
	if (json_find(cell, "limited_by"))
		fprintf(out, "  runs kept short: %s", json_text_at(cell, "limited_by"));
	if (loss > 0)
		fprintf(out, "  %.3g %% lost", 100 * loss);
	put_buffer(out, cell);
	put_pairs(out, cell);
	put_modes(out, cell);
	put_flagged(out, cell, "unstable", "unstable: the backlog grows");
	put_flagged(out, cell, "generator_limited", "generator limited");
	put_flagged(out, cell, "one_way_unresolved", "too near to what the clocks differ");
	if (2 * drifting > runs)
		fprintf(out, "  %zu/%zu drift", drifting, runs);
	if (strcmp(json_text_at(cell, "status"), "ok") != 0)
		fprintf(out, "  %s: %s", json_text_at(cell, "status"),
			json_text_at(cell, "reason"));
}
