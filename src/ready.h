/* Which of some descriptors are ready: one way to ask for each wait that sleeps outside of the call
 * which moves the bytes (poll, select, epoll, epoll-et, io-uring). */
#ifndef IPCMARK_READY_H
#define IPCMARK_READY_H

#include <stddef.h>
#include <stdint.h>

#include "transport.h"

/* The waits that these functions know. */
#define READY_WAITS                                                           \
	(WAIT_SET(WAIT_POLL) | WAIT_SET(WAIT_SELECT) | WAIT_SET(WAIT_EPOLL) | \
		WAIT_SET(WAIT_EPOLL_ET) | WAIT_SET(WAIT_IO_URING))

enum ready_for { READY_TO_READ, READY_TO_WRITE };

struct ready; /* a set of descriptors; of one process */

/* An empty set with room for `most`. NULL with a note: fail_reason() says why, *err is -errno;
 * -ENOSYS and -EPERM where the machine lacks the mechanism. */
struct ready *ready_open(enum wait_mode wait, enum ready_for event, size_t most, int *err);

/* Adds a descriptor, which gets the next index from 0. 0, or -errno: -EMSGSIZE where the mechanism
 * can't hold it (select from FD_SETSIZE on). */
int ready_add(struct ready *ready, int fd);

/* Sleeps until at least one is ready; the indices of those that are, `room` at the most, in which.
 * Their number, or -errno. A signal doesn't end it. Hot. Edge-triggered, a descriptor is told once
 * until it has been drained. */
int ready_wait(struct ready *ready, uint32_t *which, size_t room);

/* NULL is fine. Leaves the descriptors open. */
void ready_close(struct ready *ready);

/* The same ring for whatever io_uring is used for, so that figures differ by the use alone: for the
 * thread that calls it, with room for `entries`, or what the kernel gives. 0, or -errno with a note
 * (ready_refuse_ring). Only where there is liburing. */
struct io_uring;
int ready_open_ring(struct io_uring *ring, unsigned entries);

/* Notes what io_uring_setup(2) said. err (-errno), or -EPERM where this user may have no ring: by
 * the administrator's word, or because of its memory that may be locked (RLIMIT_MEMLOCK). */
int ready_refuse_ring(int err);

#endif
