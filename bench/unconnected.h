/* What unconnected datagram sockets of any family share: each message goes to an address
 * (sendto(2)) and comes from one, which is looked at: anybody may send to a bound socket. */
#ifndef IPCMARK_UNCONNECTED_H
#define IPCMARK_UNCONNECTED_H

#include <sys/socket.h>

#include "fdpair.h"

struct unconnected_name {
	union {
		struct sockaddr any;
		struct sockaddr_storage storage;
	};
	socklen_t bytes;
};

/* Begins the state of its transport. The sockets stay blocking: an end that doesn't block asks not
 * to with each call. Sending blocks with every wait but spin, as poll(2) and its like can't tell
 * when an address has room. */
struct unconnected {
	struct fdpair pair;
	struct unconnected_name name[SIDES];
	struct unconnected_name peer; /* after attach: the other side's */
	int send_flags, recv_flags;
};

/* The rest of a setup, once both sockets of the pair are bound; -EMSGSIZE where a message of the
 * link's size doesn't fit. */
int unconnected_finish(struct unconnected *link, const struct link_params *params);

/* Slots; the others are fdpair's. Datagrams of strangers are dropped. */
int unconnected_attach(void *state, enum side side);
int unconnected_send(void *state, const void *message, size_t bytes);
int unconnected_recv(void *state, void *message, size_t bytes);

#endif
