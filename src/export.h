/* Results as tables of text: one line a row, a header first, for scripts and plots. */
#ifndef IPCMARK_EXPORT_H
#define IPCMARK_EXPORT_H

#include <stdio.h>

#include "json.h"

enum export_format { EXPORT_TSV, EXPORT_CSV };

enum export_table {
	EXPORT_CELLS,       /* a row for each cell and figure */
	EXPORT_RUNS,        /* a row for each run */
	EXPORT_PERCENTILES, /* a row for each cell and point of its percentile curve */
	EXPORT_CONDITIONS,  /* what the result says of its machine and making: key and value */
	EXPORT_TABLES,
};

/* "cells", "runs", "percentiles", "conditions". */
const char *export_table_name(enum export_table table);

/* Writes the header. Unknown values are empty fields in every table. Those of cells end with a
 * column for each axis, with what came of the buffer, with what kept runs short, and with whether
 * several pairs share CPUs. */
void export_header(FILE *out, enum export_format format, enum export_table table);

/* Writes the rows of one checked result; `file` is its name. */
void export_rows(FILE *out, enum export_format format, enum export_table table, const char *file,
	const struct json *result);

#endif
