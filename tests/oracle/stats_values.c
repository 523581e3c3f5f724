/* Our statistics as text, for stats_oracle.py to judge.
 *
 *     stats_values ranks N       prints stats_median_rank of 0 .. N, one a line
 *     stats_values series        reads one series of numbers a line and prints, per series,
 *                                median, interval, MSER cut, drifting, bimodal and both modes */
#include "stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUES_MAX 100000

static int ranks_print(size_t last)
{
	for (size_t n = 0; n <= last; n++)
		printf("%zu\n", stats_median_rank(n));
	return 0;
}

static size_t series_parse(const char *line, double *values)
{
	size_t n = 0;
	char *end;

	for (; n < VALUES_MAX; n++, line = end) {
		values[n] = strtod(line, &end);
		if (end == line)
			break;
	}
	return n;
}

static void series_print(const double *values, size_t n)
{
	struct interval ci = stats_median_ci95(values, n);
	double modes[2];
	bool bimodal = stats_bimodal(values, n, modes);

	printf("%.17g %.17g %.17g ", stats_median(values, n), ci.low, ci.high);
	printf("%zu %d ", stats_mser(values, n), stats_drifting(values, n));
	printf("%d %.17g %.17g\n", bimodal, modes[0], modes[1]);
}

static int series_judge(void)
{
	static double values[VALUES_MAX];
	char *line = NULL;
	size_t capacity = 0;

	while (getline(&line, &capacity, stdin) >= 0)
		series_print(values, series_parse(line, values));
	free(line);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "ranks"))
		return ranks_print(strtoul(argv[2], NULL, 10));
	if (argc == 2 && !strcmp(argv[1], "series"))
		return series_judge();
	fprintf(stderr, "usage: %s ranks N | series\n", argv[0]);
	return 2;
}
