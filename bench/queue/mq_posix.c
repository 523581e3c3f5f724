/* mq-posix: a POSIX message queue each way. Its name is there for as long as it takes to open both
 * ends. On Linux a queue is a descriptor, so it can be waited for as any other.
 *
 * A queue holds 10 messages (fs.mqueue.msg_default of the kernel), or as many as make the buffer
 * that was asked for, where the limits allow: fs.mqueue.msg_max and msgsize_max, which privileged
 * users may exceed, and RLIMIT_MSGQUEUE. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"
#include "leftovers.h"

#define MQ_POSIX_DEFAULT_DEPTH 10

/* The queue that `reader` reads, both ends. */
static int mq_posix_open(
	struct fdpair *pair, enum side reader, const struct link_params *params, long depth)
{
	struct mq_attr attributes = {.mq_maxmsg = depth, .mq_msgsize = (long)params->message_bytes};
	int *in = &pair->end[reader].in, *out = &pair->end[side_peer(reader)].out;
	char name[LEFTOVERS_NAME_BYTES];
	uint32_t key;
	int err = leftovers_note(params->leftovers, LEFTOVER_MQUEUE, &key);

	if (err)
		return err;
	leftovers_name(key, name);
	*in = mq_open(name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
	if (*in < 0) {
		err = fail("mq_open");
	} else {
		*out = mq_open(name, O_WRONLY | O_CLOEXEC);
		if (*out < 0)
			err = fail("mq_open");
		mq_unlink(name);
	}
	leftovers_forget(params->leftovers, LEFTOVER_MQUEUE, key);
	return err;
}

static int mq_posix_open_both(struct fdpair *pair, const struct link_params *params, long depth)
{
	int err = 0;

	fdpair_teardown(pair); /* an attempt with another depth */
	for (enum side reader = SIDE_PRODUCER; reader < SIDES && !err; reader++)
		err = mq_posix_open(pair, reader, params, depth);
	return err;
}

/* What the kernel says where a limit is in the way; EMFILE also where no descriptor is left. */
static bool mq_posix_is_limit(int err)
{
	return err == -EINVAL || err == -EMFILE || err == -ENOMEM;
}

static int mq_posix_too_large(int err, size_t bytes)
{
	if (err == -EINVAL)
		return fail_text(EMSGSIZE,
			"messages of %zu bytes exceed the limit of POSIX queues "
			"(fs.mqueue.msgsize_max)",
			bytes);
	if (err == -ENOSPC)
		return fail_text(EMSGSIZE,
			"the system has as many POSIX queues as it may (fs.mqueue.queues_max)");
	if (err != -EMFILE)
		return err;

	int spare = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);

	if (spare < 0 && errno != EBADF)
		return err;
	if (spare >= 0)
		close(spare);
	return fail_text(EMSGSIZE,
		"two queues for messages of %zu bytes exceed RLIMIT_MSGQUEUE (ulimit -q)", bytes);
}

/* The deepest pair of queues that the limits allow, up to *depth, which becomes theirs. */
static int mq_posix_open_deepest(struct fdpair *pair, const struct link_params *params, long *depth)
{
	long fits = 0, fails = *depth + 1, trying = *depth;
	int err = 0;

	while (fails - fits > 1) {
		err = mq_posix_open_both(pair, params, trying);
		if (err && !mq_posix_is_limit(err))
			return mq_posix_too_large(err, params->message_bytes);
		*(err ? &fails : &fits) = trying;
		trying = fits + (fails - fits) / 2;
	}
	*depth = fits;
	if (fits == 0)
		return mq_posix_too_large(err, params->message_bytes);
	return err ? mq_posix_open_both(pair, params, fits) : 0;
}

static int mq_posix_setup(void *state, const struct link_params *params)
{
	struct fdpair *pair = state;
	long depth = MQ_POSIX_DEFAULT_DEPTH;
	int err;

	fdpair_init(pair);
	if (params->buffer_bytes) {
		depth = (long)(params->buffer_bytes / params->message_bytes);
		params->requested->queue_bytes = (int64_t)params->buffer_bytes;
	}
	if (depth < 1)
		depth = 1;
	err = mq_posix_open_deepest(pair, params, &depth);
	if (err)
		return err;
	params->effective->queue_bytes = (int64_t)params->message_bytes * depth;
	return fdpair_set_wait(pair, params);
}

__attribute__((hot)) static int mq_posix_send(void *state, const void *message, size_t bytes)
{
	struct fdpair *pair = state;

	while (mq_send(pair->out, message, bytes, 0) < 0) {
		int err = fdpair_retry_out(pair, "mq_send", -1);

		if (err)
			return err;
	}
	return 0;
}

__attribute__((hot)) static int mq_posix_recv(void *state, void *message, size_t bytes)
{
	struct fdpair *pair = state;
	int err = fdpair_await_message(pair);
	ssize_t got = -1;

	while (!err && (got = mq_receive(pair->in, message, bytes, NULL)) < 0)
		err = fdpair_retry_in(pair, "mq_receive", got);
	if (!err && got != (ssize_t)bytes)
		err = fail_text(
			EMSGSIZE, "mq_receive: a message of %zd bytes instead of %zu", got, bytes);
	return err;
}

const struct transport transport_mq_posix = {
	.name = "mq-posix",
	.summary = "two POSIX message queues, one each way",
	.traits = TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct fdpair),
	.setup = mq_posix_setup,
	.attach = fdpair_attach,
	.send = mq_posix_send,
	.recv = mq_posix_recv,
	.teardown = fdpair_teardown,
	.descriptor = fdpair_descriptor,
};
