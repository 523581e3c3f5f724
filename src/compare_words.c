/* See compare_words.h. */
#include "compare_words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "words.h"

#define RUNS_SENSIBLE 1000

/* Figures of a cell that are not quantiles. */
static const char *plain_metric(const char *metric)
{
	static const char *const names[][2] = {{"messages_per_s", "throughput"},
		{"bytes_per_s", "bytes"}, {"cpu_ns_per_message", "CPU"},
		{"switches_per_message", "switches"}, {"loss_ratio", "lost"}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(metric, names[i][0]) == 0)
			return names[i][1];
	return NULL;
}

char *compare_metric_text(const char *metric)
{
	const char *plain = plain_metric(metric), *quantile = strstr(metric, "_ns.");
	struct text text;

	text_begin(&text);
	if (plain) {
		fputs(plain, text.out);
	} else if (quantile) {
		if (strncmp(metric, "rtt_ns.", 7) != 0)
			fprintf(text.out, "%.*s ", (int)(quantile - metric), metric);
		for (quantile += 4; *quantile; quantile++)
			fputc(*quantile == '_' ? '.' : *quantile, text.out);
	} else {
		fputs(metric, text.out);
	}
	return text_end(&text);
}

bool compare_is_headline(const char *metric)
{
	return strcmp(metric, "rtt_ns.p50") == 0 || strcmp(metric, "response_ns.p50") == 0 ||
		strcmp(metric, "messages_per_s") == 0;
}

char *compare_value_text(double value, const char *unit)
{
	bool is_rate = strlen(unit) > 2 && strcmp(unit + strlen(unit) - 2, "/s") == 0;
	char number[32];
	struct text text;

	text_begin(&text);
	if (!isfinite(value)) {
		fputs(COMPARE_DASH, text.out);
	} else if (strcmp(unit, "ns") == 0) {
		words_format_duration(value, number, sizeof number);
		fputs(number, text.out);
	} else {
		words_format_count(value, number, sizeof number);
		fputs(number, text.out);
		if (is_rate)
			fprintf(text.out, "%s%s", strchr(number, ' ') ? "" : " ",
				strcmp(unit, "1/s") == 0 ? unit + 1 : unit);
	}
	return text_end(&text);
}

/* A ratio as a change in per cent, without its sign; no sign before what rounds to 0. */
static void put_per_cent(FILE *out, double ratio)
{
	double change = 100 * (ratio - 1);
	int decimals = fabs(change) < 99.95 ? 1 : 0;

	if (fabs(change) < 0.05)
		fputs("0.0", out);
	else
		fprintf(out, "%+.*f", decimals, change);
}

char *compare_change_text(double ratio)
{
	struct text text;

	text_begin(&text);
	if (isfinite(ratio)) {
		put_per_cent(text.out, ratio);
		fputs(" %", text.out);
	} else {
		fputs(COMPARE_DASH, text.out);
	}
	return text_end(&text);
}

char *compare_interval_text(const struct json *interval)
{
	double low = json_number(json_first(interval));
	double high = interval ? json_number(json_next(json_first(interval))) : NAN;
	struct text text;

	text_begin(&text);
	if (isfinite(low) && isfinite(high)) {
		fputc('[', text.out);
		put_per_cent(text.out, low);
		fputs(", ", text.out);
		put_per_cent(text.out, high);
		fputc(']', text.out);
	} else {
		fputs(COMPARE_DASH, text.out);
	}
	return text_end(&text);
}

bool compare_row_is(const struct json *row, const char *verdict)
{
	return strcmp(json_text_at(row, "verdict"), verdict) == 0;
}

char *compare_verdict_text(const struct json *row)
{
	double needed = json_number_at(row, "runs_needed");
	const char *reason = json_text_at(row, "reason");
	struct text text;

	text_begin(&text);
	fputs(compare_row_is(row, "regression") ? "REGRESSION" : json_text_at(row, "verdict"),
		text.out);
	if (compare_row_is(row, "inconclusive")) {
		if (reason[0])
			fprintf(text.out, ": %s", reason);
		else if (needed > RUNS_SENSIBLE)
			fputs(": it scatters too much for more runs to settle it", text.out);
		else if (isfinite(needed))
			fprintf(text.out, ": about %.0f runs", needed);
	}
	return text_end(&text);
}

/* Where a margin comes from, when it is this row's own. Those that the A/A raised are the same for
 * all cells, and stand in the head. */
static const char *margin_source(const struct json *row)
{
	static const char *const sources[][2] = {
		{"quantum", "quantum"}, {"policy", "policy"}, {"--margin", "--margin"}};
	const char *from = json_text_at(row, "margin_from");

	for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
		if (strcmp(from, sources[i][0]) == 0)
			return sources[i][1];
	return NULL;
}

char *compare_remarks_text(const struct json *row)
{
	const char *source = margin_source(row), *separator = "";
	struct text text;

	text_begin(&text);
	if (source) {
		fprintf(text.out, "margin %.1f %% (%s)", 100 * json_number_at(row, "margin"),
			source);
		separator = "; ";
	}
	if (json_is_true(json_get(row, "low_confidence"))) {
		fprintf(text.out, "%slow confidence", separator);
		separator = "; ";
	}
	for (const struct json *note = json_first(json_get(row, "notes")); note;
		note = json_next(note)) {
		fprintf(text.out, "%s%s", separator, json_string(note, ""));
		separator = "; ";
	}
	return text_end(&text);
}

const struct json *compare_arm(const struct json *comparison, size_t index)
{
	const struct json *arm = json_first(json_get(comparison, "arms"));

	while (arm && index--)
		arm = json_next(arm);
	return arm;
}

const char *compare_arm_name(const struct json *comparison, size_t index)
{
	const struct json *arm = compare_arm(comparison, index);
	const struct json *other = json_first(json_get(comparison, "arms"));
	const char *label = json_text_at(arm, "label");

	while (other && (other == arm || strcmp(json_text_at(other, "label"), label) != 0))
		other = json_next(other);
	return other ? json_string(json_first(json_get(arm, "files")), label) : label;
}

bool compare_same_cell(const struct json *a, const struct json *b)
{
	return strcmp(json_text_at(a, "cell"), json_text_at(b, "cell")) == 0;
}

bool compare_same_line(const struct json *a, const struct json *b)
{
	return compare_same_cell(a, b) &&
		strcmp(json_text_at(a, "metric"), json_text_at(b, "metric")) == 0;
}

/* A regression needs no further reason: it is counted in the same line. */
static void gate_words(FILE *out, const struct json *gate)
{
	int64_t code = json_integer(json_get(gate, "exit_code"), 0);
	const char *reason = json_text_at(gate, "reason");

	if (!json_is_true(json_get(gate, "asked")))
		return;
	fprintf(out, " (exit %" PRId64, code);
	if (code > 1 && reason[0])
		fprintf(out, ": %s", reason);
	fputc(')', out);
}

char *compare_outcome_text(const struct json *comparison)
{
	static const char *const verdicts[] = {
		"regression", "improvement", "small", "inconclusive", "same"};
	const struct json *counts = json_get(comparison, "counts");
	struct text text;

	text_begin(&text);
	for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
		int64_t count = json_integer(json_get(counts, verdicts[i]), 0);

		if (i == 0 || count > 0)
			fprintf(text.out, "%s%" PRId64 " %s%s", i ? ", " : "", count, verdicts[i],
				i < 2 && count != 1 ? "s" : "");
	}
	gate_words(text.out, json_get(comparison, "gate"));
	return text_end(&text);
}
