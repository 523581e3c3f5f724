/* See result_control.h. */
#include "result_control.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "fail.h"
#include "memory.h"
#include "result_check_run.h"

#define METRIC "rtt_ns.p50"

static const struct kind {
	const char *member, *axis;
	struct control_finding (*judge)(const double *base, const double *control, size_t count);
} kinds[] = {
	{"a_a", "a-a", control_a_a},
	{"positive", "positive", control_positive},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

static const struct json *find_control(const struct json *cells, const char *axis)
{
	for (const struct json *cell = json_first(cells); cell; cell = json_next(cell))
		if (strcmp(json_text_at(cell, "axes.control"), axis) == 0)
			return cell;
	return NULL;
}

/* The cell of the same id without the axis; it is the last one of an id. */
static const struct json *find_base(const struct json *cells, const struct json *control)
{
	const char *id = json_text_at(control, "id"), *axis = strstr(id, "/control=");
	size_t length = axis ? (size_t)(axis - id) : 0;

	for (const struct json *cell = json_first(cells); cell && axis; cell = json_next(cell)) {
		const char *own = json_text_at(cell, "id");

		if (strlen(own) == length && strncmp(own, id, length) == 0)
			return cell;
	}
	return NULL;
}

static double run_median(const struct json *run)
{
	double fine = json_number_at(run, "rtt_ns.p50_interpolated");

	if (!check_is_ok(run))
		return NAN;
	return isnan(fine) ? json_number_at(run, METRIC) : fine;
}

static const struct json *run_of_block(const struct json *cell, double block)
{
	for (const struct json *run = json_first(json_get(cell, "runs")); run; run = json_next(run))
		if (json_number_at(run, "block") == block)
			return run;
	return NULL;
}

static struct control_finding judge(
	const struct kind *kind, const struct json *base, const struct json *control)
{
	size_t most = json_count(json_get(base, "runs")), count = 0;
	double *pairs = memory_zeroed(2 * most, sizeof *pairs);

	for (const struct json *run = json_first(json_get(base, "runs")); run;
		run = json_next(run)) {
		const struct json *other = run_of_block(control, json_number_at(run, "block"));

		if (!other)
			continue;
		pairs[count] = run_median(run);
		pairs[most + count++] = run_median(other);
	}

	struct control_finding finding = kind->judge(pairs, pairs + most, count);

	free(pairs);
	return finding;
}

static void put_finding(struct json *controls, const struct kind *kind, const struct json *cells)
{
	const struct json *control = find_control(cells, kind->axis);
	const struct json *base = control ? find_base(cells, control) : NULL;

	if (!base) {
		json_put_null(controls, kind->member);
		return;
	}

	struct control_finding finding = judge(kind, base, control);
	struct json *object = json_put_object(controls, kind->member);

	json_put_string(object, "cell", json_text_at(base, "id"));
	json_put_string(object, "control", json_text_at(control, "id"));
	json_put_string(object, "metric", METRIC);
	if (kind->judge == control_positive)
		json_put_number(object, "injected", CONTROL_INJECTED);
	json_put_number(object, "ratio", finding.ratio);
	json_put_pair(object, "ci95", finding.ci95.low, finding.ci95.high);
	json_put_number(object, "p", finding.p);
	json_put_count(object, "runs", finding.runs);
	json_put_string(object, "verdict", control_verdict_name(finding.verdict));
}

struct json *result_controls(const struct json *cells)
{
	struct json *controls = json_object();

	for (size_t i = 0; i < KINDS; i++)
		put_finding(controls, &kinds[i], cells);
	return controls;
}

static int check_finding(const char *member, const struct json *said, const struct json *is)
{
	static const char *const figures[] = {"ratio", "p", "runs", "injected"};
	static const char *const texts[] = {"cell", "control", "metric", "verdict"};

	if ((json_type(said) == JSON_NULL) != (json_type(is) == JSON_NULL))
		return fail_text(EINVAL, "controls.%s: expected %s from the cells, got %s", member,
			json_type_name(json_type(is)), json_type_name(json_type(said)));
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(json_text_at(said, texts[i]), json_text_at(is, texts[i])) != 0)
			return fail_text(EINVAL,
				"controls.%s.%s: expected \"%s\" from the cells, got \"%.80s\"",
				member, texts[i], json_text_at(is, texts[i]),
				json_text_at(said, texts[i]));
	for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
		if (check_differ(
			    json_number_at(said, figures[i]), json_number_at(is, figures[i]), 1e-6))
			return fail_text(EINVAL,
				"controls.%s.%s: expected %g from the cells, got %g", member,
				figures[i], json_number_at(is, figures[i]),
				json_number_at(said, figures[i]));
	return 0;
}

int result_controls_check(const struct json *controls, const struct json *cells)
{
	struct json *is = result_controls(cells);
	int err = 0;

	for (size_t i = 0; i < KINDS && !err; i++)
		err = check_finding(kinds[i].member, json_get(controls, kinds[i].member),
			json_get(is, kinds[i].member));
	json_free(is);
	return err;
}

bool result_control_failed(const struct json *control)
{
	const char *verdict = json_text_at(control, "verdict");

	return strcmp(verdict, control_verdict_name(CONTROL_DIFFERS)) == 0 ||
		strcmp(verdict, control_verdict_name(CONTROL_MISSED)) == 0;
}
