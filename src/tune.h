/* `ipcmark tune`: sets what can be set for a steady measurement, runs a command, and restores what
 * was found; a guard restores it when the program is killed. Says what it does, a line a setting,
 * on standard error. */
#ifndef IPCMARK_TUNE_H
#define IPCMARK_TUNE_H

#include <stdbool.h>
#include <stdint.h>

struct tune_options {
	bool dry_run;    /* say what would be set, on standard output, and do nothing */
	bool strict;     /* no command unless all was set that is here to be set */
	bool keep_awake; /* hold idle processors in a state that takes no time to leave */
	uint32_t leave;  /* rows that are not touched: see tune_rows() */
	char **command;  /* NULL at the end; no matter in a dry run */
};

/* Returns the exit code: the command's, 128 + N if signal N killed it, 127 if there is no such
 * command and 126 if it can't be run, as env(1) does; EXIT_UNTRUSTWORTHY for strict. A signal that
 * came after the command's end takes effect when all is restored. root stands before every path.
 */
int tune_run(const char *root, const struct tune_options *options);

#endif
