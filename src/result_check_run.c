/* See result_check_run.h. */
#include "result_check_run.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"

int check_contradiction(
	const struct check_place *place, const char *member, const char *format, ...)
{
	char what[FAIL_TEXT_BYTES - 96], run[32] = "";
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	if (place->run >= 0)
		snprintf(run, sizeof run, ".runs[%" PRId64 "]", place->run);
	return fail_text(EINVAL, "cells[%zu]%s%s%s: %s", place->cell, run,
		member[0] == '[' || !member[0] ? "" : ".", member, what);
}

bool check_differ(double a, double b, double tolerance)
{
	if (isnan(a) || isnan(b))
		return isnan(a) != isnan(b);
	return fabs(a - b) > tolerance * fmax(fabs(a), fabs(b));
}

bool check_is_ok(const struct json *object)
{
	return strcmp(json_text_at(object, "status"), "ok") == 0;
}

/* What the histogram holds of a run: NULL where it is not in it. An unstable run has no place
 * there. */
const struct json *check_samples_of(const struct json *run)
{
	const struct json *response = json_get(run, "response_ns");

	if (!check_is_ok(run))
		return NULL;
	for (const struct json *flag = json_first(json_get(run, "flags")); flag;
		flag = json_next(flag))
		if (strcmp(json_string(flag, ""), "unstable") == 0 ||
			strcmp(json_string(flag, ""), "one_way_unresolved") == 0)
			return NULL;
	return response ? response : json_get(run, "rtt_ns");
}

static int check_quantile_order(
	const struct json *run, const char *member, const struct check_place *place)
{
	const struct json *durations = json_get(run, member);
	const char *const names[] = {"min", "p50", "p90", "p99", "p99_9", "p99_99", "max"};
	const char *last_name = NULL;
	double last = -1;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		double value = json_number_at(durations, names[i]);

		if (isnan(value))
			continue;
		if (value < last * (1 - CHECK_ROUNDING))
			return check_contradiction(place, member, "%s is %g, below %s, which is %g",
				names[i], value, last_name, last);
		last = value;
		last_name = names[i];
	}
	return 0;
}

static int check_figures(const struct json *run, double size_bytes, const struct check_place *place)
{
	static const char *const durations[] = {
		"rtt_ns", "response_ns", "service_ns", "lateness_ns"};
	double rate = json_number_at(run, "messages") / json_number_at(run, "seconds");

	if (!check_is_ok(run))
		return 0;
	if (!(json_number_at(run, "messages") > 0) || !(json_number_at(run, "seconds") > 0))
		return check_contradiction(
			place, "seconds", "a good run moved messages and took time");
	if (check_differ(rate, json_number_at(run, "messages_per_s"), CHECK_ROUNDING))
		return check_contradiction(place, "messages_per_s",
			"expected %g, which is messages / seconds, got %g", rate,
			json_number_at(run, "messages_per_s"));
	if (check_differ(rate * size_bytes, json_number_at(run, "bytes_per_s"), CHECK_ROUNDING))
		return check_contradiction(place, "bytes_per_s",
			"expected %g, which is messages_per_s x size_bytes, got %g",
			rate * size_bytes, json_number_at(run, "bytes_per_s"));
	for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
		int err = check_quantile_order(run, durations[i], place);

		if (err)
			return err;
	}
	return 0;
}

/* What was sent is in the figures, was discarded, or was lost; and only some transports lose. */
static int check_counts(const struct json *run, bool lossy, const struct check_place *place)
{
	double sent = json_number_at(run, "sent"), lost = json_number_at(run, "lost");
	double told = json_number_at(run, "messages") + json_number_at(run, "discarded") + lost;

	if (check_is_ok(run) && sent != told)
		return check_contradiction(place, "sent",
			"expected %.0f, which is messages + discarded + lost, got %.0f", told,
			sent);
	if (!lossy &&
		lost + json_number_at(run, "duplicates") + json_number_at(run, "reordered") > 0)
		return check_contradiction(
			place, "lost", "this transport loses, repeats and reorders nothing");
	return 0;
}

int check_run(
	const struct json *run, double size_bytes, bool lossy, const struct check_place *place)
{
	int err = check_figures(run, size_bytes, place);

	return err ? err : check_counts(run, lossy, place);
}
