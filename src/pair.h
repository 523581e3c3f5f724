/* One run: two freshly forked and pinned processes, a fresh link between them, one exchange. Or, if
 * asked for, two threads of one such process; or several such pairs at once.
 *
 * The harness builds both ends, forks, waits until both sides have attached, removes every name,
 * says "go" and sleeps until both have reported. Of several pairs each is built so in turn, and all
 * are told to go together. A child that dies closes its control socket, so every failure is an
 * event; the first side to fail takes all others down. Nothing of a run outlives it. */
#ifndef IPCMARK_PAIR_H
#define IPCMARK_PAIR_H

#include "affinity.h"
#include "pattern.h"

struct pair_params {
	const struct transport *transport;
	const struct pattern *pattern;
	enum wait_mode wait;
	size_t message_bytes;
	struct cpu_pair cpus;
	const struct crowd *crowd;   /* several pairs, and where each runs; NULL: one, on cpus */
	bool threads;                /* both sides of a pair are threads of one process */
	bool counts;                 /* each side has hardware counters, which slow it down */
	bool connects;               /* over connections made for each message (rendezvous) */
	uint32_t connections;        /* links of a pair (pattern fanin); 0: one */
	uint32_t active;             /* of them, those over which messages come */
	uint64_t buffer_bytes;       /* asked for; 0: the mechanism's default */
	struct exchange exchange;    /* of each pair */
	uint32_t nonce;              /* of the first link; those that follow count up */
	uint32_t padding_bytes;      /* by which the stacks of both sides are shifted: 0 .. 4095 */
	const char *folder;          /* private, for the transport's names */
	struct leftovers *leftovers; /* of that folder; or NULL */
};

enum pair_status {
	PAIR_DONE,
	PAIR_UNSUPPORTED, /* the transport can't be had on this machine, or not with this size */
	PAIR_FAILED,
	PAIR_INTERRUPTED, /* a signal came (interrupt.h) */
};

struct pair {
	enum pair_status status;
	char reason[FAIL_TEXT_BYTES]; /* unless done */
	struct link_buffers requested, effective;
	uint32_t pairs;
	/* what the sides of each pair saw, [side][0 .. pairs - 1]: complete only when done; until
	 * pair_release */
	struct tally *tally[SIDES];
};

/* Runs it from fork to the last reaped child. Fills *pair in every case; afterwards pair_release.
 */
void pair_run(const struct pair_params *params, struct pair *pair);

/* Gives back the tallies. */
void pair_release(struct pair *pair);

/* How many there are, 1 or more, and where number i runs. */
uint32_t pair_count(const struct pair_params *params);
struct cpu_pair pair_cpus(const struct pair_params *params, uint32_t i);

/* The CPUs of all sides of all pairs, -1 where one is not pinned; how many. */
size_t pair_list_cpus(const struct pair_params *params, int cpus[SIDES * CROWD_MOST]);

/* Whether an error of setup or attach means that the machine, or this size, can't have it. */
bool pair_means_unsupported(int err);

/* "producer", "consumer". */
const char *side_name(enum side side);

#endif
