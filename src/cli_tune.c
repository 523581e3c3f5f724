/* See cli.h: the options of `ipcmark tune`. */
#include <argp.h>
#include <string.h>

#include "cli.h"
#include "cli_parse.h"
#include "tune_setting.h"
#include "words.h"

/* Options without a short form. */
enum { OPT_DRY_RUN = 256, OPT_STRICT, OPT_KEEP_AWAKE, OPT_LEAVE };

static const struct argp_option tune_options[] = {
	{"dry-run", OPT_DRY_RUN, NULL, 0, "Say what would be set and why; set and run nothing", 1},
	{"show", OPT_DRY_RUN, NULL, OPTION_ALIAS, NULL, 1},
	{"strict", OPT_STRICT, NULL, 0,
		"Do not run COMMAND (exit code 7) unless all was set that is here to be set", 2},
	{"leave", OPT_LEAVE, "NAME", 0, "Do not touch this setting; may be repeated", 2},
	{"keep-awake", OPT_KEEP_AWAKE, NULL, 0,
		"Also keep idle processors in a state that takes no time to leave, in guests, too; "
		"costs power, and in a guest the host's time",
		2},
	{0},
};

static const char tune_doc[] =
	"Sets what can be set for a steady measurement, runs COMMAND, and restores exactly what "
	"was "
	"found, also when COMMAND or this is killed. What could not be set is told on standard "
	"error, and COMMAND runs all the same. The exit code is that of COMMAND, 128 + N if signal "
	"N killed it, 127 if it was not found, 126 if it can't be run.\v"
	"Settings: energy-preference, energy-bias, governor, boost, numa-balancing, nmi-watchdog, "
	"same-page-merging. `ipcmark tune --dry-run` says which of them this machine has. Most "
	"need root.\n"
	"\n"
	"Examples:\n"
	"  ipcmark tune --dry-run\n"
	"  sudo ipcmark tune -- ipcmark run --preset ci -o tuned.json\n"
	"  sudo ipcmark tune --strict --leave boost -- scripts/bench\n";

static void leave(struct tune_options *options, const char *name)
{
	const char *names[33] = {NULL};
	uint32_t rows = tune_rows(name);
	const char *nearest;

	for (size_t i = 0; tune_settings[i].name; i++)
		names[i] = tune_settings[i].name;
	nearest = rows ? NULL : words_nearest(name, names);
	if (!rows)
		cli_refuse("unknown setting \"%s\"%s%s%s", name,
			nearest ? ": did you mean \"" : ": see ipcmark tune --help",
			nearest ? nearest : "", nearest ? "\"?" : "");
	options->leave |= rows;
}

static error_t parse_tune_option(int key, char *arg, struct argp_state *state)
{
	struct tune_options *options = state->input;

	switch (key) {
	case OPT_DRY_RUN: options->dry_run = true; return 0;
	case OPT_STRICT: options->strict = true; return 0;
	case OPT_KEEP_AWAKE: options->keep_awake = true; return 0;
	case OPT_LEAVE: leave(options, arg); return 0;
	case ARGP_KEY_ARGS: options->command = state->argv + state->next; return 0;
	case ARGP_KEY_END:
		if (!options->command && !options->dry_run)
			cli_refuse("which command? (ipcmark tune -- COMMAND)");
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

void cli_parse_tune(int argc, char **argv, struct tune_options *options)
{
	const struct argp argp = {.options = tune_options,
		.parser = parse_tune_option,
		.args_doc = "[--] COMMAND [ARG...]",
		.doc = tune_doc};

	*options = (struct tune_options){0};
	cli_parse_command(&argp, argc, argv, options);
}
