/* Counters of the network stack of this network namespace. */
#ifndef IPCMARK_NETSTAT_H
#define IPCMARK_NETSTAT_H

#include <stdint.h>

/* TCP segments that were sent again so far, of all connections, from /proc/net/snmp below root (""
 * for this machine); -1: unknown. */
int64_t netstat_tcp_retransmits(const char *root);

#endif
