/* The private folder of an invocation: a place for path names that outlives nobody.
 *
 * A guard process makes it under $TMPDIR (else /tmp) with mode 0700, sleeps beside the program, and
 * removes it with all that is in it when the program is gone, however it went: killed, too; and
 * what the program had noted of things that stand in no folder. */
#ifndef IPCMARK_SCRATCH_H
#define IPCMARK_SCRATCH_H

#include "guard.h"
#include "leftovers.h"

#define SCRATCH_PATH_BYTES 192

struct scratch {
	char path[SCRATCH_PATH_BYTES];
	struct leftovers *leftovers;
	struct guard guard;
};

/* $TMPDIR, or /tmp. */
const char *scratch_parent(void);

/* 0, or -errno with a note; then there is nothing to close. */
int scratch_open(struct scratch *scratch);

/* Removes the folder, what is in it and what is noted; returns when that is done. */
void scratch_close(struct scratch *scratch);

#endif
