/* See compare_control.h. */
#include "compare_control.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_words.h"

/* How much a control says against its arm, so that the worst of several files is the one shown. */
static double control_weight(const struct json *control)
{
	bool failed = compare_row_is(control, "differs") || compare_row_is(control, "missed");
	double ratio = json_number_at(control, "ratio");

	return (failed                                                   ? 1000
			       : compare_row_is(control, "too few runs") ? 100
									 : 0) +
		(isfinite(ratio) ? fabs(log(ratio)) : 10);
}

static bool same_control(const struct json *a, const struct json *b)
{
	return json_number_at(a, "arm") == json_number_at(b, "arm") &&
		strcmp(json_text_at(a, "metric"), json_text_at(b, "metric")) == 0;
}

static bool is_first_control(const struct json *controls, const struct json *control)
{
	for (const struct json *one = json_first(controls); one != control; one = json_next(one))
		if (same_control(one, control))
			return false;
	return true;
}

/* The worst of the files of one arm, by one metric. */
static void control_words(FILE *out, const struct json *first)
{
	const struct json *worst = first;
	char *metric = compare_metric_text(json_text_at(first, "metric")), *change, *interval;
	size_t files = 0;

	for (const struct json *one = first; one; one = json_next(one))
		if (same_control(one, first)) {
			files++;
			worst = control_weight(one) > control_weight(worst) ? one : worst;
		}
	change = compare_change_text(json_number_at(worst, "ratio"));
	interval = compare_interval_text(json_get(worst, "ci95"));
	fprintf(out, " %s %s %s %s", metric, change, interval,
		compare_row_is(worst, "missed")            ? "MISSED"
			: compare_row_is(worst, "differs") ? "DIFFERS"
							   : json_text_at(worst, "verdict"));
	if (files > 1)
		fprintf(out, " (worst of %zu files)", files);
	free(metric);
	free(change);
	free(interval);
}

/* All controls of one kind of one arm; none: says so. */
static void control_kind(FILE *out, const struct json *controls, const char *title, size_t arm)
{
	bool any = false;

	for (const struct json *one = json_first(controls); one; one = json_next(one)) {
		if (json_number_at(one, "arm") != (double)arm || !is_first_control(controls, one))
			continue;
		if (any)
			fputc(',', out);
		else if (isfinite(json_number_at(one, "injected")))
			fprintf(out, "%s %+.3g %%:", title, 100 * json_number_at(one, "injected"));
		else
			fprintf(out, "%s:", title);
		any = true;
		control_words(out, one);
	}
	if (!any)
		fprintf(out, "%s: not run", title);
}

void compare_put_controls(FILE *out, const struct json *comparison, size_t arm)
{
	const struct json *controls = json_get(comparison, "controls");

	fprintf(out, "%s: ", compare_arm_name(comparison, arm));
	control_kind(out, json_get(controls, "a_a"), "noise floor (A/A)", arm);
	fputs("; ", out);
	control_kind(out, json_get(controls, "positive"), "control", arm);
}
