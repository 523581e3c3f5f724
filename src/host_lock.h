/* One measurement at a time: an advisory lock that two runs on one host can't both have.
 *
 * It is a socket with an abstract name, held by whoever has bound it: it needs no file, no
 * privilege and no cleaning up, and ends with its holder (and the holder's children), however that
 * ends. It covers one network namespace: a container with a network of its own neither sees nor
 * keeps off the others. Advisory: it keeps nobody off who does not ask. */
#ifndef IPCMARK_HOST_LOCK_H
#define IPCMARK_HOST_LOCK_H

#include <sys/types.h>

/* 0 and *fd, close-on-exec: held until host_lock_release(fd) or the end of the process.
 * -EADDRINUSE, noted with its process id, where another process holds it: *holder, 0 where that is
 * in a pid namespace that can't be seen from here, or just comes or goes. Another -errno with a
 * reason where there are no Unix sockets. */
int host_lock_take(int *fd, pid_t *holder);

/* The same, but waits until it is free: for the holder's end as an event, without polling. Calls
 * waiting(context, holder) once before it waits, unless that is NULL. -EINTR with a reason when
 * interrupt_fd (-1: none) becomes readable first. */
int host_lock_wait(
	int *fd, int interrupt_fd, void (*waiting)(void *context, pid_t holder), void *context);

void host_lock_release(int fd);

#endif
