/* One way to wait for descriptors; for ready*.c alone. */
#ifndef IPCMARK_READY_WAY_H
#define IPCMARK_READY_WAY_H

#include "ready.h"

struct ready_way {
	size_t state_size;
	int (*open)(void *state, enum ready_for event, size_t most); /* 0, or -errno with a note */
	int (*add)(void *state, int fd, uint32_t index);
	int (*wait)(void *state, uint32_t *which, size_t room); /* as ready_wait */
	void (*close)(void *state);                             /* also after a failed open, once */
};

extern const struct ready_way ready_way_poll, ready_way_select, ready_way_epoll, ready_way_epoll_et,
	ready_way_io_uring;

#endif
