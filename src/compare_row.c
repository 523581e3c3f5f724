/* See compare_row.h. */
#include "compare_row.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare_note.h"

#define LOSS_TOLERANCE 0.01 /* of the messages */

size_t compare_row_least(enum compare_unit unit)
{
	return unit == COMPARE_BOOT ? COMPARE_LEAST_BOOTS : COMPARE_LEAST_RUNS;
}

/* The ln of the values that are there, in their place. */
static size_t take_logs(double *values, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!isnan(values[i]))
			values[kept++] = log(values[i]);
	return kept;
}

/* Too few values have a shift, but nothing that says how far it can be believed. */
static void forget_certainty(struct compare_row *row)
{
	row->effect.ci95 = row->effect.ci90 = (struct interval){NAN, NAN};
	row->effect.p = row->smallest_p = NAN;
}

static void compare_values(
	struct compare_row *row, struct compare_side *base, struct compare_side *new)
{
	size_t m = row->runs[0] = take_logs(base->values, row->runs[0]);
	size_t n = row->runs[1] = take_logs(new->values, row->runs[1]);
	size_t least = compare_row_least(row->figure.unit);

	if (row->paired) {
		row->effect = rank_paired(base->values, new->values, m);
		row->smallest_p = rank_paired_smallest_p(m);
		row->sd =
			NAN; /* what blocks share is in both: it is not what limits a paired test */
	} else {
		row->effect = rank_two_sample(base->values, m, new->values, n);
		row->smallest_p = rank_two_sample_smallest_p(m, n);
		row->sd = verdict_pooled_sd(base->values, m, new->values, n);
	}
	if (m < least || n < least)
		forget_certainty(row);
}

bool compare_row_measure(
	struct compare_row *row, const struct compare_arm *base, const struct compare_arm *new)
{
	struct compare_side x = {base, row->base_cell, NULL}, y = {new, row->new_cell, NULL};
	size_t metric = row->figure.metric;
	bool both;

	row->figure.finer = compare_cell_is_finer(row->base_cell, metric) &&
		compare_cell_is_finer(row->new_cell, metric);
	x.values = compare_cell_values(base, row->base_cell, row->figure, &row->runs[0]);
	y.values = compare_cell_values(new, row->new_cell, row->figure, &row->runs[1]);
	row->base = metric_estimate(x.values, row->runs[0]);
	row->new = metric_estimate(y.values, row->runs[1]);
	both = !isnan(row->base.value) && !isnan(row->new.value);
	row->paired = both && row->figure.unit == COMPARE_RUN && compare_arm_is_same(base, new);
	if (row->paired) {
		free(x.values);
		free(y.values);
		row->runs[0] = row->runs[1] = compare_cell_pair(&x, &y, row->figure);
	}
	if (both)
		compare_values(row, &x, &y);
	free(x.values);
	free(y.values);
	return both;
}

static void explain(struct compare_row *row, size_t comparisons)
{
	size_t least = compare_row_least(row->figure.unit), needed;
	const char *unit = row->figure.unit == COMPARE_BOOT ? "boot" : "run";

	for (int side = 0; side < 2; side++) {
		if (row->runs[side] >= least)
			continue;
		snprintf(row->reason, sizeof row->reason, "%zu %s%s of %s: an interval needs %zu",
			row->runs[side], unit, row->runs[side] == 1 ? "" : "s",
			side ? "new" : "base", least);
		return;
	}
	needed = verdict_runs_needed(row->sd, row->margin.value);
	if (needed > row->runs[0] && needed > row->runs[1])
		return;
	if (row->effect.p <= VERDICT_LEVEL)
		snprintf(row->reason, sizeof row->reason,
			"p is %.2g alone, and %.2g among %zu comparisons", row->effect.p,
			row->p_adjusted, comparisons);
	else
		snprintf(row->reason, sizeof row->reason,
			"the effect is about as large as the margin");
}

/* A rate that was had by losing more is not the rate that it was. */
static void doubt_rates(struct compare_row *row)
{
	double base = compare_cell_loss(row->base_cell), new = compare_cell_loss(row->new_cell);

	if (!(fabs(new - base) > LOSS_TOLERANCE) || row->verdict == VERDICT_REGRESSION)
		return;
	row->verdict = VERDICT_INCONCLUSIVE;
	snprintf(row->reason, sizeof row->reason,
		"%.3g %% were lost in base and %.3g %% in new: not one rate", 100 * base,
		100 * new);
}

void compare_row_judge(struct compare_row *row, size_t comparisons)
{
	const struct metric *metric = metric_find(compare_metrics[row->figure.metric].name);

	row->verdict = verdict_of(&row->effect, row->p_adjusted, row->margin.value,
		strcmp(metric->better, "higher") == 0);
	row->reason[0] = '\0';
	if (row->verdict == VERDICT_INCONCLUSIVE)
		explain(row, comparisons);
	doubt_rates(row);
}

/* Only where more runs would settle it, and more than there are. */
static void put_runs_needed(struct json *object, const struct compare_row *row)
{
	size_t needed = verdict_runs_needed(row->sd, row->margin.value);

	if (row->verdict == VERDICT_INCONCLUSIVE && needed > row->runs[0] &&
		needed > row->runs[1] && needed < (size_t)JSON_MAX_INTEGER)
		json_put_count(object, "runs_needed", needed);
	else
		json_put_null(object, "runs_needed");
}

static void put_effect(struct json *object, const struct compare_row *row)
{
	json_put_number(object, "ratio", exp(row->effect.shift));
	json_put_pair(object, "ci95", exp(row->effect.ci95.low), exp(row->effect.ci95.high));
	json_put_pair(object, "ci90", exp(row->effect.ci90.low), exp(row->effect.ci90.high));
	json_put_number(object, "p", row->effect.p);
	json_put_number(object, "p_adjusted", row->p_adjusted);
	json_put_boolean(object, "exact", row->effect.exact);
	json_put_boolean(object, "paired", row->paired);
	json_put_number(object, "margin", row->margin.value);
	json_put_string(object, "margin_from", row->margin.from);
}

void compare_row_put(const struct compare_row *row, struct json *rows)
{
	const struct metric *metric = metric_find(compare_metrics[row->figure.metric].name);
	size_t fewer = row->runs[0] < row->runs[1] ? row->runs[0] : row->runs[1];
	struct json *object = json_add_object(rows), *array;

	json_put_string(object, "cell", row->base_cell->id);
	json_put_string(object, "metric", metric->name);
	json_put_string(object, "unit", metric->unit);
	json_put_string(object, "better", metric->better);
	json_put_count(object, "arm", row->arm);
	json_put_number(object, "base", row->base.value);
	json_put_number(object, "new", row->new.value);
	put_effect(object, row);
	json_put_number(object, "smallest_effect", expm1(verdict_smallest_effect(row->sd, fewer)));
	array = json_put_array(object, "runs");
	json_add_integer(array, (int64_t)row->runs[0]);
	json_add_integer(array, (int64_t)row->runs[1]);
	put_runs_needed(object, row);
	json_put_boolean(object, "low_confidence",
		(row->base_cell->low_confidence | row->new_cell->low_confidence) >>
				row->figure.metric &
			1);
	json_put_string(object, "verdict", verdict_name(row->verdict));
	json_put_text(object, "reason", row->reason);
	array = json_put_array(object, "notes");
	compare_notes(array, row);
}
