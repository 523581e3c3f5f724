/* See compare_junit.h. A suite's counts stand before its cases, so the cases are made first, in
 * memory. */
#include "compare_junit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_control.h"
#include "compare_words.h"
#include "memory.h"
#include "text.h"
#include "utf8.h"

struct suite {
	struct text cases;
	size_t tests, failures, errors, skipped;
};

/* What may not stand in XML 1.0: controls, and the two last code points of the first plane. */
static bool is_allowed(const char *at, size_t length)
{
	unsigned code = utf8_code(at, length);

	return (code >= 0x20 && code != 0x7F && code != 0xFFFE && code != 0xFFFF) || code == '\n';
}

static const char *entity(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	case '\n': return "&#10;";
	default: return NULL;
	}
}

/* For attributes and text alike. JSON's reader let through well-formed UTF-8 only. */
static void put_escaped(FILE *out, const char *text)
{
	const char *end = text + strlen(text);
	size_t length;

	for (; text < end; text += length) {
		length = utf8_length(text, end);
		if (length == 0 || !is_allowed(text, length)) {
			length = length ? length : 1;
			fputc('?', out);
		} else if (entity(*text)) {
			fputs(entity(*text), out);
		} else {
			fwrite(text, 1, length, out);
		}
	}
}

static void put_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	put_escaped(out, value);
	fputc('"', out);
}

static void open_case(struct suite *suite, const char *classname, const char *name)
{
	suite->tests++;
	fputs("    <testcase", suite->cases.out);
	put_attribute(suite->cases.out, "classname", classname);
	put_attribute(suite->cases.out, "name", name);
	fputs(" time=\"0\">", suite->cases.out);
}

static void close_case(struct suite *suite)
{
	fputs("</testcase>\n", suite->cases.out);
}

/* "failure", "error" or "skipped" of the open case, counted; `detail` may be NULL. */
static void put_outcome(
	struct suite *suite, const char *outcome, const char *message, const char *detail)
{
	FILE *out = suite->cases.out;

	*(*outcome == 'f'                 ? &suite->failures
			: *outcome == 'e' ? &suite->errors
					  : &suite->skipped) += 1;
	fprintf(out, "<%s", outcome);
	put_attribute(out, "message", message);
	if (*outcome != 's')
		put_attribute(out, "type", *outcome == 'f' ? "regression" : "error");
	fputc('>', out);
	put_escaped(out, detail ? detail : "");
	fprintf(out, "</%s>", outcome);
}

/* "+18.3 % [+17.1, +19.6]: REGRESSION" */
static char *message_text(const struct json *row)
{
	double ratio = json_number_at(row, "ratio");
	char *change = compare_change_text(ratio), *verdict = compare_verdict_text(row);
	char *interval = compare_interval_text(json_get(row, "ci95"));
	struct text text;

	text_begin(&text);
	if (isfinite(ratio))
		fprintf(text.out, "%s %s: ", change, interval);
	fputs(verdict, text.out);
	free(change);
	free(interval);
	free(verdict);
	return text_end(&text);
}

static char *details_text(const struct json *row)
{
	const char *unit = json_text_at(row, "unit");
	char *base = compare_value_text(json_number_at(row, "base"), unit);
	char *new = compare_value_text(json_number_at(row, "new"), unit);
	char *remarks = compare_remarks_text(row);
	struct text text;

	text_begin(&text);
	fprintf(text.out, "%s -> %s; margin %.3g %%; adjusted p %.2g%s%s", base + strspn(base, " "),
		new + strspn(new, " "), 100 * json_number_at(row, "margin"),
		json_number_at(row, "p_adjusted"), remarks[0] ? "; " : "", remarks);
	free(base);
	free(new);
	free(remarks);
	return text_end(&text);
}

static void put_verdict(struct suite *suite, const struct json *row)
{
	char *message = message_text(row), *details = details_text(row);

	if (compare_row_is(row, "regression"))
		put_outcome(suite, "failure", message, details);
	else if (compare_row_is(row, "inconclusive"))
		put_outcome(suite, "skipped", message, NULL);
	free(message);
	free(details);
}

static void put_row(struct suite *suite, const struct json *row)
{
	char *metric = compare_metric_text(json_text_at(row, "metric"));

	open_case(suite, json_text_at(row, "cell"), metric);
	put_verdict(suite, row);
	close_case(suite);
	free(metric);
}

static void put_controls(struct suite *suite, const struct json *comparison)
{
	const char *verdict = json_text_at(comparison, "controls.verdict");
	const char *reason = json_text_at(comparison, "controls.reason");

	open_case(suite, "ipcmark", "controls");
	if (strcmp(verdict, "untrustworthy") == 0)
		put_outcome(suite, "error", reason, "no verdict of this report can be trusted");
	else if (strcmp(verdict, "trustworthy") != 0)
		put_outcome(
			suite, "skipped", reason[0] ? reason : "the controls were not run", NULL);
	close_case(suite);
}

