/* Two network namespaces joined by a pair of veth interfaces, as two containers on one machine
 * are. They have no names: sockets keep them, and with the last of these they go. */
#ifndef IPCMARK_NETNS_H
#define IPCMARK_NETNS_H

#include "inet.h"

struct netns {
	int own;       /* the namespace of the caller; -1: not open */
	int ns[SIDES]; /* -1: not made */
};

/* Makes both for the calling thread, which is in its own again afterwards: lo and the interface
 * are up, with addresses, and the link carries. -EPERM, -ENOSYS and -EPROTONOSUPPORT with a reason
 * where that can't be had. netns_close in any case. */
int netns_open(struct netns *netns);

/* The address of a side, with port 0. */
union inet_address netns_address(enum side side);

/* Moves the calling thread into the namespace of a side: the sockets that it makes are there. */
int netns_enter(const struct netns *netns, enum side side);

/* And back into its own. An error here is final: the thread is in the wrong place. */
int netns_leave(const struct netns *netns);

/* Gives up the descriptors; the sockets keep the namespaces. */
void netns_close(struct netns *netns);

#endif
