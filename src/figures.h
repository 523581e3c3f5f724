/* The figures of one run, worked out from what its two sides saw. Unknown or unsupported figures
 * are NaN. */
#ifndef IPCMARK_FIGURES_H
#define IPCMARK_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "distribution.h"
#include "load.h"
#include "pair.h"

enum run_flag {
	FLAG_DRIFTING = 1 << 0,      /* the halves of the measured part differ by more than 2 % */
	FLAG_BATCHED = 1 << 1,       /* one clock pair around many round trips: batch means */
	FLAG_CLOCK_LIMITED = 1 << 2, /* too short for the clock to tell one message from the next */
	FLAG_UNSTABLE = 1 << 3,      /* paced: the backlog grew: no quantile describes it */
	FLAG_GENERATOR_LIMITED = 1 << 4, /* paced: the producer itself was late */
	FLAG_ONE_WAY_UNRESOLVED = 1
		<< 5,               /* paced: times are too near to what the two clocks differ */
	FLAG_FOREIGN_LOAD = 1 << 6, /* other work on its CPUs */
	FLAG_STEAL = 1 << 7,        /* the host took time of its CPUs */
	FLAG_THROTTLED = 1 << 8,    /* by the control group, or for heat */
	FLAG_FREQUENCY = 1 << 9,    /* its CPUs changed their pace */
	FLAG_INVOLUNTARY = 1 << 10, /* its sides lost their CPUs to others */
	FLAG_UNEXPECTED_WAIT = 1 << 11, /* it slept where it was to spin, or the reverse */
	FLAG_DEEP_IDLE = 1 << 12,       /* its CPUs slept deeper than they need to wake fast */
	FLAG_RETRANSMITS = 1 << 13,     /* TCP sent something again */
	RUN_FLAGS = 14,
};

/* "drifting", ... by its bit number. */
const char *run_flag_name(unsigned bit);

enum run_status { RUN_OK, RUN_FAILED, RUN_INVALID };

/* The slowest and the fastest of several pairs; NaN: there is one pair. */
struct spread {
	double min, max;
};

struct run_figures {
	uint32_t block, order;  /* the pass over the plan, and the place in it; both from 0 */
	uint32_t padding_bytes; /* by which the stacks were shifted */
	enum run_status status;
	char reason[FAIL_TEXT_BYTES]; /* of a failed or invalid run */
	unsigned flags;

	uint64_t messages;  /* kept after the warm-up: round trips, or messages received */
	uint64_t discarded; /* warm-up: before the measured part, and cut from its front (MSER) */
	uint64_t sent, lost, duplicates, reordered; /* in the whole run, warm-up included */
	uint64_t offered; /* messages that the producer sent for those that are in the figures */
	double seconds;   /* in which `messages` passed */

	struct distribution rtt; /* pingpong */
	struct distribution response,
		service;              /* paced: from when it was due; from when it was sent */
	struct distribution lateness; /* paced: of the producer */
	double sent_per_s;            /* paced: at what rate it did send */

	/* Of several pairs at once (figures_crowd.h). */
	uint32_t pairs; /* 0: one */
	struct spread pair_messages_per_s;
	struct spread pair_p50_ns; /* of recorded durations */
	double pair_overlap;       /* share of the slowest one's time in which all were measured */

	double messages_per_s, bytes_per_s;
	double cpu_ns_per_message;   /* both sides */
	double switches_per_message; /* voluntary, both sides */
	struct usage usage[SIDES];   /* of the measured part, like those that follow */
	uint64_t side_messages[SIDES];
	double busy[SIDES];              /* share of one CPU, 0 .. 1 */
	struct counters counters[SIDES]; /* not of this run: see calibrate.h */
	double work_ns[SIDES][2];        /* of fixed work before and after; NaN: not known */
	struct load_change load;         /* on its CPUs, while it was at work */
	int64_t retransmits; /* of TCP meanwhile, in this network namespace; -1: unknown */
};

/* What the run was, as far as the figures depend on it. */
struct figures_context {
	const struct pair_params *params;
	bool clock_limited;
	struct histogram *kept; /* where the samples that are in the figures are put: overwritten */
	double one_way_ns;      /* how well the clocks of the two CPUs agree (skew.h) */
};

/* Fills the figures of a pair that is done. Status RUN_FAILED where the counts of both sides
 * contradict each other or the clock ran backwards, RUN_INVALID where the run was not what was
 * asked for (moved to another CPU, swapped, too small a pipe). */
void figures_of_run(const struct figures_context *context, const struct pair *pair,
	struct run_figures *figures);

/* Adds the samples of the run that figures_of_run has just filled (context->kept) to those of its
 * cell; one that is not good, is unstable or has times too near to what the clocks differ adds
 * none.
 */
void figures_merge(const struct figures_context *context, const struct run_figures *figures,
	struct histogram *merged);

/* The CPU time and the switches of both sides (usage) for each message of the side that is timed.
 */
void figures_divide_usage(struct run_figures *figures, enum side timed);

/* Takes a good run out of the estimates, and says why. */
void figures_invalidate(struct run_figures *figures, const char *reason);

#endif
