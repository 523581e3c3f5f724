/* One run: two freshly forked and pinned processes, a fresh link between them, one exchange.
 *
 * The harness builds both ends, forks, waits until both sides have attached, removes every name,
 * says "go" and sleeps until both have reported. A child that dies closes its control socket, so
 * every failure is an event; the first side to fail takes the other down. Nothing of a run outlives
 * it. */
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
	struct exchange exchange;
	bool connects;         /* over connections made for each message (rendezvous) */
	uint64_t buffer_bytes; /* asked for; 0: the mechanism's default */
	uint32_t nonce;
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
	struct tally
		*tally[SIDES]; /* what the sides saw: complete only when done; until pair_release */
};

/* Runs it from fork to the last reaped child. Fills *pair in every case; afterwards pair_release.
 */
void pair_run(const struct pair_params *params, struct pair *pair);

/* Gives back the tallies. */
void pair_release(struct pair *pair);

/* "producer", "consumer". */
const char *side_name(enum side side);

#endif
