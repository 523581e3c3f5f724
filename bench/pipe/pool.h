/* Memory that is handed to a pipe instead of being copied into it.
 *
 * The pages of a message belong to the pipe until the receiver has read them, and nobody says when
 * that is. But a pipe holds a fixed number of pages and lets go of them in the order in which they
 * came (pipe(7)): a message's memory is free again when so many pages were sent after it as the
 * pipe can hold. So messages are made in the slots of a pool in turn, one slot more than can be in
 * the pipe at once. */
#ifndef IPCMARK_POOL_H
#define IPCMARK_POOL_H

#include <stddef.h>

struct pool {
	unsigned char *memory; /* the slots, one behind the other */
	size_t stride;         /* bytes from one slot to the next */
	size_t slots;
	size_t next; /* the slot of the next message */
	int fd;      /* the file that the memory is a mapping of; -1: none */
};

enum pool_kind {
	POOL_ANONYMOUS, /* private memory, on huge pages where they can be had */
	POOL_FILE,      /* a shared mapping of a file in memory (memfd_create(2)) */
};

/* Slots for messages of `bytes` that go into pipe_fd, all of their pages present. 0, or -errno. The
 * memory is the process's until it ends. */
int pool_open(struct pool *pool, enum pool_kind kind, size_t bytes, int pipe_fd);

/* Slots needed for messages of `bytes` and a pipe that holds `pages` of them; `stride` gets their
 * distance: no message lies on one page more than it must, and those of a page or more begin on a
 * page. */
size_t pool_slots(size_t bytes, size_t page_bytes, size_t pages, size_t *stride);

/* Where the next message is to be made. Hot. */
static inline unsigned char *pool_reserve(const struct pool *pool)
{
	return pool->memory + pool->next * pool->stride;
}

/* The next slot, to be sent now; holds the message, which is copied unless it was made there. Hot.
 */
const unsigned char *pool_take(struct pool *pool, const void *message, size_t bytes);

#endif
