/* See ports.h. */
#include "ports.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sysfs.h"

#define DEFAULT_LOWEST  32768
#define DEFAULT_HIGHEST 60999
#define DEFAULT_BUCKETS 4096 /* of the smallest machines */

static uint64_t port_count(const char *root)
{
	char range[64];
	uint64_t lowest, highest;

	sysfs_read(root, "/proc/sys/net/ipv4/ip_local_port_range", range, sizeof range);
	if (sscanf(range, "%" SCNu64 " %" SCNu64, &lowest, &highest) != 2 || lowest > highest ||
		highest > UINT16_MAX) {
		lowest = DEFAULT_LOWEST;
		highest = DEFAULT_HIGHEST;
	}
	return highest - lowest + 1;
}

static uint64_t bucket_count(const char *root)
{
	char value[64];
	uint64_t count;

	sysfs_read(root, "/proc/sys/net/ipv4/tcp_max_tw_buckets", value, sizeof value);
	return sscanf(value, "%" SCNu64, &count) == 1 ? count : DEFAULT_BUCKETS;
}

/* Connections in TIME_WAIT now: "TCP: inuse 1 orphan 0 tw 7 ...". */
static uint64_t remembered_count(const char *root)
{
	char *sockets = sysfs_load(root, "/proc/net/sockstat"), tcp[256];
	uint64_t count;

	sysfs_field(sockets, "TCP", tcp, sizeof tcp);
	free(sockets);
	return sscanf(tcp, "inuse %*u orphan %*u tw %" SCNu64, &count) == 1 ? count : 0;
}

uint64_t ports_most(const char *root, const char **limit)
{
	uint64_t ports = port_count(root) / 2, buckets = bucket_count(root),
		 remembered = remembered_count(root);
	uint64_t room = buckets > remembered ? buckets - remembered : 0;

	*limit = ports <= room ? "ephemeral ports" : "TIME_WAIT entries";
	return ports <= room ? ports : room;
}
