/* result_check of a result that comes in parts: its head, then each of its cells. Only for
 * result_read.c. */
#ifndef IPCMARK_RESULT_CHECK_H
#define IPCMARK_RESULT_CHECK_H

#include <stddef.h>

#include "json.h"

struct result_checker;

/* NULL with a reason: our own schema is broken. */
struct result_checker *result_check_open(void);
void result_check_close(struct result_checker *checker);

/* The result with an empty array of cells, which stays until the end. 0, or -EINVAL with a reason;
 * so do the others. */
int result_check_head(struct result_checker *checker, const struct json *head);

/* The next cell. */
int result_check_cell(struct result_checker *checker, const struct json *cell);

/* The ids of all cells: each stands once. */
int result_check_cells(const char *const *ids, size_t count);

#endif
