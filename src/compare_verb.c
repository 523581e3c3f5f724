/* See compare_verb.h. */
#include "compare_verb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "compare.h"
#include "compare_junit.h"
#include "compare_markdown.h"
#include "compare_report.h"
#include "compare_tsv.h"
#include "exit_code.h"
#include "fail.h"
#include "result.h"
#include "text.h"

static void put_json(FILE *out, const struct json *comparison)
{
	char *text = json_print(comparison);

	fputs(text, out);
	free(text);
}

static void (*const formats[COMPARE_FORMATS])(FILE *out, const struct json *comparison) = {
	[COMPARE_TABLE] = compare_report,
	[COMPARE_JSON] = put_json,
	[COMPARE_MARKDOWN] = compare_markdown,
	[COMPARE_JUNIT] = compare_junit,
	[COMPARE_TSV] = compare_tsv,
};

static int complain(enum exit_code code)
{
	fprintf(stderr, "ipcmark: %s\n", fail_reason());
	return (int)code;
}

static int print_policy(void)
{
	compare_policy_write(stdout);
	return EXIT_DONE;
}

static int read_policy(struct compare_policy *policy, const struct cli_compare *options)
{
	int err = options->policy ? compare_policy_read(policy, options->policy) : 0;

	for (size_t i = 0; i < options->margin_count && !err; i++)
		err = compare_policy_add_margin(policy, options->margins[i]);
	return err;
}

/* What is made of results is replaced without asking, but never a result that it is made of. */
static int check_target(const struct cli_compare *options, const char *path)
{
	struct stat target, arm;

	for (char **name = options->arms; *name && stat(path, &target) == 0; name++)
		if (stat(*name, &arm) == 0 && S_ISREG(arm.st_mode) && arm.st_dev == target.st_dev &&
			arm.st_ino == target.st_ino)
			return fail_text(EEXIST, "%s is one of the results: not replaced", path);
	if (options->policy && stat(path, &target) == 0 && stat(options->policy, &arm) == 0 &&
		S_ISREG(arm.st_mode) && arm.st_dev == target.st_dev && arm.st_ino == target.st_ino)
		return fail_text(EEXIST, "%s is the policy: not replaced", path);
	return result_check_target(path, true);
}

static int check_targets(const struct cli_compare *options)
{
	int err = check_target(options, options->output);

	for (int format = 0; format < COMPARE_FORMATS && !err; format++)
		if (options->files[format])
			err = check_target(options, options->files[format]);
	for (int a = 0; a < COMPARE_FORMATS && !err; a++)
		for (int b = 0; b < a && !err; b++)
			if (options->files[a] && options->files[b] &&
				strcmp(options->files[a], options->files[b]) == 0 &&
				strcmp(options->files[a], "-") != 0)
				err = fail_text(
					EEXIST, "%s: two formats for one file", options->files[a]);
	return err;
}

static int write_format(
	const struct json *comparison, enum cli_compare_format format, const char *path)
{
	struct text text;
	char *bytes;
	int err;

	text_begin(&text);
	formats[format](text.out, comparison);
	bytes = text_end(&text);
	err = result_write_text(bytes, path, true);
	free(bytes);
	return err;
}

/* A table without a row says less than the reason why it has none. */
static bool has_answer(const struct json *comparison, enum cli_compare_format format)
{
	return format != COMPARE_TABLE || json_first(json_get(comparison, "rows"));
}

static int write_all(const struct json *comparison, const struct cli_compare *options)
{
	int err = 0;

	for (int format = 0; format < COMPARE_FORMATS && !err; format++)
		if (options->files[format])
			err = write_format(comparison, (enum cli_compare_format)format,
				options->files[format]);
	if (!err && has_answer(comparison, options->answer))
		err = write_format(comparison, options->answer, options->output);
	return err;
}

static int compare(const struct cli_compare *options, const struct compare_policy *policy)
{
	struct compare_options asked = {
		.arms = options->arms,
		.policy = policy,
		.gate = options->gate,
		.strict = options->strict,
		.allow_hardware = options->allow_hardware,
	};
	struct json *comparison = compare_build(&asked);
	int code;

	if (!comparison)
		return complain(EXIT_USAGE);
	code = (int)json_number_at(comparison, "gate.exit_code");
	if (write_all(comparison, options) < 0)
		code = complain(EXIT_NOT_WRITTEN);
	else if (code == EXIT_REFUSED)
		fprintf(stderr, "ipcmark: compare: %s\n", json_text_at(comparison, "gate.reason"));
	json_free(comparison);
	return code;
}

int compare_verb(int argc, char **argv)
{
	struct compare_policy *policy = compare_policy_new();
	struct cli_compare options;
	int code;

	cli_parse_compare(argc, argv, &options);
	if (options.write_policy)
		code = print_policy();
	else if (read_policy(policy, &options) < 0)
		code = complain(EXIT_USAGE);
	else if (check_targets(&options) < 0)
		code = complain(EXIT_NOT_WRITTEN);
	else
		code = compare(&options, policy);
	compare_policy_free(policy);
	free(options.margins);
	return code;
}
