/* What one side saw in one run. It lives in memory that the harness maps before the fork: the side
 * writes, the harness reads, after the side has reported (progress aside). */
#ifndef IPCMARK_TALLY_H
#define IPCMARK_TALLY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "counter.h"
#include "fail.h"
#include "histogram.h"
#include "sequence.h"

#define TALLY_EPOCHS 60 /* equal sub-blocks of the measured part (METHOD, part 4) */

/* Totals of a side so far. */
struct usage {
	int64_t cpu_ns;
	int64_t voluntary_switches, involuntary_switches;
	int64_t minor_faults, major_faults;
	int64_t max_rss_bytes; /* since the process began */
};

struct tally {
	_Alignas(128) _Atomic uint64_t progress; /* messages so far: for the watchdog */
	_Alignas(128) _Atomic uint32_t
		finished;         /* the consumer of a lossy stream has seen its end */
	_Atomic int64_t start_ns; /* the producer of a paced stream: when message 0 is due */

	char reason[FAIL_TEXT_BYTES]; /* of a failure; "" */
	bool is_thread;               /* the side shares its process: its own thread is counted */
	int cpu_start, cpu_end;       /* where the measured part began and ended */
	struct usage usage;           /* of the measured part */
	struct counters counters;     /* the same, where the side has opened them */
	double work_ns[2];            /* of fixed work (probe.h), before and after */
	int64_t elapsed_ns;           /* of the measured part */
	uint64_t sent;                /* by a producer, warm-up included */
	uint64_t before; /* that a consumer, or a producer of round trips, had seen when it began */
	uint64_t messages; /* of the measured part: round trips, or messages sent or received */

	/* the pattern's timed side: time, and messages so far, at the start of each epoch and at
	 * the end */
	int64_t stamp_ns[TALLY_EPOCHS + 1];
	uint64_t arrived[TALLY_EPOCHS + 1];
	struct sequence sequence; /* of a lossy or paced stream, warm-up included */

	/* ns: round trips, of `batch` messages each (the producer of a pingpong); response times
	 * from when a message was due (the consumer of a paced stream); how late each was sent (its
	 * producer) */
	struct histogram warmup;
	struct histogram epoch[TALLY_EPOCHS];
	/* ns: service times, from when a message was sent (the consumer of a paced stream) */
	struct histogram service_warmup;
	struct histogram service[TALLY_EPOCHS];
};

/* Notes that an epoch begins now (or, for the last, that it ends). */
void tally_stamp(struct tally *tally, uint32_t epoch, uint64_t messages);

/* Brackets the measured part; in the process, and the thread, of the side. */
void tally_begin(struct tally *tally);
void tally_end(struct tally *tally);

#endif
