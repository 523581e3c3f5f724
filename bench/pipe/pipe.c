/* pipe and fifo: two one-way byte channels of the kernel, without and with a name in the file
 * system. The name is only a meeting place: it is gone before the first message. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"
#include "pipe.h"

#define PIPE_DEFAULT_PAGES 16 /* pipe(7) */

/* The channel that `side` reads. */
enum { CHANNELS = SIDES };

struct fifo {
	struct fdpair pair;
	char path[CHANNELS][256]; /* "": no such name */
};

/* In bytes. A capacity above INT_MAX is more than the kernel can be asked for, and gives. */
static int capacity_wanted(const struct link_params *params)
{
	if (params->buffer_bytes == 0)
		return PIPE_DEFAULT_PAGES * (int)sysconf(_SC_PAGESIZE);
	return params->buffer_bytes < INT_MAX ? (int)params->buffer_bytes : INT_MAX;
}

/* A user over the soft limit of pipe pages silently gets less than the default: it is asked for,
 * and what came of it (the kernel rounds up, or leaves it as it was) is recorded, so that the
 * harness can tell. */
static int pipe_finish(struct fdpair *pair, const struct link_params *params)
{
	int wanted = capacity_wanted(params), least = INT_MAX;

	for (int side = 0; side < SIDES; side++) {
		(void)fcntl(pair->end[side].out, F_SETPIPE_SZ, wanted);

		int granted = fcntl(pair->end[side].out, F_GETPIPE_SZ);

		if (granted < 0)
			return fail("fcntl(F_GETPIPE_SZ)");
		least = granted < least ? granted : least;
	}
	params->requested->pipe_bytes = wanted;
	params->effective->pipe_bytes = least;
	return fdpair_set_wait(pair, params);
}

int pipe_setup(void *state, const struct link_params *params)
{
	struct fdpair *pair = state;

	fdpair_init(pair);
	for (enum side reader = SIDE_PRODUCER; reader < SIDES; reader++) {
		int fd[2];

		if (pipe2(fd, O_CLOEXEC) < 0)
			return fail("pipe2");
		pair->end[reader].in = fd[0];
		pair->end[side_peer(reader)].out = fd[1];
	}
	return pipe_finish(pair, params);
}

/* The reader opens first and without blocking, so the writer finds it and neither waits. */
static int fifo_open(struct fifo *fifo, enum side reader, const struct link_params *params)
{
	char *path = fifo->path[reader];
	int length = snprintf(
		path, sizeof fifo->path[reader], "%s/fifo-%d", params->folder, (int)reader);

	if (length >= (int)sizeof fifo->path[reader]) {
		path[0] = '\0';
		return fdpair_name_too_long(params, "a FIFO");
	}
	if (mkfifo(path, 0600) < 0) {
		path[0] = '\0';
		return fail("mkfifo");
	}

	int *in = &fifo->pair.end[reader].in, *out = &fifo->pair.end[side_peer(reader)].out;

	*in = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (*in < 0)
		return fail("open(FIFO, O_RDONLY)");
	*out = open(path, O_WRONLY | O_CLOEXEC);
	return *out < 0 ? fail("open(FIFO, O_WRONLY)") : 0;
}

static int fifo_setup(void *state, const struct link_params *params)
{
	struct fifo *fifo = state;

	fdpair_init(&fifo->pair);
	for (enum side reader = SIDE_PRODUCER; reader < SIDES; reader++) {
		int err = fifo_open(fifo, reader, params);

		if (err)
			return err;
	}
	return pipe_finish(&fifo->pair, params);
}

static void fifo_teardown(void *state)
{
	struct fifo *fifo = state;

	for (int channel = 0; channel < CHANNELS; channel++) {
		if (fifo->path[channel][0])
			unlink(fifo->path[channel]);
		fifo->path[channel][0] = '\0';
	}
	fdpair_teardown(&fifo->pair);
}

const struct transport transport_pipe = {
	.name = "pipe",
	.summary = "two anonymous pipes, one each way",
	.traits = TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct fdpair),
	.setup = pipe_setup,
	FDPAIR_PIPES,
	.teardown = fdpair_teardown,
};

const struct transport transport_fifo = {
	.name = "fifo",
	.summary = "two FIFOs (named pipes), one each way",
	.traits = TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct fifo),
	.setup = fifo_setup,
	FDPAIR_PIPES,
	.teardown = fifo_teardown,
};
