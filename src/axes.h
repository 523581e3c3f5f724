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
	uint32_t connections;  /* fanin: that the consumer waits for */
	uint32_t active;       /* fanin: those over which messages come */
	uint32_t batch;        /* stream: messages in one system call; 0: one */
	uint32_t pairs; /* pingpong, stream: producers and consumers at once; 0: one of each */
	uint64_t buffer_bytes; /* of the mechanism, each way; 0: its default */
	bool threads;          /* both sides are threads of one process */
	enum control control;
};

#define AXES_CONNECTIONS_MOST 100000
#define AXES_PAIRS_MOST       64
#define AXES_BATCH_MOST       1024

/* Calls `each` for every axis: "think=1ms", what it means, and whose it is ("pingpong, stream"). */
void axes_describe(
	void (*each)(void *context, const char *example, const char *summary, const char *patterns),
	void *context);

#define AXES_TEXT 128 /* bytes of the longest text, and one */

/* Adds one "key=value" to the axes of a cell of this pattern. 0, or -EINVAL with a reason: an
 * unknown key (with the nearest known one), one that the pattern does not have, or a value that it
 * does not take. "think=0" is no axis. */
int axes_add(struct axes *axes, const struct pattern *pattern, const char *text);

/* What the pattern takes where it is not named: 64 connections, one of them active (fanin). */
void axes_complete(struct axes *axes, const struct pattern *pattern);

/* 0, or -EINVAL with a reason: the transport has nothing that an axis could be about. */
int axes_suit(const struct axes *axes, const struct transport *transport);

/* Whether the pattern has the axis of "key=value". */
bool axes_applies(const char *text, const struct pattern *pattern);

/* Whether any pattern has the key of "key=value"; -EINVAL with a reason. */
int axes_check(const char *text);

/* Of "key=value": they have one key. */
bool axes_same_key(const char *a, const char *b);

/* Calls `each` with the key and the value of every axis that is set, in the order of the id. */
void axes_each(const struct axes *axes,
	void (*each)(void *context, const char *key, const char *value), void *context);

/* Calls `each` for every axis with its key and what its column is called in a table, which says the
 * unit: "think", "think_ns". */
void axes_columns(void (*each)(void *context, const char *key, const char *column), void *context);

/* A value as a number in the unit of its column: "1ms" of think is 1000000, "50%" of load 50. NaN
 * where it is a word ("threads") or can't be read, or the key is unknown. */
double axes_number(const char *key, const char *value);

/* "/think=1ms", in the order of the table, as it stands behind a cell's id; "" for none. */
void axes_format(const struct axes *axes, char out[AXES_TEXT]);

#endif
