/* See compare.h. */
#include "compare.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare_controls.h"
#include "compare_gate.h"
#include "compare_machine.h"
#include "compare_warning.h"
#include "fail.h"
#include "memory.h"
#include "version.h"

#define REASON_BYTES 600

struct comparison {
	const struct compare_options *options;
	struct compare_arm **arms;
	size_t arm_count;
	struct compare_table table;
	struct json *differences, *controls;
	bool is_allowed; /* another hardware */
	char refused[REASON_BYTES];
};

static int read_arms(struct comparison *c)
{
	while (c->options->arms[c->arm_count])
		c->arm_count++;
	c->arms = memory_zeroed(c->arm_count, sizeof *c->arms);
	for (size_t i = 0; i < c->arm_count; i++) {
		c->arms[i] = compare_arm_read(c->options->arms[i]);
		if (!c->arms[i])
			return -EINVAL;
	}
	compare_arm_distinguish(c->arms, c->arm_count);
	return 0;
}

/* Against the cells of all arms: a rule about a cell that vanished is a rule about an absent cell.
 */
static int check_policy(const struct comparison *c)
{
	size_t room = 0, count = 0;
	const char **ids;
	int err;

	for (size_t i = 0; i < c->arm_count; i++)
		room += c->arms[i]->cell_count;
	ids = memory_zeroed(room, sizeof *ids);
	for (size_t i = 0; i < c->arm_count; i++)
		for (size_t j = 0; j < c->arms[i]->cell_count; j++)
			if (compare_table_has(&c->arms[i]->cells[j]))
				ids[count++] = c->arms[i]->cells[j].id;
	err = compare_policy_check(c->options->policy, ids, count);
	free(ids);
	return err;
}

static enum compare_unit unit_of(const struct comparison *c)
{
	for (size_t i = 0; i < c->arm_count; i++)
		if (c->arms[i]->boot_count < compare_row_least(COMPARE_BOOT))
			return COMPARE_RUN;
	return COMPARE_BOOT;
}

static void check_hardware(struct comparison *c)
{
	char *text;

	if (compare_machine_is_same(c->arms, c->arm_count, COMPARE_HARDWARE))
		return;
	c->is_allowed = c->options->allow_hardware;
	if (c->is_allowed)
		return;
	text = compare_machine_describe(c->differences, COMPARE_HARDWARE);
	snprintf(c->refused, sizeof c->refused,
		"not the same hardware: %.400s (--allow hardware compares them all the same)",
		text);
	free(text);
}

/* An empty comparison is never a pass. */
static void check_rows(struct comparison *c)
{
	for (size_t arm = 1; arm < c->arm_count && !c->refused[0]; arm++) {
		if (compare_table_rows_of(&c->table, arm) > 0)
			continue;
		snprintf(c->refused, sizeof c->refused,
			"nothing to compare: %.200s and %.200s have no cell with figures in "
			"common%s",
			c->options->arms[0], c->options->arms[arm],
			c->table.ignored ? " that the policy does not leave out" : "");
	}
}

static void fill(struct comparison *c)
{
	c->table = (struct compare_table){
		.arms = c->arms,
		.arm_count = c->arm_count,
		.unit = unit_of(c),
		.policy = c->options->policy,
		.smallest_p = NAN,
	};
	c->differences = compare_machine_differences(c->arms, c->arm_count);
	c->controls = compare_controls(c->arms, c->arm_count);
	check_hardware(c);
	if (c->refused[0])
		c->table.absent = json_array();
	else
		compare_table_fill(&c->table);
	check_rows(c);
}

static bool is_one_measurement(const struct comparison *c)
{
	for (size_t i = 0; i < c->arm_count; i++)
		for (size_t j = i + 1; j < c->arm_count; j++)
			if (compare_arm_overlaps(c->arms[i], c->arms[j]))
				return true;
	return false;
}

static void put_files(struct json *object, const struct compare_arm *arm)
{
	static const struct {
		const char *key, *path;
	} members[] = {{"started", "invocation.started"}, {"invocations", "invocation.id"}};
	struct json *array = json_put_array(object, "files");

	for (size_t i = 0; i < arm->file_count; i++)
		json_add_string(array, arm->files[i].name);
	for (size_t m = 0; m < sizeof members / sizeof members[0]; m++) {
		array = json_put_array(object, members[m].key);
		for (size_t i = 0; i < arm->file_count; i++)
			json_add_string(array, compare_arm_text(arm, i, members[m].path));
	}
}

