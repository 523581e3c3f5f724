/* One cell in a result: what it is, its runs, its figures and its histogram. */
#ifndef IPCMARK_RESULT_CELL_H
#define IPCMARK_RESULT_CELL_H

#include "json.h"
#include "metric.h"
#include "run.h"

/* The estimate of the figure by which the cell is ranked: the median round trip, or the rate. */
struct estimate result_cell_headline(const struct cell_record *record);

/* Appends the cell to the result's array; the conditions say which quantiles are the machine's own.
 */
void result_cell_add(
	struct json *cells, const struct cell_record *record, const struct conditions *conditions);

/* Read back from a result: how many runs of a cell carry a flag, and in *runs how many there are.
 */
size_t result_cell_flagged(const struct json *cell, const char *flag, size_t *runs);

#endif
