/* All rows of a comparison, and what can't be compared: cells are matched by their id. */
#ifndef IPCMARK_COMPARE_TABLE_H
#define IPCMARK_COMPARE_TABLE_H

#include "compare_row.h"

struct compare_table {
	struct compare_arm *const *arms; /* the first is the base */
	size_t arm_count;
	enum compare_unit unit;
	const struct compare_policy *policy;
	struct compare_row *rows; /* by the base's cells, then metrics, then arms */
	size_t row_count;
	struct json *absent; /* [{"cell", "metric", "reason"}]: what one arm has and another not */
	size_t broken; /* cells that worked in the base, and failed or can't keep their rate now */
	const char *broken_last;
	size_t comparisons; /* rows that have a p */
	double smallest_p;  /* that any of them can reach; NaN where there is none */
	size_t ignored;     /* cells that the policy leaves out */
	size_t lacking[COMPARE_METRICS_MOST];  /* cells where no arm has the figure, for want of
						  messages */
	double (*noise)[COMPARE_METRICS_MOST]; /* half-widths of the A/A interval, by arm; NaN */
	double needs[COMPARE_METRICS_MOST];    /* and how many a run would have to have */
};

/* Fills all but the first four members. */
void compare_table_fill(struct compare_table *table);
void compare_table_clear(struct compare_table *table);

/* Whether the cell is one of the comparison: no control, and not the harness alone. */
bool compare_table_has(const struct compare_cell *cell);

/* How many rows compare this arm with the base. */
size_t compare_table_rows_of(const struct compare_table *table, size_t arm);

#endif
