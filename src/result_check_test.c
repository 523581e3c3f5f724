/* A real result passes; one figure changed, and it is refused at its place. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "result.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PIPE         "pingpong/pipe/block/64/same-cpu"

/* The cells by their place in the result. */
enum { NULL_PINGPONG, PIPE_PINGPONG, PIPE_STREAM, SKIPPED, DOCUMENT };

static const char *const globs[] = {"pingpong/null/none/64/same-cpu", PIPE,
	"stream/pipe/block/64/same-cpu", "stream/pipe/spin/64/same-cpu"};

static struct env env;
static struct topology *topology;
static struct plan plan;
static struct run_record record;
static char *text; /* the result */

static struct json *build(void)
{
	static char *argv[] = {"ipcmark", "run", NULL};

	return result_build(&record,
		&(struct result_context){
			.env = &env, .topology = topology, .label = "test", .argv = argv});
}

static int measure(void **state)
{
	const struct run_options options = {
		.runs = 6, .time_ns = 5000000, .seed = 1, .allow_disturbed = true};
	const struct run_observer nobody = {0};
	struct json *result;

	(void)state;
	env_read(&env, "");
	topology = topology_load(NULL);
	for (size_t i = 0; i < COUNT(globs); i++)
		if (plan_add(&plan, &(struct plan_context){.topology = topology}, globs[i]) != 0)
			return -1;
	if (run_plan(&plan, &options, &nobody, &record) != 0)
		return -1;
	result = build();
	text = json_print(result);
	json_free(result);
	return 0;
}

static int release(void **state)
{
	(void)state;
	free(text);
	run_release(&record);
	plan_clear(&plan);
	topology_free(topology);
	return 0;
}

/* Where the value begins that stands behind all of the marks, one after the other: words are keys,
 * and "@..." is text. */
static char *find_value(int cell, const char *marks)
{
	char copy[128], mark[80], *rest = copy, *word, *at = text;

	if (cell < DOCUMENT)
		at = strstr(at, "\"cells\": ");
	for (int i = 0; i <= cell && cell < DOCUMENT; i++)
		at = strstr(at + 1, "{\n      \"id\": ");
	snprintf(copy, sizeof copy, "%s", marks);
	while ((word = strsep(&rest, "|"))) {
		if (*word == '@')
			snprintf(mark, sizeof mark, "%s", word + 1);
		else
			snprintf(mark, sizeof mark, "\"%s\": ", word);
		at = strstr(at, mark);
		if (!at)
			fail_msg("nothing at %s", marks);
		at += strlen(mark);
	}
	return at;
}

static size_t value_length(const char *at)
{
	if (*at == '"')
		return strcspn(at + 1, "\"") + 2;
	return *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ",]}\n");
}

/* The result of result_check with another value there. */
static int check_with(int cell, const char *marks, const char *value)
{
	char *at = find_value(cell, marks), *changed;
	struct json *result;
	int err;

	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, value,
			    at + value_length(at)) > 0);
	assert_string_not_equal(changed, text);
	result = json_parse(changed, strlen(changed), NULL);
	if (!result)
		fail_msg("%s = %s: %s", marks, value, fail_reason());
	fail_text(EIO, "stale");
	err = result_check(result);
	json_free(result);
	free(changed);
	return err;
}

struct change {
	int cell;
	const char *marks, *value, *reason; /* reason: how it begins */
};

static void assert_refused(const struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct change *change = &changes[i];
		int err = check_with(change->cell, change->marks, change->value);

		if (err != -EINVAL ||
			strncmp(fail_reason(), change->reason, strlen(change->reason)) != 0)
			fail_msg("cells[%d] %s = %s: %d, %s", change->cell, change->marks,
				change->value, err, fail_reason());
	}
}

static void the_result_itself_passes(void **state)
{
	struct json *built = build(), *read = json_parse(text, strlen(text), NULL);

	(void)state;
	if (result_check(built) != 0 || result_check(read) != 0)
		fail_msg("%s", fail_reason());
	for (size_t i = 0; i < plan.count; i++)
		if (record.cells[i].status != (i == SKIPPED ? CELL_SKIPPED : CELL_OK))
			fail_msg("%s: %s", plan.cells[i].id, record.cells[i].reason);
	json_free(built);
	json_free(read);
}

