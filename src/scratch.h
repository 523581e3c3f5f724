/* The private folder of an invocation: a place for path names that outlives nobody.
 *
 * A guard process makes it under $TMPDIR (else /tmp) with mode 0700, sleeps beside the program, and
 * removes it with all that is in it when the program is gone, however it went: killed, too. */
#ifndef IPCMARK_SCRATCH_H
#define IPCMARK_SCRATCH_H

#include "guard.h"

#define SCRATCH_PATH_BYTES 192

struct scratch {
	char path[SCRATCH_PATH_BYTES];
	struct guard guard;
};

/* $TMPDIR, or /tmp. */
const char *scratch_parent(void);

/* 0, or -errno with a note; then there is nothing to close. */
int scratch_open(struct scratch *scratch);

/* Removes the folder and what is in it; returns when that is done. */
void scratch_close(struct scratch *scratch);

#endif
