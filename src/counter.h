/* Hardware counters of the calling thread and of those that it starts: instructions, cycles and
 * cache misses, by perf_event_open(2). A counter that did not run all the time has no value and a
 * reason, never 0. */
#ifndef IPCMARK_COUNTER_H
#define IPCMARK_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "fail.h"

enum counter { COUNTER_INSTRUCTIONS, COUNTER_CYCLES, COUNTER_CACHE_MISSES, COUNTERS };

/* "instructions", "cycles", "cache_misses". */
const char *counter_name(enum counter counter);

struct counters {
	uint64_t messages;       /* between start and stop; noted by whoever starts them */
	int fd[COUNTERS];        /* -1: there is no such counter */
	bool is_open;            /* else there are no descriptors */
	bool is_user_only;       /* the kernel's part may not be counted by this user */
	int64_t value[COUNTERS]; /* between start and stop; -1: unknown */
	uint64_t enabled_ns[COUNTERS], running_ns[COUNTERS];
	char reason[COUNTERS][64]; /* why it is unknown; "" */
};

/* Opens what can be opened; what can't has its reason. Threads that are there already are not
 * counted. */
void counters_open(struct counters *counters);

/* Whether there is one. */
bool counters_any(const struct counters *counters);

/* Counters that are open slow every context switch down: a round trip of 4.3 us between two
 * processes of one CPU took 7.4 with three (seen). Nothing is timed in a process that has any: even
 * closed, they leave it something to look after. */
void counters_close(struct counters *counters);

/* What happens between these two is counted. */
void counters_start(struct counters *counters);
void counters_stop(struct counters *counters);

/* Adds those of another side, and its messages. A count is known where it is known of all. */
void counters_add(struct counters *sum, const struct counters *more);

#endif
