/* See run.h. */
#include "run.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate.h"
#include "figures_crowd.h"
#include "interrupt.h"
#include "netstat.h"
#include "random.h"
#include "scratch.h"

#define PADDING_LIMIT    4096 /* bytes */
#define MOST_FAILURES    3    /* in a row: then the cell is given up */
#define PROBE_MOST_NS    1000000000U
#define PROBE_LEAST_NS   10000000U
#define FORK_OVERHEAD_NS 3000000U /* for the estimate of the time left */

/* What the passes share. */
struct pass {
	const struct run_observer *observer;
	struct run_record *record;
	struct random random;
	const struct scratch *scratch;
	double *message_ns;     /* by cell, for the estimate */
	struct histogram *kept; /* of the run that is evaluated */
};

static struct pair_params params_of(struct pass *pass, const struct cell *cell)
{
	assert(cell);
	return (struct pair_params){
		.transport = cell->transport,
		.pattern = cell->pattern,
		.wait = cell->wait,
		.message_bytes = cell->message_bytes,
		.connects = cell->pattern->connects,
		.buffer_bytes = cell->axes.buffer_bytes,
		.cpus = cell->cpus,
		.crowd = cell->crowd.pairs > 1 ? &cell->crowd : NULL,
		.threads = cell->axes.threads,
		.connections = cell->axes.connections,
		.active = cell->axes.active,
		.nonce = (uint32_t)random_next(&pass->random),
		.padding_bytes = random_below(&pass->random, PADDING_LIMIT),
		.folder = pass->scratch->path,
		.leftovers = pass->scratch->leftovers,
	};
}

static void end_cell(struct cell_record *cell, enum cell_status status, const char *reason)
{
	cell->status = status;
	snprintf(cell->reason, sizeof cell->reason, "%s", reason);
}

/* Room for the runs of a cell that works. */
static void cell_allocate(struct cell_record *cell, uint32_t runs)
{
	cell->runs = calloc(runs, sizeof *cell->runs);
	if (cell->cell->pattern->is_recorded) {
		cell->merged = calloc(1, sizeof *cell->merged);
		if (cell->merged)
			histogram_prepare(cell->merged, NULL);
	}
	if (!cell->runs || (cell->cell->pattern->is_recorded && !cell->merged))
		end_cell(cell, CELL_FAILED, "out of memory");
}

double run_capacity_of_link(const struct run_record *record, const struct cell *cell)
{
	for (size_t i = 0; i < record->plan->count; i++) {
		const struct cell *other = record->cells[i].cell;

		if (record->cells[i].capacity_per_s > 0 && other->transport == cell->transport &&
			other->wait == cell->wait && other->message_bytes == cell->message_bytes &&
			other->axes.buffer_bytes == cell->axes.buffer_bytes &&
			other->axes.threads == cell->axes.threads &&
			strcmp(other->placement, cell->placement) == 0)
			return record->cells[i].capacity_per_s;
	}
	return 0;
}

static void calibrate_cell(struct pass *pass, size_t index)
{
	struct cell_record *cell = &pass->record->cells[index];
	struct pair_params params = params_of(pass, cell->cell);
	const struct calibration_targets targets = {
		.clock = pass->record->clock,
		.time_ns = pass->record->options.time_ns,
		.warmup_ns = pass->record->options.warmup_ns,
		.warmup_messages = pass->record->options.warmup_messages,
		.axes = cell->cell->axes,
		.capacity_per_s = run_capacity_of_link(pass->record, cell->cell),
	};
	struct calibration calibration = {0};
	char reason[FAIL_TEXT_BYTES];

	switch (calibrate(&params, &targets, &calibration, reason)) {
	case PAIR_DONE:
		cell->exchange = calibration.exchange;
		cell->clock_limited = calibration.clock_limited;
		cell->capacity_per_s = calibration.capacity_per_s;
		cell->limit = calibration.limit;
		memcpy(cell->counters, calibration.counters, sizeof cell->counters);
		pass->message_ns[index] = calibration.message_ns;
		cell_allocate(cell, pass->record->options.runs);
		break;
	case PAIR_UNSUPPORTED: end_cell(cell, CELL_SKIPPED, reason); break;
	case PAIR_FAILED: end_cell(cell, CELL_FAILED, reason); break;
	case PAIR_INTERRUPTED: pass->record->signal = interrupt_pending();
	}
}

static void calibrate_all(struct pass *pass)
{
	struct run_record *record = pass->record;

	for (size_t i = 0; i < record->plan->count && !record->signal; i++) {
		struct cell_record *cell = &record->cells[i];

		if (cell->status == CELL_SKIPPED)
			continue;
		if (cell->cell->pattern->is_one_way &&
			isnan(conditions_one_way_ns(&record->conditions, cell->cell))) {
			end_cell(cell, CELL_SKIPPED, fail_reason());
			continue;
		}
		if (pass->observer->calibrating)
			pass->observer->calibrating(pass->observer->context, record, i);
		calibrate_cell(pass, i);
	}
}

