/* A ring in shared memory for one sender and one receiver: what the shm transport is made of.
 *
 * Each message is copied into a slot of whole cache lines (a long one into several slots, so that
 * the two copies overlap), and its arrival is told by the slot's own first eight bytes: while a
 * slot is free they hold a sentinel, and the sender writes them last. So the line that says "here"
 * is the line that brings the data, and a short message crosses in one transfer of one line. A
 * payload that begins with the sentinel by chance is escaped.
 *
 * Free slots are counted, not looked at: the receiver publishes how many it has given back once
 * every quarter of the ring, and the sender reads that line only when it has used up what it knows
 * of. So a sender writes into a slot without having loaded it first, which would cost one more
 * transfer.
 *
 * The idea of in-slot emptiness is FastForward's (Giacomoni, Moseley and Vachharajani, PPoPP 2008).
 */
#ifndef IPCMARK_RING_H
#define IPCMARK_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RING_LINE 64 /* bytes of a cache line; two are kept apart where prefetchers fetch pairs */

/* A word that one side sleeps on, with the other side's question "does anyone sleep?" beside it. */
struct ring_bell {
	_Alignas(2 * RING_LINE) _Atomic uint32_t sleeping;
};

/* The shared part; the slots follow it. */
struct ring {
	_Alignas(2 * RING_LINE) _Atomic uint64_t
		released; /* slots given back so far; the receiver writes */
	struct ring_bell receiver, sender;
	_Alignas(2 * RING_LINE) unsigned char slots[];
};

/* One side's private view of one ring. */
struct ring_end {
	struct ring *ring;
	unsigned char *slots;
	uint64_t *escaped; /* shared, one for each slot: the true first word of an escaped one */
	size_t slot_bytes; /* a multiple of RING_LINE */
	size_t slot_count;
	size_t next;            /* the slot to use next */
	uint64_t used;          /* slots filled (sender) or emptied (receiver) so far */
	uint64_t limit;         /* sender: `used` may grow to this without a look at `released` */
	uint64_t publish_at;    /* receiver: the value of `used` to publish next */
	uint64_t quarter;       /* slots between two publications */
	uint64_t empty, escape; /* the sentinels; words of a message that equal one are escaped */
	bool futex;             /* sleep instead of spinning */
};

/* Bytes of shared memory for a ring whose messages have this size, page aligned. */
size_t ring_bytes(size_t message_bytes);

/* Bytes of message that fit in the ring. */
size_t ring_capacity(size_t message_bytes);

/* Makes a ring of zeroed shared memory (aligned to a page), and the end through which either side
 * uses it: each process takes its own copy. empty and escape differ; random ones make escapes rare.
 */
void ring_init(struct ring_end *end, void *memory, size_t message_bytes,
	const uint64_t sentinels[2], bool futex);

/* Waits for room, then copies the message in. The ring's message_bytes at the most. 0, or -errno of
 * the futex. */
int ring_send(struct ring_end *end, const void *message, size_t bytes);

/* Waits for the next message and copies it out; bytes as it was sent with. */
int ring_recv(struct ring_end *end, void *message, size_t bytes);

#endif
