/* sem-sysv: payloads in shared memory, and for each a semop(2) that adds one to a System V
 * semaphore; the receiver's takes one. One set holds a semaphore each way; it ends with IPC_RMID,
 * so it lives until both sides have ended (finish). The kernel adds and takes under the semaphore's
 * lock, so who has taken the n-th has the sender's stores of before. */
#include <errno.h>
#include <sys/sem.h>

#include "fail.h"
#include "leftovers.h"
#include "slots.h"

#define SEM_SYSV_MOST 32767 /* SEMVMX */

struct sem_sysv {
	struct slots slots;
	int id;
	uint32_t key; /* 0: not made */
	struct leftovers *leftovers;
	unsigned short in,
		out; /* after attach: numbers in the set, which are those of the readers */
};

static int sem_sysv_setup(void *state, const struct link_params *params)
{
	struct sem_sysv *link = state;
	uint32_t key;
	int err = leftovers_note(params->leftovers, LEFTOVER_SYSV_SEMAPHORES, &key);

	if (err)
		return err;
	link->leftovers = params->leftovers;
	link->id = semget((key_t)key, SIDES, IPC_CREAT | IPC_EXCL | 0600); /* Linux: zeroed */
	if (link->id < 0) {
		/* EINVAL: fewer semaphores in a set than the sides need */
		err = errno == ENOSPC || errno == EINVAL
			? fail_text(EMSGSIZE,
				  "semget: the system has as many System V semaphores as it may "
				  "(kernel.sem)")
			: fail("semget");
		leftovers_forget(link->leftovers, LEFTOVER_SYSV_SEMAPHORES, key);
		return err;
	}
	link->key = key;
	return slots_setup(&link->slots, params, SEM_SYSV_MOST);
}

static int sem_sysv_attach(void *state, enum side side)
{
	struct sem_sysv *link = state;

	slots_attach(&link->slots, side);
	link->in = (unsigned short)side;
	link->out = (unsigned short)side_peer(side);
	return 0;
}

static int sem_sysv_change(const struct sem_sysv *link, unsigned short number, short by)
{
	struct sembuf change = {.sem_num = number, .sem_op = by};

	while (semop(link->id, &change, 1) < 0)
		if (errno != EINTR)
			return fail("semop");
	return 0;
}

__attribute__((hot)) static int sem_sysv_send(void *state, const void *message, size_t bytes)
{
	struct sem_sysv *link = state;
	int err = slots_put(&link->slots, message, bytes);

	return err ? err : sem_sysv_change(link, link->out, 1);
}

__attribute__((hot)) static int sem_sysv_recv(void *state, void *message, size_t bytes)
{
	struct sem_sysv *link = state;
	int err = sem_sysv_change(link, link->in, -1);

	return err ? err : slots_take(&link->slots, message, bytes);
}

static void sem_sysv_teardown(void *state)
{
	slots_teardown(&((struct sem_sysv *)state)->slots);
}

static void sem_sysv_finish(void *state)
{
	struct sem_sysv *link = state;

	if (!link->key)
		return;
	semctl(link->id, 0, IPC_RMID);
	leftovers_forget(link->leftovers, LEFTOVER_SYSV_SEMAPHORES, link->key);
	link->key = 0;
}

const struct transport transport_sem_sysv = {
	.name = "sem-sysv",
	.summary = "payload in shared memory, a semop of a System V semaphore for each message",
	.traits = TRAIT_BUFFER,
	.waits = WAIT_SET(WAIT_BLOCK),
	.state_size = sizeof(struct sem_sysv),
	.setup = sem_sysv_setup,
	.attach = sem_sysv_attach,
	.send = sem_sysv_send,
	.recv = sem_sysv_recv,
	.teardown = sem_sysv_teardown,
	.finish = sem_sysv_finish,
};
