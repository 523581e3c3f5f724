/* See leftovers.h. */
#include "leftovers.h"

#include <errno.h>
#include <mqueue.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/random.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "fail.h"

/* A kind above, a key below; 0: free. One word, so that a kill finds it noted or not. */
struct leftovers {
	_Atomic uint64_t noted[LEFTOVERS_MOST];
};

static uint64_t word_of(enum leftover kind, uint32_t key)
{
	return (uint64_t)kind << 32 | key;
}

int leftovers_open(struct leftovers **leftovers)
{
	void *table = mmap(NULL, sizeof **leftovers, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (table == MAP_FAILED)
		return fail("mmap");
	*leftovers = table;
	return 0;
}

void leftovers_close(struct leftovers *leftovers)
{
	if (leftovers)
		munmap(leftovers, sizeof *leftovers);
}

/* The first entry that holds `from` gets `to`. False where none does. */
static bool replace(struct leftovers *leftovers, uint64_t from, uint64_t to)
{
	for (size_t i = 0; i < LEFTOVERS_MOST; i++) {
		uint64_t expected = from;

		if (atomic_compare_exchange_strong(&leftovers->noted[i], &expected, to))
			return true;
	}
	return false;
}

int leftovers_note(struct leftovers *leftovers, enum leftover kind, uint32_t *key)
{
	do /* 0 is IPC_PRIVATE */
		if (getrandom(key, sizeof *key, 0) != sizeof *key)
			return fail("getrandom");
	while (*key == 0);
	if (leftovers && !replace(leftovers, 0, word_of(kind, *key)))
		return fail_text(ENOBUFS,
			"more than %d queues, semaphores and segments at one time", LEFTOVERS_MOST);
	return 0;
}

void leftovers_forget(struct leftovers *leftovers, enum leftover kind, uint32_t key)
{
	if (leftovers)
		(void)replace(leftovers, word_of(kind, key), 0);
}

void leftovers_name(uint32_t key, char name[LEFTOVERS_NAME_BYTES])
{
	snprintf(name, LEFTOVERS_NAME_BYTES, "/ipcmark-%08x", key);
}

static void remove_one(enum leftover kind, uint32_t key)
{
	char name[LEFTOVERS_NAME_BYTES];
	int id;

	switch (kind) {
	case LEFTOVER_SYSV_QUEUE:
		id = msgget((key_t)key, 0);
		if (id >= 0)
			msgctl(id, IPC_RMID, NULL);
		break;
	case LEFTOVER_SYSV_SEMAPHORES:
		id = semget((key_t)key, 0, 0);
		if (id >= 0)
			semctl(id, 0, IPC_RMID);
		break;
	case LEFTOVER_SYSV_MEMORY:
		id = shmget((key_t)key, 0, 0);
		if (id >= 0)
			shmctl(id, IPC_RMID, NULL);
		break;
	case LEFTOVER_MQUEUE:
		leftovers_name(key, name);
		mq_unlink(name);
		break;
	case LEFTOVER_MEMORY:
		leftovers_name(key, name);
		shm_unlink(name);
		break;
	}
}

void leftovers_remove(struct leftovers *leftovers)
{
	for (size_t i = 0; i < LEFTOVERS_MOST; i++) {
		uint64_t word = atomic_exchange(&leftovers->noted[i], 0);

		if (word)
			remove_one((enum leftover)(word >> 32), (uint32_t)word);
	}
}
