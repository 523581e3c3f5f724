/* One cell of an arm, over all its files (see compare_arm.h): how it is taken from a result, and
 * the values that are compared. */
#ifndef IPCMARK_COMPARE_CELL_H
#define IPCMARK_COMPARE_CELL_H

#include "compare_arm.h"

/* What one value of a sample is. Between kernels it is the boot: two boots of one kernel differ
 * more than two runs of one boot do. */
enum compare_unit { COMPARE_RUN, COMPARE_BOOT };

/* Adds the runs of a cell of the arm's last file to those that the arm has of it. 0, or -EINVAL
 * with a reason that names the cell and the figure whose unit or direction is not that of
 * metric.h. */
int compare_cell_take(struct compare_arm *arm, const struct json *cell);

void compare_cell_clear(struct compare_cell *cell);

/* Whether all runs that have the figure have it interpolated, too (METHOD, part 3). */
bool compare_cell_is_finer(const struct compare_cell *cell, size_t metric);

/* Whether more than half of the runs carry a flag (enum run_flag); how many is in *count. */
bool compare_cell_is_flagged(const struct compare_cell *cell, unsigned flag, size_t *count);

/* A figure of a cell. */
struct compare_figure {
	size_t metric;
	bool finer; /* interpolated */
	enum compare_unit unit;
};

/* The value of each run, or of each boot the median over its runs, in a new array; NaN where the
 * run does not support the figure, or half of the boot's runs do not. */
double *compare_cell_values(const struct compare_arm *arm, const struct compare_cell *cell,
	struct compare_figure figure, size_t *count);

/* Two cells of the same files, run by run: the values of runs of one file and one block, where both
 * have one. New arrays of *count values each. */
struct compare_side {
	const struct compare_arm *arm;
	const struct compare_cell *cell;
	double *values;
};
size_t compare_cell_pair(
	struct compare_side *base, struct compare_side *other, struct compare_figure figure);

/* The median over the runs of the share of messages that were lost; NaN where nothing can be. */
double compare_cell_loss(const struct compare_cell *cell);

#endif
