/* See result.h: whether a document is a result whose figures agree with each other. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "json_print.h"
#include "memory.h"
#include "metric.h"
#include "result.h"
#include "result_histogram.h"
#include "schema.h"
#include "words.h"

#define ROUNDING 1e-9 /* relative, between figures that are the same but for rounding */
#define BUCKET \
	(1.0 / 1024 * 2) /* relative, between quantiles that stand in one bucket or the next */

static const unsigned char schema_text[] = {
#include "result_schema.inc"
};

const char *result_schema_text(size_t *bytes)
{
	*bytes = sizeof schema_text;
	return (const char *)schema_text;
}

/* Where a check is: for its message. */
struct place {
	size_t cell;
	int64_t run; /* -1: the cell itself */
};

static int contradiction(const struct place *place, const char *member, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int contradiction(const struct place *place, const char *member, const char *format, ...)
{
	char what[FAIL_TEXT_BYTES - 96], run[32] = "";
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	if (place->run >= 0)
		snprintf(run, sizeof run, ".runs[%" PRId64 "]", place->run);
	return fail_text(EINVAL, "cells[%zu]%s%s%s: %s", place->cell, run,
		member[0] == '[' || !member[0] ? "" : ".", member, what);
}

static bool differ(double a, double b, double tolerance)
{
	if (isnan(a) || isnan(b))
		return isnan(a) != isnan(b);
	return fabs(a - b) > tolerance * fmax(fabs(a), fabs(b));
}

static bool is_ok(const struct json *object)
{
	return strcmp(json_text_at(object, "status"), "ok") == 0;
}

static int check_quantile_order(const struct json *rtt, const struct place *place)
{
	const char *const names[] = {"min", "p50", "p90", "p99", "p99_9", "p99_99", "max"};
	const char *last_name = NULL;
	double last = -1;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		double value = json_number_at(rtt, names[i]);

		if (isnan(value))
			continue;
		if (value < last * (1 - ROUNDING))
			return contradiction(place, "rtt_ns", "%s is %g, below %s, which is %g",
				names[i], value, last_name, last);
		last = value;
		last_name = names[i];
	}
	return 0;
}

static int check_run(const struct json *run, double size_bytes, const struct place *place)
{
	double rate = json_number_at(run, "messages") / json_number_at(run, "seconds");

	if (!is_ok(run))
		return 0;
	if (!(json_number_at(run, "messages") > 0) || !(json_number_at(run, "seconds") > 0))
		return contradiction(place, "seconds", "a good run moved messages and took time");
	if (differ(rate, json_number_at(run, "messages_per_s"), ROUNDING))
		return contradiction(place, "messages_per_s",
			"expected %g, which is messages / seconds, got %g", rate,
			json_number_at(run, "messages_per_s"));
	if (differ(rate * size_bytes, json_number_at(run, "bytes_per_s"), ROUNDING))
		return contradiction(place, "bytes_per_s",
			"expected %g, which is messages_per_s x size_bytes, got %g",
			rate * size_bytes, json_number_at(run, "bytes_per_s"));
	return check_quantile_order(json_get(run, "rtt_ns"), place);
}

/* What was sent is in the figures, was discarded, or was lost; and only some transports lose. */
static int check_counts(const struct json *run, bool lossy, const struct place *place)
{
	double sent = json_number_at(run, "sent"), lost = json_number_at(run, "lost");
	double told = json_number_at(run, "messages") + json_number_at(run, "discarded") + lost;

	if (is_ok(run) && sent != told)
		return contradiction(place, "sent",
			"expected %.0f, which is messages + discarded + lost, got %.0f", told,
			sent);
	if (!lossy &&
		lost + json_number_at(run, "duplicates") + json_number_at(run, "reordered") > 0)
		return contradiction(
			place, "lost", "this transport loses, repeats and reorders nothing");
	return 0;
}

static int check_runs(const struct json *cell, struct place place)
{
	bool lossy = json_get(json_get(cell, "summary"), "loss_ratio");

	for (const struct json *run = json_first(json_get(cell, "runs")); run;
		run = json_next(run)) {
		place.run++;

		int err = check_run(run, json_number_at(cell, "size_bytes"), &place);

		if (!err)
			err = check_counts(run, lossy, &place);

		if (err)
			return err;
	}
	return 0;
}

