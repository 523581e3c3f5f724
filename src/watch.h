/* The harness's watch over the sides of a run: what they report, whether they still move, and how
 * they end. The first thing that goes wrong is the run's status and reason. For pair.c alone. */
#ifndef IPCMARK_WATCH_H
#define IPCMARK_WATCH_H

#include <poll.h>
#include <sys/types.h>

#include "pair.h"

/* On one side. */
struct hold {
	pid_t pid;   /* 0: none, or reaped; the two threads of a process have it in the first */
	int control; /* -1: closed */
	bool reported;
};

struct watch {
	struct pair *pair; /* its tallies are there */
	bool threads;
	bool gone;          /* "go" was said: messages flow */
	size_t holds;       /* SIDES for each pair */
	struct hold *hold;  /* pair by pair, producer first */
	struct pollfd *fds; /* as many, and one for interrupts */
};

/* Of pair->pairs pairs, none of which has been started; afterwards watch_end. */
void watch_begin(struct watch *watch, struct pair *pair, bool threads);

/* Ends the run with this status and reason, unless it has ended already. */
void watch_note(struct watch *watch, enum pair_status status, const char *reason);

static inline bool watch_is_well(const struct watch *watch)
{
	return watch->pair->status == PAIR_DONE;
}

/* In a child: closes the harness's ends of all control sockets. */
void watch_leave(const struct watch *watch);

/* Until all sides of `pairs` pairs from `first` on have reported, or something went wrong. */
void watch_await(struct watch *watch, uint32_t first, uint32_t pairs);

/* Says "go" to all. */
void watch_go(struct watch *watch);

/* Reaps all sides, of a run that is not well by killing them, and gives back the memory. */
void watch_end(struct watch *watch);

#endif
