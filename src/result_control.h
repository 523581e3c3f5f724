/* The controls of a result: what its A/A cell and its positive control show. */
#ifndef IPCMARK_RESULT_CONTROL_H
#define IPCMARK_RESULT_CONTROL_H

#include <stdbool.h>

#include "json.h"

/* Of the result's array of cells: {"a_a": ..., "positive": ...}, each null where the cell that
 * carries the axis control=a-a or control=positive, or the cell that it repeats, is not there. */
struct json *result_controls(const struct json *cells);

/* Whether `controls` is what the cells say; -EINVAL with a reason. */
int result_controls_check(const struct json *controls, const struct json *cells);

/* A control of a result, "a_a" or "positive", found what makes it untrustworthy. */
bool result_control_failed(const struct json *control);

#endif
