/* The figures of one run, worked out from what its two sides saw. Unknown or unsupported figures
 * are NaN. */
#ifndef IPCMARK_FIGURES_H
#define IPCMARK_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "distribution.h"
#include "pair.h"

enum run_flag {
	FLAG_DRIFTING = 1 << 0,      /* the halves of the measured part differ by more than 2 % */
	FLAG_BATCHED = 1 << 1,       /* one clock pair around many round trips: batch means */
	FLAG_CLOCK_LIMITED = 1 << 2, /* too short for the clock to tell one message from the next */
	FLAG_UNSTABLE = 1 << 3,      /* paced: the backlog grew: no quantile describes it */
	FLAG_GENERATOR_LIMITED = 1 << 4, /* paced: the producer itself was late */
	FLAG_ONE_WAY_UNRESOLVED = 1
		<< 5, /* paced: times are too near to what the two clocks differ */
	RUN_FLAGS = 6,
};

/* "drifting", ... by its bit number. */
const char *run_flag_name(unsigned bit);

enum run_status { RUN_OK, RUN_FAILED, RUN_INVALID };

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

	double messages_per_s, bytes_per_s;
	double cpu_ns_per_message;   /* both sides */
	double switches_per_message; /* voluntary, both sides */
	struct usage usage[SIDES];   /* of the measured part, like those that follow */
	uint64_t side_messages[SIDES];
	struct counters counters[SIDES];
};

/* What the run was, as far as the figures depend on it. */
struct figures_context {
	const struct pair_params *params;
	bool clock_limited;
	double one_way_ns; /* how well the clocks of the two CPUs agree (skew.h) */
};

/* Fills the figures of a pair that is done, and adds the samples that are kept to `merged`. Status
 * RUN_FAILED where the counts of both sides contradict each other or the clock ran backwards,
 * RUN_INVALID where the run was not what was asked for (moved to another CPU, swapped, too small a
 * pipe); merged is then left alone. */
void figures_of_run(const struct figures_context *context, const struct pair *pair,
	struct histogram *merged, struct run_figures *figures);

#endif
