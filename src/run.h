/* Runs a plan: calibrates each cell, then passes over all of them again and again in shuffled
 * order, each run in freshly forked processes (METHOD, parts 3 and 4). */
#ifndef IPCMARK_RUN_H
#define IPCMARK_RUN_H

#include "clock.h"
#include "conditions.h"
#include "figures.h"
#include "plan.h"

#define RUNS_MOST 1000 /* of one cell */

struct run_options {
	uint32_t runs;            /* of each cell: passes over the plan */
	uint64_t time_ns;         /* what a run measures, warm-up aside */
	uint64_t warmup_ns;       /* at least this much is discarded first (and 1 %) */
	uint32_t warmup_messages; /* and so many messages; 0: 1000 */
	uint64_t seed;            /* of the order, the nonces and the paddings */
	bool allow_disturbed;     /* runs that the machine disturbed are flagged, not left out */
};

enum cell_status { CELL_OK, CELL_SKIPPED, CELL_FAILED, CELL_INVALID };

struct cell_record {
	const struct cell *cell;
	enum cell_status status;
	char reason[FAIL_TEXT_BYTES];
	bool clock_limited;
	struct counters counters[SIDES]; /* see calibrate.h */
	double capacity_per_s;           /* paced: what it moves unpaced; 0: not measured */
	const char *limit;        /* what kept its runs shorter than asked for; NULL: nothing did */
	struct exchange exchange; /* of each run */
	struct link_buffers requested, effective;
	struct run_figures *runs; /* run_count of them, in the order of the blocks */
	uint32_t run_count, failures_in_a_row;
	struct histogram *merged; /* samples of all good runs; NULL where there are none */
};

struct run_record {
	const struct plan *plan;
	struct run_options options;
	struct clock_cost clock;
	struct conditions conditions;
	struct cell_record *cells; /* plan->count of them, in the plan's order */
	int signal;                /* that ended it early; 0: it came to its end */
};

/* Called between runs, never while one is measured; all may be NULL. */
struct run_observer {
	void *context;
	/* about to calibrate cell `index` of the plan */
	void (*calibrating)(void *context, const struct run_record *record, size_t index);
	/* about to run cell `index` in `block`; `left_ns`: an estimate of the time to the end */
	void (*running)(void *context, const struct run_record *record, size_t index,
		uint32_t block, uint64_t left_ns);
	void (*block_done)(
		void *context, const struct run_record *record, uint32_t block, uint64_t left_ns);
};

/* Fills *record; afterwards run_release. 0 also when cells failed or a signal came: the record says
 * so. -errno with a note where nothing could be started. */
int run_plan(const struct plan *plan, const struct run_options *options,
	const struct run_observer *observer, struct run_record *record);

void run_release(struct run_record *record);

/* What a cell of the same link and CPUs was found to move so far, in messages a second, so that the
 * loads of a sweep are shares of one capacity; 0: none was. */
double run_capacity_of_link(const struct run_record *record, const struct cell *cell);

#endif
