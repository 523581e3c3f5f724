/* Arms that are put together by hand, for the tests of compare*.c. */
#ifndef IPCMARK_COMPARE_ARM_TEST_H
#define IPCMARK_COMPARE_ARM_TEST_H

#include <stdlib.h>
#include <string.h>

#include "compare_arm.h"
#include "compare_cell.h"
#include "fail.h"
#include "memory.h"

#include <cmocka.h>

/* JSON that is written with ' in the place of ". */
static inline struct json *arm_json(const char *text)
{
	char *copy = strdup(text);
	struct json *document;

	assert_non_null(copy);
	for (char *quote = copy; (quote = strchr(quote, '\''));)
		*quote = '"';
	document = json_parse(copy, strlen(copy), NULL);
	if (!document)
		fail_msg("%s: %s", text, fail_reason());
	free(copy);
	return document;
}

static inline struct compare_arm *arm_new(const char *label)
{
	struct compare_arm *arm = memory_zeroed(1, sizeof *arm);

	arm->label = strdup(label);
	arm->path = strdup(label);
	return arm;
}

/* One more file, of this boot, whose cells come next. */
static inline void arm_add_file(struct compare_arm *arm, size_t boot, const char *head)
{
	arm->files = memory_resize(arm->files, (arm->file_count + 1) * sizeof *arm->files);
	arm->files[arm->file_count++] = (struct compare_file){
		.name = strdup(arm->label), .head = arm_json(head), .boot = boot};
	if (boot >= arm->boot_count)
		arm->boot_count = boot + 1;
}

/* 0, or what compare_cell_take says. */
static inline int arm_add_cell(struct compare_arm *arm, const char *text)
{
	struct json *cell = arm_json(text);
	int err = compare_cell_take(arm, cell);

	json_free(cell);
	return err;
}

#endif
