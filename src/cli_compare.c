/* See cli.h: the options of `ipcmark compare`. */
#include <argp.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cli_parse.h"
#include "memory.h"

/* Options without a short form; those of formats in the order of enum cli_compare_format. */
enum {
	OPT_GATE = 256,
	OPT_STRICT,
	OPT_ALLOW,
	OPT_MARGIN,
	OPT_POLICY,
	OPT_WRITE_POLICY,
	OPT_FORMAT, /* plus the format */
};

static const struct argp_option compare_options[] = {
	{"gate", OPT_GATE, NULL, 0, "Let the exit code tell the verdict: see below", 1},
	{"strict", OPT_STRICT, NULL, 0,
		"A gate that inconclusive and absent cells don't pass either (exit 3)", 1},
	{"allow", OPT_ALLOW, "hardware", 0,
		"Compare results of different machines; stamps everything that is made of it", 1},
	{"margin", OPT_MARGIN, "[CELLS:]METRIC=N%", 0,
		"How far a figure may move: p50=3%, 'pingpong/shm/*:p99=8%'; METRIC is p50, p90, "
		"p99, p99.9, throughput, cpu or a name of the result; may be repeated",
		2},
	{"policy", OPT_POLICY, "FILE", 0, "Margins, and cells that don't count, from a file", 2},
	{"write-policy", OPT_WRITE_POLICY, NULL, 0, "Print such a file, of the defaults", 2},
	{"json", OPT_FORMAT + COMPARE_JSON, "FILE", OPTION_ARG_OPTIONAL,
		"All of it as JSON, to FILE beside the table, or in its place", 3},
	{"markdown", OPT_FORMAT + COMPARE_MARKDOWN, "FILE", OPTION_ARG_OPTIONAL,
		"For a comment on a pull request, or the summary of a job", 3},
	{"junit", OPT_FORMAT + COMPARE_JUNIT, "FILE", OPTION_ARG_OPTIONAL,
		"For the test reports of CI: a case a figure", 3},
	{"tsv", OPT_FORMAT + COMPARE_TSV, "FILE", OPTION_ARG_OPTIONAL,
		"Fields with a header, for scripts", 3},
	{"output", 'o', "FILE", 0, "Where the table goes (default: -, standard output)", 3},
	{0},
};

static const char compare_doc[] =
	"Compares results figure by figure: the first with each of the others.\v"
	"BASE and NEW are results, or folders that hold one result a boot. A regression is a "
	"change "
	"for the worse that is certain (5 % false discoveries over the whole report) and as large "
	"as "
	"the margin. What the runs can't tell is inconclusive, never the same.\n"
	"\n"
	"Examples:\n"
	"  ipcmark compare base.json new.json\n"
	"  ipcmark compare base.json new.json --gate --junit=report.xml --markdown=summary.md\n"
	"  ipcmark compare 6.17/ 6.18/ 6.19/ --margin p50=2% --margin 'stream/*:throughput=10%'\n"
	"  ipcmark compare --write-policy >ci.policy\n"
	"\n"
	"With --gate the exit code is 0 (nothing worse), 1 (a regression), 3 (with --strict: "
	"inconclusive or absent), 4 (refused: not comparable) or 7 (a control failed). Without it "
	"0 or 4.\n";

static void add_margin(struct cli_compare *options, const char *text)
{
	options->margins = memory_resize(
		options->margins, (options->margin_count + 1) * sizeof *options->margins);
	options->margins[options->margin_count++] = text;
}

/* "--junit report.xml": an optional value stands behind an equals sign, or it would be taken for
 * one more result. */
static void refuse_detached(const char *name, const struct argp_state *state)
{
	const char *next = state->next < state->argc ? state->argv[state->next] : NULL;

	if (next && next[0] != '-' && access(next, F_OK) < 0)
		cli_refuse("no result is called \"%s\": to write it, --%s=%s", next, name, next);
}

static void set_format(struct cli_compare *options, enum cli_compare_format format,
	const char *file, const struct argp_state *state)
{
	const char *name = compare_options[0].name;

	for (const struct argp_option *o = compare_options; o->key; o++)
		if (o->key == OPT_FORMAT + (int)format)
			name = o->name;
	if (file && strcmp(file, "-") != 0) {
		options->files[format] = file;
		return;
	}
	if (!file)
		refuse_detached(name, state);
	if (options->answer != COMPARE_TABLE && options->answer != format)
		cli_refuse("--%s: standard output takes one format; write the other to a file: "
			   "--%s=FILE",
			name, name);
	options->answer = format;
}

static void set_allow(struct cli_compare *options, const char *what)
{
	if (strcmp(what, "hardware") != 0)
		cli_refuse("--allow \"%s\": expected hardware", what);
	options->allow_hardware = true;
}

static error_t parse_compare_option(int key, char *arg, struct argp_state *state)
{
	struct cli_compare *options = state->input;

	switch (key) {
	case OPT_STRICT: options->strict = true; /* fall through */
	case OPT_GATE: options->gate = true; return 0;
	case OPT_ALLOW: set_allow(options, arg); return 0;
	case OPT_MARGIN: add_margin(options, arg); return 0;
	case OPT_POLICY: options->policy = arg; return 0;
	case OPT_WRITE_POLICY: options->write_policy = true; return 0;
	case 'o': options->output = arg; return 0;
	case ARGP_KEY_ARGS: options->arms = state->argv + state->next; return 0;
	case ARGP_KEY_END:
		if (!options->write_policy && (!options->arms || !options->arms[1]))
			cli_refuse("which results? BASE and NEW (files, or folders of them)");
		return 0;
	default:
		if (key <= OPT_FORMAT || key >= OPT_FORMAT + COMPARE_FORMATS)
			return ARGP_ERR_UNKNOWN;
		set_format(options, (enum cli_compare_format)(key - OPT_FORMAT), arg, state);
		return 0;
	}
}

void cli_parse_compare(int argc, char **argv, struct cli_compare *options)
{
	const struct argp argp = {.options = compare_options,
		.parser = parse_compare_option,
		.args_doc = "BASE NEW...",
		.doc = compare_doc};

	*options = (struct cli_compare){.output = "-"};
	cli_parse(&argp, argc, argv, options);
}
