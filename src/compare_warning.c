/* See compare_warning.h. */
#include "compare_warning.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare_machine.h"
#include "memory.h"
#include "rank.h"
#include "text.h"
#include "words.h"

#define HARNESS_TOLERANCE 0.2
#define MOST_RUNS         1000

__attribute__((format(printf, 2, 3))) static void warn(
	struct json *warnings, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		memory_is_gone();
	va_end(args);
	json_add_string(warnings, text);
	free(text);
}

static void warn_of_one_measurement(struct json *warnings, const struct compare_table *table)
{
	for (size_t i = 0; i < table->arm_count; i++)
		for (size_t j = i + 1; j < table->arm_count; j++)
			if (compare_arm_overlaps(table->arms[i], table->arms[j]))
				warn(warnings,
					"%s and %s are one measurement: this says nothing about a "
					"change",
					table->arms[i]->label, table->arms[j]->label);
}

/* "1 boot per arm", "1 and 5 boots" */
static void describe_boots(const struct compare_table *table, char *out, size_t bytes)
{
	size_t first = table->arms[0]->boot_count, at = 0;
	bool is_even = true;

	for (size_t i = 1; i < table->arm_count; i++)
		is_even &= table->arms[i]->boot_count == first;
	if (is_even) {
		snprintf(out, bytes, "%zu boot%s per arm", first, first == 1 ? "" : "s");
		return;
	}
	for (size_t i = 0; i < table->arm_count && at < bytes; i++)
		at += (size_t)snprintf(out + at, bytes - at, "%s%zu%s",
			i == 0                             ? ""
				: i + 1 < table->arm_count ? ", "
							   : " and ",
			table->arms[i]->boot_count, i + 1 < table->arm_count ? "" : " boots");
}

/* "kernel 6.17.9 -> 6.18.4", in a new string. */
static char *describe_kernels(const struct compare_table *table)
{
	struct text text;

	text_begin(&text);
	fputs("kernel ", text.out);
	for (size_t i = 0; i < table->arm_count; i++) {
		char *kernel = compare_machine_text(table->arms[i], "kernel.release");

		fprintf(text.out, "%s%s", i ? " -> " : "", kernel ? kernel : "unknown");
		free(kernel);
	}
	return text_end(&text);
}

static void warn_of_boots(struct json *warnings, const struct compare_table *table)
{
	bool is_one = compare_machine_is_same(table->arms, table->arm_count, COMPARE_KERNEL);
	bool is_about_boots = !is_one;
	char boots[128], *kernels;

	for (size_t i = 0; i < table->arm_count; i++)
		is_about_boots |= table->arms[i]->boot_count > 1;
	if (!is_about_boots || table->unit == COMPARE_BOOT)
		return;
	describe_boots(table, boots, sizeof boots);
	kernels = describe_kernels(table);
	warn(warnings, "%s (%s: %s not separable; %zu boots of each tell them apart)",
		is_one ? "one kernel" : kernels, boots,
		is_one ? "a change and the boot" : "kernel and boot",
		compare_row_least(COMPARE_BOOT));
	free(kernels);
}

/* What differs from one start of the program to the next, an A/A within one start can't show. */
static void warn_of_invocations(struct json *warnings, const struct compare_table *table)
{
	for (size_t i = 0; i < table->arm_count; i++)
		if (table->arms[i]->file_count > 1)
			return;
	if (!compare_machine_is_same(table->arms, table->arm_count, COMPARE_KERNEL))
		return; /* the boots were told */
	warn(warnings,
		"one invocation per arm: what differs from one to the next (the program's place in "
		"memory, what the machine was doing) can't be told from a change; folders of "
		"several "
		"results can");
}

static void warn_of_differences(
	struct json *warnings, const struct compare_table *table, const struct json *differences)
{
	static const enum compare_fingerprint told[] = {COMPARE_FIRMWARE, COMPARE_TUNING};

	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
		char *text = compare_machine_describe(differences, told[i]);

		if (text[0])
			warn(warnings, "%s differs: %s", compare_fingerprint_name(told[i]), text);
		free(text);
	}
	for (size_t i = 0; i < table->arm_count; i++)
		for (enum compare_fingerprint f = 0; f < COMPARE_FINGERPRINTS; f++)
			if (!compare_machine_is_same(&table->arms[i], 1, f))
				warn(warnings, "%s holds results of more than one %s",
					table->arms[i]->label, compare_fingerprint_name(f));
}

static void warn_of_file(struct json *warnings, const struct compare_file *file)
{
	const struct json *allowed = json_find(file->head, "invocation.allowed");

	for (const struct json *word = json_first(allowed); word; word = json_next(word))
		warn(warnings, "%s was measured with --allow %s", file->name,
			json_string(word, ""));
	if (strcmp(json_text_at(file->head, "invocation.status"), "interrupted") == 0)
		warn(warnings, "%s was interrupted: its cells have fewer runs", file->name);
}

