/* See export.h. */
#include "export.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "axes.h"
#include "figures.h"
#include "memory.h"
#include "result_cell.h"
#include "result_histogram.h"
#include "row.h"

#define POINTS_PER_DECADE 20 /* of a percentile curve, in 1 - q */

static const char *const headers[EXPORT_TABLES] = {
	[EXPORT_CELLS] = "file label cell pattern transport wait size_bytes placement class cpus "
			 "rate_per_s status flags metric unit "
			 "better estimate ci_low ci_high runs messages note",
	[EXPORT_RUNS] = "file label cell pattern transport wait size_bytes placement class block "
			"order status messages "
			"seconds rtt_ns.min rtt_ns.p50 rtt_ns.p90 rtt_ns.p99 rtt_ns.p99_9 "
			"rtt_ns.p99_99 rtt_ns.max "
			"messages_per_s bytes_per_s cpu_ns_per_message switches_per_message lost "
			"duplicates reordered rtt_ns.mean response_ns.p50 response_ns.p99 "
			"response_ns.p99_9 service_ns.p50 service_ns.p99 lateness_ns.p99 foreign "
			"steal producer_cpu_ns consumer_cpu_ns reason rate_per_s "
			"pair_messages_per_s.min pair_messages_per_s.max pair_p50_ns.min "
			"pair_p50_ns.max pair_overlap",
	[EXPORT_PERCENTILES] = "file label cell pattern transport wait size_bytes placement class "
			       "percentile value_ns "
			       "messages support",
	[EXPORT_CONDITIONS] = "file label key value",
};

/* At the end of every table of cells, behind the axes; the members of a cell have these names. */
static const char *const buffers[] = {"effective.pipe_bytes", "effective.sndbuf_bytes",
	"effective.rcvbuf_bytes", "effective.ring_bytes", "effective.queue_bytes",
	"depth_messages"};
static const char limit[] = "limited_by", shared[] = "shares_cpus";

#define COUNT(array) (sizeof(array) / sizeof *(array))

const char *export_table_name(enum export_table table)
{
	static const char *const names[EXPORT_TABLES] = {
		"cells", "runs", "percentiles", "conditions"};

	return names[table];
}

static void column(void *row, const char *key, const char *name)
{
	(void)key;
	row_text(row, name);
}

void export_header(FILE *out, enum export_format format, enum export_table table)
{
	struct row row = {.out = out, .is_csv = format == EXPORT_CSV};

	row_words(&row, headers[table]);
	if (table != EXPORT_CONDITIONS) {
		axes_columns(column, &row);
		for (size_t i = 0; i < COUNT(buffers); i++)
			row_text(&row, buffers[i]);
		row_text(&row, limit);
		row_text(&row, shared);
	}
	row_end(&row);
}

/* The front of every row but those of conditions: file .. class. */
struct source {
	const char *file;
	const struct json *result, *cell;
};

static void row_source(struct row *row, const struct source *source)
{
	row_text(row, source->file);
	row_text(row, json_text_at(source->result, "invocation.label"));
	row_text(row, json_text_at(source->cell, "id"));
	row_text(row, json_text_at(source->cell, "pattern"));
	row_text(row, json_text_at(source->cell, "transport"));
	row_text(row, json_text_at(source->cell, "wait"));
	row_number(row, json_number_at(source->cell, "size_bytes"));
	row_text(row, json_text_at(source->cell, "placement"));
	row_text(row, json_text_at(source->cell, "placement_class"));
}

static void row_numbers(
	struct row *row, const struct json *object, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		row_number(row, json_number_at(object, paths[i]));
}

struct axis_field {
	struct row *row;
	const struct json *axes;
};

static void row_axis(void *context, const char *key, const char *name)
{
	struct axis_field *field = context;
	const char *text = json_text_at(field->axes, key);
	double number = axes_number(key, text);

	(void)name;
	if (isnan(number))
		row_text(field->row, text);
	else
		row_number(field->row, number);
}

/* The end of every row that row_source begins. */
static void row_cell_end(struct row *row, const struct source *source)
{
	const struct json *shares = json_get(source->cell, shared);

	axes_columns(row_axis, &(struct axis_field){row, json_get(source->cell, "axes")});
	row_numbers(row, source->cell, buffers, COUNT(buffers));
	row_text(row, json_text_at(source->cell, limit));
	row_text(row,
		json_type(shares) != JSON_BOOLEAN ? ""
			: json_is_true(shares)    ? "true"
						  : "false");
	row_end(row);
}

static void append(char *list, size_t bytes, const char *word)
{
	size_t used = strlen(list);

	snprintf(list + used, bytes - used, "%s%s", used ? "," : "", word);
}

/* Whether more than half of the runs carry a flag. */
static bool mostly(const struct json *cell, const char *flag)
{
	size_t runs, with = result_cell_flagged(cell, flag, &runs);

	return 2 * with > runs;
}

