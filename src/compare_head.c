/* See compare_head.h. */
#include "compare_head.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_control.h"
#include "compare_row.h"
#include "compare_words.h"
#include "memory.h"
#include "stats.h"
#include "text.h"

static void put_line(const struct compare_lines *lines, struct text *text)
{
	char *line = text_end(text);

	lines->put(lines->out, line);
	free(line);
}

static void stamp_words(struct text *text, const struct json *words)
{
	for (const struct json *word = json_first(words); word; word = json_next(word))
		fprintf(text->out, "%s--allow %s", word == json_first(words) ? "" : ", ",
			json_string(word, ""));
}

void compare_stamps(const struct compare_lines *lines, const struct json *comparison)
{
	const struct json *controls = json_get(comparison, "controls");
	const struct json *arm = json_first(json_get(comparison, "arms"));
	struct text text;

	if (strcmp(json_text_at(controls, "verdict"), "untrustworthy") == 0) {
		text_begin(&text);
		fprintf(text.out,
			"UNTRUSTWORTHY: %s: measure again with more --runs, on a quieter machine "
			"(ipcmark doctor)",
			json_text_at(controls, "reason"));
		put_line(lines, &text);
	}
	if (strcmp(json_text_at(controls, "verdict"), "not run") == 0) {
		text_begin(&text);
		fprintf(text.out,
			"NO CONTROLS: %s: nothing proves what these results can tell; run --preset "
			"ci has them",
			json_text_at(controls, "reason"));
		put_line(lines, &text);
	}
	if (json_first(json_get(comparison, "allowed"))) {
		text_begin(&text);
		fputs("STAMPED: compared with ", text.out);
		stamp_words(&text, json_get(comparison, "allowed"));
		put_line(lines, &text);
	}
	for (size_t i = 0; arm; i++, arm = json_next(arm))
		if (json_first(json_get(arm, "allowed"))) {
			text_begin(&text);
			fprintf(text.out, "STAMPED: %s was measured with ",
				compare_arm_name(comparison, i));
			stamp_words(&text, json_get(arm, "allowed"));
			put_line(lines, &text);
		}
}

static const char *plural(double count)
{
	return count == 1 ? "" : "s";
}

static void arm_line(const struct compare_lines *lines, const struct json *comparison, size_t index)
{
	const struct json *arm = compare_arm(comparison, index);
	size_t files = json_count(json_get(arm, "files"));
	double runs = json_number_at(arm, "runs"), boots = json_number_at(arm, "boots");
	struct text text;

	text_begin(&text);
	fprintf(text.out, "%s %s (", index ? "new " : "base", compare_arm_name(comparison, index));
	if (files == 1)
		fputs(json_string(json_first(json_get(arm, "files")), ""), text.out);
	else
		fprintf(text.out, "%zu files", files);
	fprintf(text.out, "): %.0f run%s a cell, %.0f boot%s; %s", runs, plural(runs), boots,
		plural(boots), json_text_at(arm, "conditions"));
	put_line(lines, &text);
}

/* How few boots can say how little: nothing where there are enough. */
static void boots_words(struct text *text, const struct json *comparison)
{
	double fewest = INFINITY, most = 0;

	for (const struct json *arm = json_first(json_get(comparison, "arms")); arm;
		arm = json_next(arm)) {
		fewest = fmin(fewest, json_number_at(arm, "boots"));
		most = fmax(most, json_number_at(arm, "boots"));
	}
	if (fewest >= COMPARE_LEAST_BOOTS)
		return;
	fprintf(text->out, " (%.0f", fewest);
	if (most > fewest)
		fprintf(text->out, " to %.0f", most);
	fprintf(text->out, " boot%s per arm: kernel and boot not separable)", plural(most));
}

static void kernel_words(struct text *text, const struct json *comparison)
{
	const struct json *arm = json_first(json_get(comparison, "arms"));
	const char *base = json_text_at(arm, "kernel"), *separator = " -> ";
	bool differs = strcmp(json_text_at(comparison, "fingerprints.kernel"), "same") != 0;
	bool released = false;

	fprintf(text->out, "%skernel %s", differs ? "" : "same ", base);
	while ((arm = json_next(arm)))
		if (strcmp(json_text_at(arm, "kernel"), base) != 0) {
			fprintf(text->out, "%s%s", separator, json_text_at(arm, "kernel"));
			separator = ", ";
			released = true;
		}
	if (differs && !released)
		fputs(" with other parts", text->out);
	if (differs)
		boots_words(text, comparison);
}

