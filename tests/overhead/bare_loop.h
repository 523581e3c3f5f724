/* What the bare loops share. For bare*.c alone. */
#ifndef IPCMARK_BARE_LOOP_H
#define IPCMARK_BARE_LOOP_H

#include <stdatomic.h>

#include "bare.h"
#include "spin.h"

#define LINES_APART 4096
#define RING_BYTES  ((size_t)256 << 10)

struct line {
	_Alignas(LINES_APART) _Atomic uint64_t value;
};

/* Shared by both processes. */
struct arena {
	struct line ping, pong, head, tail;
	_Atomic uint32_t attached;
	double ns;
	_Alignas(LINES_APART) unsigned char slots[2 * RING_BYTES + (2 << 20)];
};

struct loop {
	const struct bare_params *params;
	struct arena *arena;
	int fd[2][2]; /* [the reader: 0 the producer, 1 the consumer][read, write] */
	unsigned char *out, *in;
};

/* bare_ring.c: each moves `count` messages more. */
void bare_ring_producer(struct loop *l, uint64_t count);
void bare_ring_consumer(struct loop *l, uint64_t count);
void bare_ring_asker(struct loop *l, uint64_t count);
void bare_ring_answerer(struct loop *l, uint64_t count);

#endif