static bool wanted(const struct cell_record *cell)
{
	return cell->runs && cell->failures_in_a_row < MOST_FAILURES;
}

static uint64_t run_ns(const struct pass *pass, size_t index)
{
	double messages = (double)exchange_messages(&pass->record->cells[index].exchange);

	return FORK_OVERHEAD_NS + (uint64_t)(messages * pass->message_ns[index]);
}

/* All cells once. */
static uint64_t block_ns(const struct pass *pass)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < pass->record->plan->count; i++)
		if (wanted(&pass->record->cells[i]))
			sum += run_ns(pass, i);
	return sum;
}

/* One failed run is a failed cell, whose other figures stay. */
static void note_run(struct cell_record *cell, const struct run_figures *figures, uint32_t runs)
{
	char reason[FAIL_TEXT_BYTES];

	cell->failures_in_a_row = figures->status == RUN_FAILED ? cell->failures_in_a_row + 1 : 0;
	if (figures->status != RUN_FAILED || cell->status == CELL_FAILED)
		return;
	snprintf(reason, sizeof reason, "run %u of %u: %.400s", figures->block + 1, runs,
		figures->reason);
	end_cell(cell, CELL_FAILED, reason);
}

/* A cell none of whose runs was what was asked for has no figures. */
static void settle(struct cell_record *cell)
{
	if (cell->status != CELL_OK)
		return;
	if (cell->run_count == 0) {
		end_cell(cell, CELL_SKIPPED, "interrupted before its first run");
		return;
	}
	for (uint32_t i = 0; i < cell->run_count; i++)
		if (cell->runs[i].status == RUN_OK)
			return;
	end_cell(cell, CELL_INVALID, cell->runs[0].reason);
}

/* The figures of the run that the cell has just done. */
static void evaluate(struct pass *pass, struct cell_record *cell, const struct pair_params *params,
	const struct pair *pair)
{
	struct run_figures *figures = &cell->runs[cell->run_count];
	const struct figures_context context = {.params = params,
		.clock_limited = cell->clock_limited,
		.kept = pass->kept,
		.one_way_ns = conditions_one_way_ns(&pass->record->conditions, cell->cell)};

	if (pair->status != PAIR_DONE) {
		figures->status = RUN_FAILED;
		memcpy(figures->reason, pair->reason, sizeof figures->reason);
		return;
	}
	figures_of_crowd(&context, pair, figures);
	memcpy(figures->counters, cell->counters, sizeof figures->counters);
	conditions_judge(params, pass->record->options.allow_disturbed, figures);
	if (cell->merged)
		figures_merge(&context, figures, cell->merged);
}

static void run_cell(struct pass *pass, size_t index, uint32_t block, uint32_t order)
{
	struct run_record *record = pass->record;
	struct cell_record *cell = &record->cells[index];
	struct run_figures *figures = &cell->runs[cell->run_count];
	struct pair_params params = params_of(pass, cell->cell);
	int cpus[SIDES * CROWD_MOST];
	const size_t count = pair_list_cpus(&params, cpus);
	struct load_snapshot before, after;
	int64_t retransmits;
	struct pair pair;

	params.exchange = cell->exchange;
	load_read(&before, "", cpus, count);
	retransmits = netstat_tcp_retransmits("");
	pair_run(&params, &pair);
	load_read(&after, "", cpus, count);
	/* a signal for the whole group may have reached a side first */
	if (pair.status == PAIR_INTERRUPTED ||
		(pair.status == PAIR_FAILED && interrupt_pending())) {
		record->signal = interrupt_pending();
	} else {
		*figures = (struct run_figures){.block = block, .order = order};
		cell->requested = pair.requested;
		cell->effective = pair.effective;
		load_difference(&before, &after, &figures->load);
		figures->retransmits =
			retransmits < 0 ? -1 : netstat_tcp_retransmits("") - retransmits;
		evaluate(pass, cell, &params, &pair);
		cell->run_count++;
		note_run(cell, figures, record->options.runs);
	}
	pair_release(&pair);
}

static void shuffle(struct random *random, size_t *order, size_t count)
{
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t i = count; i > 1; i--) {
		size_t j = random_below(random, (uint32_t)i), swap = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swap;
	}
}

