/* What the two ends say to each other: the only timed loops.
 *
 * A pattern is two loops, one for each side, over any transport. Both sides are told the same
 * counts beforehand, so no loop holds a stop flag, and nothing in a timed loop allocates, prints or
 * looks at the configuration. */
#ifndef IPCMARK_PATTERN_H
#define IPCMARK_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tally.h"
#include "transport.h"

/* One order to both sides. The measured part is TALLY_EPOCHS epochs (or fewer: a calibration). */
struct exchange {
	uint64_t warmup;    /* messages before the measured part; a multiple of batch */
	uint64_t per_epoch; /* messages in each epoch; a multiple of batch */
	uint32_t epochs;    /* 1 .. TALLY_EPOCHS */
	uint32_t batch;     /* round trips between two clock reads; 1: each is recorded */
	uint32_t per_call;  /* stream: messages in one system call; 0: one, by send and recv */

	uint64_t think_ns;  /* pingpong: the producer sleeps this long before each round trip */
	uint64_t spin_ns;   /* pingpong: the consumer spins this long on each; a known slow-down */
	double interval_ns; /* paced: between the times at which messages are due */
};

/* All that a loop needs; in the process of one side. */
struct pattern_end {
	const struct transport *transport;
	int (*send)(void *state, const void *message, size_t bytes); /* the transport's */
	int (*recv)(void *state, void *message, size_t bytes);
	unsigned char *(*reserve)(void *state);
	const struct rendezvous *rendezvous; /* connections are made for each message; else NULL */
	void *state;                         /* of its link, or of the first of its links */
	size_t state_stride;                 /* bytes from there to that of the next link */
	uint32_t connections;                /* links: 1, or those of a fan-in */
	uint32_t active;                     /* fanin: over so many of them messages come */
	enum wait_mode wait;                 /* of the cell */
	const struct link_buffers *effective;
	void *context; /* of the pattern, from prepare */
	struct exchange exchange;
	uint32_t nonce;
	size_t message_bytes;
	unsigned char *out, *in; /* a message each; room for exchange.per_call of them */
	struct tally *tally;     /* this side's */
	const struct tally *peer;
	bool shares_cpu; /* with the other side */
};

struct pattern {
	const char *name;    /* word on the command line and in the JSON */
	const char *summary; /* one line for `ipcmark list` */
	enum side timed;     /* the side whose stamps and counts are the figures */
	bool is_recorded;    /* its epochs hold a duration of each message */
	bool connects;       /* over connections that are made for each message (rendezvous) */
	bool is_one_way;     /* durations from the producer's clock to the consumer's */
	unsigned waits; /* that a cell may name: it does the waiting itself; 0: the transport's */
	bool (*suits)(const struct transport *transport); /* NULL: all do */
	int (*prepare[SIDES])(struct pattern_end *end);   /* once attached; NULL: nothing to do */
	int (*loop[SIDES])(struct pattern_end *end);      /* 0, or -errno with a note */
};

/* Closed loop, one message in flight; every round trip is recorded by the producer. */
extern const struct pattern pattern_pingpong;

/* Saturated, one way; timed at the consumer, so what still sits in buffers does not count. */
extern const struct pattern pattern_stream;

/* Open loop: messages are due on a fixed schedule, whatever became of those before. The consumer
 * records each message's response time, from when it was due, and its service time, from when it
 * was sent; the producer how late it sent each. The clocks of both CPUs must agree (skew.h). */
extern const struct pattern pattern_paced;

/* Closed loop over a byte stream, the request in two small writes: where Nagle's algorithm and
 * delayed acknowledgements meet. */
extern const struct pattern pattern_write_write_read;

/* Closed loop in which each round trip makes its connection and closes it; to be read beside
 * pingpong, which keeps one. */
extern const struct pattern pattern_connect;

/* Closed loop, a message in flight over each active connection of many, which one consumer waits
 * for by select, poll, epoll or io_uring (ready.h); every round trip is recorded. The links are set
 * up to block: what is ready does not. */
extern const struct pattern pattern_fanin;

/* Not measured: echoes exchange.per_epoch messages with full payloads, each checked at both sides.
 */
extern const struct pattern pattern_verify;

/* The measured ones, NULL at the end. */
extern const struct pattern *const pattern_registry[];

/* What is measured with it. */
enum figure { FIGURE_ROUND_TRIP, FIGURE_RATE, FIGURE_RESPONSE, FIGURE_ANY };

static inline enum figure pattern_figure(const struct pattern *pattern)
{
	if (!pattern->is_recorded)
		return FIGURE_RATE;
	return pattern->is_one_way ? FIGURE_RESPONSE : FIGURE_ROUND_TRIP;
}

/* The waits of cells of this pattern over this transport; 0: it does not go over it. */
unsigned pattern_waits(const struct pattern *pattern, const struct transport *transport);

/* Messages in one exchange. */
uint64_t exchange_messages(const struct exchange *exchange);

#endif
