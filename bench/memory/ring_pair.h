/* A ring each way: what the transports of shared memory have for their two sides. */
#ifndef IPCMARK_RING_PAIR_H
#define IPCMARK_RING_PAIR_H

#include "ring.h"
#include "transport.h"

struct ring_pair {
	struct ring_end ring[SIDES]; /* by the side that receives */
	struct ring_end *in, *out;   /* after attach: this side's */
};

/* Bytes of shared memory for both. */
size_t ring_pair_bytes(const struct ring_shape *shape);

/* In setup, of zeroed shared memory that is aligned to a page: see ring_init. */
int ring_pair_init(
	struct ring_pair *pair, void *memory, const struct ring_shape *shape, enum wait_mode wait);

/* In the process of the side: see ring_attach. */
int ring_pair_attach(struct ring_pair *pair, enum side side);

/* See ring_close. */
void ring_pair_close(struct ring_pair *pair);

#endif
