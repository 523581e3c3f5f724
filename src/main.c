/* ipcmark: an IPC latency and throughput benchmark suite for Linux. The verbs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "compare_verb.h"
#include "doctor.h"
#include "exit_code.h"
#include "fail.h"
#include "list.h"
#include "measure.h"
#include "report.h"
#include "result.h"
#include "version.h"
#include "words.h"

static int complain(void)
{
	fprintf(stderr, "ipcmark: %s\n", fail_reason());
	return EXIT_USAGE;
}

/* Every file is read before anything is shown: a broken one among good ones is told by its name. */
static int read_all(char **files, struct json ***results)
{
	size_t count = 0;

	while (files[count])
		count++;
	*results = calloc(count + 1, sizeof **results);
	if (!*results)
		return fail("calloc");
	for (size_t i = 0; i < count; i++) {
		(*results)[i] = result_read(files[i]);
		if (!(*results)[i])
			return -EINVAL;
	}
	return 0;
}

static void free_all(struct json **results)
{
	for (size_t i = 0; results && results[i]; i++)
		json_free(results[i]);
	free(results);
}

static int print_json(struct json *document)
{
	char *text = json_print(document);

	fputs(text, stdout);
	free(text);
	json_free(document);
	return EXIT_DONE;
}

static int verb_run(int argc, char **argv)
{
	struct cli_run options;
	char **given = argv - 1; /* with the program's name */
	char **copy = calloc((size_t)argc + 2, sizeof *copy);

	if (!copy)
		return EXIT_USAGE;
	memcpy(copy, given, ((size_t)argc + 1) * sizeof *copy);
	cli_parse_run(argc, argv, &options);

	int code = measure_run(&options, copy);

	free(options.cells);
	free(copy);
	return code;
}

static int verb_list(int argc, char **argv)
{
	bool json;

	cli_parse_list(argc, argv, &json);

	struct topology *topology = topology_load(NULL);
	struct json *list = topology ? list_json(topology) : NULL;

	topology_free(topology);
	if (!list)
		return complain();
	if (json)
		return print_json(list);
	list_print(stdout, list);
	json_free(list);
	return EXIT_DONE;
}

static int verb_doctor(int argc, char **argv)
{
	struct cli_doctor options;

	cli_parse_doctor(argc, argv, &options);

	struct json *document = doctor_examine();
	bool fit = document && doctor_is_fit(document);

	if (!document)
		return complain();
	if (options.json) {
		print_json(document);
	} else {
		doctor_print(stdout, document);
		json_free(document);
	}
	return options.strict && !fit ? EXIT_UNTRUSTWORTHY : EXIT_DONE;
}

static int verb_show(int argc, char **argv)
{
	struct cli_files options;
	struct json **results;
	int code = EXIT_DONE;

	cli_parse_show(argc, argv, &options);
	if (read_all(options.files, &results) < 0)
		code = complain();
	for (size_t i = 0; code == EXIT_DONE && results[i]; i++) {
		if (options.json)
			print_json(report_json(results[i]));
		else if (options.cost)
			report_cost(stdout, results[i]);
		else
			report_show(stdout, results[i]);
	}
	free_all(results);
	return code;
}

static int verb_export(int argc, char **argv)
{
	struct cli_files options;
	struct json **results;
	int code = EXIT_DONE;

	cli_parse_export(argc, argv, &options);
	if (read_all(options.files, &results) < 0)
		code = complain();
	if (code == EXIT_DONE)
		export_header(stdout, options.format, options.table);
	for (size_t i = 0; code == EXIT_DONE && results[i]; i++)
		export_rows(stdout, options.format, options.table, options.files[i], results[i]);
	free_all(results);
	return code;
}

static int verb_validate(int argc, char **argv)
{
	struct cli_files options;
	int code = EXIT_DONE;

	cli_parse_validate(argc, argv, &options);
	for (char **file = options.files; *file; file++) {
		struct json *result = result_read(*file);

		if (result)
			printf("%s: valid\n", *file);
		else
			code = complain();
		json_free(result);
	}
	return code;
}