static void another_version(void **state)
{
	(void)state;
	static const struct change changes[] = {
		{DOCUMENT, "schema", "\"ipcmark-result/2\"",
			"schema: expected \"ipcmark-result/1\", got \"ipcmark-result/2\": not a "
			"result that this version reads"},
		{DOCUMENT, "schema", "1", "schema: expected \"ipcmark-result/1\", got a number"},
		{DOCUMENT, "schema", "null", "schema: expected"},
	};
	struct json *empty = json_object();

	assert_refused(changes, COUNT(changes));
	assert_int_equal(result_check(empty), -EINVAL);
	assert_string_equal(fail_reason(),
		"schema: expected \"ipcmark-result/1\", got nothing: not "
		"a result that this version reads");
	json_free(empty);
}

/* One for each kind; schema_test has the rest. */
static void what_the_schema_refuses(void **state)
{
	(void)state;
	static const struct change changes[] = {
		{DOCUMENT, "invocation|status", "\"done\"", "invocation.status: "},
		{DOCUMENT, "seed", "-1", "invocation.seed: "},
		{PIPE_PINGPONG, "status", "\"good\"", "cells[1].status: "},
		{PIPE_PINGPONG, "runs|status", "\"skipped\"", "cells[1].runs[0].status: "},
		{PIPE_PINGPONG, "runs|messages", "0.5", "cells[1].runs[0].messages: "},
		{PIPE_PINGPONG, "runs|rtt_ns|p50", "\"4000\"", "cells[1].runs[0].rtt_ns"},
		{PIPE_PINGPONG, "runs|cpu_ns_per_message", "-1",
			"cells[1].runs[0].cpu_ns_per_message"},
		{PIPE_PINGPONG, "histogram|counts|@[[", "33792", "cells[1].histogram"},
		{PIPE_PINGPONG, "histogram|sub_bits", "11", "cells[1].histogram"},
	};

	assert_refused(changes, COUNT(changes));
}

static void an_id_that_is_another_cell_s(void **state)
{
	(void)state;
	static const struct change changes[] = {
		{PIPE_PINGPONG, "id", "\"pingpong/pipe/block/64/same-llc\"",
			"cells[1].id: expected \"" PIPE "\" from the other members, got "
			"\"pingpong/pipe/block/64/same-llc\""},
		{PIPE_PINGPONG, "id", "\"pingpong/pipe/block/64\"", "cells[1].id: "},
		{PIPE_PINGPONG, "pattern", "\"stream\"", "cells[1].id: "},
		{PIPE_PINGPONG, "transport", "\"tcp\"", "cells[1].id: "},
		{PIPE_PINGPONG, "wait", "\"spin\"", "cells[1].id: "},
		{PIPE_PINGPONG, "size_bytes", "128", "cells[1].id: "},
		{PIPE_PINGPONG, "placement", "\"smt\"", "cells[1].id: "},
		{PIPE_STREAM, "id", "\"" PIPE "\"", "cells: \"" PIPE "\" stands twice"},
	};

	assert_refused(changes, COUNT(changes));
}

static void a_status_without_its_reason(void **state)
{
	(void)state;
	static const struct change changes[] = {
		{PIPE_PINGPONG, "status", "\"failed\"",
			"cells[1].reason: a cell that is not ok says why"},
		{PIPE_STREAM, "status", "\"invalid\"", "cells[2].reason: "},
		{SKIPPED, "reason", "null", "cells[3].reason: "},
		/* then five runs are left, which have other figures */
		{PIPE_PINGPONG, "runs|status", "\"invalid\"", "cells[1].summary[\"rtt_ns.p50\"]: "},
		{PIPE_STREAM, "runs|status", "\"failed\"",
			"cells[2].summary[\"messages_per_s\"]: "},
	};

	assert_refused(changes, COUNT(changes));
}

