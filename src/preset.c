/* See preset.h.
 *
 * The warm-up of METHOD, part 4, is max(1000 messages, 1 %, 100 ms). The quick presets, which are
 * not for citation, take a tenth of it, so that all mechanisms fit into a minute; MSER and the
 * drift test watch over them as over all.
 */
#include "preset.h"

#include <stddef.h>
#include <string.h>

#define MS UINT64_C(1000000)

/* The mechanisms that most programs choose from, one of each kind. */
#define CORE                                                                      \
	"{null,pipe,shm,eventfd,mq-posix,socketpair-stream,socketpair-seqpacket," \
	"unix-stream,unix-dgram,tcp,udp}"

static const char *const look_cells[] = {
	"pingpong/*/usual/64/{nearest,same-cpu}",
	"pingpong/shm/{hybrid,spin}/64/nearest",
	NULL,
};

static const char *const quick_cells[] = {
	"pingpong/*/usual/64/{nearest,same-cpu}",
	"pingpong/{pipe,shm,tcp}/{hybrid,spin}/64/nearest",
	"pingpong/pipe/*/64/same-cpu",
	"stream/*/usual/{64,64K}/nearest",
	NULL,
};

static const char *const ci_cells[] = {
	"pingpong/" CORE "/usual/64/same-cpu",
	"pingpong/{fifo,futex,sem-posix,condvar,mq-sysv,process-vm}/usual/64/same-cpu",
	"pingpong/{pipe,shm,eventfd,socketpair-stream,unix-stream,tcp,udp}/usual/64/nearest",
	"pingpong/{pipe,shm,tcp}/{hybrid,spin}/64/nearest",
	"pingpong/pipe/{poll,epoll,io-uring}/64/same-cpu",
	"stream/{pipe,pipe-vmsplice,shm,socketpair-stream,unix-stream,unix-dgram,tcp,udp}"
	"/usual/{64,16K}/nearest",
	"stream/mq-posix/usual/64/nearest",
	"stream/pipe/usual/64/nearest/batch=16",
	NULL,
};

static const char *const review_cells[] = {
	"pingpong/*/usual/64/{nearest,same-cpu}",
	"pingpong/{pipe,tcp,shm}/*/64/{nearest,same-cpu}",
	"pingpong/" CORE "/spin/64/nearest",
	"pingpong/" CORE "/usual/{1K,8K,64K,1M}/{nearest,same-cpu}",
	"pingpong/" CORE "/usual/64/{nearest,same-cpu}/think=1ms",
	"paced/" CORE "/usual/64/nearest/load={10,25,50,75,90}%",
	"stream/*/usual/{64,64K}/nearest",
	"stream/" CORE "/usual/{1K,8K,1M}/nearest",
	"connect/*/usual/64/{nearest,same-cpu}",
	"fanin/{socketpair-stream,tcp}/*/64/nearest/connections={16,128,1024}",
	NULL,
};

/* Steady, everywhere there, and long enough for the clock to see 5 % of it. */
static const char control[] = "pingpong/pipe/block/64/same-cpu";

const struct preset preset_look = {
	"look", "every mechanism at 64 bytes", 3, 100, 15 * MS, 10 * MS, look_cells, NULL};

const struct preset preset_table[] = {
	{"quick",
		"every mechanism: round trips of 64 B, streams of 64 B and 64 KiB; under a "
		"minute: a first look, not for citation",
		6, 100, 15 * MS, 10 * MS, quick_cells, NULL},
	{"ci", "about 50 cells, 10 runs each, under 5 minutes: for gates", 10, 0, 330 * MS,
		100 * MS, ci_cells, control},
	{"review",
		"all mechanisms and sizes, 20 runs of 2 s each: hours, for figures that are cited",
		20, 0, 2000 * MS, 100 * MS, review_cells, control},
	{.name = NULL},
};

const struct preset *preset_find(const char *name)
{
	for (const struct preset *preset = preset_table; preset->name; preset++)
		if (strcmp(preset->name, name) == 0)
			return preset;
	return NULL;
}