static void put_property(FILE *out, const char *name, const char *value)
{
	fputs("      <property", out);
	put_attribute(out, "name", name);
	put_attribute(out, "value", value);
	fputs("/>\n", out);
}

/* One property for each word of a list. */
static void put_words(FILE *out, const char *name, const struct json *words)
{
	for (const struct json *word = json_first(words); word; word = json_next(word))
		put_property(out, name, json_string(word, ""));
}

static void put_arm(
	FILE *out, const struct json *comparison, const char *const names[5], size_t index)
{
	const struct json *arm = compare_arm(comparison, index);
	struct text controls;

	put_property(out, names[0], json_text_at(arm, "label"));
	put_property(out, names[1], json_text_at(arm, "kernel"));
	put_property(out, names[2], json_text_at(arm, "conditions"));
	put_words(out, names[3], json_get(arm, "allowed"));
	text_begin(&controls);
	compare_put_controls(controls.out, comparison, index);
	put_property(out, names[4], text_end(&controls));
	free(controls.bytes);
}

static void put_properties(FILE *out, const struct json *comparison, size_t arm)
{
	static const char *const base[] = {
		"base.label", "base.kernel", "base.conditions", "base.allowed", "base.controls"};
	static const char *const new[] = {
		"new.label", "new.kernel", "new.conditions", "new.allowed", "new.controls"};

	fputs("    <properties>\n", out);
	put_property(out, "schema", json_text_at(comparison, "schema"));
	put_property(out, "tool", json_text_at(comparison, "tool.version"));
	put_arm(out, comparison, base, 0);
	put_arm(out, comparison, new, arm);
	put_words(out, "allowed", json_get(comparison, "allowed"));
	fputs("    </properties>\n", out);
}

static void put_counts(FILE *out, const struct suite *suite)
{
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\">\n",
		suite->tests, suite->failures, suite->errors, suite->skipped);
}

/* The cases of one new arm. */
static void make_arm_suite(struct suite *suite, const struct json *comparison, size_t arm)
{
	text_begin(&suite->cases);
	put_controls(suite, comparison);
	for (const struct json *row = json_first(json_get(comparison, "rows")); row;
		row = json_next(row))
		if (json_number_at(row, "arm") == (double)arm)
			put_row(suite, row);
	if (suite->tests == 1) {
		open_case(suite, "ipcmark", "comparison");
		put_outcome(suite, "error", "nothing could be compared", NULL);
		close_case(suite);
	}
	text_end(&suite->cases);
}

static void make_absent_suite(struct suite *suite, const struct json *comparison)
{
	text_begin(&suite->cases);
	for (const struct json *absence = json_first(json_get(comparison, "absent")); absence;
		absence = json_next(absence)) {
		const char *name = json_text_at(absence, "metric");
		char *metric = compare_metric_text(name[0] ? name : "cell");

		open_case(suite, json_text_at(absence, "cell"), metric);
		put_outcome(suite, "skipped", json_text_at(absence, "reason"), NULL);
		close_case(suite);
		free(metric);
	}
	text_end(&suite->cases);
}

/* Suite `arm` of an arm; suite 0 holds what was not compared. */
static void put_suite(
	FILE *out, const struct suite *suite, const struct json *comparison, size_t arm)
{
	struct text name;

	text_begin(&name);
	if (arm)
		fprintf(name.out, "%s against %s", compare_arm_name(comparison, arm),
			compare_arm_name(comparison, 0));
	else
		fputs("not compared", name.out);
	fputs("  <testsuite", out);
	put_attribute(out, "name", text_end(&name));
	put_counts(out, suite);
	if (arm)
		put_properties(out, comparison, arm);
	fwrite(suite->cases.bytes, 1, suite->cases.length, out);
	fputs("  </testsuite>\n", out);
	free(name.bytes);
}

static void add_counts(struct suite *sum, const struct suite *suite)
{
	sum->tests += suite->tests;
	sum->failures += suite->failures;
	sum->errors += suite->errors;
	sum->skipped += suite->skipped;
}

void compare_junit(FILE *out, const struct json *comparison)
{
	size_t arms = json_count(json_get(comparison, "arms"));
	struct suite *suites = memory_zeroed(arms, sizeof *suites), sum = {0};

	make_absent_suite(&suites[0], comparison);
	for (size_t arm = 1; arm < arms; arm++)
		make_arm_suite(&suites[arm], comparison, arm);
	for (size_t arm = 0; arm < arms; arm++)
		add_counts(&sum, &suites[arm]);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ipcmark compare\"",
		out);
	put_counts(out, &sum);
	for (size_t arm = 1; arm < arms; arm++)
		put_suite(out, &suites[arm], comparison, arm);
	if (suites[0].tests > 0)
		put_suite(out, &suites[0], comparison, 0);
	fputs("</testsuites>\n", out);
	for (size_t arm = 0; arm < arms; arm++)
		free(suites[arm].cases.bytes);
	free(suites);
}
