/* See bell.h. */
#include "bell.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bell_way.h"
#include "fail.h"
#include "futex_word.h"

/* Of the hybrid wait. A rest takes 4 to 50 ns, by CPU, so the most of them last 10 to 100
 * microseconds: about what a sleep and a wake-up cost, that of an idle CPU included, and then a
 * wait takes at most twice what the better of the two would (Karlin, Manasse, McGeoch and Owicki,
 * 1994). With less, two sides that have slept once go on sleeping for each other. Where looking was
 * in vain it is cut in halves, down to the least, and tried in full again now and then, so that an
 * idle side pays little and a side that is answered soon finds out. */
#define RESTS_MOST   2000
#define RESTS_LEAST  4
#define MISSES_RETRY 512 /* in vain in less than 1 % of the round trips of an idle link */

/* Barriers of the ringer's, 5 to 20 ns each, that cost as much as one membarrier(2), a microsecond
 * or so and an interrupt of the other CPU. */
#define ORDERS_AFTER_RING 64

#define MEMBARRIER_NEEDED \
	(MEMBARRIER_CMD_GLOBAL_EXPEDITED | MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED)

static int futex_sleep(struct bell_user *user, struct bell *bell)
{
	int err = 0;

	(void)user;
	while (!err && atomic_load_explicit(&bell->sleeping, memory_order_relaxed))
		err = futex_word_sleep(&bell->sleeping, 1);
	return err;
}

static int futex_ring(struct bell_user *user, struct bell *bell)
{
	(void)user;
	return futex_word_wake(&bell->sleeping);
}

static int eventfd_init(struct bell *bell)
{
	bell->fd = eventfd(0, EFD_CLOEXEC);
	return bell->fd < 0 ? fail("eventfd") : 0;
}

static int eventfd_sleep(struct bell_user *user, struct bell *bell)
{
	uint64_t rings;

	(void)user;
	while (read(bell->fd, &rings, sizeof rings) < 0)
		if (errno != EINTR)
			return fail("read(eventfd)");
	return 0;
}

static int eventfd_ring(struct bell_user *user, struct bell *bell)
{
	const uint64_t once = 1;

	(void)user;
	while (write(bell->fd, &once, sizeof once) < 0)
		if (errno != EINTR)
			return fail("write(eventfd)");
	return 0;
}

static int semaphore_init(struct bell *bell)
{
	return sem_init(&bell->semaphore, 1, 0) < 0 ? fail("sem_init") : 0;
}

static int semaphore_sleep(struct bell_user *user, struct bell *bell)
{
	(void)user;
	while (sem_wait(&bell->semaphore) < 0)
		if (errno != EINTR)
			return fail("sem_wait");
	return 0;
}

static int semaphore_ring(struct bell_user *user, struct bell *bell)
{
	(void)user;
	return sem_post(&bell->semaphore) < 0 ? fail("sem_post") : 0;
}

static int condition_bell_init(struct bell *bell)
{
	return condition_init(&bell->condition);
}

static int condition_sleep(struct bell_user *user, struct bell *bell)
{
	struct condition *condition = &bell->condition;
	int err = pthread_mutex_lock(&condition->mutex);

	(void)user;
	if (err)
		return fail_with(err, "pthread_mutex_lock");
	while (!err && atomic_load_explicit(&bell->sleeping, memory_order_relaxed))
		err = pthread_cond_wait(&condition->changed, &condition->mutex);
	pthread_mutex_unlock(&condition->mutex);
	return err ? fail_with(err, "pthread_cond_wait") : 0;
}

/* With the mutex in hand the sleeper has not looked at `sleeping` yet, or it waits already. */
static int condition_ring(struct bell_user *user, struct bell *bell)
{
	struct condition *condition = &bell->condition;
	int err = pthread_mutex_lock(&condition->mutex);

	(void)user;
	if (err)
		return fail_with(err, "pthread_mutex_lock");
	err = pthread_cond_signal(&condition->changed);
	pthread_mutex_unlock(&condition->mutex);
	return err ? fail_with(err, "pthread_cond_signal") : 0;
}

static const struct bell_way futex_way = {.sleep = futex_sleep, .ring = futex_ring};
static const struct bell_way eventfd_way = {
	.init = eventfd_init, .sleep = eventfd_sleep, .ring = eventfd_ring};
