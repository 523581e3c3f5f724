/* See doctor.h: the table.
 *
 * Columns: status, id, what was observed, what is wanted; within 100 columns, the texts of the last
 * two wrapped. A command is never wrapped, so that it can be copied. */
#include "doctor.h"

#include <ctype.h>
#include <string.h>

#include "checks.h"

#define WIDTH          100
#define INDENT         9 /* of what stands below a row: the column of the ids */
#define ID_COLUMNS     22
#define SEEN_COLUMNS   38
#define WANTED_COLUMNS (WIDTH - INDENT - ID_COLUMNS - SEEN_COLUMNS)

/* The next line of *text, of at most `columns` letters: breaks at a blank, or where there is none
 * in the middle of a word. Returns its length and moves *text behind it. */
static int next_line(const char **text, const char **line, int columns)
{
	int length = (int)strlen(*text), end = length;

	*line = *text;
	if (length > columns) {
		end = columns;
		while (end > 0 && (*text)[end] != ' ')
			end--;
		end = end > 0 ? end : columns;
	}
	*text += end;
	*text += strspn(*text, " ");
	return end;
}

/* Two texts side by side behind an id, which is only on the first line; where there is no second
 * text the first has all of the room. */
static void put_columns(FILE *out, const char *id, const char *seen, const char *wanted)
{
	int room = *wanted ? SEEN_COLUMNS - 2 : SEEN_COLUMNS + WANTED_COLUMNS;

	do {
		const char *left, *right;
		int left_length = next_line(&seen, &left, room);
		int right_length = next_line(&wanted, &right, WANTED_COLUMNS);

		fprintf(out, "%-*s%.*s", ID_COLUMNS, id, left_length, left);
		if (right_length > 0)
			fprintf(out, "%*s%.*s", SEEN_COLUMNS - left_length, "", right_length,
				right);
		fputc('\n', out);
		if (*seen || *wanted)
			fprintf(out, "%*s", INDENT, "");
		id = "";
	} while (*seen || *wanted);
}

static void put_paragraph(FILE *out, const char *text)
{
	while (*text) {
		const char *line;
		int length = next_line(&text, &line, WIDTH - INDENT - 2);

		fprintf(out, "%*s  %.*s\n", INDENT, "", length, line);
	}
}

static bool has_status(const struct json *check, enum check_status status)
{
	return strcmp(json_text_at(check, "status"), check_status_name(status)) == 0;
}

static void put_status(FILE *out, enum check_status status)
{
	const char *name = check_status_name(status);
	int written = 0;

	for (; *name; name++, written++)
		fputc(toupper((unsigned char)*name), out);
	fprintf(out, "%*s", INDENT - written, "");
}

static void put_check(FILE *out, const struct json *check, enum check_status status)
{
	const char *observed = json_text_at(check, "observed"), *fix = json_text_at(check, "fix");

	put_status(out, status);
	put_columns(out, json_text_at(check, "id"), *observed ? observed : "can't be seen",
		status == CHECK_PASS ? "" : json_text_at(check, "wanted"));
	if (status != CHECK_WARN && status != CHECK_FAIL)
		return;
	put_paragraph(out, json_text_at(check, "effect"));
	if (*fix)
		fprintf(out, "%*s  $ %s\n", INDENT, "", fix);
}

static void put_checks(FILE *out, const struct json *document)
{
	static const enum check_status worst_first[] = {
		CHECK_FAIL, CHECK_WARN, CHECK_UNKNOWN, CHECK_PASS};

	for (size_t i = 0; i < sizeof worst_first / sizeof *worst_first; i++) {
		bool any = false;

		for (const struct json *check = json_first(json_get(document, "checks")); check;
			check = json_next(check)) {
			if (!has_status(check, worst_first[i]))
				continue;
			put_check(out, check, worst_first[i]);
			any = true;
		}
		if (any)
			fputc('\n', out);
	}
}

/* What `ipcmark tune` would do about it. */
static void put_tune(FILE *out, const struct json *document)
{
	const char *before = "";

	for (const struct json *check = json_first(json_get(document, "checks")); check;
		check = json_next(check)) {
		if (!json_is_true(json_get(check, "tunable")) ||
			!(has_status(check, CHECK_WARN) || has_status(check, CHECK_FAIL)))
			continue;
		fprintf(out, "%s%s",
			*before ? before
				: "`sudo ipcmark tune -- COMMAND` sets for the time of a command: ",
			json_text_at(check, "id"));
		before = ", ";
	}
	if (*before)
		fputc('\n', out);
}

static void put_cpus(FILE *out, const struct json *document)
{
	const struct json *producer = json_first(json_get(document, "cpus"));
	double first = json_number(producer), second = json_number(json_next(producer));

	if (first == second)
		fprintf(out, "CPU %.0f", first);
	else
		fprintf(out, "CPUs %.0f and %.0f", first, second);
}

static void put_head(FILE *out, const struct json *document)
{
	const char *reason = json_text_at(document, "reason");

	fprintf(out, "%s\n%s\n", json_text_at(document, "conditions"),
		json_text_at(document, "topology"));
	fprintf(out, "fingerprints: hardware %s, firmware %s,\n%14skernel   %s, tuning   %s\n",
		json_text_at(document, "fingerprint.hardware"),
		json_text_at(document, "fingerprint.firmware"), "",
		json_text_at(document, "fingerprint.kernel"),
		json_text_at(document, "fingerprint.tuning"));
	if (json_type(json_get(document, "measured_s")) == JSON_NUMBER) {
		fprintf(out, "watched for %g s, as a run at %s would use them: ",
			json_number_at(document, "measured_s"),
			json_text_at(document, "placement"));
		put_cpus(out, document);
		fputc('\n', out);
	}
	if (*reason)
		fprintf(out, "not measured: %s\n", reason);
	fprintf(out, "\n%-*s%-*s%-*s%s\n", INDENT, "", ID_COLUMNS, "check", SEEN_COLUMNS,
		"observed", "wanted");
}

void doctor_print(FILE *out, const struct json *document)
{
	put_head(out, document);
	put_checks(out, document);
	put_tune(out, document);
	fprintf(out, "%.0f fail, %.0f warn, %.0f unknown, %.0f pass\n",
		json_number_at(document, "counts.fail"), json_number_at(document, "counts.warn"),
		json_number_at(document, "counts.unknown"),
		json_number_at(document, "counts.pass"));
}
