/* See ports.h. */
#include "ports.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#define DEFAULT_LOWEST  32768
#define DEFAULT_HIGHEST 60999
#define DEFAULT_BUCKETS 4096 /* of the smallest machines */

/* NULL where there is none. */
static FILE *open_below(const char *root, const char *path)
{
	char full[PATH_MAX];
	int length = snprintf(full, sizeof full, "%s%s", root, path);

	return length < (int)sizeof full ? fopen(full, "re") : NULL;
}

static uint64_t port_count(const char *root)
{
	FILE *file = open_below(root, "/proc/sys/net/ipv4/ip_local_port_range");
	uint64_t lowest, highest;

	if (!file || fscanf(file, "%" SCNu64 " %" SCNu64, &lowest, &highest) != 2 ||
		lowest > highest || highest > UINT16_MAX) {
		lowest = DEFAULT_LOWEST;
		highest = DEFAULT_HIGHEST;
	}
	if (file)
		fclose(file);
	return highest - lowest + 1;
}

static uint64_t bucket_count(const char *root)
{
	FILE *file = open_below(root, "/proc/sys/net/ipv4/tcp_max_tw_buckets");
	uint64_t count;

	if (!file || fscanf(file, "%" SCNu64, &count) != 1)
		count = DEFAULT_BUCKETS;
	if (file)
		fclose(file);
	return count;
}

/* Connections in TIME_WAIT now: "TCP: inuse 1 orphan 0 tw 7 ...". */
static uint64_t remembered_count(const char *root)
{
	FILE *file = open_below(root, "/proc/net/sockstat");
	char line[256];
	uint64_t count = 0;

	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "TCP: inuse %*u orphan %*u tw %" SCNu64, &count) == 1)
			break;
	if (file)
		fclose(file);
	return count;
}

uint64_t ports_most(const char *root, const char **limit)
{
	uint64_t ports = port_count(root) / 2, buckets = bucket_count(root),
		 remembered = remembered_count(root);
	uint64_t room = buckets > remembered ? buckets - remembered : 0;

	*limit = ports <= room ? "ephemeral ports" : "TIME_WAIT entries";
	return ports <= room ? ports : room;
}