/* The values of a figure in the good runs of a cell. */
static size_t values_of(const struct json *cell, const char *metric, double *values)
{
	size_t n = 0;

	for (const struct json *run = json_first(json_get(cell, "runs")); run;
		run = json_next(run)) {
		if (!is_ok(run))
			continue;
		values[n++] = strcmp(metric, "loss_ratio") == 0
			? metric_loss(
				  json_number_at(run, "messages"), json_number_at(run, "offered"))
			: json_number_at(run, metric);
	}
	return n;
}

static int check_summary(
	const struct json *cell, const struct json *summary, const struct place *place)
{
	const struct metric *metric = metric_find(json_key(summary));
	size_t runs = json_count(json_get(cell, "runs"));
	double *values = memory_zeroed(runs, sizeof *values);
	double said = json_number_at(summary, "estimate");
	const struct json *low;
	char member[64];

	if (!metric) {
		free(values);
		return contradiction(place, "summary", "no figure is called %s",
			json_quote(json_key(summary), member, sizeof member));
	}
	snprintf(member, sizeof member, "summary[\"%.40s\"]", json_key(summary));

	struct estimate estimate = metric_estimate(values, values_of(cell, metric->name, values));

	free(values);
	if (differ(estimate.value, said, ROUNDING))
		return contradiction(place, member,
			"expected the estimate %g from the runs, got %g", estimate.value, said);
	low = json_first(json_get(summary, "ci95"));
	if (differ(estimate.ci95.low, json_number(low), ROUNDING) ||
		differ(estimate.ci95.high, low ? json_number(json_next(low)) : NAN, ROUNDING))
		return contradiction(place, member, "the interval is not that of the runs");
	if ((int64_t)estimate.runs != json_integer(json_get(summary, "runs"), -1))
		return contradiction(place, member, "%zu runs have the figure, it says %.0f",
			estimate.runs, json_number_at(summary, "runs"));
	return 0;
}

static int check_summaries(const struct json *cell, const struct place *place)
{
	for (const struct json *summary = json_first(json_get(cell, "summary")); summary;
		summary = json_next(summary)) {
		int err = check_summary(cell, summary, place);

		if (err)
			return err;
	}
	return 0;
}

/* A quantile of the merged samples lies between the smallest and the largest of the runs' own. */
static int check_quantiles(
	const struct json *cell, const struct histogram *h, double batch, const struct place *place)
{
	for (int q = 0; q < FIGURE_QUANTILES; q++) {
		double merged =
			histogram_quantile(h, figure_quantile_value((enum figure_quantile)q)) /
			batch;
		double low = INFINITY, high = -INFINITY;
		bool all = true;

		for (const struct json *run = json_first(json_get(cell, "runs")); run;
			run = json_next(run)) {
			double value = is_ok(run)
				? json_number_at(json_get(run, "rtt_ns"),
					  figure_quantile_name((enum figure_quantile)q))
				: 0;

			if (!is_ok(run))
				continue;
			all = all && !isnan(value);
			low = fmin(low, value);
			high = fmax(high, value);
		}
		if (all && (merged < low * (1 - BUCKET) || merged > high * (1 + BUCKET)))
			return contradiction(place, "histogram",
				"its %s is %g, outside those of the runs, %g to %g",
				figure_quantile_name((enum figure_quantile)q), merged, low, high);
	}
	return 0;
}

/* The samples of the good runs, taken together, are those of the histogram. */
static int check_samples(
	const struct json *cell, const struct histogram *h, double batch, const struct place *place)
{
	double count = 0, sum = 0, least = INFINITY, most = 0;

	for (const struct json *run = json_first(json_get(cell, "runs")); run;
		run = json_next(run)) {
		if (!is_ok(run))
			continue;
		count += json_number_at(run, "rtt_ns.count");
		sum += json_number_at(run, "rtt_ns.count") * json_number_at(run, "rtt_ns.mean");
		least = fmin(least, json_number_at(run, "rtt_ns.min"));
		most = fmax(most, json_number_at(run, "rtt_ns.max"));
	}
	if (count != (double)h->count)
		return contradiction(place, "histogram",
			"holds %" PRIu64 " samples, the good runs have %.0f", h->count, count);
	if (differ(least * batch, (double)h->min, ROUNDING) ||
		differ(most * batch, (double)h->max, ROUNDING))
		return contradiction(place, "histogram",
			"spans %" PRIu64 " to %" PRIu64 " ns, the good runs %g to %g", h->min,
			h->max, least * batch, most * batch);
	if (differ(sum * batch, (double)h->sum, 1e-6))
		return contradiction(place, "histogram",
			"sums to %" PRIu64 " ns, the good runs to %g", h->sum, sum * batch);
	return 0;
}

