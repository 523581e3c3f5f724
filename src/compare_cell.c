/* See compare_cell.h. */
#include "compare_cell.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "memory.h"
#include "metric.h"
#include "result_check_run.h"

#define BIT(metric) (1U << (metric))

void compare_cell_clear(struct compare_cell *cell)
{
	free(cell->id);
	free(cell->reason);
	free(cell->runs);
}

static struct compare_cell *cell_new(struct compare_arm *arm, const struct json *cell)
{
	struct compare_cell new = {
		.id = memory_copy_text(json_text_at(cell, "id")),
		.is_control = json_get(json_get(cell, "axes"), "control"),
		.is_harness = strcmp(json_text_at(cell, "transport"), "null") == 0,
		.rate_low = NAN,
		.rate_high = NAN,
	};

	snprintf(new.placement, sizeof new.placement, "%s", json_text_at(cell, "placement_class"));
	for (size_t i = 0; i < COMPARE_METRICS_MOST; i++)
		new.needs[i] = NAN;
	arm->cells = memory_resize(arm->cells, (arm->cell_count + 1) * sizeof new);
	arm->cells[arm->cell_count] = new;
	return &arm->cells[arm->cell_count++];
}

/* What the cell is, beside its figures. */
static void take_conditions(struct compare_cell *taken, const struct json *cell)
{
	double rate = json_number_at(cell, "rate_per_s");

	if (strcmp(taken->placement, json_text_at(cell, "placement_class")) != 0)
		taken->placement[0] = '\0';
	taken->batch = fmax(taken->batch, json_number_at(cell, "batch"));
	taken->rate_low = fmin(taken->rate_low, rate);
	taken->rate_high = fmax(taken->rate_high, rate);
	if (check_is_ok(cell))
		return;
	taken->broke |= strcmp(json_text_at(cell, "status"), "skipped") != 0;
	free(taken->reason);
	if (asprintf(&taken->reason, "%s: %s", json_text_at(cell, "status"),
		    json_text_at(cell, "reason")) < 0)
		memory_is_gone();
}

/* A result says of each figure what it is; what says otherwise is no result of this version. */
static int check_unit(const struct json *summary, const struct metric *metric, const char *id)
{
	const char *unit = json_text_at(summary, "unit"), *better = json_text_at(summary, "better");

	if (strcmp(unit, metric->unit) == 0 && strcmp(better, metric->better) == 0)
		return 0;
	return fail_text(EINVAL,
		"%.120s: %s is in \"%s\" where \"%s\" is better: expected \"%s\" and \"%s\"", id,
		metric->name, unit, better, metric->unit, metric->better);
}

static int take_summaries(struct compare_cell *taken, const struct json *cell)
{
	for (size_t i = 0; compare_metrics[i].name; i++) {
		const struct json *summary =
			json_get(json_get(cell, "summary"), compare_metrics[i].name);
		const struct metric *metric = metric_find(compare_metrics[i].name);
		int err;

		if (!summary || !metric)
			continue;
		err = check_unit(summary, metric, taken->id);
		if (err)
			return err;
		taken->metrics |= BIT(i);
		if (json_is_true(json_get(summary, "low_confidence")))
			taken->low_confidence |= BIT(i);
		if (json_is_true(json_get(summary, "environment_dominated")))
			taken->dominated |= BIT(i);
		taken->needs[i] =
			fmax(taken->needs[i], json_number(json_get(summary, "needs_messages")));
	}
	return 0;
}

static unsigned flags_of(const struct json *run)
{
	unsigned flags = 0;

	for (const struct json *word = json_first(json_get(run, "flags")); word;
		word = json_next(word))
		for (unsigned bit = 0; bit < RUN_FLAGS; bit++)
			if (strcmp(json_string(word, ""), run_flag_name(bit)) == 0)
				flags |= 1U << bit;
	return flags;
}

static void take_run(struct compare_cell *taken, const struct json *run, size_t file, bool lossy)
{
	struct compare_run *values = &taken->runs[taken->run_count++];

	*values = (struct compare_run){
		.file = file,
		.block = (size_t)json_integer(json_get(run, "block"), 0),
		.loss = lossy ? metric_loss(json_number_at(run, "messages"),
					json_number_at(run, "offered"))
			      : NAN,
		.flags = flags_of(run),
	};
	for (size_t i = 0; compare_metrics[i].name; i++) {
		bool has = taken->metrics & BIT(i);
		const char *finer = compare_metrics[i].finer;

		values->values[i] = has ? json_number_at(run, compare_metrics[i].name) : NAN;
		values->finer[i] = has && finer ? json_number_at(run, finer) : NAN;
		/* a time of 0 has no logarithm: it is shorter than the clock can tell */
		if (!(values->values[i] > 0))
			values->values[i] = NAN;
	}
}