static void run_block(struct pass *pass, uint32_t block, size_t *order)
{
	struct run_record *record = pass->record;
	uint64_t later = (record->options.runs - block - 1) * block_ns(pass),
		 left = later + block_ns(pass);
	uint32_t place = 0;

	shuffle(&pass->random, order, record->plan->count);
	for (size_t i = 0; i < record->plan->count && !record->signal; i++) {
		size_t index = order[i];

		if (!wanted(&record->cells[index]))
			continue;
		if (pass->observer->running)
			pass->observer->running(
				pass->observer->context, record, index, block, left);
		run_cell(pass, index, block, place++);
		left -= left > run_ns(pass, index) ? run_ns(pass, index) : left;
		record->signal = record->signal ? record->signal : interrupt_pending();
	}
	if (pass->observer->block_done && !record->signal)
		pass->observer->block_done(pass->observer->context, record, block, later);
}

static int record_prepare(
	struct run_record *record, const struct plan *plan, const struct run_options *options)
{
	*record = (struct run_record){.plan = plan, .options = *options, .clock = clock_measure()};
	record->cells = calloc(plan->count, sizeof *record->cells);
	if (!record->cells)
		return fail("calloc");
	for (size_t i = 0; i < plan->count; i++) {
		record->cells[i].cell = &plan->cells[i];
		if (plan->cells[i].skip[0])
			end_cell(&record->cells[i], CELL_SKIPPED, plan->cells[i].skip);
	}
	return 0;
}

/* What the clocks turned out not to be, after all. */
static void refuse_one_way(struct run_record *record)
{
	for (size_t i = 0; i < record->plan->count; i++) {
		struct cell_record *cell = &record->cells[i];

		if (!cell->cell->pattern->is_one_way || cell->run_count == 0 ||
			!isnan(conditions_one_way_ns(&record->conditions, cell->cell)))
			continue;
		for (uint32_t r = 0; r < cell->run_count; r++)
			figures_invalidate(&cell->runs[r], fail_reason());
		histogram_reset(cell->merged);
	}
}

/* Quantiles of the runs that happened to be stable, or slow enough for the clocks, would be those
 * of a selection: where more than one run in ten has none, the cell has none. */
static void forget_selected(struct cell_record *cell)
{
	uint32_t without = 0;

	for (uint32_t r = 0; r < cell->run_count; r++)
		without += (cell->runs[r].flags & (FLAG_UNSTABLE | FLAG_ONE_WAY_UNRESOLVED)) != 0;
	if (!cell->cell->pattern->is_one_way || 10 * without <= cell->run_count)
		return;
	for (uint32_t r = 0; r < cell->run_count; r++) {
		distribution_forget(&cell->runs[r].response);
		distribution_forget(&cell->runs[r].service);
	}
	histogram_reset(cell->merged);
}

/* The noise floor is watched for 5 % of what is measured: a second at most, as METHOD says. */
static uint64_t probe_ns(const struct run_record *record)
{
	uint64_t measured = record->options.time_ns * record->options.runs * record->plan->count;

	return measured / 20 > PROBE_MOST_NS     ? PROBE_MOST_NS
		: measured / 20 < PROBE_LEAST_NS ? PROBE_LEAST_NS
						 : measured / 20;
}

static void measure(struct pass *pass, size_t *order)
{
	struct run_record *record = pass->record;

	if (conditions_begin(&record->conditions, record->plan, probe_ns(record)) < 0)
		record->signal = interrupt_pending();
	calibrate_all(pass);
	for (uint32_t block = 0; block < record->options.runs && !record->signal; block++)
		run_block(pass, block, order);
	if (conditions_end(&record->conditions, record->signal ? 0 : probe_ns(record)) < 0)
		record->signal = interrupt_pending();
	refuse_one_way(record);
	for (size_t i = 0; i < record->plan->count; i++) {
		forget_selected(&record->cells[i]);
		settle(&record->cells[i]);
	}
}

int run_plan(const struct plan *plan, const struct run_options *options,
	const struct run_observer *observer, struct run_record *record)
{
	int err = record_prepare(record, plan, options);
	struct scratch scratch;

	if (err)
		return err;

	size_t *order = calloc(plan->count, sizeof *order);
	struct pass pass = {
		.observer = observer,
		.record = record,
		.random = {.state = options->seed},
		.scratch = &scratch,
		.message_ns = calloc(plan->count, sizeof *pass.message_ns),
		.kept = calloc(1, sizeof *pass.kept),
	};

	if (!order || !pass.message_ns || !pass.kept)
		err = fail("calloc");
	else if ((err = scratch_open(&scratch)) == 0) {
		measure(&pass, order);
		scratch_close(&scratch);
	}
	free(order);
	free(pass.message_ns);
	free(pass.kept);
	return err;
}

void run_release(struct run_record *record)
{
	for (size_t i = 0; record->cells && i < record->plan->count; i++) {
		free(record->cells[i].runs);
		free(record->cells[i].merged);
	}
	free(record->cells);
	record->cells = NULL;
}
