/* The life of one side: the child's half of a pair. */
#ifndef IPCMARK_SIDE_H
#define IPCMARK_SIDE_H

#include <sys/types.h>

#include "pair.h"

struct side_start {
	enum side side;
	pid_t harness; /* the parent that the child must not outlive */
	int control;   /* its control socket */
	void *state;   /* of the transport, after setup */
	struct tally *tally[SIDES];
};

/* Pins itself, attaches, reports, waits for "go", exchanges, reports, and leaves the process. Two
 * reports of an int32_t each: 0, or -errno with the reason in the tally. */
_Noreturn void side_main(const struct pair_params *params, const struct side_start *start);

#endif