static void figures_of_a_run(void **state)
{
	(void)state;
	static const struct change changes[] = {
		{PIPE_PINGPONG, "runs|messages", "7", "cells[1].runs[0].messages_per_s: expected "},
		{PIPE_STREAM, "runs|seconds", "0.125",
			"cells[2].runs[0].messages_per_s: expected "},
		{PIPE_STREAM, "runs|messages_per_s", "12345",
			"cells[2].runs[0].messages_per_s: expected "},
		{PIPE_STREAM, "runs|messages_per_s", "null",
			"cells[2].runs[0].messages_per_s: expected "},
		{PIPE_STREAM, "runs|bytes_per_s", "12345",
			"cells[2].runs[0].bytes_per_s: expected "},
		{PIPE_STREAM, "runs|block|block|bytes_per_s", "1",
			"cells[2].runs[1].bytes_per_s: "},
		{PIPE_PINGPONG, "runs|rtt_ns|p50", "1",
			"cells[1].runs[0].rtt_ns: p50 is 1, below min, which is "},
		{PIPE_PINGPONG, "runs|rtt_ns|max", "1",
			"cells[1].runs[0].rtt_ns: max is 1, below p"},
		{PIPE_PINGPONG, "runs|rtt_ns|min", "1e12", "cells[1].runs[0].rtt_ns: p50 is "},
		{PIPE_PINGPONG, "runs|rtt_ns|p90", "1e12", "cells[1].runs[0].rtt_ns: "},
		{PIPE_PINGPONG, "runs|rtt_ns|count", "1", "cells[1].histogram: holds "},
		{PIPE_STREAM, "runs|sent", "1", "cells[2].runs[0].sent: expected "},
		{PIPE_STREAM, "runs|discarded", "1", "cells[2].runs[0].sent: expected "},
		{PIPE_STREAM, "runs|lost", "1", "cells[2].runs[0].sent: expected "},
		{PIPE_STREAM, "runs|reordered", "1", "cells[2].runs[0].lost: "},
	};

	assert_refused(changes, COUNT(changes));
}

static void figures_of_a_cell(void **state)
{
	(void)state;
	static const struct change changes[] = {
		{PIPE_PINGPONG, "summary|rtt_ns.p50|estimate", "1",
			"cells[1].summary[\"rtt_ns.p50\"]: expected the estimate "},
		{PIPE_PINGPONG, "summary|rtt_ns.p50|estimate", "null",
			"cells[1].summary[\"rtt_ns.p50\"]: expected the estimate "},
		{PIPE_PINGPONG, "summary|cpu_ns_per_message|estimate", "1e9",
			"cells[1].summary[\"cpu_ns_per_message\"]: expected the estimate "},
		{PIPE_STREAM, "summary|messages_per_s|estimate", "1",
			"cells[2].summary[\"messages_per_s\"]: expected the estimate "},
		{PIPE_PINGPONG, "summary|rtt_ns.p50|ci95", "[1, 1e9]",
			"cells[1].summary[\"rtt_ns.p50\"]: the interval is not that of the runs"},
		{PIPE_PINGPONG, "summary|rtt_ns.p50|ci95", "null",
			"cells[1].summary[\"rtt_ns.p50\"]: the interval is not that of the runs"},
	};

	assert_refused(changes, COUNT(changes));
}

static void the_histogram_of_a_cell(void **state)
{
	(void)state;
	static const struct change changes[] = {
		{PIPE_PINGPONG, "histogram|count", "1", "cells[1].histogram: count: expected "},
		{PIPE_PINGPONG, "histogram|counts|@[[|@,", "1000000",
			"cells[1].histogram: count: expected "},
		{PIPE_PINGPONG, "histogram|counts|@[[", "33791",
			"cells[1].histogram: counts: bucket "},
		{PIPE_PINGPONG, "histogram|counts|@], [", "0",
			"cells[1].histogram: counts: bucket 0 "},
		{PIPE_PINGPONG, "histogram|min", "1", "cells[1].histogram: min, max: expected "},
		{PIPE_PINGPONG, "histogram|max", "1", "cells[1].histogram: min, max: expected "},
		{PIPE_PINGPONG, "histogram|max", "9007199254740991",
			"cells[1].histogram: min, max: "},
		{PIPE_PINGPONG, "histogram|sum", "0", "cells[1].histogram: sum: expected "},
		{PIPE_PINGPONG, "histogram|sum", "1e300", "cells[1].histogram: sum: expected "},
		{NULL_PINGPONG, "histogram|count", "1", "cells[0].histogram: count: expected "},
	};

	assert_refused(changes, COUNT(changes));
}