static int verb_schema(int argc, char **argv)
{
	size_t bytes;
	const char *text = result_schema_text(&bytes);

	cli_parse_schema(argc, argv);
	fwrite(text, 1, bytes, stdout);
	return EXIT_DONE;
}

/* The installed place, PREFIX/share/ipcmark beside PREFIX/bin, or the source tree that this was
 * built from. */
static int find_plot_script(char script[PATH_MAX])
{
	char own[PATH_MAX - 64] = "";

	if (readlink("/proc/self/exe", own, sizeof own - 1) > 0 && strrchr(own, '/')) {
		setenv("IPCMARK", own, 0);
		*strrchr(own, '/') = '\0';
		snprintf(script, PATH_MAX, "%s/../share/ipcmark/scripts/plot", own);
		if (access(script, X_OK) == 0)
			return 0;
	}
	snprintf(script, PATH_MAX, "%s/scripts/plot", IPCMARK_SOURCE_DIR);
	return access(script, X_OK) == 0
		? 0
		: fail_text(ENOENT, "scripts/plot is neither installed nor in %s",
			  IPCMARK_SOURCE_DIR);
}

static int verb_plot(int argc, char **argv)
{
	char script[PATH_MAX];

	(void)argc;
	if (find_plot_script(script) < 0)
		return complain();
	argv[0] = script;
	execv(script, argv);
	fprintf(stderr, "ipcmark: %s: %s\n", script, strerror(errno));
	return EXIT_USAGE;
}

static int verb_tune(int argc, char **argv)
{
	struct tune_options options;

	cli_parse_tune(argc, argv, &options);
	return tune_run("", &options);
}

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv); /* argv[0] is the verb; returns the exit code */
} verbs[] = {
	{"list", verb_list},
	{"doctor", verb_doctor},
	{"run", verb_run},
	{"show", verb_show},
	{"compare", compare_verb},
	{"plot", verb_plot},
	{"export", verb_export},
	{"validate", verb_validate},
	{"schema", verb_schema},
	{"tune", verb_tune},
};

#define VERBS (sizeof verbs / sizeof verbs[0])

static int run_verb(int argc, char **argv)
{
	const char *names[VERBS + 1] = {NULL};
	const char *nearest;

	for (size_t i = 0; i < VERBS; i++) {
		names[i] = verbs[i].name;
		if (strcmp(argv[0], verbs[i].name) == 0)
			return verbs[i].run(argc, argv);
	}
	nearest = words_nearest(argv[0], names);
	fprintf(stderr, "ipcmark: unknown verb \"%s\"%s%s%s\n", argv[0],
		nearest ? ": did you mean \"" : ": see ipcmark --help", nearest ? nearest : "",
		nearest ? "\"?" : "");
	return EXIT_USAGE;
}

/* head(1) or a pager that was quit: it has what it wanted. */
static bool reader_has_left(void)
{
	struct pollfd fd = {.fd = STDOUT_FILENO};

	return poll(&fd, 1, 0) == 1 && fd.revents & POLLERR;
}

/* At the very end, --help included: an answer that did not arrive is not a success. */
static void check_stdout(void)
{
	/* of an error before this flush, errno is the best that is known */
	if (fflush(stdout) == 0 && !ferror(stdout))
		return;
	if (!reader_has_left())
		fprintf(stderr, "ipcmark: standard output: %s\n", strerror(errno ? errno : EIO));
	_exit(EXIT_NOT_WRITTEN);
}

/* A standard descriptor that the caller closed must not become some socket of ours: it is opened
 * the wrong way round, so that its use is still an error. */
static void keep_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	int verb;

	keep_standard_descriptors();
	signal(SIGPIPE, SIG_IGN); /* a reader that left is an error of write(2), too */
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of write(2), not an end */
	atexit(check_stdout);
	verb = cli_parse_main(argc, argv);
	return verb < argc ? run_verb(argc - verb, argv + verb) : measure_quick(argv);
}
