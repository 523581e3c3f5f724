/* Two UDP sockets that one process builds and connects to each other. */
#ifndef IPCMARK_UDP_H
#define IPCMARK_UDP_H

#include "fdpair.h"
#include "inet.h"

#define UDP6_MAX_PAYLOAD 65527 /* unlike UDP_MAX_PAYLOAD: IPv6 doesn't count its own header */

/* After fdpair_init: the socket of one side, bound to *at (port 0: a free one, which comes back).
 */
int udp_bind(struct fdpair *pair, enum side side, union inet_address *at,
	const struct link_params *params);

/* The rest of a setup: connects both sides, which are bound to these addresses, so that no
 * stranger's datagram arrives, and sets the link's wait. */
int udp_join(struct fdpair *pair, const union inet_address address[SIDES],
	const struct link_params *params);

#endif