/* Each word once, whatever file has it. */
static void put_allowed(struct json *object, const struct compare_arm *arm)
{
	struct json *array = json_put_array(object, "allowed");

	for (size_t i = 0; i < arm->file_count; i++) {
		const struct json *words = json_find(arm->files[i].head, "invocation.allowed");

		for (const struct json *word = json_first(words); word; word = json_next(word)) {
			bool is_there = false;

			for (const struct json *have = json_first(array); have;
				have = json_next(have))
				is_there |= json_same(have, word);
			if (!is_there)
				json_add(array, json_copy(word));
		}
	}
}

static void put_arm(struct json *arms, const struct compare_arm *arm)
{
	struct json *object = json_add_object(arms);
	char *kernel = compare_machine_text(arm, "kernel.release");
	char *conditions = compare_machine_text(arm, "conditions");

	json_put_string(object, "label", arm->label);
	json_put_count(object, "boots", arm->boot_count);
	json_put_count(object, "runs", compare_arm_runs(arm));
	json_put_string(object, "kernel", kernel);
	json_put_string(object, "conditions", conditions);
	put_files(object, arm);
	put_allowed(object, arm);
	free(kernel);
	free(conditions);
}

static void put_fingerprints(struct json *document, const struct comparison *c)
{
	struct json *object = json_put_object(document, "fingerprints");

	for (enum compare_fingerprint f = 0; f < COMPARE_FINGERPRINTS; f++)
		json_put_string(object, compare_fingerprint_name(f),
			compare_machine_is_same(c->arms, c->arm_count, f) ? "same" : "differs");
}

static void put_family(struct json *document, const struct compare_table *table)
{
	struct json *object = json_put_object(document, "family");

	json_put_count(object, "comparisons", table->comparisons);
	json_put_number(object, "level", VERDICT_LEVEL);
	json_put_string(object, "adjustment", "Benjamini-Hochberg");
	json_put_number(object, "smallest_p", table->smallest_p);
}

static void put_head(struct json *document, struct comparison *c)
{
	struct json *tool, *arms, *allowed;

	json_put_string(document, "schema", COMPARISON_SCHEMA);
	tool = json_put_object(document, "tool");
	json_put_string(tool, "version", IPCMARK_VERSION);
	json_put_string(tool, "git", IPCMARK_GIT);
	json_put_string(document, "unit", c->table.unit == COMPARE_BOOT ? "boot" : "run");
	arms = json_put_array(document, "arms");
	for (size_t i = 0; i < c->arm_count; i++)
		put_arm(arms, c->arms[i]);
	put_fingerprints(document, c);
	json_put(document, "differences", c->differences);
	allowed = json_put_array(document, "allowed");
	if (c->is_allowed)
		json_add_string(allowed, "hardware");
	json_put(document, "controls", c->controls);
	put_family(document, &c->table);
}

/* Hands over what the comparison holds as JSON. */
static struct json *document_of(struct comparison *c)
{
	struct json *document = json_object(), *rows;
	struct compare_gate gate = {
		.asked = c->options->gate,
		.strict = c->options->gate && c->options->strict,
		.refused = c->refused[0] ? c->refused : NULL,
		.is_one_measurement = is_one_measurement(c),
		.controls = c->controls,
	};

	put_head(document, c);
	rows = json_put_array(document, "rows");
	for (size_t i = 0; i < c->table.row_count; i++)
		compare_row_put(&c->table.rows[i], rows);
	json_put(document, "absent", json_copy(c->table.absent));
	json_put(document, "counts", compare_gate_counts(&c->table));
	json_put(document, "warnings", compare_warnings(&c->table, c->differences));
	json_put(document, "gate", compare_gate(&gate, &c->table));
	return document;
}

struct json *compare_build(const struct compare_options *options)
{
	struct comparison c = {.options = options};
	struct json *document = NULL;

	if (read_arms(&c) == 0 && check_policy(&c) == 0) {
		fill(&c);
		document = document_of(&c);
	}
	compare_table_clear(&c.table);
	for (size_t i = 0; i < c.arm_count; i++)
		compare_arm_free(c.arms[i]);
	free(c.arms);
	return document;
}