/* Runs that agree with their summary, and a histogram of other samples. */
static void quantiles_that_no_run_has(void **state)
{
	(void)state;
	struct cell_record *cell = &record.cells[PIPE_PINGPONG];
	struct run_figures *saved = calloc(cell->run_count, sizeof *saved);
	double largest = 0;
	struct json *result;

	assert_non_null(saved);
	memcpy(saved, cell->runs, cell->run_count * sizeof *saved);
	for (uint32_t i = 0; i < cell->run_count; i++)
		largest = fmax(largest, saved[i].rtt.max);
	for (uint32_t i = 0; i < cell->run_count; i++) {
		cell->runs[i].rtt.max = largest;
		for (int q = 0; q < FIGURE_QUANTILES; q++)
			if (!isnan(saved[i].rtt.quantile[q]))
				cell->runs[i].rtt.quantile[q] = largest;
	}
	result = build();
	memcpy(cell->runs, saved, cell->run_count * sizeof *saved);
	free(saved);
	assert_int_equal(result_check(result), -EINVAL);
	assert_memory_equal(fail_reason(), "cells[1].histogram: its p50 is ", 31);
	json_free(result);
}

static void a_figure_that_nobody_knows(void **state)
{
	(void)state;
	char *name = strstr(find_value(PIPE_STREAM, "summary"), "messages_per_s");

	name[0] = 'n';
	struct json *result = json_parse(text, strlen(text), NULL);

	name[0] = 'm';
	assert_int_equal(result_check(result), -EINVAL);
	assert_string_equal(
		fail_reason(), "cells[2].summary: no figure is called \"nessages_per_s\"");
	json_free(result);
}

/* The figures against each other and against the histogram: these too. */
static void no_contradiction_goes_unnoticed(void **state)
{
	(void)state;
	static const struct change changes[] = {
		{PIPE_PINGPONG, "summary|rtt_ns.p50|ci95|@, ", "1e9", ""},
		{PIPE_PINGPONG, "summary|rtt_ns.p50|runs", "5", ""},
		{PIPE_PINGPONG, "id", "\"" PIPE "s\"", ""},
		{PIPE_PINGPONG, "batch", "8", ""},              /* the histogram's is 1 */
		{PIPE_PINGPONG, "histogram|batch", "8", ""},    /* and the runs' quantiles */
		{PIPE_PINGPONG, "runs|rtt_ns|min", "0.5", ""},  /* below the histogram's */
		{PIPE_PINGPONG, "runs|rtt_ns|max", "1e12", ""}, /* above the histogram's */
		{PIPE_PINGPONG, "runs|rtt_ns|mean", "1e12", ""},
	};
	int unnoticed = 0;

	for (size_t i = 0; i < COUNT(changes); i++) {
		if (check_with(changes[i].cell, changes[i].marks, changes[i].value) == -EINVAL)
			continue;
		print_error("unnoticed: %s = %s\n", changes[i].marks, changes[i].value);
		unnoticed++;
	}
	assert_int_equal(unnoticed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_result_itself_passes),
		cmocka_unit_test(another_version),
		cmocka_unit_test(what_the_schema_refuses),
		cmocka_unit_test(an_id_that_is_another_cell_s),
		cmocka_unit_test(a_status_without_its_reason),
		cmocka_unit_test(figures_of_a_run),
		cmocka_unit_test(figures_of_a_cell),
		cmocka_unit_test(the_histogram_of_a_cell),
		cmocka_unit_test(quantiles_that_no_run_has),
		cmocka_unit_test(a_figure_that_nobody_knows),
		cmocka_unit_test(no_contradiction_goes_unnoticed),
	};

	return cmocka_run_group_tests(tests, measure, release);
}
