/* See compare_table.h. */
#include "compare_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare_controls.h"
#include "memory.h"

/* Paced cells at rates further apart are different cells: loads are shares of a capacity that each
 * invocation measures anew. */
#define RATE_TOLERANCE 0.2
#define REASON_BYTES   400

bool compare_table_has(const struct compare_cell *cell)
{
	return !cell->is_control && !cell->is_harness;
}

static void put_absent(
	struct compare_table *table, const char *cell, const char *metric, const char *reason)
{
	struct json *absent = json_add_object(table->absent);

	json_put_string(absent, "cell", cell);
	json_put_string(absent, "metric", metric);
	json_put_string(absent, "reason", reason);
}

/* What worked in the base and does not in the other needs no test to be worse. Its figures come one
 * after the other. */
static void note_broken(struct compare_table *table, const char *cell)
{
	if (!table->broken_last || strcmp(table->broken_last, cell) != 0)
		table->broken++;
	table->broken_last = cell;
}

static const char *label_of(const struct compare_table *table, size_t arm)
{
	return table->arms[arm]->label;
}

/* The cell is in one arm and not in another. */
static void put_missing(
	struct compare_table *table, const struct compare_cell *cell, size_t in, size_t not_in)
{
	char reason[REASON_BYTES];

	if (table->arm_count == 2)
		snprintf(reason, sizeof reason, "only in %.300s", label_of(table, in));
	else
		snprintf(reason, sizeof reason, "not in %.300s", label_of(table, not_in));
	put_absent(table, cell->id, NULL, reason);
}

/* Rates that the arms were offered; false where they are as good as one. */
static bool rates_differ(
	const struct compare_cell *base, const struct compare_cell *new, char reason[REASON_BYTES])
{
	double low = fmin(base->rate_low, new->rate_low);
	double high = fmax(base->rate_high, new->rate_high);

	if (!(high > low * (1 + RATE_TOLERANCE)))
		return false;
	snprintf(reason, REASON_BYTES,
		"at %.6g/s in one and %.6g/s in the other: run --rate fixes it", low, high);
	return true;
}

static const char *placement_of(const struct compare_cell *cell)
{
	return cell->placement[0] ? cell->placement : "several placements";
}

/* Why two cells of one id can't be compared; false where they can. */
static bool differ(const struct compare_table *table, const struct compare_cell *base,
	const struct compare_cell *new, size_t arm, char reason[REASON_BYTES])
{
	const struct compare_cell *without = base->run_count ? new : base;

	if (!base->run_count || !new->run_count) {
		snprintf(reason, REASON_BYTES, "%.100s: %.280s",
			label_of(table, without == base ? 0 : arm),
			without->reason ? without->reason : "no good run");
		return true;
	}
	if (!base->placement[0] || strcmp(base->placement, new->placement) != 0) {
		snprintf(reason, REASON_BYTES, "%s in %.100s, %s in %.100s", placement_of(base),
			label_of(table, 0), placement_of(new), label_of(table, arm));
		return true;
	}
	return rates_differ(base, new, reason);
}

/* Neither arm has a figure, and by its nature, or for want of something that both lack: nothing was
 * to be compared. What broke in both is told. */
static bool is_silent(const struct compare_cell *base, const struct compare_cell *new)
{
	return !base->run_count && !new->run_count && !base->broke && !new->broke;
}

static struct compare_row *row_new(struct compare_table *table)
{
	if ((table->row_count & (table->row_count - 1)) == 0) /* a power of two: full */
		table->rows = memory_resize(table->rows,
			(table->row_count ? 2 * table->row_count : 1) * sizeof *table->rows);
	return &table->rows[table->row_count];
}

static double needs_of(const struct compare_row *row)
{
	return fmax(row->base_cell->needs[row->figure.metric],
		row->new_cell->needs[row->figure.metric]);
}

static bool is_unstable(const struct compare_cell *cell)
{
	size_t count;

	return compare_cell_is_flagged(cell, FLAG_UNSTABLE, &count);
}

/* A figure that one arm has and the other not, or none. */
static void note_absence(struct compare_table *table, const struct compare_row *row)
{
	bool in_base = !isnan(row->base.value), in_new = !isnan(row->new.value);
	const struct compare_cell *without = in_base ? row->new_cell : row->base_cell;
	const char *label = label_of(table, in_base ? row->arm : 0);
	size_t metric = row->figure.metric;
	char reason[REASON_BYTES];

	if (!in_base && !in_new && !(is_unstable(row->base_cell) && is_unstable(row->new_cell))) {
		if (isnan(needs_of(row)))
			return;
		table->lacking[metric]++;
		table->needs[metric] = fmax(table->needs[metric], needs_of(row));
		return;
	}
	if (is_unstable(row->new_cell) && !is_unstable(row->base_cell))
		note_broken(table, row->base_cell->id);
	if (is_unstable(without))
		snprintf(reason, sizeof reason, "%.300s: unstable at this rate", label);
	else if (isnan(without->needs[metric]))
		snprintf(reason, sizeof reason, "%.300s: too few runs have it", label);
	else
		snprintf(reason, sizeof reason, "%.300s: needs %.0f messages in a run", label,
			without->needs[metric]);
	put_absent(table, row->base_cell->id, compare_metrics[metric].name, reason);
}

static double number_of(const struct compare_arm *arm, const char *path)
{
	double most = NAN;

	for (size_t i = 0; i < arm->file_count; i++)
		most = fmax(most, json_number_at(arm->files[i].head, path));
	return most;
}

