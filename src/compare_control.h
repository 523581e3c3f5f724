/* The controls of a comparison's arms, in words. */
#ifndef IPCMARK_COMPARE_CONTROL_H
#define IPCMARK_COMPARE_CONTROL_H

#include <stddef.h>
#include <stdio.h>

#include "json.h"

/* "6.17: noise floor (A/A): p50 +0.2 % [-0.6, +1.0] same; control +5 %: p50 +5.2 % [+4.4, +6.0]
 * detected": by each metric the worst of the arm's files. */
void compare_put_controls(FILE *out, const struct json *comparison, size_t arm);

#endif
