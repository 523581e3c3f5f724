/* See links.h. */
#include "links.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "memory.h"

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
		.stride = (transport->state_size + STATES_APART - 1) / STATES_APART * STATES_APART};
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

/* What the next open(2) would return. */
static int lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd;
}

/* From what one link took: before thousands are set up. */
static int check_limit(const struct links *links, int before, int after)
{
	uint64_t each = after > before ? (uint64_t)(after - before) : 0;
	uint64_t needed = (uint64_t)after + each * (links->count - 1) + DESCRIPTORS_SPARE;

	if (before < 0 || after < 0)
		return fail("open(/dev/null)");
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

static void keep_least(int64_t *least, int64_t bytes, bool is_first)
{
	if (is_first || bytes < *least)
		*least = bytes;
}

static int set_up_one(struct links *links, uint32_t i, const struct link_params *params)
{
	struct link_buffers requested = {0}, effective = {0};
	struct link_params own = *params;
	struct link_buffers *least = params->effective;
	char folder[256];

	own.nonce = params->nonce + i;
	own.requested = &requested;
	own.effective = &effective;
	if (links->count > 1) {
		folder_of(links, i, folder);
		if (mkdir(folder, 0700) < 0)
			return fail("mkdir");
		own.folder = folder;
	}

	links->begun = i + 1;

	int err = links->setup(state_of(links, i), &own);

	*params->requested = requested;
	keep_least(&least->pipe_bytes, effective.pipe_bytes, i == 0);
	keep_least(&least->sndbuf_bytes, effective.sndbuf_bytes, i == 0);
	keep_least(&least->rcvbuf_bytes, effective.rcvbuf_bytes, i == 0);
	keep_least(&least->ring_bytes, effective.ring_bytes, i == 0);
	keep_least(&least->queue_bytes, effective.queue_bytes, i == 0);
	return err;
}

int links_set_up(struct links *links, const struct link_params *params)
{
	int before, err;

	if (links->count == 1)
		return set_up_one(links, 0, params);
	links->folder = params->folder;
	err = raise_limit(links);
	before = lowest_free();
	for (uint32_t i = 0; i < links->count && !err; i++) {
		err = set_up_one(links, i, params);
		if (!err && i == 0)
			err = check_limit(links, before, lowest_free());
	}
	return err;
}

void links_teardown(struct links *links)
{
	char folder[256];

	for (uint32_t i = 0; i < links->begun; i++) {
		links->transport->teardown(state_of(links, i));
		if (links->count == 1)
			continue;
		folder_of(links, i, folder);
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
