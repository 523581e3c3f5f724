/* See compare_tsv.h. */
#include "compare_tsv.h"

#include <math.h>

#include "compare_words.h"
#include "row.h"

static void put_texts(struct row *line, const struct json *row)
{
	static const char *const members[] = {"cell", "metric", "unit", "better"};

	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		row_text(line, json_text_at(row, members[i]));
}

static void put_numbers(struct row *line, const struct json *row)
{
	static const char *const members[] = {"base", "new", "ratio"};

	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		row_number(line, json_number_at(row, members[i]));
}

/* Two fields, of an interval or another pair. */
static void put_pair(struct row *line, const struct json *pair)
{
	const struct json *first = json_first(pair);

	row_number(line, json_number(first));
	row_number(line, first ? json_number(json_next(first)) : NAN);
}

static void put_row(struct row *line, const struct json *comparison, const struct json *row)
{
	put_texts(line, row);
	row_text(line, compare_arm_name(comparison, (size_t)json_integer(json_get(row, "arm"), 0)));
	row_text(line, compare_arm_name(comparison, 0));
	put_numbers(line, row);
	put_pair(line, json_get(row, "ci95"));
	put_pair(line, json_get(row, "ci90"));
	row_number(line, json_number_at(row, "p"));
	row_number(line, json_number_at(row, "p_adjusted"));
	row_number(line, json_number_at(row, "margin"));
	row_text(line, json_text_at(row, "verdict"));
	row_number(line, json_number_at(row, "smallest_effect"));
	put_pair(line, json_get(row, "runs"));
	row_number(line, json_number_at(row, "runs_needed"));
	row_number(line, json_is_true(json_get(row, "paired")));
	row_end(line);
}

void compare_tsv(FILE *out, const struct json *comparison)
{
	struct row line = {.out = out};

	row_words(&line,
		"cell metric unit better arm base_label base new ratio ci95_low ci95_high ci90_low "
		"ci90_high p p_adjusted margin verdict smallest_effect runs_base runs_new "
		"runs_needed paired");
	row_end(&line);
	for (const struct json *row = json_first(json_get(comparison, "rows")); row;
		row = json_next(row))
		put_row(&line, comparison, row);
}
