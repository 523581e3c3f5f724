/* A ring in shared memory for one sender and one receiver: what the transports of shared memory are
 * made of.
 *
 * Each message is copied into a slot of whole cache lines (a long one into several slots, so that
 * the two copies overlap), and its arrival is told by the slot's own first eight bytes, which the
 * sender writes last: a message is there when they differ from what stood there a lap ago, and both
 * sides remember that. So the line that says "here" is the line that brings the data, a short
 * message crosses in one transfer of one line, and the receiver only ever reads the slots: their
 * lines need not change hands a second time to be marked as free. A message whose first eight bytes
 * happen to be those of a lap ago is escaped.
 *
 * Free slots are counted, not looked at: the receiver publishes how many it has given back once
 * every quarter of the ring, and the sender reads that line only when it has used up what it knows
 * of.
 *
 * That a slot's own word says whether it is full is FastForward's idea (Giacomoni, Moseley and
 * Vachharajani, PPoPP 2008), whose receiver writes every slot. */
#ifndef IPCMARK_RING_H
#define IPCMARK_RING_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "bell.h"

#define RING_LINE      64 /* bytes of a cache line */
#define RING_PAGE      4096
#define RING_MIN_SLOTS 8

/* The shared part; the slots follow it, then three words for each slot: the true first word of an
 * escaped one, and what each side remembers. */
struct ring {
	_Alignas(BELL_APART) _Atomic uint64_t
		released; /* slots given back so far; the receiver writes */
	struct bell receiver, sender;
	/* a message of whole pages is copied page by page */
	_Alignas(RING_PAGE) unsigned char slots[];
};

/* What a ring is like. */
struct ring_shape {
	size_t slot_bytes; /* a multiple of RING_LINE; a longer message takes several slots */
	size_t slot_count; /* RING_MIN_SLOTS or more */
};

/* For messages of this size and about so many bytes of slots (0: what suits them). */
struct ring_shape ring_shape(size_t message_bytes, size_t buffer_bytes);

/* Bytes of message that fit in the ring. */
size_t ring_capacity(const struct ring_shape *shape);

/* Bytes of shared memory for it. */
size_t ring_bytes(const struct ring_shape *shape);

/* One side's private view of one ring. */
struct ring_end {
	struct ring *ring; /* NULL: not made */
	unsigned char *slots;
	uint64_t *escaped; /* shared: the sender writes, the receiver reads */
	uint64_t *written; /* the sender's: the first word of each slot */
	uint64_t *taken;   /* the receiver's */
	size_t slot_bytes, slot_count;
	size_t next;      /* the slot to use next; of the sender, slot_count: the first of a lap */
	size_t send_stop; /* the sender knows of room before this slot */
	size_t recv_stop; /* where the receiver publishes next what it has given back */
	uint64_t before;  /* slots used before this lap */
	uint64_t awaited; /* slots that the receiver had used when it last waited for one */
	uint32_t breath;  /* the receiver's rests, once it has caught up */
	uint64_t escape;  /* odd; it and the even number below stand for an escaped word */
	struct bell_user user;
};

/* Before the fork: makes a ring of zeroed shared memory (aligned to a page), and the end through
 * which either side uses it: each takes its own copy. A random escape makes escapes rare. 0, or
 * -errno of its bells; ring_close in either case. */
int ring_init(struct ring_end *end, void *memory, const struct ring_shape *shape, uint64_t escape,
	enum wait_mode wait);

/* The process's own hold on the bells; again, or of a zeroed end: nothing. */
void ring_close(struct ring_end *end);

/* In the process of the side: see bell_attach. */
int ring_attach(struct ring_end *end);

/* See bell_detach. */
void ring_detach(struct ring_end *end);

/* Waits for room, then copies the message in. As long as those that the ring was made for, or
 * shorter. 0, or -errno of the bell. */
int ring_send(struct ring_end *end, const void *message, size_t bytes);

/* Waits for the next message and copies it out; bytes as it was sent with. */
int ring_recv(struct ring_end *end, void *message, size_t bytes);

#endif
