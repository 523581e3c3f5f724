/* mq-sysv: a System V message queue each way. The type of a message stands before its text, so a
 * payload that comes from elsewhere is copied once more on each side: that is part of the mechanism
 * and is measured. An identifier ends with IPC_RMID and takes the queue with it, so it lives until
 * both sides have ended (finish). */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>

#include "fail.h"
#include "leftovers.h"
#include "spin.h"
#include "transport.h"

/* As msgsnd(2) wants it. */
struct mq_sysv_message {
	long type;
	char text[];
};

struct mq_sysv_queue {
	int id;
	uint32_t key; /* 0: not made */
};

struct mq_sysv {
	struct mq_sysv_queue queue[SIDES];      /* by the side that reads */
	struct mq_sysv_message *message[SIDES]; /* of each side; NULL: none */
	struct leftovers *leftovers;
	int flags;
	int in, out;                 /* after attach: this side's */
	struct mq_sysv_message *own; /* after attach */
};

static int mq_sysv_open(struct mq_sysv *mq, enum side reader)
{
	struct mq_sysv_queue *queue = &mq->queue[reader];
	uint32_t key;
	int err = leftovers_note(mq->leftovers, LEFTOVER_SYSV_QUEUE, &key);

	if (err)
		return err;
	queue->id = msgget((key_t)key, IPC_CREAT | IPC_EXCL | 0600);
	if (queue->id < 0) {
		err = errno == ENOSPC
			? fail_text(EMSGSIZE,
				  "msgget: the system has as many System V queues as it may "
				  "(kernel.msgmni)")
			: fail("msgget");
		leftovers_forget(mq->leftovers, LEFTOVER_SYSV_QUEUE, key);
		return err;
	}
	queue->key = key;
	return 0;
}

/* msgsnd(2) refuses messages over this. */
static int mq_sysv_check_size(size_t bytes)
{
	struct msginfo limits;

	if (msgctl(0, IPC_INFO, (struct msqid_ds *)(void *)&limits) < 0)
		return fail("msgctl(IPC_INFO)");
	if (bytes > (size_t)limits.msgmax)
		return fail_text(EMSGSIZE,
			"messages of %zu bytes exceed the limit of System V queues, %d "
			"(kernel.msgmax)",
			bytes, limits.msgmax);
	return 0;
}

/* Room for `wanted` bytes (0: the system's default) and one message at least, as far as allowed. */
static int mq_sysv_set_room(int id, size_t wanted, const struct link_params *params)
{
	struct msqid_ds status;

	if (msgctl(id, IPC_STAT, &status) < 0)
		return fail("msgctl(IPC_STAT)");

	msglen_t usual = status.msg_qbytes, bytes = wanted ? wanted : usual;

	if (bytes < params->message_bytes)
		bytes = params->message_bytes;
	status.msg_qbytes = bytes;
	if (bytes != usual && msgctl(id, IPC_SET, &status) < 0) {
		if (errno != EPERM)
			return fail("msgctl(IPC_SET)");
		bytes = usual;
	}
	if (bytes < params->message_bytes)
		return fail_text(EMSGSIZE,
			"messages of %zu bytes do not fit a System V queue of %lu "
			"(kernel.msgmnb)",
			params->message_bytes, (unsigned long)bytes);
	params->effective->queue_bytes = (int64_t)bytes;
	return 0;
}

static int mq_sysv_setup(void *state, const struct link_params *params)
{
	struct mq_sysv *mq = state;
	int err = mq_sysv_check_size(params->message_bytes);

	mq->leftovers = params->leftovers;
	mq->flags = params->wait == WAIT_SPIN ? IPC_NOWAIT : 0;
	params->requested->queue_bytes = (int64_t)params->buffer_bytes;
	for (enum side side = SIDE_PRODUCER; side < SIDES && !err; side++) {
		err = mq_sysv_open(mq, side);
		if (!err)
			err = mq_sysv_set_room(mq->queue[side].id, params->buffer_bytes, params);
		if (err)
			return err;
		mq->message[side] = calloc(1, sizeof *mq->message[side] + params->message_bytes);
		if (!mq->message[side])
			return fail("calloc");
	}
	return err;
}

static int mq_sysv_attach(void *state, enum side side)
{
	struct mq_sysv *mq = state;

	mq->in = mq->queue[side].id;
	mq->out = mq->queue[side_peer(side)].id;
	mq->own = mq->message[side];
	mq->own->type = 1;
	return 0;
}

/* After a call that moved nothing: 0 to try again, or the error. */
static int mq_sysv_again(const char *call)
{
	if (errno != EINTR && errno != EAGAIN && errno != ENOMSG)
		return fail(call);
	if (errno != EINTR)
		spin_relax();
	return 0;
}

__attribute__((hot)) static int mq_sysv_send(void *state, const void *message, size_t bytes)
{
	const struct mq_sysv *mq = state;
	int err = 0;

	memcpy(mq->own->text, message, bytes);
	while (!err && msgsnd(mq->out, mq->own, bytes, mq->flags) < 0)
		err = mq_sysv_again("msgsnd");
	return err;
}

__attribute__((hot)) static int mq_sysv_recv(void *state, void *message, size_t bytes)
{
	const struct mq_sysv *mq = state;
	ssize_t got = -1;
	int err = 0;

	while (!err && (got = msgrcv(mq->in, mq->own, bytes, 0, mq->flags)) < 0)
		err = mq_sysv_again("msgrcv");
	if (err)
		return err;
	if (got != (ssize_t)bytes)
		return fail_text(
			EMSGSIZE, "msgrcv: a message of %zd bytes instead of %zu", got, bytes);
	memcpy(message, mq->own->text, bytes);
	return 0;
}

static void mq_sysv_teardown(void *state)
{
	struct mq_sysv *mq = state;

	for (int side = 0; side < SIDES; side++) {
		free(mq->message[side]);
		mq->message[side] = NULL;
	}
}

static void mq_sysv_finish(void *state)
{
	struct mq_sysv *mq = state;

	for (int side = 0; side < SIDES; side++) {
		struct mq_sysv_queue *queue = &mq->queue[side];

		if (!queue->key)
			continue;
		msgctl(queue->id, IPC_RMID, NULL);
		leftovers_forget(mq->leftovers, LEFTOVER_SYSV_QUEUE, queue->key);
		queue->key = 0;
	}
}

const struct transport transport_mq_sysv = {
	.name = "mq-sysv",
	.summary = "two System V message queues, one each way; a copy more on each side",
	.traits = TRAIT_BUFFER,
	.waits = WAIT_SET(WAIT_BLOCK) | WAIT_SET(WAIT_SPIN),
	.state_size = sizeof(struct mq_sysv),
	.setup = mq_sysv_setup,
	.attach = mq_sysv_attach,
	.send = mq_sysv_send,
	.recv = mq_sysv_recv,
	.teardown = mq_sysv_teardown,
	.finish = mq_sysv_finish,
};
