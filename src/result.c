/* See result.h: how a result is built. */
#include "result.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "checks.h"
#include "result_cell.h"
#include "result_control.h"
#include "result_environment.h"
#include "version.h"

static void put_time(struct json *object, const char *key, time_t when)
{
	char text[32];
	struct tm utc;

	gmtime_r(&when, &utc);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	json_put_string(object, key, text);
}

static void put_tool(struct json *document)
{
	struct json *tool = json_put_object(document, "tool");

	json_put_string(tool, "version", IPCMARK_VERSION);
	json_put_string(tool, "git", IPCMARK_GIT);
	json_put_string(tool, "compiler", IPCMARK_COMPILER);
	json_put_string(tool, "flags", IPCMARK_FLAGS);
}

static void put_invocation(struct json *document, const struct run_record *record,
	const struct result_context *context)
{
	struct json *invocation = json_put_object(document, "invocation");
	unsigned char random[16] = {0};
	char id[33];

	if (getrandom(random, sizeof random, 0) < 0)
		random[0] = 1;
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(id + 2 * i, 3, "%02x", random[i]);
	json_put_string(invocation, "id", id);
	json_put_string(invocation, "label", context->label);

	struct json *argv = json_put_array(invocation, "argv");

	/* where the program stands is nobody's business */
	for (char *const *arg = context->argv; *arg; arg++)
		json_add_string(argv, arg == context->argv ? "ipcmark" : *arg);
	json_put_string(invocation, "preset", context->preset);
	json_put_count(invocation, "runs", record->options.runs);
	json_put_count(invocation, "time_ns", record->options.time_ns);
	json_put_count(invocation, "warmup_ns", record->options.warmup_ns);
	json_put_count(invocation, "seed", record->options.seed);
	put_time(invocation, "started", context->started);
	put_time(invocation, "finished", context->finished);
	json_put_text(invocation, "boot_id", context->env->boot_id);
	json_put_string(invocation, "status", record->signal ? "interrupted" : "complete");

	struct json *allowed = json_put_array(invocation, "allowed");

	if (context->clocksource_allowed)
		json_add_string(allowed, "clocksource");
	if (record->options.allow_disturbed)
		json_add_string(allowed, "disturbed");
}

static uint32_t runs_with(const struct cell_record *cell, bool (*is)(const struct run_figures *))
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < cell->run_count; i++)
		count += is(&cell->runs[i]);
	return count;
}

static bool is_drifting(const struct run_figures *figures)
{
	return figures->status == RUN_OK && figures->flags & FLAG_DRIFTING;
}

static bool is_invalid(const struct run_figures *figures)
{
	return figures->status == RUN_INVALID;
}

static void warn_of_cell(struct json *warnings, const struct cell_record *cell)
{
	char text[FAIL_TEXT_BYTES + 256];

	if (cell->status != CELL_FAILED)
		return;
	snprintf(text, sizeof text, "%s: failed: %s", cell->cell->id, cell->reason);
	json_add_string(warnings, text);
}

/* The first invalid run of a cell; NULL where there is none. */
static const struct run_figures *first_invalid(const struct cell_record *cell)
{
	for (uint32_t i = 0; i < cell->run_count; i++)
		if (is_invalid(&cell->runs[i]))
			return &cell->runs[i];
	return NULL;
}

static void warn_of_invalid(struct json *warnings, const struct run_record *record)
{
	const struct cell_record *first = NULL;
	size_t cells = 0, invalid = 0, runs = 0;
	char text[FAIL_TEXT_BYTES + 512];

	for (size_t i = 0; i < record->plan->count; i++) {
		const struct cell_record *cell = &record->cells[i];
		uint32_t out = runs_with(cell, is_invalid);

		runs += cell->run_count;
		invalid += out;
		cells += out > 0;
		first = out && !first ? cell : first;
	}
	if (!first)
		return;
	snprintf(text, sizeof text,
		"%zu of %zu runs, in %zu of %zu cells, are left out of the figures (%s: %s%s)",
		invalid, runs, cells, record->plan->count, first->cell->id,
		first_invalid(first)->reason, invalid > 1 ? " ..." : "");
	json_add_string(warnings, text);
}

/* One line for all cells of a kind: on a busy machine it is most of them, and the table shows each.
 */
