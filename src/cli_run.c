/* See cli.h: the options of `ipcmark run`. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_parse.h"
#include "fail.h"
#include "json.h"
#include "memory.h"
#include "plan.h"
#include "run.h"
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
	OPT_RATE,
	OPT_SWEEP,
};

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
	{"rate", OPT_RATE, "N", 0,
		"Messages a second of paced cells that name none: 20000, 20k (default: half of "
		"what "
		"the cell can move)",
		1},
	{"sweep", OPT_SWEEP, NULL, 0,
		"Paced cells at 10, 25, 50, 75 and 90 % of what each can move (without -c: all "
		"mechanisms)",
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
	{"allow", OPT_ALLOW, "WORD", 0,
		"clocksource: measure in spite of an unsuitable clock. disturbed: keep runs in the "
		"figures that other work, the host, heat or a change of frequency disturbed. Both "
		"stamp the result",
		4},
	{0},
};

static const char run_doc[] =
	"Measures cells and writes a result.\v"
	"Examples:\n"
	"  ipcmark run --preset ci -o new.json\n"
	"  ipcmark run -c 'pingpong/{pipe,tcp}/block/64/*' --runs 20 -o pipes.json\n"
	"  ipcmark run -c pingpong/shm -c stream/shm/spin/64K --cpus 0,1 -o - | jq .warnings\n"
	"  ipcmark run -c 'pingpong/pipe/block/64/same-cpu/think={0,1ms,10ms}' -o idle.json\n"
	"  ipcmark run --sweep -c paced/{pipe,tcp}/block -o load.json    # then: ipcmark plot "
	"load.json\n"
	"\n"
	"Parts that are left out of GLOB: any transport, its usual wait, 64 bytes, and the "
	"placements "
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
	options->cells =
		memory_resize(options->cells, (options->cell_count + 1) * sizeof *options->cells);
	options->cells[options->cell_count++] = glob;
}

static void set_preset(struct cli_run *options, const char *name)
{
	const char *names[8] = {NULL};
	const char *nearest;

	options->preset = preset_find(name);
	if (options->preset)
		return;
	for (size_t i = 0; i < 7 && preset_table[i].name; i++)
		names[i] = preset_table[i].name;
	nearest = words_nearest(name, names);
	cli_refuse("unknown preset \"%s\"%s%s%s", name,
		nearest ? ": did you mean \"" : ": expected quick, ci or review",
		nearest ? nearest : "", nearest ? "\"?" : "");
}

static void set_cpus(struct cli_run *options, const char *text)
{
	if (!plan_parse_cpus(text, &options->cpus))
		cli_refuse("--cpus \"%s\": expected two CPU numbers, as in 0,1", text);
	options->has_cpus = true;
}

static void set_runs(struct cli_run *options, const char *text)
{
	uint64_t runs;

	if (!parse_count(text, RUNS_MOST, &runs) || runs == 0)
		cli_refuse("--runs \"%s\": expected a number from 1 to %d", text, RUNS_MOST);
	options->runs = (uint32_t)runs;
}

static void set_time(struct cli_run *options, const char *text)
{
	if (words_parse_duration(text, &options->time_ns) < 0)
		cli_refuse("--time: %s", fail_reason());
	if (options->time_ns < 1000000)
		cli_refuse("--time \"%s\": expected 1ms at least", text);
}

static void set_rate(struct cli_run *options, const char *text)
{
	if (words_parse_rate(text, &options->rate_per_s) < 0)
		cli_refuse("--rate: %s", fail_reason());
}

static void set_seed(struct cli_run *options, const char *text)
{
	if (!parse_count(text, JSON_MAX_INTEGER, &options->seed))
		cli_refuse("--seed \"%s\": expected a number from 0 to %lld", text,
			(long long)JSON_MAX_INTEGER);
	options->has_seed = true;
}

/* A label stands in tables, legends and lines of fields. */
static void set_label(struct cli_run *options, const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			cli_refuse("--label: expected one line without control characters");
	if (!*text || strlen(text) > 100)
		cli_refuse("--label: expected 1 to 100 bytes");
	options->label = text;
}

static void expect_word(const char *option, const char *text, const char *word)
{
	if (strcmp(text, word) != 0)
		cli_refuse("%s \"%s\": expected %s", option, text, word);
}

static void set_allowed(struct cli_run *options, const char *word)
{
	if (strcmp(word, "clocksource") == 0)
		options->allow_clocksource = true;
	else if (strcmp(word, "disturbed") == 0)
		options->allow_disturbed = true;
	else
		cli_refuse("--allow \"%s\": expected clocksource or disturbed", word);
}

static error_t parse_run_option(int key, char *arg, struct argp_state *state)
{
	struct cli_run *options = state->input;

	switch (key) {
	case OPT_PRESET: set_preset(options, arg); return 0;
	case 'c': add_cell(options, arg); return 0;
	case OPT_CPUS: set_cpus(options, arg); return 0;
	case OPT_RUNS: set_runs(options, arg); return 0;
	case OPT_TIME: set_time(options, arg); return 0;
	case OPT_RATE: set_rate(options, arg); return 0;
	case OPT_SWEEP: options->sweep = true; return 0;
	case OPT_SEED: set_seed(options, arg); return 0;
	case OPT_LABEL: set_label(options, arg); return 0;
	case 'o': options->output = arg; return 0;
	case OPT_FORCE: options->force = true; return 0;
	case 'q': options->quiet = true; return 0;
	case OPT_OMIT:
		expect_word("--omit", arg, "cmdline");
		options->omit_cmdline = true;
		return 0;
	case OPT_ALLOW: set_allowed(options, arg); return 0;
	case ARGP_KEY_ARG: cli_refuse("unexpected \"%s\": cells are named with -c", arg); return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

void cli_parse_run(int argc, char **argv, struct cli_run *options)
{
	const struct argp argp = {
		.options = run_options, .parser = parse_run_option, .doc = run_doc};

	*options = (struct cli_run){0};
	cli_parse(&argp, argc, argv, options);
	if (options->sweep && options->rate_per_s)
		cli_refuse("--rate and --sweep: one of them");
}
