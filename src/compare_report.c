/* See compare_report.h: what was compared, the table, what was not compared, and the counts. */
#include "compare_report.h"

#include <stdlib.h>

#include "compare_head.h"
#include "compare_terminal.h"
#include "compare_words.h"

#define NAMES_MOST 3 /* cells that are named for a figure which they lack */

static void put_line(FILE *out, const char *line)
{
	fprintf(out, "%s\n", line);
}

static void put_absence(FILE *out, const char *line)
{
	fprintf(out, "not compared: %s\n", line);
}

void compare_report(FILE *out, const struct json *comparison)
{
	const struct compare_lines lines = {out, put_line}, absences = {out, put_absence};
	char *outcome = compare_outcome_text(comparison);
	const struct json *warning = json_first(json_get(comparison, "warnings"));

	compare_stamps(&lines, comparison);
	compare_conditions(&lines, comparison);
	compare_terminal(out, comparison);
	compare_absences(&absences, comparison, NAMES_MOST);
	for (; warning; warning = json_next(warning))
		fprintf(out, "warning: %s\n", json_string(warning, ""));
	if (json_first(json_get(comparison, "rows")))
		put_line(out, COMPARE_LEGEND);
	put_line(out, outcome);
	if (json_is_true(json_find(comparison, "gate.asked")))
		fprintf(out, "gate: %s\n", json_text_at(comparison, "gate.reason"));
	free(outcome);
}
