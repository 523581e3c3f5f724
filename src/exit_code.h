/* The exit codes: one table, for the code, --help, the manual and their test. */
#ifndef IPCMARK_EXIT_CODE_H
#define IPCMARK_EXIT_CODE_H

enum exit_code {
	EXIT_DONE = 0,
	EXIT_USAGE = 2,
	EXIT_CELLS_FAILED = 5,
	EXIT_NOTHING_RAN = 6,
	EXIT_UNTRUSTWORTHY = 7,
	EXIT_NOT_WRITTEN = 74,
	EXIT_SIGNAL = 128, /* plus the signal */
};

#define EXIT_CODE_TEXT                                                                          \
	"Exit codes:\n"                                                                         \
	"    0  done\n"                                                                         \
	"    2  bad usage, or a file that is not a valid result\n"                              \
	"    5  some cells failed; the result holds the others\n"                               \
	"    6  no requested cell could run here\n"                                             \
	"    7  untrustworthy: the clock of this machine can't be used (--allow clocksource)\n" \
	"   74  the result could not be written; nothing was overwritten\n"                     \
	"  130  interrupted (143: terminated); a partial result is written\n"

#endif
