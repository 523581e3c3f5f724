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
#include "result_check.h"
#include "result_check_run.h"
#include "result_control.h"
#include "result_histogram.h"
#include "schema.h"
#include "words.h"

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

static int check_runs(const struct json *cell, struct check_place place)
{
	bool lossy = json_get(json_get(cell, "summary"), "loss_ratio");

	for (const struct json *run = json_first(json_get(cell, "runs")); run;
		run = json_next(run)) {
		place.run++;

		int err = check_run(run, json_number_at(cell, "size_bytes"), lossy, &place);

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
		if (!check_is_ok(run))
			continue;
		values[n++] = strcmp(metric, "loss_ratio") == 0
			? metric_loss(
				  json_number_at(run, "messages"), json_number_at(run, "offered"))
			: json_number_at(run, metric);
	}
	return n;
}

static int check_summary(
	const struct json *cell, const struct json *summary, const struct check_place *place)
{
	const struct metric *metric = metric_find(json_key(summary));
	size_t runs = json_count(json_get(cell, "runs"));
	double *values = memory_zeroed(runs, sizeof *values);
	double said = json_number_at(summary, "estimate");
	const struct json *low;
	char member[64];

	if (!metric) {
		free(values);
		return check_contradiction(place, "summary", "no figure is called %s",
			json_quote(json_key(summary), member, sizeof member));
	}
	snprintf(member, sizeof member, "summary[\"%.40s\"]", json_key(summary));

	struct estimate estimate = metric_estimate(values, values_of(cell, metric->name, values));

	free(values);
	if (check_differ(estimate.value, said, CHECK_ROUNDING))
		return check_contradiction(place, member,
			"expected the estimate %g from the runs, got %g", estimate.value, said);
	low = json_first(json_get(summary, "ci95"));
	if (check_differ(estimate.ci95.low, json_number(low), CHECK_ROUNDING) ||
		check_differ(estimate.ci95.high, low ? json_number(json_next(low)) : NAN,
			CHECK_ROUNDING))
		return check_contradiction(place, member, "the interval is not that of the runs");
	if ((int64_t)estimate.runs != json_integer(json_get(summary, "runs"), -1))
		return check_contradiction(place, member, "%zu runs have the figure, it says %.0f",
			estimate.runs, json_number_at(summary, "runs"));
	return 0;
}

static int check_summaries(const struct json *cell, const struct check_place *place)
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
static int check_quantiles(const struct json *cell, const struct histogram *h, double batch,
	const struct check_place *place)
{
	for (int q = 0; q < FIGURE_QUANTILES; q++) {
		double merged =
			histogram_quantile(h, figure_quantile_value((enum figure_quantile)q)) /
			batch;
		double low = INFINITY, high = -INFINITY;
		bool all = true;

		for (const struct json *run = json_first(json_get(cell, "runs")); run;
			run = json_next(run)) {
			const struct json *samples = check_samples_of(run);
			double value = json_number_at(
				samples, figure_quantile_name((enum figure_quantile)q));

			if (!samples)
				continue;
			all = all && !isnan(value);
			low = fmin(low, value);
			high = fmax(high, value);
		}
		if (all && (merged < low * (1 - BUCKET) || merged > high * (1 + BUCKET)))
			return check_contradiction(place, "histogram",
				"its %s is %g, outside those of the runs, %g to %g",
				figure_quantile_name((enum figure_quantile)q), merged, low, high);
	}
	return 0;
}

/* The samples of the good runs, taken together, are those of the histogram. */
static int check_samples(const struct json *cell, const struct histogram *h, double batch,
	const struct check_place *place)
{
	double count = 0, sum = 0, least = INFINITY, most = 0;

	for (const struct json *run = json_first(json_get(cell, "runs")); run;
		run = json_next(run)) {
		const struct json *samples = check_samples_of(run);

		if (!samples)
			continue;
		count += json_number_at(samples, "count");
		sum += json_number_at(samples, "count") * json_number_at(samples, "mean");
		least = fmin(least, json_number_at(samples, "min"));
		most = fmax(most, json_number_at(samples, "max"));
	}
	if (count != (double)h->count)
		return check_contradiction(place, "histogram",
			"holds %" PRIu64 " samples, the good runs have %.0f", h->count, count);
	if (check_differ(least * batch, (double)h->min, CHECK_ROUNDING) ||
		check_differ(most * batch, (double)h->max, CHECK_ROUNDING))
		return check_contradiction(place, "histogram",
			"spans %" PRIu64 " to %" PRIu64 " ns, the good runs %g to %g", h->min,
			h->max, least * batch, most * batch);
	if (check_differ(sum * batch, (double)h->sum, 1e-6))
		return check_contradiction(place, "histogram",
			"sums to %" PRIu64 " ns, the good runs to %g", h->sum, sum * batch);
	return 0;
}