static int check_histogram(const struct json *cell, struct histogram *h, const struct place *place)
{
	const struct json *member = json_get(cell, "histogram");
	double batch = json_number_at(cell, "batch");
	char reason[FAIL_TEXT_BYTES];

	if (json_type(member) == JSON_NULL)
		return 0;
	if (result_histogram(member, h) < 0) {
		snprintf(reason, sizeof reason, "%s", fail_reason());
		return contradiction(place, "histogram", "%.300s", reason);
	}
	if (json_number_at(member, "batch") != batch)
		return contradiction(place, "histogram.batch",
			"expected %g, that of the cell, got %g", batch,
			json_number_at(member, "batch"));
	if (h->count == 0)
		return 0;

	int err = check_samples(cell, h, batch, place);

	return err ? err : check_quantiles(cell, h, batch, place);
}

/* Whether an id is that of the members: with axes, more may follow after a slash. */
static bool is_id(const char *said, const char *id, const struct json *cell)
{
	size_t length = strlen(id);

	if (strncmp(said, id, length) != 0)
		return false;
	return said[length] == '\0' ||
		(said[length] == '/' && json_count(json_get(cell, "axes")) > 0);
}

static int check_identity(const struct json *cell, const struct place *place)
{
	char id[256], size[16], expected[256], got[256];
	const char *said = json_text_at(cell, "id");

	words_format_size(
		(uint64_t)json_integer(json_get(cell, "size_bytes"), 0), size, sizeof size);
	snprintf(id, sizeof id, "%s/%s/%s/%s/%s", json_text_at(cell, "pattern"),
		json_text_at(cell, "transport"), json_text_at(cell, "wait"), size,
		json_text_at(cell, "placement"));
	if (!is_id(said, id, cell))
		return contradiction(place, "id", "expected %s from the other members, got %s",
			json_quote(id, expected, sizeof expected),
			json_quote(said, got, sizeof got));
	if (!is_ok(cell) && json_type(json_get(cell, "reason")) != JSON_STRING)
		return contradiction(place, "reason", "a cell that is not ok says why");
	return 0;
}

static int check_cell(const struct json *cell, struct histogram *scratch, struct place place)
{
	int err = check_identity(cell, &place);

	if (!err)
		err = check_runs(cell, place);
	if (!err)
		err = check_summaries(cell, &place);
	return err ? err : check_histogram(cell, scratch, &place);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_unique(const struct json *cells)
{
	size_t count = json_count(cells), n = 0;
	char quoted[160];
	const char **ids = memory_zeroed(count, sizeof *ids);
	int err = 0;

	for (const struct json *cell = json_first(cells); cell; cell = json_next(cell))
		ids[n++] = json_text_at(cell, "id");
	qsort(ids, count, sizeof *ids, by_name);
	for (size_t i = 1; i < count && !err; i++)
		if (strcmp(ids[i - 1], ids[i]) == 0)
			err = fail_text(EINVAL, "cells: %s stands twice",
				json_quote(ids[i], quoted, sizeof quoted));
	free(ids);
	return err;
}

static int check_schema(const struct json *result)
{
	struct json *schema =
		json_parse((const char *)schema_text, sizeof schema_text, "the schema");
	const struct json *said = json_get(result, "schema");
	char quoted[64];
	int err;

	if (!schema)
		return -EINVAL;
	/* before all else: another version has other members */
	if (strcmp(json_text_at(result, "schema"), RESULT_SCHEMA) != 0)
		err = fail_text(EINVAL,
			"schema: expected \"%s\", got %s: not a result that this version reads",
			RESULT_SCHEMA,
			json_type(said) == JSON_STRING
				? json_quote(json_string(said, ""), quoted, sizeof quoted)
				: said ? json_type_name(json_type(said))
				       : "nothing");
	else
		err = schema_check(result, schema);
	json_free(schema);
	return err;
}

int result_check(const struct json *result)
{
	struct histogram *scratch = memory_zeroed(1, sizeof *scratch);
	struct place place = {.run = -1};
	int err = check_schema(result);

	if (!err)
		err = check_unique(json_get(result, "cells"));
	for (const struct json *cell = json_first(json_get(result, "cells")); cell && !err;
		cell = json_next(cell), place.cell++)
		err = check_cell(cell, scratch, place);
	free(scratch);
	return err;
}
