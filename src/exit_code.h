/* The exit codes: one table, for the code, --help, the manual and their test. */
#ifndef IPCMARK_EXIT_CODE_H
#define IPCMARK_EXIT_CODE_H

enum exit_code {
	EXIT_DONE = 0,
	EXIT_REGRESSION = 1,
	EXIT_USAGE = 2,
	EXIT_INCONCLUSIVE = 3,
	EXIT_REFUSED = 4,
	EXIT_CELLS_FAILED = 5,
	EXIT_NOTHING_RAN = 6,
	EXIT_UNTRUSTWORTHY = 7,
	EXIT_NOT_WRITTEN = 74,
	EXIT_SIGNAL = 128, /* plus the signal */
};

#define EXIT_CODE_TEXT                                                                      \
	"Exit codes:\n"                                                                     \
	"    0  done; every gate holds, or none was asked\n"                                \
	"    1  compare --gate: a regression is proven\n"                                   \
	"    2  bad usage, or a file that is not a valid result\n"                          \
	"    3  compare --strict: nothing worse, but cells are inconclusive or absent\n"    \
	"    4  compare: refused, not comparable, or no cell in common\n"                   \
	"    5  some cells failed; the result holds the others\n"                           \
	"    6  no requested cell could run here\n"                                         \
	"    7  untrustworthy: a control failed, an unfit clock, or --strict and an unfit " \
	"machine\n"                                                                         \
	"   74  the result could not be written; nothing was overwritten\n"                 \
	"  130  interrupted (143: terminated); a partial result is written\n"

#endif
