/* The result: the JSON document of one invocation (results/ipcmark-result-1.schema.json). Written
 * once; everything else reads it. */
#ifndef IPCMARK_RESULT_H
#define IPCMARK_RESULT_H

#include "affinity.h"
#include "env.h"
#include "json.h"
#include "run.h"

#define RESULT_SCHEMA "ipcmark-result/1"

/* What a result says beside the figures. */
struct result_context {
	const struct env *env;
	const struct vitals *vitals; /* NULL: not measured */
	const struct topology *topology;
	const char *label, *preset; /* preset: NULL when there was none */
	char *const *argv;          /* NULL at the end */
	time_t started, finished;
	bool clocksource_allowed; /* by --allow, in spite of the method */
	bool omit_cmdline;        /* the kernel's command line may hold names and secrets */
};

/* The document; json_free it. */
struct json *result_build(const struct run_record *record, const struct result_context *context);

/* 0, or -EINVAL with a reason that names the place and what was expected: against the schema, and
 * then the figures against each other and against the histogram. */
int result_check(const struct json *result);

/* Reads and checks a file; NULL with a reason that begins with its name. */
struct json *result_read(const char *path);

/* Reads and checks a file, and hands its cells to `take`, one by one and in order: each is gone
 * after the call, so that a large result is never whole in memory. The result without its cells
 * ("cells": []), to be freed; NULL with a reason that begins with the file's name, also where
 * `take` refuses a cell by returning -errno with a reason. Some cells may have been taken before
 * the file is refused. */
struct json *result_read_cells(
	const char *path, int (*take)(void *context, const struct json *cell), void *context);

/* The text of the published schema; *bytes long. */
const char *result_schema_text(size_t *bytes);

/* Writes a document to `path` by way of a temporary name in its folder, synced, then renamed: the
 * old file is whole until the new one is. "-" is standard output. Without `force` an existing file
 * is not replaced. 0; -EEXIST or another -errno with a reason that begins with the path. */
int result_write(const struct json *result, const char *path, bool force);

/* The same of any text: what is made of results is written as they are. */
int result_write_text(const char *text, const char *path, bool force);

/* Whether result_write would refuse the path at once: existing without force, or a folder that
 * can't be written. */
int result_check_target(const char *path, bool force);

#endif
