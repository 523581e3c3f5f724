/* One run in a result: its figures, what its sides used and what the machine did meanwhile. */
#ifndef IPCMARK_RESULT_RUN_H
#define IPCMARK_RESULT_RUN_H

#include "figures.h"
#include "json.h"

/* Appends it to the runs of its cell. */
void result_run_add(struct json *runs, const struct run_figures *figures);

#endif
