/* Compares src/rank.c with what R computed: rank_golden rank_golden.tsv, which rank_golden.R wrote.
 * Exit 0: equal to 1e-9; 1: not, and every line that isn't. */
#include "rank.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define COLUMNS      3
#define VALUES_MAX   512

struct column {
	double values[VALUES_MAX];
	size_t count;
};

static size_t size_at(const struct column *column, size_t at)
{
	return at < column->count ? (size_t)column->values[at] : 0;
}

static bool equal(const double *got, const double *expected, size_t count)
{
	bool all = true;

	for (size_t i = 0; i < count; i++) {
		double size = fmax(fabs(got[i]), fabs(expected[i]));

		if (isnan(got[i]) && isnan(expected[i]))
			continue;
		if (!(fabs(got[i] - expected[i]) <= 1e-9 * size)) {
			printf("\tfigure %zu: %.17g, R has %.17g\n", i + 1, got[i], expected[i]);
			all = false;
		}
	}
	return all;
}

static bool matches(const double *got, size_t count, const struct column *expected)
{
	if (expected->count != count) {
		printf("\t%zu figures, expected %zu\n", expected->count, count);
		return false;
	}
	return equal(got, expected->values, count);
}

static bool effect_matches(struct effect effect, const struct column *expected)
{
	const double got[] = {effect.exact, effect.p, effect.shift, effect.ci95.low,
		effect.ci95.high, effect.ci90.low, effect.ci90.high};

	return matches(got, COUNT(got), expected);
}

static bool two_sample_matches(const struct column columns[static COLUMNS])
{
	const struct column *base = &columns[0], *other = &columns[1];
	struct effect effect =
		rank_two_sample(base->values, base->count, other->values, other->count);

	return effect_matches(effect, &columns[2]);
}

static bool paired_matches(const struct column columns[static COLUMNS])
{
	const struct column *base = &columns[0], *other = &columns[1];

	return base->count == other->count &&
		effect_matches(rank_paired(base->values, other->values, base->count), &columns[2]);
}

static bool two_sample_sizes_match(const struct column columns[static COLUMNS])
{
	size_t m = size_at(&columns[0], 0), n = size_at(&columns[0], 1);
	const double got[] = {(double)rank_two_sample_order(m, n, 0.95),
		(double)rank_two_sample_order(m, n, 0.90), rank_two_sample_smallest_p(m, n)};

	return matches(got, COUNT(got), &columns[1]);
}

static bool paired_sizes_match(const struct column columns[static COLUMNS])
{
	size_t n = size_at(&columns[0], 0);
	const double got[] = {(double)rank_paired_order(n, 0.95),
		(double)rank_paired_order(n, 0.90), rank_paired_smallest_p(n)};

	return matches(got, COUNT(got), &columns[1]);
}

static bool adjusted_match(const struct column columns[static COLUMNS])
{
	struct column adjusted = columns[0];

	rank_adjust(adjusted.values, adjusted.count);
	return matches(adjusted.values, adjusted.count, &columns[1]);
}

static const struct kind {
	const char *name;
	bool (*matches)(const struct column columns[static COLUMNS]);
} kinds[] = {
	{"two-sample", two_sample_matches},
	{"paired", paired_matches},
	{"two-sample-sizes", two_sample_sizes_match},
	{"paired-sizes", paired_sizes_match},
	{"adjust", adjusted_match},
};

static bool column_parse(const char *text, struct column *column)
{
	char *end;

	for (column->count = 0; column->count < VALUES_MAX; text = end) {
		double value = strtod(text, &end);

		if (end == text)
			break;
		column->values[column->count++] = value;
	}
	return text[strspn(text, " ")] == '\0';
}

/* A row is a kind, and columns of numbers after it. */
static bool row_matches(char *row)
{
	static struct column columns[COLUMNS];
	const char *name = strsep(&row, "\t");

	for (size_t i = 0; i < COLUMNS; i++) {
		char *text = strsep(&row, "\t");

		if (!column_parse(text ? text : "", &columns[i]))
			return false;
	}
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (!strcmp(kinds[i].name, name))
			return kinds[i].matches(columns);
	}
	printf("\tno such kind: %s\n", name);
	return false;
}

/* The last row says how many were written: a cut file is not a pass. */
static bool all_rows_match(FILE *file)
{
	char *line = NULL;
	size_t capacity = 0, number = 0, rows = 0, wrong = 0, written = 0;

	while (getline(&line, &capacity, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		number++;
		if (line[0] == '#' || sscanf(line, "end\t%zu", &written) == 1)
			continue;
		rows++;
		if (!row_matches(line)) {
			printf("line %zu differs\n", number);
			wrong++;
		}
	}
	free(line);
	printf("rank golden: %zu of %zu rows as R has them, %zu written\n", rows - wrong, rows,
		written);
	return rows > 0 && rows == written && wrong == 0;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!file) {
		fprintf(stderr, "usage: %s rank_golden.tsv\n", argv[0]);
		return 2;
	}
	bool match = all_rows_match(file);

	fclose(file);
	return match ? 0 : 1;
}
