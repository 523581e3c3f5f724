/* Before a cell is measured: whether it works here, byte for byte, and how many messages fill a
 * run. */
#ifndef IPCMARK_CALIBRATE_H
#define IPCMARK_CALIBRATE_H

#include "axes.h"
#include "clock.h"
#include "pair.h"

struct calibration {
	struct exchange exchange;        /* warm-up, messages and batch of every run of the cell */
	bool clock_limited;              /* p50 < 20 clock reads or 50 clock quanta */
	double message_ns;               /* time of one round trip or message, roughly */
	double capacity_per_s;           /* paced: messages a second, unpaced */
	struct counters counters[SIDES]; /* of an exchange that nobody times; of all pairs */
	const char *limit; /* what kept runs shorter than asked for ("ephemeral ports"); NULL */
};

struct calibration_targets {
	struct clock_cost clock;
	uint64_t time_ns, warmup_ns;
	uint32_t warmup_messages; /* at least; 0: 1000 */
	struct axes axes;         /* of the cell */
	double capacity_per_s;    /* paced: as it is known; 0: to be measured */
};

/* One untimed pass that checks every byte of some messages, then short exchanges of growing length,
 * and one in which the hardware counters count, where there are any: they would slow down what is
 * measured.
 * `params` is a run's, without its exchange. The status is that of the pair that ended it:
 * PAIR_DONE when *calibration is good, else reason says why not. */
enum pair_status calibrate(const struct pair_params *params,
	const struct calibration_targets *targets, struct calibration *calibration,
	char reason[FAIL_TEXT_BYTES]);

/* The smallest power of two that lifts `rtt_ns` over both limits of the clock; 1 where it is over
 * them already. */
uint32_t calibrate_batch(double rtt_ns, const struct clock_cost *clock);

#endif
