/* See cli.h. */
#include "cli.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "fail.h"
#include "run.h"
#include "version.h"
#include "words.h"

/* Options without a short form. */
enum {
	OPT_PRESET = 256,
	OPT_CPUS,
	OPT_RUNS,
	OPT_TIME,
	OPT_SEED,
	OPT_LABEL,
	OPT_FORCE,
	OPT_ALLOW,
	OPT_OMIT,
	OPT_JSON,
	OPT_FORMAT,
	OPT_TABLE
};

static void print_version(FILE *out, struct argp_state *state)
{
	(void)state;
	fprintf(out, "ipcmark %s (%s), %s\n", IPCMARK_VERSION, IPCMARK_GIT, IPCMARK_COMPILER);
}

/* argp makes "ipcmark run" of the two words in its messages. */
static void parse(const struct argp *argp, int argc, char **argv, void *options)
{
	static char name[64];

	snprintf(name, sizeof name, "ipcmark %s", argv[0]);
	argv[0] = name;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(argp, argc, argv, 0, NULL, options);
}

/* ---- run ---- */

static const struct argp_option run_options[] = {
	{"preset", OPT_PRESET, "NAME", 0,
		"quick, ci or review: which cells, how often and how long (default: quick; with "
		"-c: ci's runs and time)",
		1},
	{"cells", 'c', "GLOB", 0,
		"Run the cells that match PATTERN/TRANSPORT/WAIT/SIZE/PLACEMENT; * ? [] {a,b} "
		"work; may be repeated",
		1},
	{"cpus", OPT_CPUS, "A,B", 0,
		"Pin the producer to CPU A and the consumer to CPU B, in place of all placements",
		1},
	{"runs", OPT_RUNS, "N", 0,
		"Runs of each cell, each in fresh processes; 6 at least for an interval", 2},
	{"time", OPT_TIME, "DURATION", 0, "What each run measures, warm-up aside: 50ms, 2s ...", 2},
	{"seed", OPT_SEED, "N", 0, "Of the order of runs (default: random; recorded)", 2},
	{"label", OPT_LABEL, "TEXT", 0,
		"What this result is called in tables and plots (default: the kernel's release)",
		3},
	{"output", 'o', "FILE", 0,
		"Where the result goes; - is standard output (default: ipcmark-DATE-TIME.json)", 3},
	{"force", OPT_FORCE, NULL, 0, "Replace FILE if it exists", 3},
	{"quiet", 'q', NULL, 0, "No progress and no table", 3},
	{"omit", OPT_OMIT, "cmdline", 0,
		"Leave the kernel's command line out of the result (it may hold names or secrets)",
		4},
	{"allow", OPT_ALLOW, "clocksource", 0,
		"Measure in spite of an unsuitable clock; stamps the result", 4},
	{0},
};

static const char run_doc[] =
	"Measures cells and writes a result.\v"
	"Examples:\n"
	"  ipcmark run --preset ci -o new.json\n"
	"  ipcmark run -c 'pingpong/{pipe,tcp}/block/64/*' --runs 20 -o pipes.json\n"
	"  ipcmark run -c pingpong/shm -c stream/shm/spin/64K --cpus 0,1 -o - | jq .warnings\n"
	"\n"
	"Parts that are left out of GLOB: any transport, any wait, 64 bytes, and the placements "
	"nearest (the closest "
	"pair of different cores) and same-cpu. `ipcmark list` shows the words.\n";

static bool parse_count(const char *text, uint64_t most, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && end != text && !*end && *text >= '0' && *text <= '9' && *value <= most;
}

static void add_cell(struct cli_run *options, const char *glob)
{
	const char **grown = realloc(options->cells, (options->cell_count + 1) * sizeof *grown);

	if (!grown)
		abort();
	options->cells = grown;
	options->cells[options->cell_count++] = glob;
}

static void set_preset(struct cli_run *options, const char *name, struct argp_state *state)
{
	const char *names[8] = {NULL};
	const char *nearest;

	options->preset = preset_find(name);
	if (options->preset)
		return;
	for (size_t i = 0; i < 7 && preset_table[i].name; i++)
		names[i] = preset_table[i].name;
	nearest = words_nearest(name, names);
	argp_error(state, "unknown preset \"%s\"%s%s%s", name,
		nearest ? ": did you mean \"" : ": expected quick, ci or review",
		nearest ? nearest : "", nearest ? "\"?" : "");
}

static void set_cpus(struct cli_run *options, const char *text, struct argp_state *state)
{
	int end = 0;

	if (sscanf(text, "%d,%d%n", &options->cpus.producer, &options->cpus.consumer, &end) != 2 ||
		text[end] || options->cpus.producer < 0 || options->cpus.consumer < 0)
		argp_error(state, "--cpus \"%s\": expected two CPU numbers, as in 0,1", text);
	options->has_cpus = true;
}

static void set_runs(struct cli_run *options, const char *text, struct argp_state *state)
{
	uint64_t runs;

	if (!parse_count(text, RUNS_MOST, &runs) || runs == 0)
		argp_error(state, "--runs \"%s\": expected a number from 1 to %d", text, RUNS_MOST);
	options->runs = (uint32_t)runs;
}