static const struct bell_way semaphore_way = {
	.init = semaphore_init, .sleep = semaphore_sleep, .ring = semaphore_ring};
static const struct bell_way condition_way = {
	.init = condition_bell_init, .sleep = condition_sleep, .ring = condition_ring};

static const struct bell_way *const ways[WAIT_MODES] = {
	[WAIT_FUTEX] = &futex_way,
	[WAIT_SEM] = &semaphore_way,
	[WAIT_CONDVAR] = &condition_way,
	[WAIT_EVENTFD] = &eventfd_way,
	[WAIT_IO_URING] = &bell_way_io_uring,
	[WAIT_HYBRID] = &futex_way,
};

static long membarrier(int command)
{
	return syscall(SYS_membarrier, command, 0, 0);
}

/* For both sides, before there are two: one that leaves the barrier out needs one that has the
 * kernel issue it. */
static bool membarrier_is_there(void)
{
	long commands = membarrier(MEMBARRIER_CMD_QUERY);

	return commands >= 0 && (commands & MEMBARRIER_NEEDED) == MEMBARRIER_NEEDED;
}

void bell_user_init(struct bell_user *user, enum wait_mode wait)
{
	bool hybrid = wait == WAIT_HYBRID;

	*user = (struct bell_user){
		.way = ways[wait],
		.membarrier = hybrid && membarrier_is_there(),
		.rests = hybrid ? RESTS_MOST : 0,
		.left = hybrid ? RESTS_MOST : 0,
	};
}

int bell_init(struct bell *bell, const struct bell_user *user)
{
	bell->fd = -1;
	return user->way && user->way->init ? user->way->init(bell) : 0;
}

void bell_close(struct bell *bell)
{
	if (bell->fd >= 0)
		close(bell->fd); /* and leave the number to the others */
}

int bell_attach(struct bell_user *user)
{
	if (user->membarrier && membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED) < 0)
		return fail("membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED)");
	return user->way && user->way->attach ? user->way->attach(user) : 0;
}

void bell_detach(struct bell_user *user)
{
	if (user->way && user->way->detach)
		user->way->detach(user);
}

/* Hybrid: whether looking was in vain tells how often to look the next time. */
void bell_learn(struct bell_user *user)
{
	if (user->left) {
		user->rests = RESTS_MOST;
		user->misses = 0;
		return;
	}
	user->rests = user->rests / 2 > RESTS_LEAST ? user->rests / 2 : RESTS_LEAST;
	if (++user->misses % MISSES_RETRY == 0)
		user->rests = RESTS_MOST;
}

int bell_sleep(
	struct bell_user *user, struct bell *bell, const _Atomic uint64_t *word, uint64_t old)
{
	atomic_store_explicit(&bell->sleeping, 1, memory_order_seq_cst);
	/* seq_cst: a ringer that will have stopped issuing barriers sees the flag from then on */
	if (user->membarrier && !atomic_load_explicit(&bell->orders, memory_order_seq_cst) &&
		membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED) < 0)
		return fail("membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED)");
	/* seq_cst: not before the store, see the head. A ringer that has taken the flag back has
	 * rung, or is about to: its ring must not stay behind for the next sleep. */
	if (atomic_load_explicit(word, memory_order_seq_cst) != old &&
		atomic_exchange_explicit(&bell->sleeping, 0, memory_order_seq_cst))
		return 0;
	return user->way->sleep(user, bell);
}

int bell_ring(struct bell_user *user, struct bell *bell)
{
	if (!atomic_exchange_explicit(&bell->sleeping, 0, memory_order_seq_cst))
		return 0;
	if (user->membarrier) {
		if (!user->orders)
			/* release: whoever sees it sees what was published without a barrier */
			atomic_store_explicit(&bell->orders, 1, memory_order_release);
		user->orders = ORDERS_AFTER_RING;
	}
	return user->way->ring(user, bell);
}

void bell_count_down(struct bell_user *user, struct bell *bell)
{
	if (--user->orders == 0)
		/* seq_cst: not after our next look at `sleeping`, see bell_sleep */
		atomic_store_explicit(&bell->orders, 0, memory_order_seq_cst);
}
