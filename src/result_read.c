/* See result.h: results read from files, whole or cell by cell. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "memory.h"
#include "result.h"
#include "result_check.h"
#include "result_control.h"

/* The reason of a check begins with the file's name. */
static int name_file(const char *path)
{
	char reason[FAIL_TEXT_BYTES];

	snprintf(reason, sizeof reason, "%s", fail_reason());
	return fail_text(
		EINVAL, "%s: %s", strcmp(path, "-") == 0 ? "standard input" : path, reason);
}

struct json *result_read(const char *path)
{
	struct json *result = json_read_file(path);

	if (!result || result_check(result) == 0)
		return result;
	name_file(path);
	json_free(result);
	return NULL;
}

struct reading {
	const char *path;
	struct json_parts *parts;
	struct result_checker *checker;
	struct json *head, *kept; /* kept: what the controls are about */
	char **ids;
	size_t count;
};

/* Whether the controls are checked against this cell. */
static bool is_of_controls(const struct json *head, const struct json *cell)
{
	const struct json *controls = json_get(head, "controls");
	const char *id = json_text_at(cell, "id");

	for (const struct json *control = json_first(controls); control;
		control = json_next(control))
		if (strcmp(json_text_at(control, "cell"), id) == 0)
			return true;
	return json_get(json_get(cell, "axes"), "control");
}

static int take_cell(struct reading *r, const struct json *cell,
	int (*take)(void *context, const struct json *cell), void *context)
{
	int err = result_check_cell(r->checker, cell);

	if (err)
		return err;
	r->ids[r->count++] = memory_copy_text(json_text_at(cell, "id"));
	return take(context, cell);
}

static int take_cells(
	struct reading *r, int (*take)(void *context, const struct json *cell), void *context)
{
	size_t count = json_parts_count(r->parts);
	int err = 0;

	r->ids = memory_zeroed(count, sizeof *r->ids);
	for (size_t i = 0; i < count && !err; i++) {
		struct json *cell = json_parts_element(r->parts, i);

		if (!cell)
			return -EINVAL;
		if (take_cell(r, cell, take, context) < 0)
			err = name_file(r->path);
		if (!err && is_of_controls(r->head, cell))
			json_add(r->kept, cell);
		else
			json_free(cell);
	}
	return err;
}

static int read_cells(
	struct reading *r, int (*take)(void *context, const struct json *cell), void *context)
{
	int err = r->head ? 0 : -EINVAL;

	if (!err && (!r->checker || result_check_head(r->checker, r->head) < 0))
		err = name_file(r->path);
	if (!err)
		err = take_cells(r, take, context);
	if (!err &&
		(result_check_cells((const char *const *)r->ids, r->count) < 0 ||
			result_controls_check(json_get(r->head, "controls"), r->kept) < 0))
		err = name_file(r->path);
	return err;
}

struct json *result_read_cells(
	const char *path, int (*take)(void *context, const struct json *cell), void *context)
{
	struct reading r = {.path = path, .parts = json_parts_read(path, "cells")};

	if (!r.parts)
		return NULL;
	r.head = json_parts_head(r.parts);
	r.kept = json_array();
	r.checker = result_check_open();
	if (read_cells(&r, take, context) < 0) {
		json_free(r.head);
		r.head = NULL;
	}
	for (size_t i = 0; i < r.count; i++)
		free(r.ids[i]);
	free(r.ids);
	result_check_close(r.checker);
	json_free(r.kept);
	json_parts_free(r.parts);
	return r.head;
}
