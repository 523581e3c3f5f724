/* See compare_controls.h. */
#include "compare_controls.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare_cell.h"
#include "rank.h"

enum kind { KIND_A_A, KIND_POSITIVE, KINDS };

static const struct {
	const char *name, *title, *holds, *fails;
} kinds[KINDS] = {
	[KIND_A_A] = {"a_a", "the A/A cell", "same", "differs"},
	[KIND_POSITIVE] = {"positive", "the positive control", "detected", "missed"},
};

static const struct json *control_of(const struct compare_arm *arm, size_t file, const char *kind)
{
	return json_get(json_get(arm->files[file].head, "controls"), kind);
}

/* What all controls that were looked at make of the comparison. */
struct judgement {
	bool failed, all_hold;
	char reason[400]; /* of the first that failed, or else that does not hold */
};

static void judge(
	struct judgement *judgement, enum kind kind, const char *file, const struct json *control)
{
	const char *verdict = json_text_at(control, "verdict");
	bool fails = strcmp(verdict, kinds[kind].fails) == 0;

	if (strcmp(verdict, kinds[kind].holds) == 0)
		return;
	if (judgement->all_hold || (fails && !judgement->failed))
		snprintf(judgement->reason, sizeof judgement->reason, "%s of %.250s: %s",
			kinds[kind].title, file, verdict[0] ? verdict : "not run");
	judgement->all_hold = false;
	judgement->failed |= fails;
}

/* The finding, told of which file it is. */
static void add_finding(
	struct json *findings, size_t arm, const char *file, const struct json *control)
{
	struct json *finding;

	if (json_type(control) != JSON_OBJECT)
		return;
	finding = json_add_object(findings);
	json_put_count(finding, "arm", arm);
	json_put_string(finding, "file", file);
	for (const struct json *member = json_first(control); member; member = json_next(member))
		json_put(finding, json_key(member), json_copy(member));
}

static void add_kind(struct json *controls, struct judgement *judgement, enum kind kind,
	struct compare_arm *const *arms, size_t arm_count)
{
	struct json *findings = json_put_array(controls, kinds[kind].name);

	for (size_t arm = 0; arm < arm_count; arm++) {
		for (size_t file = 0; file < arms[arm]->file_count; file++) {
			const char *name = arms[arm]->files[file].name;
			const struct json *control = control_of(arms[arm], file, kinds[kind].name);

			judge(judgement, kind, name, control);
			add_finding(findings, arm, name, control);
		}
	}
}

struct json *compare_controls(struct compare_arm *const *arms, size_t arm_count)
{
	struct judgement judgement = {.all_hold = true};
	struct json *controls = json_object();

	for (enum kind kind = 0; kind < KINDS; kind++)
		add_kind(controls, &judgement, kind, arms, arm_count);
	json_put_string(controls, "verdict",
		judgement.failed             ? "untrustworthy"
			: judgement.all_hold ? "trustworthy"
					     : "not run");
	json_put_text(controls, "reason", judgement.reason);
	return controls;
}

static double half_width(double low, double high)
{
	return (high - low) / 2;
}

/* Of a pair of cells, over all files of the arm. */
static double noise_of_cells(const struct compare_arm *arm, const struct compare_cell *cell,
	const struct compare_cell *control, size_t metric)
{
	struct compare_side base = {arm, cell, NULL}, copy = {arm, control, NULL};
	struct compare_figure figure = {.metric = metric,
		.finer = compare_cell_is_finer(cell, metric) &&
			compare_cell_is_finer(control, metric)};
	size_t count = compare_cell_pair(&base, &copy, figure);
	struct effect effect;

	for (size_t i = 0; i < count; i++) {
		base.values[i] = log(base.values[i]);
		copy.values[i] = log(copy.values[i]);
	}
	effect = rank_paired(base.values, copy.values, count);
	free(base.values);
	free(copy.values);
	return half_width(exp(effect.ci95.low), exp(effect.ci95.high));
}

double compare_controls_noise(const struct compare_arm *arm, size_t metric)
{
	double widest = NAN;

	for (size_t file = 0; file < arm->file_count; file++) {
		const struct json *a_a = control_of(arm, file, "a_a");
		const struct json *low = json_first(json_get(a_a, "ci95"));
		const struct compare_cell *cell = compare_arm_find(arm, json_text_at(a_a, "cell"));
		const struct compare_cell *control =
			compare_arm_find(arm, json_text_at(a_a, "control"));
		double noise = NAN;

		if (cell && control)
			noise = noise_of_cells(arm, cell, control, metric);
		if (isnan(noise))
			noise = half_width(
				json_number(low), low ? json_number(json_next(low)) : NAN);
		widest = fmax(widest, noise);
	}
	return widest;
}