static void set_time(struct cli_run *options, const char *text, struct argp_state *state)
{
	if (words_parse_duration(text, &options->time_ns) < 0)
		argp_error(state, "--time: %s", fail_reason());
	if (options->time_ns < 1000000)
		argp_error(state, "--time \"%s\": expected 1ms at least", text);
}

static void set_seed(struct cli_run *options, const char *text, struct argp_state *state)
{
	if (!parse_count(text, JSON_MAX_INTEGER, &options->seed))
		argp_error(state, "--seed \"%s\": expected a number from 0 to %lld", text,
			(long long)JSON_MAX_INTEGER);
	options->has_seed = true;
}

static void expect_word(
	const char *option, const char *text, const char *word, struct argp_state *state)
{
	if (strcmp(text, word) != 0)
		argp_error(state, "%s \"%s\": expected %s", option, text, word);
}

static error_t parse_run_option(int key, char *arg, struct argp_state *state)
{
	struct cli_run *options = state->input;

	switch (key) {
	case OPT_PRESET: set_preset(options, arg, state); return 0;
	case 'c': add_cell(options, arg); return 0;
	case OPT_CPUS: set_cpus(options, arg, state); return 0;
	case OPT_RUNS: set_runs(options, arg, state); return 0;
	case OPT_TIME: set_time(options, arg, state); return 0;
	case OPT_SEED: set_seed(options, arg, state); return 0;
	case OPT_LABEL: options->label = arg; return 0;
	case 'o': options->output = arg; return 0;
	case OPT_FORCE: options->force = true; return 0;
	case 'q': options->quiet = true; return 0;
	case OPT_OMIT:
		expect_word("--omit", arg, "cmdline", state);
		options->omit_cmdline = true;
		return 0;
	case OPT_ALLOW:
		expect_word("--allow", arg, "clocksource", state);
		options->allow_clocksource = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected \"%s\": cells are named with -c", arg);
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

void cli_parse_run(int argc, char **argv, struct cli_run *options)
{
	const struct argp argp = {
		.options = run_options, .parser = parse_run_option, .doc = run_doc};

	*options = (struct cli_run){0};
	parse(&argp, argc, argv, options);
}

/* ---- verbs that read files, and those without arguments ---- */

#define OPTION_JSON                                     \
	{                                               \
		"json", OPT_JSON, NULL, 0, "As JSON", 0 \
	}

static const struct argp_option json_only[] = {OPTION_JSON, {0}};

static const struct argp_option export_options[] = {
	{"format", OPT_FORMAT, "FORMAT", 0, "tsv or csv (default: tsv)", 0},
	{"table", OPT_TABLE, "TABLE", 0,
		"cells: each cell and figure; runs: each run; percentiles: the curve of each cell; "
		"conditions: the machine "
		"(default: cells)",
		0},
	{0},
};

static void set_format(struct cli_files *options, const char *text, struct argp_state *state)
{
	options->format = strcmp(text, "csv") == 0 ? EXPORT_CSV : EXPORT_TSV;
	if (strcmp(text, "csv") != 0 && strcmp(text, "tsv") != 0)
		argp_error(state, "--format \"%s\": expected tsv or csv", text);
}

static void set_table(struct cli_files *options, const char *text, struct argp_state *state)
{
	for (int table = 0; table < EXPORT_TABLES; table++) {
		if (strcmp(text, export_table_name((enum export_table)table)) == 0) {
			options->table = (enum export_table)table;
			return;
		}
	}
	argp_error(state, "--table \"%s\": expected cells, runs, percentiles or conditions", text);
}

static error_t parse_file_option(int key, char *arg, struct argp_state *state)
{
	struct cli_files *options = state->input;

	switch (key) {
	case OPT_JSON: options->json = true; return 0;
	case OPT_FORMAT: set_format(options, arg, state); return 0;
	case OPT_TABLE: set_table(options, arg, state); return 0;
	case ARGP_KEY_ARGS: options->files = state->argv + state->next; return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which result? (a file, or - for standard input)");
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
	parse(&argp, argc, argv, files);
}

void cli_parse_show(int argc, char **argv, struct cli_files *options)
{
	parse_files(json_only, "Shows results as tables.", argc, argv, options);
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
	case ARGP_KEY_ARG: argp_error(state, "unexpected \"%s\"", arg); return 0;
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
	parse(&argp, argc, argv, json);
}

void cli_parse_schema(int argc, char **argv)
{
	const struct argp argp = {
		.parser = parse_list_option, .doc = "Prints the JSON Schema of results."};
	bool json;

	parse(&argp, argc, argv, &json);
}

/* ---- before the verb ---- */

static const char main_doc[] =
	"Measures how fast two processes of this machine talk: latency and throughput of every IPC "
	"mechanism.\n"
	"Without a verb: a quick look at all of them, under 20 s, nothing is written.\v"
	"Verbs (each has its own --help):\n"
	"  list      what can be measured here\n"
	"  run       measure, and write a result\n"
	"  show      results as tables\n"
	"  plot      results as figures\n"
	"  export    results as TSV or CSV\n"
	"  validate  check results\n"
	"  schema    print the JSON Schema of results\n"
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

	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &verb);
	return verb;
}
