/* Sets of values, and what our histogram says of them, for HistogramOracle.java to judge.
 *
 *     histogram_values FOLDER
 *
 * writes per set FOLDER/NAME.values (one value a line) and FOLDER/NAME.claims (a keyword and
 * figures a line), and prints the names. The same on every run: the generator has a fixed seed.
 * Quantiles travel as decimal text, so that the judge knows which rank was meant. */
#include "histogram.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct set {
	const char *name;
	int64_t count;
	int64_t (*value)(int64_t i);
};

static const char *const quantiles[] = {"0.0001", "0.001", "0.01", "0.05", "0.07", "0.1", "0.14",
	"0.25", "0.28", "0.29", "0.3", "0.5", "0.55", "0.56", "0.57", "0.58", "0.6", "0.7", "0.75",
	"0.8", "0.9", "0.95", "0.99", "0.999", "0.9999", "0.99999", "0.999999", "1"};

/* Uniform in [0, 1). xorshift64* (Marsaglia 2003, Vigna 2016). */
static double uniform(void)
{
	static uint64_t x = 88172645463325252U;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	return (double)((x * 2685821657736338717U) >> 11) / 9007199254740992.0;
}

/* Box and Muller 1958. */
static double normal(void)
{
	double radius = sqrt(-2 * log(1 - uniform()));

	return radius * cos(2 * M_PI * uniform());
}

static int64_t uniform_small(int64_t i)
{
	(void)i;
	return (int64_t)(uniform() * 2048);
}

static int64_t uniform_wide(int64_t i)
{
	(void)i;
	return (int64_t)(uniform() * 1099511627776.0);
}

static int64_t log_normal(int64_t i)
{
	(void)i;
	return (int64_t)exp(8.5 + 0.7 * normal());
}

static int64_t exponential(int64_t i)
{
	(void)i;
	return (int64_t)(-50000 * log(1 - uniform()));
}

static int64_t bimodal(int64_t i)
{
	return (int64_t)(i % 3 ? 4000 + 100 * normal() : 40e6 + 1e6 * normal());
}

static int64_t constant(int64_t i)
{
	(void)i;
	return 1234567;
}

static int64_t zero(int64_t i)
{
	(void)i;
	return 0;
}

static int64_t powers(int64_t i)
{
	return ((int64_t)1 << i / 3) + i % 3 - 1;
}

static int64_t counting(int64_t i)
{
	return i + 1;
}

/* Within 500 of the limit, on both sides, and of zero. */
static int64_t limits(int64_t i)
{
	return (i % 2 ? HISTOGRAM_LIMIT : 0) + i - 500;
}

static const struct set sets[] = {
	{"uniform-small", 20000, uniform_small},
	{"uniform-wide", 100000, uniform_wide},
	{"log-normal", 100000, log_normal},
	{"exponential", 100000, exponential},
	{"bimodal", 100000, bimodal},
	{"constant", 1000, constant},
	{"zero", 10, zero},
	{"one", 1, uniform_wide},
	{"two", 2, uniform_wide},
	{"powers", 123, powers},
	{"counting-10", 10, counting},
	{"counting-100", 100, counting},
	{"counting-1000", 1000, counting},
	{"counting-99999", 99999, counting},
	{"limits", 1000, limits},
};

static FILE *set_open(const char *folder, const char *name, const char *what)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s.%s", folder, name, what);
	FILE *file = fopen(path, "w");

	if (!file) {
		perror(path);
		exit(2);
	}
	return file;
}

static void set_close(FILE *file)
{
	if (ferror(file) || fclose(file)) {
		perror("write");
		exit(2);
	}
}

static void values_write(FILE *file, const struct set *set, struct histogram *h)
{
	for (int64_t i = 0; i < set->count; i++) {
		int64_t value = set->value(i);

		histogram_record(h, value);
		fprintf(file, "%" PRId64 "\n", value);
	}
}

static void claims_write(FILE *file, const struct histogram *h)
{
	fprintf(file, "count %" PRIu64 "\nsum %" PRIu64 "\n", h->count, h->sum);
	fprintf(file, "min %" PRIu64 "\nmax %" PRIu64 "\n", h->min, h->max);
	fprintf(file, "overflow %" PRIu64 "\nnegative %" PRIu64 "\n", h->overflow, h->negative);
	fprintf(file, "mean %.17g\n", histogram_mean(h));
	for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
		double q = strtod(quantiles[i], NULL);

		fprintf(file, "quantile %s %.17g %.17g\n", quantiles[i], histogram_quantile(h, q),
			histogram_quantile_interpolated(h, q));
	}
	for (size_t i = 0; i < HISTOGRAM_CELLS; i++)
		if (h->cells[i])
			fprintf(file, "cell %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
				histogram_cell_low(i), histogram_cell_high(i), h->cells[i]);
}

static void set_write(const char *folder, const struct set *set)
{
	static struct histogram h;
	FILE *values = set_open(folder, set->name, "values");
	FILE *claims = set_open(folder, set->name, "claims");

	histogram_reset(&h);
	values_write(values, set, &h);
	claims_write(claims, &h);
	set_close(values);
	set_close(claims);
	puts(set->name);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		set_write(argv[1], &sets[i]);
	return 0;
}
