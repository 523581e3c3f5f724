/* See cli_parse.h. */
#include "cli_parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "version.h"
#include "words.h"

#define MOST_OPTIONS 32

static const char *verb; /* whose arguments are being parsed; NULL before a verb */

static void begin_line(void)
{
	fflush(stdout);
	fprintf(stderr, "ipcmark: %s%s", verb ? verb : "", verb ? ": " : "");
}

void cli_refuse(const char *format, ...)
{
	va_list args;

	begin_line();
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_USAGE);
}

/* The option that an argument names, by its long or short form; NULL where there is none. */
static const struct argp_option *find_option(const struct argp *argp, const char *argument)
{
	size_t length = strcspn(argument + 2, "=");

	for (const struct argp_option *o = argp->options; o && (o->name || o->key); o++) {
		if (argument[1] == '-' ? o->name && strncmp(o->name, argument + 2, length) == 0 &&
					length > 0
				       : o->key == argument[1])
			return o;
	}
	return NULL;
}

static const char *nearest_option(const struct argp *argp, const char *argument)
{
	const char *names[MOST_OPTIONS + 4] = {"help", "usage", "version"};
	char word[64];
	size_t n = 3;

	for (const struct argp_option *o = argp->options; o && o->name && n < MOST_OPTIONS; o++)
		names[n++] = o->name;
	snprintf(word, sizeof word, "%.*s", (int)strcspn(argument + 2, "="), argument + 2);
	return words_nearest(word, names);
}

/* What getopt found wrong with the last argument that it took. */
static _Noreturn void refuse_option(const struct argp *argp, const char *argument)
{
	const struct argp_option *option = find_option(argp, argument);
	const char *nearest = NULL;

	if (option && option->arg)
		cli_refuse("option \"%s\" needs a value: %s", argument, option->arg);
	if (option && strchr(argument, '='))
		cli_refuse("option \"%s\" takes no value", argument);
	if (argument[0] == '-' && argument[1] == '-')
		nearest = nearest_option(argp, argument);
	if (nearest)
		cli_refuse("unknown option \"%s\": did you mean \"--%s\"?", argument, nearest);
	cli_refuse("unknown option \"%s\": see ipcmark%s%s --help", argument, verb ? " " : "",
		verb ? verb : "");
}

/* Wraps a parser, to see where it stood when argp gave up. */
struct wrapped {
	const struct argp *argp, *outer;
	void *options;
	int next;
};

static error_t parse_wrapped(int key, char *arg, struct argp_state *state)
{
	struct wrapped *wrapped = state->input;
	error_t err;

	if (key == ARGP_KEY_INIT)
		state->child_inputs[0] = (void *)wrapped->outer;
	if (key == ARGP_KEY_ERROR)
		wrapped->next = state->next;
	state->input = wrapped->options;
	err = wrapped->argp->parser(key, arg, state);
	state->input = wrapped;
	return err;
}

/* ---- --help, --usage, --version: argp's own fall silent together with its errors ---- */

#define OPT_USAGE 0x7fff

static const struct argp_option common_options[] = {
	{"help", '?', NULL, 0, "Give this help list", -1},
	{NULL, 'h', NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, -1},
	{"usage", OPT_USAGE, NULL, 0, "Give a short usage message", -1},
	{"version", 'V', NULL, 0, "Print the program's version", -1},
	{0},
};

/* input: the argp to explain */
static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	const struct argp *argp = state->input;

	(void)arg;
	switch (key) {
	case '?':
	case 'h':
		argp_help(argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, state->name);
		exit(EXIT_DONE);
	case OPT_USAGE: argp_help(argp, stdout, ARGP_HELP_USAGE, state->name); exit(EXIT_DONE);
	case 'V':
		printf("ipcmark %s (%s), %s\n", IPCMARK_VERSION, IPCMARK_GIT, IPCMARK_COMPILER);
		exit(EXIT_DONE);
	default: return ARGP_ERR_UNKNOWN;
	}
}

static void parse(const struct argp *argp, int argc, char **argv, unsigned flags, void *options)
{
	static const struct argp common = {.options = common_options, .parser = parse_common};
	static const struct argp_child children[] = {{.argp = &common}, {0}};
	struct wrapped wrapped = {.argp = argp, .options = options, .next = argc};
	struct argp outer = {
		.options = argp->options,
		.parser = parse_wrapped,
		.args_doc = argp->args_doc,
		.doc = argp->doc,
		.children = children,
	};

	wrapped.outer = &outer;
	setenv("ARGP_HELP_FMT", "rmargin=99,no-dup-args-note", 0);
	if (argp_parse(&outer, argc, argv, flags | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &wrapped) !=
		0)
		refuse_option(argp, argv[wrapped.next > 1 ? wrapped.next - 1 : 1]);
}

static void parse_verb(
	const struct argp *argp, int argc, char **argv, unsigned flags, void *options)
{
	static char name[64];

	verb = argv[0];
	snprintf(name, sizeof name, "ipcmark %s", verb);
	argv[0] = name; /* for --help */
	parse(argp, argc, argv, flags, options);
}

void cli_parse(const struct argp *argp, int argc, char **argv, void *options)
{
	parse_verb(argp, argc, argv, 0, options);
}

void cli_parse_command(const struct argp *argp, int argc, char **argv, void *options)
{
	parse_verb(argp, argc, argv, ARGP_IN_ORDER, options);
}

void cli_parse_before_verb(const struct argp *argp, int argc, char **argv, void *options)
{
	static char name[] = "ipcmark";
	char *given = argv[0];

	argv[0] = name;
	parse(argp, argc, argv, ARGP_IN_ORDER, options);
	argv[0] = given;
}