static void row_flags(struct row *row, const struct source *source, const struct json *summary)
{
	char flags[128] = "";

	for (unsigned bit = 0; bit < RUN_FLAGS; bit++)
		if (mostly(source->cell, run_flag_name(bit)))
			append(flags, sizeof flags, run_flag_name(bit));
	if (json_is_true(json_get(summary, "low_confidence")))
		append(flags, sizeof flags, "low_confidence");
	if (json_type(json_get(summary, "modes")) == JSON_ARRAY)
		append(flags, sizeof flags, "multimodal");
	row_text(row, flags);
}

static double messages_of(const struct json *cell)
{
	double sum = 0;

	for (const struct json *run = json_first(json_get(cell, "runs")); run; run = json_next(run))
		if (strcmp(json_text_at(run, "status"), "ok") == 0)
			sum += json_number_at(run, "messages");
	return sum;
}

static void row_note(struct row *row, const struct json *cell, const struct json *summary)
{
	double needs = json_number_at(summary, "needs_messages");
	char note[64];

	if (isnan(needs)) {
		row_text(row, json_text_at(cell, "reason"));
		return;
	}
	snprintf(note, sizeof note, "needs %.0f messages in a run", needs);
	row_text(row, note);
}

static void cell_row(struct row *row, const struct source *source, const struct json *summary)
{
	const struct json *interval = json_first(json_get(summary, "ci95"));
	const struct json *cpus = json_first(json_get(source->cell, "cpus"));
	char pair[32];

	snprintf(pair, sizeof pair, "%.0f,%.0f", json_number(cpus), json_number(json_next(cpus)));
	row_source(row, source);
	row_text(row, pair);
	row_number(row, json_number_at(source->cell, "rate_per_s"));
	row_text(row, json_text_at(source->cell, "status"));
	row_flags(row, source, summary);
	row_text(row, summary ? json_key(summary) : "");
	row_text(row, json_text_at(summary, "unit"));
	row_text(row, json_text_at(summary, "better"));
	row_number(row, json_number_at(summary, "estimate"));
	row_number(row, json_number(interval));
	row_number(row, interval ? json_number(json_next(interval)) : NAN);
	row_number(row, json_number_at(summary, "runs"));
	row_number(row, messages_of(source->cell));
	row_note(row, source->cell, summary);
	row_cell_end(row, source);
}

static void cell_rows(struct row *row, const struct source *source, struct histogram *scratch)
{
	const struct json *summary = json_first(json_get(source->cell, "summary"));

	(void)scratch;
	if (!summary)
		cell_row(row, source, NULL);
	for (; summary; summary = json_next(summary))
		cell_row(row, source, summary);
}

static void run_rows(struct row *row, const struct source *source, struct histogram *scratch)
{
	static const char *const figures[] = {"messages", "seconds", "rtt_ns.min", "rtt_ns.p50",
		"rtt_ns.p90", "rtt_ns.p99", "rtt_ns.p99_9", "rtt_ns.p99_99", "rtt_ns.max",
		"messages_per_s", "bytes_per_s", "cpu_ns_per_message", "switches_per_message",
		"lost", "duplicates", "reordered", "rtt_ns.mean", "response_ns.p50",
		"response_ns.p99", "response_ns.p99_9", "service_ns.p50", "service_ns.p99",
		"lateness_ns.p99", "conditions.foreign", "conditions.steal",
		"counters.producer.cpu_ns", "counters.consumer.cpu_ns"};
	static const char *const pairs[] = {"pair_messages_per_s.min", "pair_messages_per_s.max",
		"pair_p50_ns.min", "pair_p50_ns.max", "pair_overlap"};

	(void)scratch;
	for (const struct json *run = json_first(json_get(source->cell, "runs")); run;
		run = json_next(run)) {
		row_source(row, source);
		row_number(row, json_number_at(run, "block"));
		row_number(row, json_number_at(run, "order"));
		row_text(row, json_text_at(run, "status"));
		row_numbers(row, run, figures, COUNT(figures));
		row_text(row, json_text_at(run, "reason"));
		row_number(row, json_number_at(source->cell, "rate_per_s"));
		row_numbers(row, run, pairs, COUNT(pairs));
		row_cell_end(row, source);
	}
}

static void point_row(
	struct row *row, const struct source *source, const struct histogram *h, double q)
{
	static const char *const names[] = {
		[SUPPORT_NONE] = "none", [SUPPORT_LOW] = "low", [SUPPORT_FULL] = "full"};
	double value = q > 0 ? histogram_quantile(h, q) : (double)h->min;

	row_source(row, source);
	row_number(row, q);
	row_number(row, value / json_number_at(source->cell, "batch"));
	row_number(row, (double)h->count);
	row_text(row, names[histogram_support(h->count, q)]);
	row_cell_end(row, source);
}