/* The step of the clock as a fraction of the cell's p50 in the base; NaN where it says nothing of
 * the figure. */
static double quantum_of(const struct compare_table *table, const struct compare_row *row)
{
	const char *clocked_by = compare_metrics[row->figure.metric].clocked_by;
	double quantum = NAN, p50;
	double *values;
	size_t count;

	if (!clocked_by)
		return NAN;
	values = compare_cell_values(table->arms[0], row->base_cell,
		(struct compare_figure){.metric = compare_metric_index(clocked_by)}, &count);
	p50 = metric_estimate(values, count).value;
	free(values);
	quantum = fmax(number_of(table->arms[0], "environment.clock.quantum_ns"),
		number_of(table->arms[row->arm], "environment.clock.quantum_ns"));
	return quantum / fmin(row->base_cell->batch, row->new_cell->batch) / p50;
}

static void add_figure(struct compare_table *table, const struct compare_cell *base,
	const struct compare_cell *new, size_t arm, size_t metric)
{
	struct compare_row *row = row_new(table);

	*row = (struct compare_row){
		.base_cell = base,
		.new_cell = new,
		.figure = {.metric = metric, .unit = table->unit},
		.arm = arm,
	};
	if (!((base->metrics | new->metrics) >> metric & 1))
		return;
	if (compare_row_measure(row, table->arms[0], table->arms[arm]))
		table->row_count++;
	else
		note_absence(table, row);
}

/* others[arm]: the cell of that arm where it can be compared, else NULL. */
static void add_cell(struct compare_table *table, const struct compare_cell *base,
	const struct compare_cell **others)
{
	char reason[REASON_BYTES];

	for (size_t arm = 1; arm < table->arm_count; arm++) {
		const struct compare_cell *new = compare_arm_find(table->arms[arm], base->id);

		others[arm] = NULL;
		if (!new)
			put_missing(table, base, 0, arm);
		else if (is_silent(base, new))
			continue;
		else if (differ(table, base, new, arm, reason))
			put_absent(table, base->id, NULL, reason);
		else
			others[arm] = new;
		if (new && base->run_count && !new->run_count &&new->broke)
			note_broken(table, base->id);
	}
	for (size_t metric = 0; compare_metrics[metric].name; metric++)
		for (size_t arm = 1; arm < table->arm_count; arm++)
			if (others[arm])
				add_figure(table, base, others[arm], arm, metric);
}

static bool is_ignored(struct compare_table *table, const struct compare_cell *cell)
{
	if (!compare_policy_ignores(table->policy, cell->id))
		return false;
	table->ignored++;
	return true;
}

static void add_cells(struct compare_table *table)
{
	const struct compare_cell **others = memory_zeroed(table->arm_count, sizeof *others);
	const struct compare_arm *base = table->arms[0];

	for (size_t i = 0; i < base->cell_count; i++)
		if (compare_table_has(&base->cells[i]) && !is_ignored(table, &base->cells[i]))
			add_cell(table, &base->cells[i], others);
	for (size_t arm = 1; arm < table->arm_count; arm++) {
		for (size_t i = 0; i < table->arms[arm]->cell_count; i++) {
			const struct compare_cell *cell = &table->arms[arm]->cells[i];

			if (compare_table_has(cell) && !compare_arm_find(base, cell->id) &&
				!is_ignored(table, cell))
				put_missing(table, cell, arm, 0);
		}
	}
	free(others);
}

/* The widest A/A interval of base and new. */
static double noise_of(const struct compare_table *table, const struct compare_row *row)
{
	return fmax(
		table->noise[0][row->figure.metric], table->noise[row->arm][row->figure.metric]);
}

static void measure_noise(struct compare_table *table)
{
	table->noise = memory_zeroed(table->arm_count, sizeof *table->noise);
	for (size_t arm = 0; arm < table->arm_count; arm++)
		for (size_t metric = 0; compare_metrics[metric].name; metric++)
			table->noise[arm][metric] =
				compare_controls_noise(table->arms[arm], metric);
}

/* Benjamini and Hochberg over the whole report (METHOD, part 5.3). */
static void adjust(struct compare_table *table)
{
	double *p = memory_zeroed(table->row_count, sizeof *p);

	table->smallest_p = NAN;
	for (size_t i = 0; i < table->row_count; i++) {
		p[i] = table->rows[i].effect.p;
		table->comparisons += isnan(p[i]) ? 0 : 1;
		table->smallest_p = fmin(table->smallest_p, table->rows[i].smallest_p);
	}
	rank_adjust(p, table->row_count);
	for (size_t i = 0; i < table->row_count; i++)
		table->rows[i].p_adjusted = p[i];
	free(p);
}

void compare_table_fill(struct compare_table *table)
{
	table->absent = json_array();
	for (size_t i = 0; i < COMPARE_METRICS_MOST; i++)
		table->needs[i] = NAN;
	measure_noise(table);
	add_cells(table);
	adjust(table);
	for (size_t i = 0; i < table->row_count; i++) {
		struct compare_row *row = &table->rows[i];

		row->margin = compare_margin_of(table->policy, row->base_cell->id,
			row->figure.metric, noise_of(table, row), quantum_of(table, row));
		compare_row_judge(row, table->comparisons);
	}
}

void compare_table_clear(struct compare_table *table)
{
	free(table->rows);
	free(table->noise);
	json_free(table->absent);
}

size_t compare_table_rows_of(const struct compare_table *table, size_t arm)
{
	size_t count = 0;

	for (size_t i = 0; i < table->row_count; i++)
		count += table->rows[i].arm == arm;
	return count;
}
