/* See report.h: what a message costs each side. */
#include <math.h>
#include <string.h>

#include "report.h"
#include "report_row.h"
#include "words.h"

/* The middle run's figure of one side. */
static double median_of(const struct json *cell, const char *side, const char *figure)
{
	char path[80];

	snprintf(path, sizeof path, "counters.%s.%s", side, figure);
	return row_run_median(cell, path);
}

/* Nine columns. */
static void put_count(FILE *out, double value)
{
	char text[32];

	words_format_count(value, text, sizeof text);
	if (isnan(value))
		fprintf(out, " %8s" DASH, "");
	else if (value < 1000)
		fprintf(out, " %9.2f", value);
	else
		fprintf(out, " %9s", text);
}

static void put_side(FILE *out, const struct json *cell, const char *side, const char *name)
{
	double cpu = median_of(cell, side, "cpu_ns_per_message");
	double busy = median_of(cell, side, "busy");
	char text[32];

	words_format_duration(cpu, text, sizeof text);
	fprintf(out, "  %-54s %-8s %s", name, side, text);
	if (isnan(busy))
		fprintf(out, " %5s" DASH " ", "");
	else
		fprintf(out, " %5.0f %%", 100 * busy);
	put_count(out, median_of(cell, side, "voluntary_switches_per_message"));
	put_count(out, median_of(cell, side, "involuntary_switches_per_message"));
	put_count(out, median_of(cell, side, "instructions_per_message"));
	put_count(out, median_of(cell, side, "cycles_per_message"));
	put_count(out, median_of(cell, side, "cache_misses_per_message"));
	fputc('\n', out);
}

/* The first reason why a counter has no figure. */
static const char *counter_reason(const struct json *result)
{
	static const char *const paths[] = {
		"counters.producer.not_counted_reason", "counters.consumer.not_counted_reason"};

	for (const struct json *cell = json_first(json_get(result, "cells")); cell;
		cell = json_next(cell)) {
		for (const struct json *run = json_first(json_get(cell, "runs")); run;
			run = json_next(run)) {
			for (size_t i = 0; i < 2; i++)
				if (json_text_at(run, paths[i])[0])
					return json_text_at(run, paths[i]);
		}
	}
	return "";
}

void report_cost(FILE *out, const struct json *result)
{
	fprintf(out, "%s\n\n", json_text_at(result, "environment.conditions"));
	fprintf(out, "%-56s %-8s %7s %7s %9s %9s %9s %9s %9s\n", "a message costs", "", "CPU",
		"busy", "sleeps", "preempted", "instr.", "cycles", "misses");
	for (const struct json *cell = json_first(json_get(result, "cells")); cell;
		cell = json_next(cell)) {
		if (json_count(json_get(cell, "runs")) == 0)
			continue;
		put_side(out, cell, "producer", json_text_at(cell, "id"));
		put_side(out, cell, "consumer", "");
	}
	fprintf(out,
		"\nmedians over the good runs. busy: share of its CPU that the side uses; a side "
		"that spins uses all of it.\nsleeps, preempted: voluntary and involuntary context "
		"switches. misses: cache misses\n");
	if (counter_reason(result)[0])
		fprintf(out, DASH " instructions, cycles, misses: %s\n", counter_reason(result));
}