/* Even steps up to 90 %, then even steps in the logarithm of what lies beyond. */
static void percentile_rows(struct row *row, const struct source *source, struct histogram *h)
{
	const struct json *member = json_get(source->cell, "histogram");

	if (json_type(member) != JSON_OBJECT || result_histogram(member, h) < 0 || h->count == 0)
		return;
	for (int tenth = 0; tenth < 9; tenth++)
		point_row(row, source, h, tenth / 10.0);
	for (int step = POINTS_PER_DECADE;; step++) {
		double beyond = pow(10, -(double)step / POINTS_PER_DECADE);

		if (beyond * (double)h->count < 1)
			return;
		point_row(row, source, h, 1 - beyond);
	}
}

static void condition(struct row *row, const char *file, const struct json *result, const char *key,
	const char *value)
{
	row_text(row, file);
	row_text(row, json_text_at(result, "invocation.label"));
	row_text(row, key);
	row_text(row, value);
	row_end(row);
}

/* What a control found: "a_a.ratio", "a_a.ci_low" ...; nothing where it was not run. */
static void control_rows(
	struct row *row, const char *file, const struct json *result, const char *name)
{
	const struct json *control = json_get(json_get(result, "controls"), name);
	const struct json *low = json_first(json_get(control, "ci95"));
	const double values[] = {json_number_at(control, "ratio"), json_number(low),
		low ? json_number(json_next(low)) : NAN};
	static const char *const members[] = {"ratio", "ci_low", "ci_high"};
	char key[32], text[32];

	if (json_type(control) != JSON_OBJECT)
		return;
	for (size_t i = 0; i < COUNT(members); i++) {
		snprintf(key, sizeof key, "%s.%s", name, members[i]);
		snprintf(text, sizeof text, "%.15g", values[i]);
		condition(row, file, result, key, isnan(values[i]) ? "" : text);
	}
	snprintf(key, sizeof key, "%s.verdict", name);
	condition(row, file, result, key, json_text_at(control, "verdict"));
}

static const char *known(const char *text)
{
	return text[0] ? text : "unknown";
}

static void condition_rows(struct row *row, const char *file, const struct json *result)
{
	const char *hypervisor = json_text_at(result, "environment.cpu.hypervisor");
	char text[512];

	snprintf(text, sizeof text, "%s%s%s, %s", json_text_at(result, "environment.cpu.model"),
		hypervisor[0] && strcmp(hypervisor, "none") != 0 ? ", guest of " : "",
		strcmp(hypervisor, "none") != 0 ? hypervisor : "",
		json_text_at(result, "environment.topology.summary"));
	condition(row, file, result, "machine", text);
	snprintf(text, sizeof text, "%s %s", json_text_at(result, "environment.kernel.name"),
		json_text_at(result, "environment.kernel.release"));
	condition(row, file, result, "kernel", text);
	snprintf(text, sizeof text, "governor %s, boost %s, clocksource %s",
		known(json_text_at(result, "environment.power.governor")),
		known(json_text_at(result, "environment.power.boost")),
		known(json_text_at(result, "environment.clock.source")));
	condition(row, file, result, "conditions", text);
	condition(row, file, result, "date", json_text_at(result, "invocation.started"));
	snprintf(text, sizeof text, "ipcmark %s (%s)", json_text_at(result, "tool.version"),
		json_text_at(result, "tool.git"));
	condition(row, file, result, "tool", text);
	snprintf(text, sizeof text, "%.0f", json_number_at(result, "invocation.runs"));
	condition(row, file, result, "runs", text);
	condition(row, file, result, "status", json_text_at(result, "invocation.status"));
	condition(row, file, result, "preset", json_text_at(result, "invocation.preset"));
	control_rows(row, file, result, "a_a");
	control_rows(row, file, result, "positive");
	if (json_count(json_find(result, "invocation.allowed")))
		condition(row, file, result, "allowed",
			json_string(json_first(json_find(result, "invocation.allowed")), ""));
}

void export_rows(FILE *out, enum export_format format, enum export_table table, const char *file,
	const struct json *result)
{
	void (*const rows[EXPORT_TABLES])(
		struct row *, const struct source *, struct histogram *) = {
		[EXPORT_CELLS] = cell_rows,
		[EXPORT_RUNS] = run_rows,
		[EXPORT_PERCENTILES] = percentile_rows,
	};
	struct row row = {.out = out, .is_csv = format == EXPORT_CSV};
	struct histogram *scratch = memory_zeroed(1, sizeof *scratch);

	if (table == EXPORT_CONDITIONS)
		condition_rows(&row, file, result);
	else
		for (const struct json *cell = json_first(json_get(result, "cells")); cell;
			cell = json_next(cell))
			rows[table](&row, &(struct source){file, result, cell}, scratch);
	free(scratch);
}
