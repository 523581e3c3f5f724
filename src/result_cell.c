/* See result_cell.h. */
#include "result_cell.h"

#include <math.h>
#include <string.h>

#include "metric.h"
#include "result_run.h"
#include "wait.h"
#include "words.h"

static const char *const cell_statuses[] = {"ok", "skipped", "failed", "invalid"};

static void put_size(struct json *object, const char *key, int64_t bytes)
{
	if (bytes > 0)
		json_put_integer(object, key, bytes);
	else
		json_put_null(object, key);
}

static void put_buffers(struct json *cell, const char *key, const struct link_buffers *buffers)
{
	struct json *object = json_put_object(cell, key);

	put_size(object, "pipe_bytes", buffers->pipe_bytes);
	put_size(object, "sndbuf_bytes", buffers->sndbuf_bytes);
	put_size(object, "rcvbuf_bytes", buffers->rcvbuf_bytes);
	put_size(object, "ring_bytes", buffers->ring_bytes);
	put_size(object, "queue_bytes", buffers->queue_bytes);
}

/* How many messages fit each way, where bytes tell it: a socket's buffer also counts what the
 * kernel keeps about each message. */
static void put_depth(struct json *cell, const struct link_buffers *effective, size_t message_bytes)
{
	int64_t bytes = effective->pipe_bytes + effective->ring_bytes + effective->queue_bytes;

	if (bytes > 0)
		json_put_integer(cell, "depth_messages", bytes / (int64_t)message_bytes);
	else
		json_put_null(cell, "depth_messages");
}

/* The values of a metric in the good runs; returns how many. */
static size_t good_values(
	const struct cell_record *cell, const struct metric *metric, double *values)
{
	size_t n = 0;

	for (uint32_t i = 0; i < cell->run_count; i++) {
		if (cell->runs[i].status == RUN_OK)
			values[n++] = metric->of_run(&cell->runs[i]);
	}
	return n;
}

struct estimate result_cell_headline(const struct cell_record *record)
{
	static const char *const headlines[] = {
		[FIGURE_ROUND_TRIP] = "rtt_ns.p50",
		[FIGURE_RATE] = "messages_per_s",
		[FIGURE_RESPONSE] = "response_ns.p50",
	};
	const struct metric *metric = metric_find(headlines[pattern_figure(record->cell->pattern)]);
	double values[RUNS_MOST];

	return metric_estimate(values, good_values(record, metric, values));
}

static bool low_in_any_run(const struct cell_record *cell, const struct metric *metric)
{
	for (uint32_t i = 0; i < cell->run_count && metric->quantile < FIGURE_QUANTILES; i++)
		if (cell->runs[i].status == RUN_OK &&
			(cell->runs[i].response.is_there ? &cell->runs[i].response
							 : &cell->runs[i].rtt)
					->low_confidence &
				1U << metric->quantile)
			return true;
	return false;
}

/* The most samples that a good run has of a quantile. */
static uint64_t most_samples(const struct cell_record *cell)
{
	uint64_t most = 0;

	for (uint32_t i = 0; i < cell->run_count; i++) {
		const struct run_figures *run = &cell->runs[i];
		uint64_t count = run->response.is_there ? run->response.count : run->rtt.count;

		most = run->status == RUN_OK && count > most ? count : most;
	}
	return most;
}

/* In messages of a run; no number of them helps a batched cell's tail, or an unstable one. */
static void put_needs(struct json *summary, const struct cell_record *cell,
	const struct metric *metric, double value)
{
	bool is_quantile = metric->quantile < FIGURE_QUANTILES;
	uint64_t needs = is_quantile ? histogram_needs(figure_quantile_value(metric->quantile)) : 0;

	if (isnan(value) && is_quantile && cell->exchange.batch == 1 && most_samples(cell) < needs)
		json_put_count(summary, "needs_messages", needs);
	else
		json_put_null(summary, "needs_messages");
}

/* The share of messages that the machine's own gaps in time fall into (METHOD, part 6). */
static double gap_share(const struct cell_record *cell, const struct conditions *conditions)
{
	const struct metric *p50 = metric_find(
		pattern_figure(cell->cell->pattern) == FIGURE_RESPONSE ? "service_ns.p50"
								       : "rtt_ns.p50");
	double values[RUNS_MOST];
	struct estimate median = metric_estimate(values, good_values(cell, p50, values));

	return conditions_gap_share(conditions, cell->cell->cpus, median.value);
}

