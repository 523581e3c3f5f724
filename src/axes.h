/* The axes of a cell: further choices beyond pattern, transport, wait, size and placement, written
 * as key=value behind them: "pingpong/pipe/block/64/same-cpu/think=1ms". */
#ifndef IPCMARK_AXES_H
#define IPCMARK_AXES_H

#include <stdbool.h>
#include <stdint.h>

#include "pattern.h"

/* A cell that is run beside another to see what the data can tell apart (METHOD, part 5). */
enum control {
	CONTROL_NONE,
	CONTROL_A_A,      /* the same cell once more: nothing should be found */
	CONTROL_POSITIVE, /* with a known spin added to the consumer: it should be found
			   */
};

struct axes {
	uint64_t think_ns;     /* pingpong: idle time before each round trip; 0: none */
	uint64_t rate_per_s;   /* paced: messages a second; 0: by load */
	uint32_t load_percent; /* paced: of the cell's own capacity; 0: by rate */
	enum control control;
};

/* The axes, for `ipcmark list`: "think=1ms", what it means, and whose it is. Ends with NULLs. */
struct axis_summary {
	const char *example, *summary;
	const struct pattern *pattern;
};
extern const struct axis_summary axes_summaries[];

#define AXES_TEXT 64 /* bytes of the longest text, and one */

/* Adds one "key=value" to the axes of a cell of this pattern. 0, or -EINVAL with a reason: an
 * unknown key (with the nearest known one), one that the pattern does not have, or a value that it
 * does not take. "think=0" is no axis. */
int axes_add(struct axes *axes, const struct pattern *pattern, const char *text);

/* Whether the pattern has the axis of "key=value". */
bool axes_applies(const char *text, const struct pattern *pattern);

/* Whether any pattern has the key of "key=value"; -EINVAL with a reason. */
int axes_check(const char *text);

/* Calls `each` with the key and the value of every axis that is set, in the order of the id. */
void axes_each(const struct axes *axes,
	void (*each)(void *context, const char *key, const char *value), void *context);

/* "/think=1ms", in the order of the table, as it stands behind a cell's id; "" for none. */
void axes_format(const struct axes *axes, char out[AXES_TEXT]);

#endif
