/* What of a machine can be set for a steady measurement, and the files where this machine has it.
 *
 * The list of files lives in memory that is shared with forked processes, so that whoever restores
 * (a guard, when the program was killed) knows all that was found and done. Nothing here prints. */
#ifndef IPCMARK_TUNE_SETTING_H
#define IPCMARK_TUNE_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TUNE_PATH_BYTES  128
#define TUNE_VALUE_BYTES 64

struct tune_setting {
	const char *name;    /* several rows may share one */
	const char *pattern; /* a glob of /proc or /sys */
	const char *wanted;  /* NULL: only kept, because other rows move it */
	const char *why;
};

/* Ends with a row without a name; at most 32 rows. */
extern const struct tune_setting tune_settings[];

enum tune_state {
	TUNE_KEPT,     /* nothing is wanted of it but to be as before at the end */
	TUNE_ALREADY,  /* was found as wanted */
	TUNE_TO_SET,   /* not done yet */
	TUNE_SET,      /* reads as wanted since tune_set() */
	TUNE_REFUSED,  /* reads otherwise than wanted: see error */
	TUNE_RESTORED, /* reads as found again, after tune_restore() */
	TUNE_CHANGED,  /* was changed by somebody else meanwhile, so it was left alone */
	TUNE_STUCK,    /* could not be restored: see error */
};

struct tune_file {
	const struct tune_setting *setting;
	char path[TUNE_PATH_BYTES];   /* below the root */
	char found[TUNE_VALUE_BYTES]; /* before tune_set() */
	char now[TUNE_VALUE_BYTES];   /* as last read; "" where it can't be read */
	enum tune_state state;
	int error; /* errno of a write that failed; 0: it was accepted, and something else is read
		    */
};

struct tune {
	const char *root;
	bool is_set; /* tune_set() has come to its end */
	size_t count;
	struct tune_file files[];
};

/* Reads every file of the table that this machine has, but those of the rows whose bits are set in
 * leave. NULL with a note where there is no memory to share. */
struct tune *tune_find(const char *root, uint32_t leave);
void tune_free(struct tune *tune);

/* The bits of all rows with this name, 0 where there is none: for `leave`. */
uint32_t tune_rows(const char *name);

/* Sees which files could be written, and writes none: the state of each becomes TUNE_TO_SET or
 * TUNE_REFUSED. */
void tune_try(struct tune *tune);

/* Writes what is wanted and reads every file back when all are written, since some settings move
 * others. */
void tune_set(struct tune *tune);

/* Gives every file the value that was found, in the reverse order, and reads it back. A file that
 * no longer reads as tune_set() left it is somebody else's now and stays; if tune_set() did not
 * come to its end, all files are ours. */
void tune_restore(struct tune *tune);

/* How many files are in a state. */
size_t tune_count(const struct tune *tune, enum tune_state state);

#endif
