/* `ipcmark compare`. */
#ifndef IPCMARK_COMPARE_VERB_H
#define IPCMARK_COMPARE_VERB_H

/* argv[0] is the verb. Compares, writes all that was asked for, and returns the exit code. */
int compare_verb(int argc, char **argv);

#endif
