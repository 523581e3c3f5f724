/* What `ipcmark run` and `ipcmark` alone do: plan, run, result. */
#ifndef IPCMARK_MEASURE_H
#define IPCMARK_MEASURE_H

#include "cli.h"

/* Both return the exit code, and have told what went wrong. */
int measure_run(const struct cli_run *options, char *const *argv);
int measure_quick(char *const *argv);

#endif