static void fingerprint_line(const struct compare_lines *lines, const struct json *comparison)
{
	static const char *const names[] = {"hardware", "firmware", "tuning"};
	const struct json *fingerprints = json_get(comparison, "fingerprints");
	struct text text;

	text_begin(&text);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *found = json_text_at(fingerprints, names[i]);

		if (strcmp(found, "same") == 0)
			fprintf(text.out, "%ssame %s", i ? ", " : "", names[i]);
		else
			fprintf(text.out, "%s%s %s", i ? ", " : "", names[i],
				found[0] ? found : "unknown");
	}
	fputs("; ", text.out);
	kernel_words(&text, comparison);
	put_line(lines, &text);
}

static void value_words(struct text *text, const struct json *value)
{
	fputs(json_string(value, json_type(value) == JSON_NULL ? "unknown" : ""), text->out);
}

/* Of each fingerprint: a kernel without half of the settings would fill a screen. */
#define DIFFERENCES_MOST 5

static void difference_line(const struct compare_lines *lines, const struct json *one)
{
	const struct json *values = json_get(one, "values");
	struct text text;

	text_begin(&text);
	fprintf(text.out, "%s differs: %s: ", json_text_at(one, "fingerprint"),
		json_text_at(one, "member"));
	for (const struct json *value = json_first(values); value; value = json_next(value)) {
		fputs(value == json_first(values) ? "" : " -> ", text.out);
		value_words(&text, value);
	}
	put_line(lines, &text);
}

/* Those of one fingerprint. The kernel's release stands in the line above. */
static void differences_of(
	const struct compare_lines *lines, const struct json *differences, const char *fingerprint)
{
	size_t count = 0;
	struct text text;

	for (const struct json *one = json_first(differences); one; one = json_next(one)) {
		if (strcmp(json_text_at(one, "fingerprint"), fingerprint) != 0 ||
			strcmp(json_text_at(one, "member"), "kernel.release") == 0)
			continue;
		if (++count <= DIFFERENCES_MOST)
			difference_line(lines, one);
	}
	if (count <= DIFFERENCES_MOST)
		return;
	text_begin(&text);
	fprintf(text.out, "%s differs: %zu more (--json has them all)", fingerprint,
		count - DIFFERENCES_MOST);
	put_line(lines, &text);
}

static void difference_lines(const struct compare_lines *lines, const struct json *comparison)
{
	static const char *const fingerprints[] = {"hardware", "firmware", "kernel", "tuning"};

	for (size_t i = 0; i < sizeof fingerprints / sizeof fingerprints[0]; i++)
		differences_of(lines, json_get(comparison, "differences"), fingerprints[i]);
}

static void control_lines(const struct compare_lines *lines, const struct json *comparison)
{
	const struct json *controls = json_get(comparison, "controls");
	size_t arms = json_count(json_get(comparison, "arms"));
	struct text text;

	if (strcmp(json_text_at(controls, "verdict"), "not run") == 0)
		return; /* it stands at the very top */
	for (size_t arm = 0; arm < arms; arm++) {
		text_begin(&text);
		compare_put_controls(text.out, comparison, arm);
		put_line(lines, &text);
	}
}

/* The median over the rows of one metric; NaN where none has it. */
static double smallest_effect(const struct json *rows, const char *metric)
{
	double *values = memory_zeroed(json_count(rows), sizeof *values), median;
	size_t count = 0;

	for (const struct json *row = json_first(rows); row; row = json_next(row)) {
		double effect = json_number_at(row, "smallest_effect");

		if (strcmp(json_text_at(row, "metric"), metric) == 0 && isfinite(effect))
			values[count++] = effect;
	}
	median = count ? stats_median(values, count) : NAN;
	free(values);
	return median;
}

static bool is_raised(const struct json *row)
{
	return strcmp(json_text_at(row, "margin_from"), "a_a") == 0;
}

static bool same_metric(const struct json *a, const struct json *b)
{
	return strcmp(json_text_at(a, "metric"), json_text_at(b, "metric")) == 0;
}

static void effect_words(struct text *text, const struct json *rows)
{
	static const char *const metrics[] = {"rtt_ns.p50", "response_ns.p50", "messages_per_s"};
	const char *separator = "; smallest detectable change: ";

	for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
		double effect = smallest_effect(rows, metrics[i]);
		char *metric = compare_metric_text(metrics[i]);

		if (isfinite(effect)) {
			fprintf(text->out, "%s%s %.1f %%", separator, metric, 100 * effect);
			separator = ", ";
		}
		free(metric);
	}
	if (separator[0] == ',')
		fputs(" (median of the cells)", text->out);
}

