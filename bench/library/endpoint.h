/* Where the sides of a library's link meet: a path name in the private folder, bound and connected
 * to by the sides themselves, as the libraries' threads do not outlive a fork. Attach returns when
 * the connection stands, so the name can go before the first message. */
#ifndef IPCMARK_ENDPOINT_H
#define IPCMARK_ENDPOINT_H

#include "transport.h"

#define ENDPOINT_SCHEME "ipc://"

struct endpoint {
	char url[128]; /* "ipc://PATH"; "": none */
};

/* 0, or -ENAMETOOLONG where the path does not fit the name of a socket. -ENOSYS for sides that are
 * threads of one process: the CPU time of the libraries' threads would be counted for neither, and
 * nng, which has one set of them in a process, would run them all on the CPU of one. */
int endpoint_open(struct endpoint *endpoint, const struct link_params *params);

/* The last thing in attach, with the transport's slots: an empty message each way, after which the
 * connection stands. */
int endpoint_greet(void *state, enum side side, int (*send)(void *, const void *, size_t),
	int (*recv)(void *, void *, size_t));

/* Removes the name, where it is. Can be called again. */
void endpoint_close(struct endpoint *endpoint);

#endif
