/* argp with our own words: every complaint is one line that begins with "ipcmark: ", and an unknown
 * option is told with the nearest one. */
#ifndef IPCMARK_CLI_PARSE_H
#define IPCMARK_CLI_PARSE_H

#include <argp.h>

/* Parses the arguments of a verb, argv[0] being the verb; `options` is the parser's input. Returns
 * when all is well; ends the program with EXIT_USAGE where not. */
void cli_parse(const struct argp *argp, int argc, char **argv, void *options);

/* The same where the first argument that is no option begins a command with options of its own. */
void cli_parse_command(const struct argp *argp, int argc, char **argv, void *options);

/* The same for what stands before a verb: options end at the first argument that is none. */
void cli_parse_before_verb(const struct argp *argp, int argc, char **argv, void *options);

/* For parsers: one line about what is wrong with an argument; ends the program with EXIT_USAGE. */
_Noreturn void cli_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
