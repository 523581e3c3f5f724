/* What the tables of a result share: which cells stand together, in which order, and single fields.
 */
#ifndef IPCMARK_REPORT_ROW_H
#define IPCMARK_REPORT_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "json.h"

#define DASH "\xe2\x80\x94" /* em dash: a figure that the data do not support */

/* The harness first, then waits that sleep, then those that spin and burn their CPUs, then what has
 * no figures: a spinning cell is not ranked against a sleeping one. */
enum row_rank { RANK_HARNESS, RANK_SLEEPS, RANK_SPINS, RANK_ABSENT };

/* Cells of one kind are one table's; the words of patterns. */
enum row_kind { ROW_ROUND_TRIP, ROW_STREAM, ROW_PACED };

struct report_row {
	const struct json *cell;
	size_t place; /* in the result */
	enum row_rank rank;
	double value; /* to rank by, smaller first */
};

/* Cells that share pattern, size, placement and think time are one table. Whether one of its table
 * stands before `cell`, or it is a control, which stands in none. */
bool row_is_shown(const struct json *cells, const struct json *cell);

/* The cells that share a table with `first`, ranked, in a new array. */
struct report_row *row_table(const struct json *cells, const struct json *first, size_t *count);

/* The summary of a figure, and its estimate; NULL and NaN where the cell has none. */
const struct json *row_summary(const struct json *cell, const char *metric);
double row_estimate(const struct json *cell, const char *metric);
/* Of a figure at a path in a run ("pair_p50_ns.min"): the median over the good runs. */
double row_run_median(const struct json *cell, const char *path);
enum row_kind row_kind(const struct json *cell);
/* The figure by which cells of its kind are ranked. */
const char *row_headline(const struct json *cell);
bool row_is_harness(const struct json *cell);

/* The columns that the axes of a table's rows take, those aside that its heading tells; 0: none. */
int row_axes_width(const struct report_row *rows, size_t count);

/* "  pipe                 block    ", 31 columns, and the axes with a blank. */
#define ROW_NAME_WIDTH 31
void row_put_name(FILE *out, const struct json *cell, int axes_width);

/* Eight columns: a duration and its unit; "~" before one of low confidence, "!" before one that the
 * machine dominates, an em dash where there is none. */
void row_put_duration(FILE *out, const struct json *summary);

/* The whole line of a cell without figures: its name, and why. */
void row_put_absent(FILE *out, const struct json *cell, int axes_width);

/* The line above the first spinning row; `last` is the rank of the row before. */
void row_put_divider(FILE *out, const struct report_row *row, enum row_rank last);

/* What a longer run would add to the figures that are missing. */
void row_put_needs(FILE *out, const struct json *result);

/* What the marks and the columns of the tables mean. */
void row_put_legend(FILE *out, const struct json *result);

/* All warnings of the result, a line each. */
void row_put_warnings(FILE *out, const struct json *result);

#endif
