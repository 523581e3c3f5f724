/* What became of the numbered messages of a stream: loss, duplicates and reordering.
 *
 * The sender numbers its messages 0, 1, 2 ... ; the receiver hands every number it sees to
 * sequence_note. A window of the last SEQUENCE_WINDOW numbers, ending at the highest one seen,
 * tells a duplicate from a late arrival. Afterwards received = unique + duplicates + stale and sent
 * = unique + lost hold by construction of the caller's counts, which sequence_lost checks. Fixed
 * memory, no allocation. */
#ifndef IPCMARK_SEQUENCE_H
#define IPCMARK_SEQUENCE_H

#include <stdint.h>

#define SEQUENCE_WINDOW 65536U

struct sequence {
	uint64_t next;       /* one more than the highest number seen */
	uint64_t received;   /* all calls */
	uint64_t unique;     /* first arrivals */
	uint64_t duplicates; /* seen before, inside the window */
	uint64_t reordered;  /* first arrivals below a number already seen */
	uint64_t stale;      /* older than the window: cannot be told; fails the run */
	uint64_t seen[SEQUENCE_WINDOW / 64];
};

/* An empty record. */
void sequence_reset(struct sequence *s);

/* Takes the next arrival; number < 2^63. In order it costs a few instructions. */
void sequence_note(struct sequence *s, uint64_t number);

/* sent - unique, or -EPROTO (with a reason, see fail.h) when the counts contradict each other: more
 * unique arrivals than sent, a number beyond sent, a stale arrival, received != unique +
 * duplicates. sent < 2^63. */
int64_t sequence_lost(const struct sequence *s, uint64_t sent);

#endif