static void take_runs(struct compare_cell *taken, const struct json *cell, size_t file)
{
	const struct json *runs = json_get(cell, "runs");
	bool lossy = json_get(json_get(cell, "summary"), "loss_ratio");
	size_t room = taken->run_count + json_count(runs);

	if (room == 0)
		return;
	taken->runs = memory_resize(taken->runs, room * sizeof *taken->runs);
	for (const struct json *run = json_first(runs); run; run = json_next(run))
		if (check_is_ok(run))
			take_run(taken, run, file, lossy);
}

int compare_cell_take(struct compare_arm *arm, const struct json *cell)
{
	struct compare_cell *taken = compare_arm_find(arm, json_text_at(cell, "id"));
	int err;

	if (!taken)
		taken = cell_new(arm, cell);
	take_conditions(taken, cell);
	err = take_summaries(taken, cell);
	if (!err)
		take_runs(taken, cell, arm->file_count - 1);
	return err;
}

bool compare_cell_is_finer(const struct compare_cell *cell, size_t metric)
{
	bool any = false;

	for (size_t i = 0; i < cell->run_count; i++) {
		if (isnan(cell->runs[i].values[metric]))
			continue;
		if (!(cell->runs[i].finer[metric] > 0))
			return false;
		any = true;
	}
	return any;
}

bool compare_cell_is_flagged(const struct compare_cell *cell, unsigned flag, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < cell->run_count; i++)
		*count += cell->runs[i].flags & flag ? 1 : 0;
	return 2 * *count > cell->run_count;
}

static double value_of(const struct compare_run *run, struct compare_figure figure)
{
	return figure.finer ? run->finer[figure.metric] : run->values[figure.metric];
}

/* Of the cell's runs in one boot; `values` has room for all its runs. */
static size_t values_of_boot(const struct compare_arm *arm, const struct compare_cell *cell,
	struct compare_figure figure, size_t boot, double *values)
{
	size_t count = 0;

	for (size_t i = 0; i < cell->run_count; i++)
		if (arm->files[cell->runs[i].file].boot == boot)
			values[count++] = value_of(&cell->runs[i], figure);
	return count;
}

double *compare_cell_values(const struct compare_arm *arm, const struct compare_cell *cell,
	struct compare_figure figure, size_t *count)
{
	double *values = memory_zeroed(cell->run_count + arm->boot_count, sizeof *values);
	double *of_boot;

	*count = 0;
	if (figure.unit == COMPARE_RUN) {
		for (size_t i = 0; i < cell->run_count; i++)
			values[(*count)++] = value_of(&cell->runs[i], figure);
		return values;
	}
	of_boot = memory_zeroed(cell->run_count, sizeof *of_boot);
	for (size_t boot = 0; boot < arm->boot_count; boot++) {
		size_t n = values_of_boot(arm, cell, figure, boot, of_boot);

		if (n)
			values[(*count)++] = metric_estimate(of_boot, n).value;
	}
	free(of_boot);
	return values;
}

static bool is_same_run(const struct compare_side *a, const struct compare_run *x,
	const struct compare_side *b, const struct compare_run *y)
{
	return x->block == y->block &&
		strcmp(compare_arm_text(a->arm, x->file, "invocation.id"),
			compare_arm_text(b->arm, y->file, "invocation.id")) == 0;
}

size_t compare_cell_pair(
	struct compare_side *base, struct compare_side *other, struct compare_figure figure)
{
	size_t count = 0;

	base->values = memory_zeroed(base->cell->run_count, sizeof(double));
	other->values = memory_zeroed(base->cell->run_count, sizeof(double));
	for (size_t i = 0; i < base->cell->run_count; i++) {
		const struct compare_run *run = &base->cell->runs[i];

		for (size_t j = 0; j < other->cell->run_count; j++) {
			const struct compare_run *match = &other->cell->runs[j];
			double x = value_of(run, figure), y = value_of(match, figure);

			if (isnan(x) || isnan(y) || !is_same_run(base, run, other, match))
				continue;
			base->values[count] = x;
			other->values[count++] = y;
			break;
		}
	}
	return count;
}

double compare_cell_loss(const struct compare_cell *cell)
{
	double *losses = memory_zeroed(cell->run_count, sizeof *losses), loss;

	for (size_t i = 0; i < cell->run_count; i++)
		losses[i] = cell->runs[i].loss;
	loss = metric_estimate(losses, cell->run_count).value;
	free(losses);
	return loss;
}
