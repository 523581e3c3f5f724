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
	int fd[COUNTERS];        /* -1: not open */
	bool is_user_only;       /* the kernel's part may not be counted by this user */
	int64_t value[COUNTERS]; /* between start and stop; -1: unknown */
	uint64_t enabled_ns[COUNTERS], running_ns[COUNTERS];
	char reason[COUNTERS][64]; /* why it is unknown; "" */
};

/* Opens what can be opened; what can't has its reason. Threads that are there already are not
 * counted. */
void counters_open(struct counters *counters);

/* What happens between these two is counted. */
void counters_start(struct counters *counters);
void counters_stop(struct counters *counters);

#endif