static void warn_of_many(struct json *warnings, const struct run_record *record,
	bool (*is)(const struct cell_record *cell), const char *what)
{
	const char *first = NULL;
	size_t count = 0;
	char text[FAIL_TEXT_BYTES];

	for (size_t i = 0; i < record->plan->count; i++) {
		if (!is(&record->cells[i]))
			continue;
		first = first ? first : record->cells[i].cell->id;
		count++;
	}
	if (!count)
		return;
	snprintf(text, sizeof text, "%zu of %zu cells %s (%s%s)", count, record->plan->count, what,
		first, count > 1 ? " ..." : "");
	json_add_string(warnings, text);
}

static bool drifts(const struct cell_record *cell)
{
	return 2 * runs_with(cell, is_drifting) > cell->run_count;
}

static bool is_control_failed(const struct json *document, const char *which)
{
	return result_control_failed(json_get(json_get(document, "controls"), which));
}

/* The interval of the cell's first figure is wider than half of it. */
static bool is_wide(const struct cell_record *cell)
{
	struct estimate estimate = result_cell_headline(cell);

	return estimate.ci95.high - estimate.ci95.low > estimate.value / 2;
}

static void put_warnings(struct json *document, const struct run_record *record,
	const struct result_context *context)
{
	struct json *warnings = json_put_array(document, "warnings");
	struct check checks[CHECKS_MOST];
	char text[FAIL_TEXT_BYTES];

	for (size_t i = 0, n = checks_of(context->env, context->vitals, checks); i < n; i++) {
		if (checks[i].level == CHECK_INFORMATION)
			continue;
		snprintf(text, sizeof text, "%s is \"%s\", not %s: %s%s%s", checks[i].id,
			checks[i].observed, checks[i].wanted, checks[i].effect,
			*checks[i].fix ? "; " : "", checks[i].fix);
		json_add_string(warnings, text);
	}
	if (is_control_failed(document, "a_a"))
		json_add_string(warnings,
			"UNTRUSTWORTHY: the A/A control differs: these runs find a change where "
			"there is none; measure again on a quieter machine (ipcmark doctor)");
	if (is_control_failed(document, "positive"))
		json_add_string(warnings,
			"UNTRUSTWORTHY: 5 % that were added to the consumer went unseen: the runs "
			"scatter too much; more --runs, or a quieter machine (ipcmark doctor)");
	for (size_t i = 0; i < record->plan->count; i++)
		warn_of_cell(warnings, &record->cells[i]);
	warn_of_invalid(warnings, record);
	warn_of_many(warnings, record, drifts,
		"drift in most runs: their halves differ by more than 2 %; longer runs may settle: "
		"--time 1s");
	warn_of_many(warnings, record, is_wide,
		"have an interval wider than half of the figure: other work on these CPUs, or an "
		"unsteady machine; "
		"an idle one, or more --runs, would narrow it");
}

/* Of both looks the worse one. */
static void put_noise_floor(struct json *document, const struct conditions *conditions)
{
	struct json *floor = json_put_array(document, "noise_floor");

	for (size_t i = 0; i < conditions->cpu_count && conditions->is_probed; i++) {
		const struct cpu_probe *before = &conditions->before[i],
				       *after = &conditions->after[i];

		result_add_gaps(floor,
			&(struct cpu_probe){.cpu = conditions->cpus[i],
				.gap_fraction = fmax(before->gap_fraction, after->gap_fraction),
				.gap_rate_per_s =
					fmax(before->gap_rate_per_s, after->gap_rate_per_s),
				.gap_max_ns = fmax(before->gap_max_ns, after->gap_max_ns)});
	}
}

struct json *result_build(const struct run_record *record, const struct result_context *context)
{
	struct json *document = json_object();

	json_put_string(document, "schema", RESULT_SCHEMA);
	put_tool(document);
	put_invocation(document, record, context);
	json_put(document, "environment", result_environment(record, context));
	put_noise_floor(document, &record->conditions);

	struct json *cells = json_put_array(document, "cells");

	for (size_t i = 0; i < record->plan->count; i++)
		result_cell_add(cells, &record->cells[i], &record->conditions);
	json_put(document, "controls", result_controls(cells));
	put_warnings(document, record, context);
	return document;
}
