/* Results as tables for people. */
#ifndef IPCMARK_REPORT_H
#define IPCMARK_REPORT_H

#include <stdio.h>

#include "json.h"

/* All cells of a checked result: one table for each pattern, size and placement, with what did not
 * run and why, the warnings, and what a longer run would add. */
void report_show(FILE *out, const struct json *result);

/* The ranked quick look: median and p99 of round trips, CPU per message, and how often the fastest
 * fits in. `seconds`: how long it took. */
void report_quick(FILE *out, const struct json *result, double seconds);

/* What a message costs each side of each cell: CPU time, switches, instructions, cycles, misses. */
void report_cost(FILE *out, const struct json *result);

/* The figures of report_show as JSON: id, status, reason, flags and summary of each cell. json_free
 * it. */
struct json *report_json(const struct json *result);

#endif
