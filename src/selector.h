/* One glob of cells, without braces: its parts, its axes, and what of this machine they choose. */
#ifndef IPCMARK_SELECTOR_H
#define IPCMARK_SELECTOR_H

#include "plan.h"

enum part { PART_PATTERN, PART_TRANSPORT, PART_WAIT, PART_SIZE, PART_PLACEMENT, PARTS };

#define SELECTOR_AXES  8
#define SELECTOR_SIZES 16

struct selector {
	const char *part[PARTS]; /* NULL: no placement was named */
	const char *axis[SELECTOR_AXES];
	size_t axis_count;
	char text[256];
};

struct place {
	char word[24];
	enum placement_class class;
	struct cpu_pair cpus;
	char missing[PLAN_REASON_BYTES]; /* why this machine has no such pair; "" */
};

/* Cuts a glob at its slashes. 0, or -EINVAL with a reason: an unknown word or axis (with the
 * nearest known one), too many parts. The parts point into the selector. */
int selector_parse(struct selector *selector, const char *glob);

bool selector_matches(const struct selector *selector, enum part part, const char *word);

/* The waits of a set that the wait part stands for: by their names, or "usual". */
unsigned selector_waits(const struct selector *selector, unsigned set);

/* The sizes of the table that match; a size that is spelled out stands for itself. */
int selector_sizes(const struct selector *selector, size_t chosen[SELECTOR_SIZES], size_t *count);

/* Where the cells stand. */
int selector_places(const struct selector *selector, const struct plan_context *context,
	struct place places[PLACEMENT_CLASSES], size_t *count);

#endif
