/* Where a check stands in a document, and the words for what failed there. Only for schema*.c. */
#ifndef IPCMARK_SCHEMA_FAILURE_H
#define IPCMARK_SCHEMA_FAILURE_H

#include "fail.h"
#include "json.h"

#include <stdbool.h>
#include <stddef.h>

/* A path and a list both fit into a note of fail.h, with room for the words around them. */
#define CLIPPED_BYTES (FAIL_TEXT_BYTES * 3 / 8)
#define SHOWN_BYTES   64

/* Text that takes whole pieces until it is full, then "...". Starts as {0}. */
struct clipped {
	char text[CLIPPED_BYTES];
	size_t used;
	bool is_cut;
};

void clipped_add(struct clipped *clipped, const char *piece);

/* One level of the way from the root, on the stack of whoever goes down. */
struct place {
	const struct place *up; /* NULL: this is the root */
	const struct json *value;
	size_t index; /* among the elements of an array */
	unsigned depth;
};

struct place place_below(const struct place *up, const struct json *value, size_t index);

/* "cells[3].summary["rtt_ns.p50"]"; "" for the root. */
struct clipped place_text(const struct place *at);

struct failure {
	bool is_quiet;  /* nothing is noted: whoever tries wants to know only whether */
	unsigned depth; /* of its place */
	unsigned types; /* what a failed type check wanted (schema_type.h); 0: not that */
	char text[FAIL_TEXT_BYTES];
};

/* Both note a failure at a place, and return -EINVAL. */
int failure_note(struct failure *failure, const struct place *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int failure_note_types(struct failure *failure, const struct place *at, unsigned types);

/* Of the failures of several alternatives: the one further down, which fitted longer; then the one
 * that is more than a wrong type. */
bool failure_is_more_helpful(const struct failure *failure, const struct failure *than);

/* A value as a message shows it: a scalar as JSON, clipped, or "an array". Returns text. */
const char *failure_show(const struct json *value, char text[static SHOWN_BYTES]);

#endif
