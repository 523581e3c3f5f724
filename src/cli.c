/* See cli.h: the options of the other verbs, and those before a verb. */
#include "cli.h"

#include <argp.h>
#include <string.h>

#include "cli_parse.h"
#include "exit_code.h"

/* Options without a short form. */
enum { OPT_JSON = 256, OPT_STRICT, OPT_FORMAT, OPT_TABLE, OPT_COST };

/* ---- verbs that read files, and those without arguments ---- */

#define OPTION_JSON                                     \
	{                                               \
		"json", OPT_JSON, NULL, 0, "As JSON", 0 \
	}

static const struct argp_option json_only[] = {OPTION_JSON, {0}};

static const struct argp_option show_options[] = {OPTION_JSON,
	{"cost", OPT_COST, NULL, 0,
		"What a message costs each side: CPU time, switches, instructions, cycles, cache "
		"misses",
		0},
	{0}};

static const struct argp_option export_options[] = {
	{"format", OPT_FORMAT, "FORMAT", 0, "tsv or csv (default: tsv)", 0},
	{"table", OPT_TABLE, "TABLE", 0,
		"cells: each cell and figure; runs: each run; percentiles: the curve of each cell; "
		"conditions: the machine "
		"(default: cells)",
		0},
	{0},
};

static void set_format(struct cli_files *options, const char *text)
{
	options->format = strcmp(text, "csv") == 0 ? EXPORT_CSV : EXPORT_TSV;
	if (strcmp(text, "csv") != 0 && strcmp(text, "tsv") != 0)
		cli_refuse("--format \"%s\": expected tsv or csv", text);
}

static void set_table(struct cli_files *options, const char *text)
{
	for (int table = 0; table < EXPORT_TABLES; table++) {
		if (strcmp(text, export_table_name((enum export_table)table)) == 0) {
			options->table = (enum export_table)table;
			return;
		}
	}
	cli_refuse("--table \"%s\": expected cells, runs, percentiles or conditions", text);
}

static error_t parse_file_option(int key, char *arg, struct argp_state *state)
{
	struct cli_files *options = state->input;

	switch (key) {
	case OPT_JSON: options->json = true; return 0;
	case OPT_COST: options->cost = true; return 0;
	case OPT_FORMAT: set_format(options, arg); return 0;
	case OPT_TABLE: set_table(options, arg); return 0;
	case ARGP_KEY_ARGS: options->files = state->argv + state->next; return 0;
	case ARGP_KEY_NO_ARGS:
		cli_refuse("which result? (a file, or - for standard input)");
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static void parse_files(const struct argp_option *options, const char *doc, int argc, char **argv,
	struct cli_files *files)
{
	const struct argp argp = {
		.options = options, .parser = parse_file_option, .args_doc = "FILE...", .doc = doc};

	*files = (struct cli_files){.format = EXPORT_TSV, .table = EXPORT_CELLS};
	cli_parse(&argp, argc, argv, files);
}

void cli_parse_show(int argc, char **argv, struct cli_files *options)
{
	parse_files(show_options, "Shows results as tables.", argc, argv, options);
	if (options->json && options->cost)
		cli_refuse("--json and --cost: one of them; the JSON holds it all");
}

void cli_parse_export(int argc, char **argv, struct cli_files *options)
{
	parse_files(export_options, "Writes results as lines of fields with a header, for scripts.",
		argc, argv, options);
}

void cli_parse_validate(int argc, char **argv, struct cli_files *options)
{
	parse_files(NULL,
		"Checks results: the format against the published schema, and the figures against "
		"each other and against "
		"their histograms.",
		argc, argv, options);
}

static error_t parse_list_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case OPT_JSON: *(bool *)state->input = true; return 0;
	case ARGP_KEY_ARG: cli_refuse("unexpected \"%s\"", arg); return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

void cli_parse_list(int argc, char **argv, bool *json)
{
	const struct argp argp = {.options = json_only,
		.parser = parse_list_option,
		.doc = "Lists patterns, transports, waits and placements, and what this machine "
		       "has of them."};

	*json = false;
	cli_parse(&argp, argc, argv, json);
}

static const struct argp_option doctor_options[] = {
	OPTION_JSON,
	{"strict", OPT_STRICT, NULL, 0, "Exit code 7 when a check fails or is unknown", 0},
	{0},
};

static error_t parse_doctor_option(int key, char *arg, struct argp_state *state)
{
	struct cli_doctor *options = state->input;

	switch (key) {
	case OPT_JSON: options->json = true; return 0;
	case OPT_STRICT: options->strict = true; return 0;
	case ARGP_KEY_ARG: cli_refuse("unexpected \"%s\"", arg); return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

void cli_parse_doctor(int argc, char **argv, struct cli_doctor *options)
{
	const struct argp argp = {.options = doctor_options,
		.parser = parse_doctor_option,
		.doc = "Examines this machine: what disturbs a measurement here, what that does to "
		       "the figures, and the command that mends it. Takes about 1.5 s, changes "
		       "nothing and needs no privilege."};

	*options = (struct cli_doctor){0};
	cli_parse(&argp, argc, argv, options);
}

void cli_parse_schema(int argc, char **argv)
{
	const struct argp argp = {
		.parser = parse_list_option, .doc = "Prints the JSON Schema of results."};
	bool json;

	cli_parse(&argp, argc, argv, &json);
}

/* ---- before the verb ---- */

static const char main_doc[] =
	"Measures how fast two processes of this machine talk: latency and throughput of every IPC "
	"mechanism.\n"
	"Without a verb: a quick look at all of them, under 20 s, nothing is written.\v"
	"Verbs (each has its own --help):\n"
	"  list      what can be measured here\n"
	"  doctor    what of this machine disturbs a measurement, and how to mend it\n"
	"  run       measure, and write a result\n"
	"  show      results as tables\n"
	"  compare   what is faster or slower in one result than in another, and a gate for CI\n"
	"  plot      results as figures\n"
	"  export    results as TSV or CSV\n"
	"  validate  check results\n"
	"  schema    print the JSON Schema of results\n"
	"  tune      run a command on a machine that is set for measuring, and restore it\n"
	"\n"
	"Examples:\n"
	"  ipcmark\n"
	"  ipcmark run --preset quick -o here.json\n"
	"  ipcmark plot here.json -o plots-out\n"
	"\n" EXIT_CODE_TEXT;

static error_t parse_main_option(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	*(int *)state->input = state->next - 1;
	state->next = state->argc;
	return 0;
}

int cli_parse_main(int argc, char **argv)
{
	const struct argp argp = {
		.parser = parse_main_option, .args_doc = "[VERB [OPTION...]]", .doc = main_doc};
	int verb = argc;

	cli_parse_before_verb(&argp, argc, argv, &verb);
	return verb;
}
