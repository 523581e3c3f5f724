/* A bell: how one side sleeps until the other has changed a word of memory that both share, and how
 * it is woken. What the bell is made of is the wait: a futex, an eventfd, a semaphore, a condition
 * variable, a futex through io_uring, or none at all (spin).
 *
 * Only a sleeper is woken. It says that it sleeps, and looks at the word once more; the other side
 * writes the word, and looks whether anyone sleeps. Both order their write before their look, so
 * one of the two sees the other and no wake-up is lost (Dekker's argument). Whoever then takes the
 * flag back, by an exchange, decides what happens: the ringer rings exactly once, or the sleeper
 * goes on without having slept.
 *
 * A full barrier for each message is what this costs the side that writes. The hybrid wait, which
 * sleeps only when nothing happens, does without: its sleeper has the kernel issue the barrier on
 * every CPU that runs the other side (membarrier(2), global and expedited). That costs as much as
 * some tens of the ringer's barriers, so for that many messages after each ring the ringer issues
 * its own, and says so: an idle link never asks the kernel. */
#ifndef IPCMARK_BELL_H
#define IPCMARK_BELL_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "condition.h"
#include "spin.h"
#include "transport.h"

#define BELL_WAITS                                                                     \
	(WAIT_SET(WAIT_SPIN) | WAIT_SET(WAIT_HYBRID) | WAIT_SET(WAIT_FUTEX) |          \
		WAIT_SET(WAIT_EVENTFD) | WAIT_SET(WAIT_SEM) | WAIT_SET(WAIT_CONDVAR) | \
		WAIT_SET(WAIT_IO_URING))

#define BELL_APART 128 /* bytes: two cache lines, as prefetchers fetch pairs */

/* The shared part: one side sleeps on it, the other rings it. */
struct bell {
	_Alignas(BELL_APART) _Atomic uint32_t sleeping; /* 1: whoever clears it owes a ring */
	_Atomic uint32_t orders; /* hybrid: the ringer issues its barriers; it alone writes this */
	int fd;                  /* eventfd: of the same number on both sides; -1: none */
	union {
		sem_t semaphore;
		struct condition condition;
	};
};

/* What one side needs to sleep on bells and to ring one; private, and of one thread. */
struct bell_user {
	const struct bell_way *way; /* NULL: never sleeps */
	bool membarrier;            /* hybrid: the sleeper's, where the ringer leaves its own out */
	uint32_t orders;            /* publications to come with a barrier of the ringer's */
	uint32_t rests;             /* hybrid: looks before it sleeps, as things stand */
	uint32_t left;              /* hybrid: of these, those left of this wait */
	uint32_t misses;            /* hybrid: sleeps since looking was last enough */
	struct bell_uring *uring;   /* io-uring: after attach */
};

/* Before the fork: the user that each side copies. `wait` is one of BELL_WAITS. */
void bell_user_init(struct bell_user *user, enum wait_mode wait);

/* Before the fork: makes a bell of zeroed shared memory. 0, or -errno. */
int bell_init(struct bell *bell, const struct bell_user *user);

/* Of a bell that was made, or whose making failed: lets go of this process's hold on it, once. */
void bell_close(struct bell *bell);

/* In the process of the side, which keeps its copy of the user from now on. 0, or -errno: -ENOSYS
 * and -EPERM where the machine lacks the wait. */
int bell_attach(struct bell_user *user);

/* For who outlives the link; a side's process ends. */
void bell_detach(struct bell_user *user);

/* The slow parts of what follows. */
int bell_sleep(
	struct bell_user *user, struct bell *bell, const _Atomic uint64_t *word, uint64_t old);
void bell_learn(struct bell_user *user);
int bell_ring(struct bell_user *user, struct bell *bell);
void bell_count_down(struct bell_user *user, struct bell *bell);

/* Whether bell_wait only looks, for a while at least. */
static inline bool bell_looks(const struct bell_user *user)
{
	return !user->way || user->rests;
}

/* Whether the next bell_wait sleeps. */
static inline bool bell_tires(const struct bell_user *user)
{
	return user->way && !user->left;
}

/* A step without sleep. Hot. */
static inline void bell_rest(struct bell_user *user)
{
	user->left--; /* spin: of no meaning */
	spin_relax();
}

/* One step of waiting until *word is not `old` any more: a short rest, or a sleep that ends when
 * it has changed, or when a ring for an earlier change comes late. The caller looks again. 0, or
 * -errno; a signal is no error. Hot. */
static inline int bell_wait(
	struct bell_user *user, struct bell *bell, const _Atomic uint64_t *word, uint64_t old)
{
	if (__builtin_expect(bell_tires(user), 0))
		return bell_sleep(user, bell, word, old);
	bell_rest(user);
	return 0;
}

/* After the last step, if there was any. Hot. */
static inline void bell_waited(struct bell_user *user)
{
	if (user->left == user->rests)
		return;
	if (__builtin_expect(user->rests && (!user->left || user->misses), 0))
		bell_learn(user);
	user->left = user->rests;
}

/* Stores what the other side may be waiting for. Whoever sees the value sees all that was written
 * before. Until bell_call, a sleeper sleeps on. Hot. */
static inline void bell_store(struct bell_user *user, _Atomic uint64_t *word, uint64_t value)
{
	if (!user->way) {
		atomic_store_explicit(word, value, memory_order_release);
	} else if (user->membarrier && !user->orders) {
		atomic_store_explicit(word, value, memory_order_release);
		/* the compiler keeps the order, the sleeper's membarrier makes the CPU keep it */
		atomic_signal_fence(memory_order_seq_cst);
	} else {
		atomic_store_explicit(word, value, memory_order_seq_cst);
	}
}

/* Wakes the other side where it sleeps, after one or several stores. 0, or -errno. Hot. */
static inline int bell_call(struct bell_user *user, struct bell *bell)
{
	if (__builtin_expect(!user->way, 1))
		return 0;
	/* seq_cst: not before the stores, see the head */
	if (__builtin_expect(atomic_load_explicit(&bell->sleeping, memory_order_seq_cst), 0))
		return bell_ring(user, bell);
	if (__builtin_expect(user->orders, 0))
		bell_count_down(user, bell);
	return 0;
}

/* Both. */
static inline int bell_publish(
	struct bell_user *user, struct bell *bell, _Atomic uint64_t *word, uint64_t value)
{
	bell_store(user, word, value);
	return bell_call(user, bell);
}

#endif
