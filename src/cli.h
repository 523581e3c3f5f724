/* The command line: one argp table for each verb, and what it fills. */
#ifndef IPCMARK_CLI_H
#define IPCMARK_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "affinity.h"
#include "export.h"
#include "preset.h"
#include "tune.h"

struct cli_run {
	const struct preset *preset; /* NULL: none was named */
	const char **cells;          /* globs of -c, cell_count of them */
	size_t cell_count;
	bool has_cpus;
	struct cpu_pair cpus;
	uint32_t runs;       /* 0: the preset's */
	uint64_t time_ns;    /* 0: the preset's */
	uint64_t rate_per_s; /* of paced cells; 0: half of their capacity */
	bool sweep;          /* paced cells at a row of loads */
	bool has_seed;
	uint64_t seed;
	const char *label;  /* NULL: the kernel's release */
	const char *output; /* NULL: a name made of the time */
	bool force, quiet, allow_clocksource, allow_disturbed, omit_cmdline;
};

/* Of every verb that reads results. */
struct cli_files {
	char **files; /* NULL at the end */
	bool json, cost;
	enum export_format format;
	enum export_table table;
};

/* How a comparison is told: by default as a table. */
enum cli_compare_format {
	COMPARE_TABLE,
	COMPARE_JSON,
	COMPARE_MARKDOWN,
	COMPARE_JUNIT,
	COMPARE_TSV,
	COMPARE_FORMATS
};

struct cli_compare {
	char **arms; /* NULL at the end */
	bool gate, strict, allow_hardware, write_policy;
	const char *policy;   /* NULL: none */
	const char **margins; /* of --margin, margin_count of them */
	size_t margin_count;
	enum cli_compare_format answer;     /* what goes to `output` */
	const char *output;                 /* "-": standard output */
	const char *files[COMPARE_FORMATS]; /* written beside it; NULL: not */
};

struct cli_doctor {
	bool json, strict;
};

/* Each parses argv, argv[0] being the verb, and fills *options. Bad usage is told on standard
 * error, and the program ends with EXIT_USAGE; --help and --usage end it, too. */
void cli_parse_run(int argc, char **argv, struct cli_run *options);
void cli_parse_list(int argc, char **argv, bool *json);
void cli_parse_doctor(int argc, char **argv, struct cli_doctor *options);
void cli_parse_show(int argc, char **argv, struct cli_files *options);
void cli_parse_export(int argc, char **argv, struct cli_files *options);
void cli_parse_validate(int argc, char **argv, struct cli_files *options);
void cli_parse_compare(int argc, char **argv, struct cli_compare *options);
void cli_parse_schema(int argc, char **argv);
void cli_parse_tune(int argc, char **argv, struct tune_options *options);

/* The options before the verb; the index of the verb in argv, argc where there is none. */
int cli_parse_main(int argc, char **argv);

#endif