/* The margins that the A/A raised: one for each figure, of all cells. */
static void margin_line(const struct compare_lines *lines, const struct json *rows)
{
	const char *separator = "margins raised to twice the half-width of the A/A: ";
	bool any = false;
	struct text text;

	text_begin(&text);
	for (const struct json *row = json_first(rows); row; row = json_next(row)) {
		const struct json *before = json_first(rows);
		char *metric;

		while (before != row && !(is_raised(before) && same_metric(before, row)))
			before = json_next(before);
		if (!is_raised(row) || before != row)
			continue;
		metric = compare_metric_text(json_text_at(row, "metric"));
		fprintf(text.out, "%s%s %.1f %%", any ? ", " : separator, metric,
			100 * json_number_at(row, "margin"));
		any = true;
		free(metric);
	}
	if (any)
		put_line(lines, &text);
	else
		free(text_end(&text));
}

static void family_lines(const struct compare_lines *lines, const struct json *comparison)
{
	double count = json_number_at(comparison, "family.comparisons");
	double level = json_number_at(comparison, "family.level");
	double smallest = json_number_at(comparison, "family.smallest_p");
	struct text text;

	text_begin(&text);
	fprintf(text.out, "%.0f comparison%s, %s %.3g", count, plural(count),
		json_text_at(comparison, "family.adjustment"), level);
	if (strcmp(json_text_at(comparison, "unit"), "boot") == 0)
		fputs(", a boot is one value", text.out);
	effect_words(&text, json_get(comparison, "rows"));
	put_line(lines, &text);
	if (count > 0 && smallest > level / count) {
		text_begin(&text);
		fprintf(text.out,
			"too few runs to prove a single change: its p could not be below %.2g, "
			"which one among %.0f needs to be below %.2g",
			smallest, count, level / count);
		put_line(lines, &text);
	}
	margin_line(lines, json_get(comparison, "rows"));
}

void compare_conditions(const struct compare_lines *lines, const struct json *comparison)
{
	size_t arms = json_count(json_get(comparison, "arms"));

	for (size_t i = 0; i < arms; i++)
		arm_line(lines, comparison, i);
	fingerprint_line(lines, comparison);
	difference_lines(lines, comparison);
	control_lines(lines, comparison);
	family_lines(lines, comparison);
}

static bool same_absence(const struct json *a, const struct json *b)
{
	return json_same(json_get(a, "metric"), json_get(b, "metric")) &&
		json_same(json_get(a, "reason"), json_get(b, "reason"));
}

static bool is_first_absence(const struct json *list, const struct json *absence)
{
	for (const struct json *one = json_first(list); one != absence; one = json_next(one))
		if (same_absence(one, absence))
			return false;
	return true;
}

/* "p99.9 of 43 cells", nothing for whole cells. */
static void absence_title(struct text *text, const struct json *absence, size_t cells)
{
	const char *metric = json_text_at(absence, "metric");
	char *name = compare_metric_text(metric);

	if (metric[0])
		fprintf(text->out, "%s of %zu cell%s: ", name, cells, plural((double)cells));
	free(name);
}

static void absence_line(const struct compare_lines *lines, const struct json *first, size_t names)
{
	bool whole = json_type(json_get(first, "metric")) == JSON_NULL;
	size_t cells = 0, named = 0;
	struct text text;

	for (const struct json *one = first; one; one = json_next(one))
		cells += same_absence(one, first);
	text_begin(&text);
	absence_title(&text, first, cells);
	fprintf(text.out, "%s: ", json_text_at(first, "reason"));
	for (const struct json *one = first; one && (whole || named < names); one = json_next(one))
		if (same_absence(one, first))
			fprintf(text.out, "%s%s", named++ ? ", " : "", json_text_at(one, "cell"));
	if (named < cells)
		fprintf(text.out, " and %zu more", cells - named);
	put_line(lines, &text);
}

void compare_absences(
	const struct compare_lines *lines, const struct json *comparison, size_t names)
{
	const struct json *list = json_get(comparison, "absent");

	for (const struct json *one = json_first(list); one; one = json_next(one))
		if (is_first_absence(list, one))
			absence_line(lines, one, names);
}