static void put_summary(struct json *summaries, const struct cell_record *cell,
	const struct metric *metric, double share_of_gaps)
{
	double values[RUNS_MOST];
	struct estimate estimate = metric_estimate(values, good_values(cell, metric, values));
	struct json *summary = json_put_object(summaries, metric->name);

	json_put_string(summary, "unit", metric->unit);
	json_put_string(summary, "better", metric->better);
	json_put_number(summary, "estimate", estimate.value);
	json_put_pair(summary, "ci95", estimate.ci95.low, estimate.ci95.high);
	json_put_count(summary, "runs", estimate.runs);
	json_put_boolean(
		summary, "low_confidence", !isnan(estimate.value) && low_in_any_run(cell, metric));
	json_put_pair(summary, "modes", estimate.modes[0], estimate.modes[1]);
	put_needs(summary, cell, metric, estimate.value);
	if (metric->quantile < FIGURE_QUANTILES)
		json_put_boolean(summary, "environment_dominated",
			!isnan(estimate.value) &&
				probe_dominates(
					share_of_gaps, figure_quantile_value(metric->quantile)));
}

static void put_histogram(struct json *object, const struct cell_record *cell)
{
	const struct histogram *h = cell->merged;

	if (!h || h->count + h->overflow == 0) {
		json_put_null(object, "histogram");
		return;
	}

	struct json *histogram = json_put_object(object, "histogram");

	json_put_string(histogram, "unit", "ns");
	json_put_count(histogram, "batch", cell->exchange.batch);
	json_put_count(histogram, "sub_bits", HISTOGRAM_SUB_BITS);
	json_put_count(histogram, "count", h->count);
	json_put_count(histogram, "min", h->min);
	json_put_count(histogram, "max", h->max);
	json_put_number(histogram, "sum", (double)h->sum);
	json_put_count(histogram, "overflow", h->overflow);

	struct json *counts = json_put_array(histogram, "counts");

	for (size_t i = 0; i < HISTOGRAM_CELLS; i++) {
		if (!h->cells[i])
			continue;

		struct json *bucket = json_add_array(counts);

		json_add_integer(bucket, (int64_t)i);
		json_add_integer(bucket, (int64_t)h->cells[i]);
	}
}

static void put_axis(void *axes, const char *key, const char *value)
{
	json_put_string(axes, key, value);
}

static void put_cpus(struct json *cpus, struct cpu_pair pair)
{
	json_add_integer(cpus, pair.producer);
	json_add_integer(cpus, pair.consumer);
}

static void put_crowd(struct json *object, const struct crowd *crowd)
{
	if (crowd->pairs <= 1)
		return;

	struct json *pairs = json_put_array(object, "pair_cpus");

	for (uint32_t i = 0; i < crowd->pairs; i++)
		put_cpus(json_add_array(pairs), crowd->cpus[i]);
	json_put_boolean(object, "shares_cpus", crowd->shares_cpus);
}

static void put_identity(struct json *object, const struct cell *cell)
{
	json_put_string(object, "id", cell->id);
	json_put_string(object, "pattern", cell->pattern->name);
	json_put_string(object, "transport", cell->transport->name);
	json_put_string(object, "wait", wait_name(cell->wait));
	json_put_count(object, "size_bytes", cell->message_bytes);
	json_put_string(object, "placement", cell->placement);
	json_put_string(object, "placement_class", placement_name(cell->class));
	put_cpus(json_put_array(object, "cpus"), cell->cpus);
	put_crowd(object, &cell->crowd);
	axes_each(&cell->axes, put_axis, json_put_object(object, "axes"));
}

void result_cell_add(
	struct json *cells, const struct cell_record *record, const struct conditions *conditions)
{
	struct json *object = json_add_object(cells);
	const struct cell *cell = record->cell;

	put_identity(object, cell);
	json_put_string(object, "status", cell_statuses[record->status]);
	json_put_text(object, "reason", record->reason);
	put_buffers(object, "requested", &record->requested);
	put_buffers(object, "effective", &record->effective);
	put_depth(object, &record->effective, cell->message_bytes);
	json_put_count(object, "batch", record->exchange.batch ? record->exchange.batch : 1);

	if (cell->pattern->is_one_way && record->exchange.interval_ns > 0) {
		json_put_number(object, "rate_per_s", 1e9 / record->exchange.interval_ns);
		json_put_number(object, "capacity_per_s", record->capacity_per_s);
	}

	if (record->limit)
		json_put_string(object, "limited_by", record->limit);

	struct json *runs = json_put_array(object, "runs");

	for (uint32_t i = 0; i < record->run_count; i++)
		result_run_add(runs, &record->runs[i]);

	struct json *summaries = json_put_object(object, "summary");
	double share_of_gaps = gap_share(record, conditions);

	for (const struct metric *metric = metric_table; metric->name && record->run_count;
		metric++)
		if (metric_applies(metric, cell))
			put_summary(summaries, record, metric, share_of_gaps);
	put_histogram(object, record);
}

size_t result_cell_flagged(const struct json *cell, const char *flag, size_t *runs)
{
	size_t with = 0;

	*runs = 0;
	for (const struct json *run = json_first(json_get(cell, "runs")); run;
		run = json_next(run), ++*runs)
		for (const struct json *word = json_first(json_get(run, "flags")); word;
			word = json_next(word))
			with += strcmp(json_string(word, ""), flag) == 0;
	return with;
}
