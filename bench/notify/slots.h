/* Where payloads wait while a notification goes to the other side: what the transports of this
 * folder share, so that they differ in the notification alone.
 *
 * Each way has a ring of slots in shared memory, for one sender and one receiver. The sender puts a
 * payload into the next slot, then notifies: once for each message, whether the receiver sleeps or
 * not (shm, in contrast, wakes only a sleeper). The receiver waits for one notification, then takes
 * one payload. The n-th notification is of the n-th message, and a stamp in the slot proves it: a
 * notification too many or too early is an error.
 *
 * What is published by what: the stamp is stored with release after the payload and before the
 * notification, and loaded with acquire after it, so the payload happens before its copy whatever
 * the mechanism is made of; that the stamp is there once the notification has come is what the
 * mechanism must ensure (each says by what). The stamp lies in the line where the payload begins.
 *
 * A full ring costs no system call for each message: the receiver publishes how many slots it has
 * given back once in a quarter of the ring, and the sender looks there only when it has used up
 * what it knows of; then it sleeps on a futex until there are more (or spins, with wait spin). */
#ifndef IPCMARK_SLOTS_H
#define IPCMARK_SLOTS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "bell.h"
#include "transport.h"

#define SLOTS_LINE         64 /* bytes of a cache line; two are kept apart */
#define SLOTS_SHARED_BYTES (2 * SLOTS_LINE)

/* The shared part of one way; the slots follow it. */
struct slots_head {
	_Alignas(2 * SLOTS_LINE) _Atomic uint64_t released; /* so far; the receiver writes */
	struct bell sender;                                 /* for `released` */
	_Alignas(2 * SLOTS_LINE) unsigned char shared[SLOTS_SHARED_BYTES];
	_Alignas(2 * SLOTS_LINE) unsigned char slots[];
};

/* One side's private view of one way. */
struct slots_ring {
	struct slots_head *head;
	size_t slot_bytes; /* a multiple of SLOTS_LINE */
	size_t count;
	size_t next;         /* the slot to use next */
	uint64_t used;       /* slots filled (sender) or emptied (receiver) so far */
	uint64_t limit;      /* sender: `used` may grow to this without a look at `released` */
	uint64_t publish_at; /* receiver: the value of `used` to publish next */
	uint64_t quarter;    /* slots between two publications */
	struct bell_user user;
};

struct slots {
	void *memory; /* NULL: not mapped */
	size_t bytes;
	struct slots_ring ring[SIDES]; /* by the side that receives */
	struct slots_ring *in, *out;   /* after attach: this side's */
};

/* In setup: maps zeroed memory for both ways, with as many slots as make the buffer that was asked
 * for, in bytes of messages; by default 256 KiB of slots and 8 slots at least, or fewer where 8
 * take more than 4 MiB. `most` limits how many notifications can be pending one way (0: nothing
 * does). Fills ring_bytes. 0, or -errno. */
int slots_setup(struct slots *slots, const struct link_params *params, size_t most);

/* SLOTS_SHARED_BYTES of zeroed shared memory for what notifies `receiver`, on lines of their own.
 */
void *slots_shared(const struct slots *slots, enum side receiver);

void slots_attach(struct slots *slots, enum side side);

/* Waits for a free slot and copies the message in; the notification is to follow. 0, or -errno. */
int slots_put(struct slots *slots, const void *message, size_t bytes);

/* After a notification: copies the next message out. 0, or -EPROTO where it is not there. */
int slots_take(struct slots *slots, void *message, size_t bytes);

/* Gives up this process's mapping. */
void slots_teardown(struct slots *slots);

#endif
