/* One TCP connection whose ends one process builds: tcp and its variants, and what runs over it. */
#ifndef IPCMARK_TCP_H
#define IPCMARK_TCP_H

#include "fdpair.h"
#include "inet.h"

/* The state of a transport over TCP begins with it: attach is fdpair_attach. */
struct tcp {
	struct fdpair pair;
	int listener;               /* -1: not open */
	union inet_address address; /* of the listener */
};

/* All of a setup over the loopback address of the family: both ends connected, TCP_NODELAY, with
 * the link's buffers and its wait. */
int tcp_open(struct tcp *tcp, int family, const struct link_params *params);

/* The steps of it, for what needs others between them. First, nothing is open; */
void tcp_init(struct tcp *tcp);

/* a listener at an address, usually with port 0; */
int tcp_listen(struct tcp *tcp, union inet_address at, const struct link_params *params);

/* the producer's end from an address (port 0) to the listener, the consumer's end, and the listener
 * is closed; */
int tcp_join(struct tcp *tcp, union inet_address from, const struct link_params *params);

/* both ends send at once what they are given; then fdpair_finish_sockets. */
int tcp_set_nodelay(struct tcp *tcp);

/* Slot. */
void tcp_teardown(void *state);

#endif
