/* How far a measurement is, on standard error: one updating line on a terminal, a plain line for
 * each block elsewhere. Drawn between runs, never while one is measured. */
#ifndef IPCMARK_PROGRESS_H
#define IPCMARK_PROGRESS_H

#include "run.h"

struct progress {
	bool terminal; /* standard error is one */
	bool quiet;    /* say nothing */
	bool drawn;    /* a line stands there, unfinished */
};

/* What to hand to run_plan. */
struct run_observer progress_observer(struct progress *progress);

/* Takes the unfinished line away. */
void progress_end(struct progress *progress);

#endif
