/* The table that people read, and the verdict on a machine. */
#include "doctor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "text.h"

#include <cmocka.h>

#define HEAD                                                                                \
	"{\"conditions\": \"CPU, Linux 6.1\", \"topology\": \"2 CPUs\", \"fingerprint\": {" \
	"\"hardware\": \"h\", \"firmware\": \"f\", \"kernel\": \"k\", \"tuning\": \"t\"}, " \
	"\"placement\": \"same-llc\", "

#define CHECK(id, status, observed, fix, tunable)                                           \
	"{\"id\": \"" id "\", \"status\": \"" status "\", \"observed\": " observed          \
	", \"wanted\": \"this is wanted\", \"effect\": \"this comes of it\", \"fix\": " fix \
	", \"tunable\": " tunable "}"

#define COUNTS(fail, warn, unknown, pass)                                      \
	"\"counts\": {\"pass\": " pass ", \"warn\": " warn ", \"fail\": " fail \
	", \"unknown\": " unknown "}}"

static struct json *parse(const char *text)
{
	struct json *document = json_parse(text, strlen(text), "document");

	if (!document)
		fail_msg("%s", fail_reason());
	return document;
}

static char *print(const char *document_text)
{
	struct json *document = parse(document_text);
	struct text text;

	text_begin(&text);
	doctor_print(text.out, document);
	json_free(document);
	return text_end(&text);
}

/* Lines up to column 100, but for commands, which are copied as they are. */
static void expect_narrow(const char *text)
{
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (strcspn(line, "\n") > 100 && strncmp(line + strspn(line, " "), "$ ", 2) != 0)
			fail_msg("a line of %zu columns: %.*s", strcspn(line, "\n"),
				(int)strcspn(line, "\n"), line);
}

static void expect_in_order(const char *text, const char *const *parts)
{
	for (; *parts; parts++) {
		const char *found = strstr(text, *parts);

		if (!found)
			fail_msg("no \"%s\" in what is left: %s", *parts, text);
		text = found + strlen(*parts);
	}
}

static void the_worst_comes_first(void **state)
{
	static const char *const parts[] = {
		"CPU, Linux 6.1\n2 CPUs\n",
		"hardware h, firmware f,\n",
		"watched for 1 s, as a run at same-llc would use them: CPUs 1 and 0\n",
		"FAIL     third                 bad                                   this is "
		"wanted\n           this comes of it\n\n",
		"WARN     second                poor                                  this is "
		"wanted\n           this comes of it\n           $ mend it\n\n",
		"UNKNOWN  fourth                can't be seen                         this is "
		"wanted\n\n",
		"PASS     first                 good\n\n",
		"`sudo ipcmark tune -- COMMAND` sets for the time of a command: third, second\n",
		"1 fail, 1 warn, 1 unknown, 1 pass\n",
		NULL,
	};
	char *text = print(
		HEAD "\"cpus\": [1, 0], \"measured_s\": 1, \"reason\": null, \"checks\": [" CHECK(
			"first", "pass", "\"good\"", "null", "true") ", " CHECK("third", "fail",
			"\"bad\"", "null", "true") ", " CHECK("second", "warn", "\"poor\"",
			"\"mend it\"", "true") ", " CHECK("fourth", "unknown", "null",
			"\"mend it\"", "true") "], " COUNTS("1", "1", "1", "1"));

	(void)state;
	expect_in_order(text, parts);
	expect_narrow(text);
	free(text);
}

static void what_was_not_measured_is_told(void **state)
{
	static const char *const parts[] = {
		"not measured: another measurement runs: process 7\n", "0 fail", NULL};
	char *text = print(
		HEAD "\"cpus\": [0, 0], \"measured_s\": null, \"reason\": \"another "
		     "measurement runs: process 7\", \"checks\": [], " COUNTS("0", "0", "0", "0"));

	(void)state;
	expect_in_order(text, parts);
	assert_null(strstr(text, "watched"));
	assert_null(strstr(text, "tune --"));
	free(text);
}

static void one_cpu_is_one(void **state)
{
	char *text = print(HEAD "\"cpus\": [3, 3], \"measured_s\": 1, \"reason\": null, "
				"\"checks\": [], " COUNTS("0", "0", "0", "0"));

	(void)state;
	assert_non_null(strstr(text, "would use them: CPU 3\n"));
	free(text);
}

#define SEVENTY "0123456789 123456789 123456789 123456789 123456789 123456789 123456789"

/* Long texts are wrapped between words, each in its column, and lose nothing. */
static void long_texts_are_wrapped(void **state)
{
	static const char *const parts[] = {"0123456789 123456789 123456789", "this is wanted\n",
		" 123456789 123456789", "\n", "$ " SEVENTY SEVENTY "\n", NULL};
	char *text = print(
		HEAD "\"cpus\": [1, 0], \"measured_s\": 1, \"reason\": null, "
		     "\"checks\": [" CHECK("long", "warn", "\"" SEVENTY "\"",
			     "\"" SEVENTY SEVENTY "\"", "false") "], " COUNTS("0", "1", "0", "0"));

	(void)state;
	expect_in_order(text, parts);
	expect_narrow(text);
	free(text);
}

static bool is_fit(const char *counts)
{
	struct json *document = parse(counts);
	bool fit = doctor_is_fit(document);

	json_free(document);
	return fit;
}

static void unknown_is_not_fit(void **state)
{
	(void)state;
	assert_true(is_fit("{" COUNTS("0", "0", "0", "9")));
	assert_true(is_fit("{" COUNTS("0", "7", "0", "9")));
	assert_false(is_fit("{" COUNTS("1", "0", "0", "9")));
	assert_false(is_fit("{" COUNTS("0", "0", "1", "9")));
	assert_false(is_fit("{}"));
}

/* All that is promised is there, on whatever machine this is. */
static void this_machine(void **state)
{
	static const char *const paths[] = {"tool.version", "conditions", "topology",
		"fingerprint.hardware", "fingerprint.tuning", "placement"};
	struct json *document = doctor_examine();
	const struct json *checks;

	(void)state;
	if (!document)
		fail_msg("%s", fail_reason());
	assert_string_equal(json_text_at(document, "schema"), "ipcmark-doctor/1");
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		assert_string_not_equal(json_text_at(document, paths[i]), "");
	assert_int_equal(json_count(json_get(document, "cpus")), 2);
	checks = json_get(document, "checks");
	assert_true(json_count(checks) > 25);
	assert_true((double)json_count(checks) ==
		json_number_at(document, "counts.pass") + json_number_at(document, "counts.warn") +
			json_number_at(document, "counts.fail") +
			json_number_at(document, "counts.unknown"));

	struct text text;

	text_begin(&text);
	doctor_print(text.out, document);
	json_free(document);

	char *table = text_end(&text);

	expect_narrow(table);
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_comes_first),
		cmocka_unit_test(what_was_not_measured_is_told),
		cmocka_unit_test(one_cpu_is_one),
		cmocka_unit_test(long_texts_are_wrapped),
		cmocka_unit_test(unknown_is_not_fit),
		cmocka_unit_test(this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
