/* See preset.h.
 *
 * The warm-up of METHOD, part 4, is max(1000 messages, 1 %, 100 ms). The quick presets, which are
 * not for citation, take 10 ms of it, so that all mechanisms fit into a minute; MSER and the drift
 * test watch over them as over all. */
#include "preset.h"

#include <stddef.h>
#include <string.h>

#define MS UINT64_C(1000000)

static const char *const look_cells[] = {
	"pingpong/*/*/64/nearest",
	"pingpong/*/{none,block,futex}/64/same-cpu",
	NULL,
};

static const char *const quick_cells[] = {
	"pingpong/*/*/64/nearest",
	"pingpong/*/{none,block,futex}/64/same-cpu",
	"pingpong/*/{block,futex}/{1K,8K,64K}/nearest",
	"stream/*/{none,block,futex}/64/nearest",
	"stream/*/{block,futex}/{1K,8K,64K}/nearest",
	NULL,
};

static const char *const ci_cells[] = {
	"pingpong/*/*/64/nearest",
	"pingpong/*/{none,block,futex}/64/same-cpu",
	"stream/*/{none,block,futex}/{64,16K}/nearest",
	NULL,
};

static const char *const review_cells[] = {
	"pingpong/*/*/64/{nearest,same-cpu}",
	"pingpong/*/{block,futex}/{1K,8K,64K,1M}/{nearest,same-cpu}",
	"stream/*/*/64/nearest",
	"stream/*/{block,futex}/{1K,8K,64K,1M}/nearest",
	"pingpong/*/{block,futex}/64/{nearest,same-cpu}/think=1ms",
	"paced/*/{block,futex}/64/nearest/load={10,25,50,75,90}%",
	NULL,
};

/* Steady, everywhere there, and long enough for the clock to see 5 % of it. */
static const char control[] = "pingpong/pipe/block/64/same-cpu";

const struct preset preset_look = {
	"look", "every mechanism at 64 bytes", 6, 40 * MS, 10 * MS, look_cells, NULL};

const struct preset preset_table[] = {
	{"quick",
		"every mechanism and the sizes 64 B to 64 KiB, under a minute: a first look, not "
		"for citation",
		6, 45 * MS, 10 * MS, quick_cells, NULL},
	{"ci", "about 45 cells, 10 runs each, under 5 minutes: for gates", 10, 330 * MS, 100 * MS,
		ci_cells, control},
	{"review", "all sizes, 20 runs of 2 s each: hours, for figures that are cited", 20,
		2000 * MS, 100 * MS, review_cells, control},
	{.name = NULL},
};

const struct preset *preset_find(const char *name)
{
	for (const struct preset *preset = preset_table; preset->name; preset++)
		if (strcmp(preset->name, name) == 0)
			return preset;
	return NULL;
}
