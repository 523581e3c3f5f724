/* The plan: which cells are run. A cell is one combination of pattern, transport, wait, message
 * size and placement, named "pingpong/pipe/block/64/same-llc"; cells are chosen by globs over such
 * names. */
#ifndef IPCMARK_PLAN_H
#define IPCMARK_PLAN_H

#include "affinity.h"
#include "axes.h"
#include "pattern.h"
#include "transport.h"

#define PLAN_REASON_BYTES 256

struct cell {
	char id[192];
	const struct pattern *pattern;
	const struct transport *transport;
	enum wait_mode wait;
	size_t message_bytes;
	char placement[24]; /* the word in the id: a class, or two CPU numbers as in "0,1" */
	enum placement_class class;
	struct cpu_pair cpus;
	struct crowd crowd; /* axis pairs: where each of them runs; no pairs: one, on cpus */
	struct axes axes;
	char skip[PLAN_REASON_BYTES]; /* why it can't run on this machine; "" when it can */
};

struct plan {
	struct cell *cells; /* in the order in which they were asked for, each once */
	size_t count;
};

/* Where cells are placed. */
struct plan_context {
	const struct topology *topology;
	const struct cpu_pair *cpus; /* the two CPUs of --cpus, which take the place of all
					placements; else NULL */
	bool replace_placement;      /* by cpus, where a glob names another, too */
	const struct axes *paced;    /* of a paced cell that names neither rate nor load, each in
				      * turn, paced_count of them; NULL: half of its capacity */
	size_t paced_count;
};

/* Adds the cells that a glob names, in the order of the registries. A glob has up to five parts
 * between slashes, and axes ("key=value", see axes.h) anywhere behind the first; *, ?, [ ] and
 * braces work in the parts, braces in the axes. Parts that are left out: any transport, its
 * "usual" (plainest) wait, 64 bytes, and the placements "nearest" and "same-cpu". "nearest" is the
 * closest pair of different cores. A size part that is a number may be any size; with wildcards it
 * stands for 16, 64, 256 ... 1M. 0, or -EINVAL with a reason: an unknown word (with the nearest
 * known one), a size out of range, no match. */
int plan_add(struct plan *plan, const struct plan_context *context, const char *glob);

/* Adds the first cell that a glob names, where the plan does not have it, and that cell twice more,
 * as its own A/A and positive control. 0, or -EINVAL with a reason. */
int plan_add_controls(struct plan *plan, const struct plan_context *context, const char *glob);

/* "0,1": the CPUs of producer and consumer. false where the text is not two numbers. */
bool plan_parse_cpus(const char *text, struct cpu_pair *cpus);

/* Frees the cells; the plan is empty then. */
void plan_clear(struct plan *plan);

#endif
