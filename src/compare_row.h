/* One figure of one cell in two arms: the effect, and what it means (METHOD, part 5). */
#ifndef IPCMARK_COMPARE_ROW_H
#define IPCMARK_COMPARE_ROW_H

#include "compare_cell.h"
#include "compare_margin.h"
#include "metric.h"
#include "verdict.h"

struct compare_row {
	const struct compare_cell *base_cell, *new_cell;
	struct compare_figure figure;
	size_t arm; /* of the new one; the base is arm 0 */
	struct estimate base, new;
	size_t runs[2];       /* values of base and new that have the figure */
	struct effect effect; /* ln; of intervals and p only where both have values enough */
	double smallest_p;    /* that so many values can reach; NaN where there is no p */
	double sd;            /* of ln values within the arms; NaN */
	bool paired;          /* by blocks that both share */
	struct compare_margin margin;
	double p_adjusted;
	enum verdict verdict;
	char reason[160]; /* why it is inconclusive, where that is not the spread; "" */
};

#define COMPARE_LEAST_RUNS  6 /* values of an arm that make an interval */
#define COMPARE_LEAST_BOOTS 5 /* and that tell kernels apart: METHOD, part 4 */

/* The fewest values of an arm that make an interval. */
size_t compare_row_least(enum compare_unit unit);

/* All but the margin and what depends on it or on other rows. False where neither arm or only one
 * has an estimate: then `base` and `new` say which. */
bool compare_row_measure(
	struct compare_row *row, const struct compare_arm *base, const struct compare_arm *new);

/* The verdict and its reason, from margin and p_adjusted; `comparisons` is how many p were adjusted
 * together. */
void compare_row_judge(struct compare_row *row, size_t comparisons);

/* Appends it to the rows of the comparison document. */
void compare_row_put(const struct compare_row *row, struct json *rows);

#endif