static int check_histogram(
	const struct json *cell, struct histogram *h, const struct check_place *place)
{
	const struct json *member = json_get(cell, "histogram");
	double batch = json_number_at(cell, "batch");
	char reason[FAIL_TEXT_BYTES];

	if (json_type(member) == JSON_NULL)
		return 0;
	if (result_histogram(member, h) < 0) {
		snprintf(reason, sizeof reason, "%s", fail_reason());
		return check_contradiction(place, "histogram", "%.300s", reason);
	}
	if (json_number_at(member, "batch") != batch)
		return check_contradiction(place, "histogram.batch",
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

static int check_identity(const struct json *cell, const struct check_place *place)
{
	char id[256], size[16], expected[256], got[256];
	const char *said = json_text_at(cell, "id");

	words_format_size(
		(uint64_t)json_integer(json_get(cell, "size_bytes"), 0), size, sizeof size);
	snprintf(id, sizeof id, "%s/%s/%s/%s/%s", json_text_at(cell, "pattern"),
		json_text_at(cell, "transport"), json_text_at(cell, "wait"), size,
		json_text_at(cell, "placement"));
	if (!is_id(said, id, cell))
		return check_contradiction(place, "id",
			"expected %s from the other members, got %s",
			json_quote(id, expected, sizeof expected),
			json_quote(said, got, sizeof got));
	if (!check_is_ok(cell) && json_type(json_get(cell, "reason")) != JSON_STRING)
		return check_contradiction(place, "reason", "a cell that is not ok says why");
	return 0;
}

static int check_cell(const struct json *cell, struct histogram *scratch, struct check_place place)
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

/* Before all else: another version has other members. */
static int check_version(const struct json *result)
{
	const struct json *said = json_get(result, "schema");
	char quoted[64];

	if (strcmp(json_text_at(result, "schema"), RESULT_SCHEMA) == 0)
		return 0;
	return fail_text(EINVAL,
		"schema: expected \"%s\", got %s: not a result that this version reads",
		RESULT_SCHEMA,
		json_type(said) == JSON_STRING
			? json_quote(json_string(said, ""), quoted, sizeof quoted)
			: said ? json_type_name(json_type(said))
			       : "nothing");
}

struct result_checker {
	struct json *schema;
	struct schema_checker *checker;
	struct histogram *scratch;
	const struct json *cells; /* the array of the head */
	size_t cell;
};

struct result_checker *result_check_open(void)
{
	struct result_checker *c = memory_zeroed(1, sizeof *c);

	c->schema = json_parse((const char *)schema_text, sizeof schema_text, "the schema");
	c->checker = c->schema ? schema_open(c->schema) : NULL;
	c->scratch = memory_zeroed(1, sizeof *c->scratch);
	if (c->checker)
		return c;
	result_check_close(c);
	return NULL;
}

void result_check_close(struct result_checker *c)
{
	if (!c)
		return;
	schema_close(c->checker);
	json_free(c->schema);
	free(c->scratch);
	free(c);
}

int result_check_head(struct result_checker *c, const struct json *head)
{
	int err = check_version(head);

	c->cells = json_get(head, "cells");
	return err ? err : schema_run(c->checker, head);
}

static int check_next_cell(struct result_checker *c, const struct json *cell)
{
	return check_cell(cell, c->scratch, (struct check_place){.cell = c->cell++, .run = -1});
}

int result_check_cell(struct result_checker *c, const struct json *cell)
{
	int err = schema_run_element(c->checker, c->cells, cell, c->cell, "cell");

	return err ? err : check_next_cell(c, cell);
}

int result_check_cells(const char *const *ids, size_t count)
{
	const char **sorted = memory_zeroed(count, sizeof *sorted);
	char quoted[160];
	int err = 0;

	memcpy(sorted, ids, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, by_name);
	for (size_t i = 1; i < count && !err; i++)
		if (strcmp(sorted[i - 1], sorted[i]) == 0)
			err = fail_text(EINVAL, "cells: %s stands twice",
				json_quote(sorted[i], quoted, sizeof quoted));
	free(sorted);
	return err;
}

static int check_unique(const struct json *cells)
{
	const char **ids = memory_zeroed(json_count(cells), sizeof *ids);
	size_t count = 0;
	int err;

	for (const struct json *cell = json_first(cells); cell; cell = json_next(cell))
		ids[count++] = json_text_at(cell, "id");
	err = result_check_cells(ids, count);
	free(ids);
	return err;
}

int result_check(const struct json *result)
{
	struct result_checker *c = result_check_open();
	int err = c ? result_check_head(c, result) : -EINVAL;

	if (!err)
		err = check_unique(c->cells);
	for (const struct json *cell = c ? json_first(c->cells) : NULL; cell && !err;
		cell = json_next(cell))
		err = check_next_cell(c, cell);
	if (!err)
		err = result_controls_check(json_get(result, "controls"), c->cells);
	result_check_close(c);
	return err;
}
