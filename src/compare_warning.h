/* What a reader of a comparison must know beside its rows. */
#ifndef IPCMARK_COMPARE_WARNING_H
#define IPCMARK_COMPARE_WARNING_H

#include "compare_table.h"

/* A new array of texts, a line each. `differences`: of compare_machine.h. */
struct json *compare_warnings(const struct compare_table *table, const struct json *differences);

#endif
