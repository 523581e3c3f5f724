/* What outlives every process that could remove it: queues, semaphores and shared memory, which
 * have a key or a name but stand in no folder of ours.
 *
 * A transport notes one before it makes it, and forgets it after it has removed it. What is still
 * noted when the program is gone, killed or not, the guard of its private folder removes
 * (scratch.h). So there is no moment at which a killed program leaves one behind. */
#ifndef IPCMARK_LEFTOVERS_H
#define IPCMARK_LEFTOVERS_H

#include <stdint.h>

#define LEFTOVERS_MOST       512 /* noted at one time */
#define LEFTOVERS_NAME_BYTES 32

enum leftover {
	LEFTOVER_SYSV_QUEUE = 1,  /* msgget(2) */
	LEFTOVER_SYSV_SEMAPHORES, /* semget(2) */
	LEFTOVER_SYSV_MEMORY,     /* shmget(2) */
	LEFTOVER_MQUEUE,          /* mq_open(3), by the name of its key */
	LEFTOVER_MEMORY,          /* shm_open(3), likewise */
};

/* Shared by the program, its guard and its children. */
struct leftovers;

/* An empty table, for all that are forked from now on. 0, or -errno with a note. */
int leftovers_open(struct leftovers **leftovers);

/* Gives up this process's hold; NULL is fine. Removes nothing. */
void leftovers_close(struct leftovers *leftovers);

/* Picks a random key, for an object that the caller makes with it next (exclusively: what has that
 * key already is somebody else's), and notes it. leftovers may be NULL: then nobody looks after the
 * object. 0, or -errno with a note. */
int leftovers_note(struct leftovers *leftovers, enum leftover kind, uint32_t *key);

/* After the object was removed, or could not be made. Unknown keys are fine. */
void leftovers_forget(struct leftovers *leftovers, enum leftover kind, uint32_t key);

/* Removes all that is noted, where it is there. */
void leftovers_remove(struct leftovers *leftovers);

/* The name of a POSIX object with this key. */
void leftovers_name(uint32_t key, char name[LEFTOVERS_NAME_BYTES]);

#endif