/* Where files of two arms were measured in two ways: a change of the harness, or of how long a run
 * is, is a difference, too. */
static void warn_of_settings(struct json *warnings, const struct compare_table *table)
{
	static const struct {
		const char *path, *what;
	} told[] = {
		{"tool.git", "by different versions of ipcmark"},
		{"tool.flags", "by programs that were compiled with different flags"},
		{"tool.compiler", "by programs of different compilers"},
		{"invocation.time_ns", "in runs of different lengths (--time)"},
	};
	const struct json *base = table->arms[0]->files[0].head;

	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
		for (size_t arm = 1; arm < table->arm_count; arm++)
			if (!json_same(json_find(base, told[i].path),
				    json_find(table->arms[arm]->files[0].head, told[i].path)))
				warn(warnings, "%s and %s were measured %s", table->arms[0]->label,
					table->arms[arm]->label, told[i].what);
}

static double median_of(const struct compare_arm *arm, const struct compare_cell *cell, bool finer)
{
	struct compare_figure figure = {
		.metric = compare_metric_index("rtt_ns.p50"), .finer = finer};
	size_t count;
	double *values = compare_cell_values(arm, cell, figure, &count);
	double median = metric_estimate(values, count).value;

	free(values);
	return median;
}

/* The harness is no finding; but where it changed, so did the floor under every row. */
static void warn_of_harness(struct json *warnings, const struct compare_table *table, size_t arm)
{
	const struct compare_arm *base = table->arms[0], *new = table->arms[arm];
	size_t p50 = compare_metric_index("rtt_ns.p50");
	char texts[2][32];

	for (size_t i = 0; i < base->cell_count; i++) {
		const struct compare_cell *cell = &base->cells[i];
		const struct compare_cell *other = compare_arm_find(new, cell->id);
		bool finer;
		double x, y;

		if (!cell->is_harness || cell->is_control || !other)
			continue;
		finer = compare_cell_is_finer(cell, p50) && compare_cell_is_finer(other, p50);
		x = median_of(base, cell, finer);
		y = median_of(new, other, finer);
		if (!(fabs(y / x - 1) > HARNESS_TOLERANCE))
			continue;
		words_format_duration(x, texts[0], sizeof texts[0]);
		words_format_duration(y, texts[1], sizeof texts[1]);
		warn(warnings, "the harness itself differs: %s takes %s in %s and %s in %s",
			cell->id, texts[0] + strspn(texts[0], " "), base->label,
			texts[1] + strspn(texts[1], " "), new->label);
	}
}

/* Whether one discovery among so many comparisons is possible at all (METHOD, part 5.3). */
static void warn_of_family(struct json *warnings, const struct compare_table *table)
{
	double wanted = VERDICT_LEVEL / (double)table->comparisons;
	size_t runs = compare_row_least(table->unit);

	/* many together may pass where one alone could not */
	for (size_t i = 0; i < table->row_count; i++)
		if (table->rows[i].p_adjusted <= VERDICT_LEVEL)
			return;
	if (table->comparisons == 0 || table->smallest_p <= wanted)
		return;
	while (rank_two_sample_smallest_p(runs, runs) > wanted && runs < MOST_RUNS)
		runs++;
	warn(warnings,
		"so few %s can't prove a single difference among %zu comparisons: the smallest "
		"possible p is %.2g, and %.2g is needed; %zu of each would do",
		table->unit == COMPARE_BOOT ? "boots" : "runs", table->comparisons,
		table->smallest_p, wanted, runs);
}

static void warn_of_gaps(struct json *warnings, const struct compare_table *table)
{
	for (size_t i = 0; compare_metrics[i].name; i++)
		if (table->lacking[i])
			warn(warnings,
				"%zu cell%s without %s in any arm: not compared; a run needs %.0f "
				"messages for it (--time)",
				table->lacking[i], table->lacking[i] == 1 ? "" : "s",
				compare_metrics[i].name, table->needs[i]);
	if (table->ignored)
		warn(warnings, "%zu cell%s left out by the policy", table->ignored,
			table->ignored == 1 ? "" : "s");
}

struct json *compare_warnings(const struct compare_table *table, const struct json *differences)
{
	struct json *warnings = json_array();

	warn_of_one_measurement(warnings, table);
	warn_of_boots(warnings, table);
	warn_of_invocations(warnings, table);
	warn_of_differences(warnings, table, differences);
	for (size_t i = 0; i < table->arm_count; i++)
		for (size_t j = 0; j < table->arms[i]->file_count; j++)
			warn_of_file(warnings, &table->arms[i]->files[j]);
	warn_of_settings(warnings, table);
	for (size_t arm = 1; arm < table->arm_count; arm++)
		warn_of_harness(warnings, table, arm);
	warn_of_family(warnings, table);
	warn_of_gaps(warnings, table);
	return warnings;
}
