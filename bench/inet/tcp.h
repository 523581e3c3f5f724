/* One TCP connection whose ends one process builds: tcp and its variants, and what runs over it. */
#ifndef IPCMARK_TCP_H
#define IPCMARK_TCP_H

#include "fdpair.h"
#include "inet.h"

/* The state of a transport over TCP begins with it: its slots are those of fdpair.h. */
struct tcp {
	struct fdpair pair;
	union inet_address address; /* of its listener */
};

/* All of a setup over the loopback address of the family: both ends connected, TCP_NODELAY, with
 * the link's buffers and its wait. */
int tcp_open(struct tcp *tcp, int family, const struct link_params *params);

/* The steps of it, for what needs others between them. After fdpair_init: a listener at an address,
 * usually with port 0; */
int tcp_listen(struct tcp *tcp, union inet_address at, const struct link_params *params);

/* the producer's end from an address (port 0) to the listener, the consumer's end, and the listener
 * is closed; */
int tcp_join(struct tcp *tcp, union inet_address from, const struct link_params *params);

/* both ends send at once what they are given; then fdpair_finish_sockets. */
int tcp_set_nodelay(struct tcp *tcp);

#endif
