/* See links.h. */
#include "links.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "interrupt.h"
#include "memory.h"
#include "round.h"

#define STATES_APART      128 /* bytes: two cache lines, as prefetchers fetch pairs */
#define DESCRIPTORS_SPARE 64  /* for what the sides open themselves */

/* calloc() knows no such alignment. */
static unsigned char *new_states(const struct links *links)
{
	unsigned char *states = aligned_alloc(STATES_APART, links->count * links->stride);

	if (!states)
		memory_is_gone();
	return states;
}

static void *state_of(const struct links *links, uint32_t i)
{
	return links->states + i * links->stride;
}

void links_open(
	struct links *links, const struct transport *transport, bool connects, uint32_t count)
{
	*links = (struct links){.transport = transport,
		.setup = connects ? transport->rendezvous->listen : transport->setup,
		.count = count,
		.stride = round_up(transport->state_size, STATES_APART)};
	links->states = new_states(links);
	memset(links->states, 0, count * links->stride);
}

unsigned char *links_copy(const struct links *links)
{
	return memcpy(new_states(links), links->states, links->count * links->stride);
}

static int raise_limit(struct links *links)
{
	struct rlimit raised;

	if (getrlimit(RLIMIT_NOFILE, &links->descriptors) < 0)
		return fail("getrlimit(RLIMIT_NOFILE)");
	raised = links->descriptors;
	raised.rlim_cur = raised.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &raised) < 0 ? fail("setrlimit(RLIMIT_NOFILE)") : 0;
}

/* Of a folder, . and .. among them; 0: it can't be read. */
static uint64_t count_entries(const char *path)
{
	DIR *dir = opendir(path);
	uint64_t entries = 0;

	while (dir && readdir(dir))
		entries++;
	if (dir)
		closedir(dir);
	return entries;
}

static uint64_t count_descriptors(void)
{
	return count_entries("/proc/self/fd");
}

/* From what one link took: before thousands are set up. */
static int check_limit(const struct links *links, uint64_t before)
{
	uint64_t now = count_descriptors();
	uint64_t needed = now + (now - before) * (links->count - 1) + DESCRIPTORS_SPARE;

	if (needed <= links->descriptors.rlim_max)
		return 0;
	return fail_text(EMSGSIZE,
		"%u connections need %llu descriptors, the limit is %llu (RLIMIT_NOFILE)",
		links->count, (unsigned long long)needed,
		(unsigned long long)links->descriptors.rlim_max);
}

static void folder_of(const struct links *links, uint32_t i, char path[256])
{
	snprintf(path, 256, "%s/%u", links->folder, i);
}

/* Where the next link may make its names: in the last folder as long as nobody has left one there.
 * Making thousands of folders takes seconds on some file systems. */
static int find_folder(struct links *links, char path[256])
{
	if (links->folders > 0) {
		folder_of(links, links->folders - 1, path);
		if (count_entries(path) == 2)
			return 0;
	}
	folder_of(links, links->folders, path);
	if (mkdir(path, 0700) < 0)
		return fail("mkdir");
	links->folders++;
	return 0;
}

/* 0 is none. */
static void keep_least(int64_t *least, int64_t bytes)
{
	if (bytes > 0 && (*least == 0 || bytes < *least))
		*least = bytes;
}

static int set_up_one(struct links *links, const struct link_params *params)
{
	struct link_buffers requested = {0}, effective = {0};
	struct link_buffers *least = params->effective;
	struct link_params own = *params;
	uint32_t i = links->begun;
	char folder[256];
	int err = 0;

	own.nonce = params->nonce + i;
	own.requested = &requested;
	own.effective = &effective;
	if (links->count > 1) {
		own.folder = folder;
		err = find_folder(links, folder);
	}
	if (err)
		return err;
	links->begun++;
	err = links->setup(state_of(links, i), &own);
	*params->requested = requested;
	keep_least(&least->pipe_bytes, effective.pipe_bytes);
	keep_least(&least->sndbuf_bytes, effective.sndbuf_bytes);
	keep_least(&least->rcvbuf_bytes, effective.rcvbuf_bytes);
	keep_least(&least->ring_bytes, effective.ring_bytes);
	keep_least(&least->queue_bytes, effective.queue_bytes);
	return err;
}

int links_set_up(struct links *links, const struct link_params *params)
{
	uint64_t before;
	int err;

	if (links->count == 1)
		return set_up_one(links, params);
	before = count_descriptors();
	links->folder = params->folder;
	err = raise_limit(links);
	while (links->begun < links->count && !err) {
		err = set_up_one(links, params);
		if (!err && links->begun == 1)
			err = check_limit(links, before);
		if (!err && interrupt_pending()) /* thousands may take a minute */
			err = fail_text(EINTR, "interrupted");
	}
	return err;
}

void links_teardown(struct links *links)
{
	char folder[256];

	for (uint32_t i = 0; i < links->begun; i++)
		links->transport->teardown(state_of(links, i));
	for (; links->folders > 0; links->folders--) {
		folder_of(links, links->folders - 1, folder);
		rmdir(folder);
	}
}

void links_finish(struct links *links)
{
	for (uint32_t i = 0; i < links->begun && links->transport->finish; i++)
		links->transport->finish(state_of(links, i));
}

void links_close(struct links *links)
{
	if (links->descriptors.rlim_cur)
		setrlimit(RLIMIT_NOFILE, &links->descriptors);
	free(links->states);
	*links = (struct links){.count = 0};
}
