/* Whether the figures of one run of a result agree with each other, and what such checks share. */
#ifndef IPCMARK_RESULT_CHECK_RUN_H
#define IPCMARK_RESULT_CHECK_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"

#define CHECK_ROUNDING 1e-9 /* relative, between figures that are the same but for rounding */

/* Where a check is: for its message. */
struct check_place {
	size_t cell;
	int64_t run; /* -1: the cell itself */
};

/* -EINVAL, with a reason that begins with the place: "cells[3].runs[0].rtt_ns: ...". */
int check_contradiction(const struct check_place *place, const char *member, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* By more than `tolerance`, relative; NaN differs from every number, and not from NaN. */
bool check_differ(double a, double b, double tolerance);

/* Whether the status of a cell or a run is "ok". */
bool check_is_ok(const struct json *object);

/* What the histogram of its cell holds of a run; NULL where it holds nothing. */
const struct json *check_samples_of(const struct json *run);

/* 0, or -EINVAL with a reason. */
int check_run(
	const struct json *run, double size_bytes, bool lossy, const struct check_place *place);

#endif
