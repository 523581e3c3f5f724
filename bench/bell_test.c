/* Bells between two threads: the race of going to sleep against ringing, run many times, and what
 * must be left after it. A lost wake-up hangs, and the alarm ends it. */
#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bell.h"
#include "wait.h"

#define TURNS 10000

/* A word and the bell of whoever waits for it. */
struct place {
	_Alignas(BELL_APART) _Atomic uint64_t word;
	struct bell bell;
};

struct duel {
	struct place *places; /* two: by who waits */
	struct bell_user user;
	uint64_t turns;
	uint64_t sleeps;
	int err;
};

static struct place *new_places(const struct bell_user *user)
{
	struct place *places = mmap(NULL, 2 * sizeof *places, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(places, MAP_FAILED);
	for (int i = 0; i < 2; i++)
		assert_int_equal(bell_init(&places[i].bell, user), 0);
	return places;
}

static void free_places(struct place *places)
{
	for (int i = 0; i < 2; i++)
		bell_close(&places[i].bell);
	munmap(places, 2 * sizeof *places);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	return *seed ^= *seed << 5;
}

/* Long enough that the other side is anywhere between looking and sleeping; now and then longer
 * than the hybrid wait looks, and seldom enough that its ringer leaves its barriers out again. */
static void dawdle(uint32_t *seed)
{
	uint32_t rests = next_random(seed) % 600;

	if (next_random(seed) % 100 == 0)
		rests += 3000;
	for (; rests > 0; rests--)
		spin_relax();
}

/* Waits for each number and answers with it, or the other way round. */
static void take_turns(struct duel *duel, int self)
{
	struct place *mine = &duel->places[self], *other = &duel->places[!self];
	uint32_t seed = 77 + (uint32_t)self;

	duel->err = bell_attach(&duel->user);
	for (uint64_t turn = 1; turn <= duel->turns && !duel->err; turn++) {
		dawdle(&seed);
		if (self)
			duel->err = bell_publish(&duel->user, &other->bell, &other->word, turn);
		while (!duel->err &&
			atomic_load_explicit(&mine->word, memory_order_acquire) != turn)
			duel->err = bell_wait(&duel->user, &mine->bell, &mine->word, turn - 1);
		bell_waited(&duel->user);
		if (!self)
			duel->err |= bell_publish(&duel->user, &other->bell, &other->word, turn);
	}
	bell_detach(&duel->user);
}

static void *answer(void *argument)
{
	take_turns(argument, 1);
	return NULL;
}

/* Nothing that was rung is left over, nobody is thought to sleep. */
static void assert_silent(struct bell *bell, enum wait_mode wait)
{
	struct pollfd fd = {.fd = bell->fd, .events = POLLIN};
	int value = -1;

	assert_int_equal(atomic_load(&bell->sleeping), 0);
	if (wait == WAIT_EVENTFD)
		assert_int_equal(poll(&fd, 1, 0), 0);
	else
		assert_int_equal(fd.fd, -1);
	if (wait == WAIT_SEM) {
		assert_int_equal(sem_getvalue(&bell->semaphore, &value), 0);
		assert_int_equal(value, 0);
	}
}

/* Whether this machine has the wait; says why not. */
static bool is_there(enum wait_mode wait)
{
	struct bell_user user;
	int err;

	bell_user_init(&user, wait);
	err = bell_attach(&user);
	bell_detach(&user);
	if (err)
		print_message("  %s: skipped: %s\n", wait_name(wait), fail_reason());
	assert_true(err == 0 || (wait == WAIT_IO_URING && (err == -ENOSYS || err == -EPERM)));
	return !err;
}

static void for_each_wait(void (*check)(enum wait_mode wait))
{
	for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++)
		if (BELL_WAITS & WAIT_SET(wait) && is_there(wait))
			check(wait);
}

static void fight(enum wait_mode wait, const struct bell_user *user)
{
	bool crowded = wait == WAIT_SPIN && sysconf(_SC_NPROCESSORS_ONLN) < 2;
	struct duel duel[2] = {{.turns = crowded ? 100 : TURNS, .user = *user}};
	pthread_t other;

	duel[0].places = new_places(user);
	duel[1] = duel[0];
	assert_int_equal(pthread_create(&other, NULL, answer, &duel[1]), 0);
	take_turns(&duel[0], 0);
	pthread_join(other, NULL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(duel[i].err, 0);
		assert_int_equal(atomic_load(&duel[0].places[i].word), duel[0].turns);
		assert_silent(&duel[0].places[i].bell, wait);
	}
	free_places(duel[0].places);
}

static void check_duel(enum wait_mode wait)
{
	struct bell_user user;

	bell_user_init(&user, wait);
	fight(wait, &user);
}

static void test_no_wake_up_is_lost(void **state)
{
	(void)state;
	for_each_wait(check_duel);
}

/* As on a kernel without membarrier(2). */
static void test_no_wake_up_of_hybrid_is_lost_without_membarrier(void **state)
{
	struct bell_user user;

	(void)state;
	bell_user_init(&user, WAIT_HYBRID);
	user.membarrier = false;
	fight(WAIT_HYBRID, &user);
}

/* What has changed already is not slept on. */
static void check_change_before_the_sleep(enum wait_mode wait)
{
	struct bell_user user;

	bell_user_init(&user, wait);
	assert_int_equal(bell_attach(&user), 0);

	struct place *places = new_places(&user);

	for (uint64_t i = 1; i < 10; i++) {
		assert_int_equal(bell_publish(&user, &places[0].bell, &places[0].word, i), 0);
		assert_int_equal(bell_wait(&user, &places[0].bell, &places[0].word, i - 1), 0);
		assert_silent(&places[0].bell, wait);
	}
	bell_detach(&user);
	free_places(places);
}

static void test_a_change_before_the_sleep_is_seen(void **state)
{
	(void)state;
	for_each_wait(check_change_before_the_sleep);
}

static void on_signal(int number)
{
	(void)number;
}

static void *sleep_once(void *argument)
{
	struct duel *duel = argument;
	struct place *place = &duel->places[0];

	duel->err = bell_attach(&duel->user);
	while (!duel->err && atomic_load(&place->word) == 0) {
		duel->sleeps += bell_tires(&duel->user);
		duel->err = bell_wait(&duel->user, &place->bell, &place->word, 0);
	}
	bell_waited(&duel->user);
	bell_detach(&duel->user);
	return NULL;
}

/* Signals that interrupt the sleep neither end it nor are an error. */
static void check_signals(enum wait_mode wait)
{
	const struct timespec while_asleep = {.tv_nsec = 500000};
	struct duel duel = {0};
	struct bell_user ringer;
	pthread_t sleeper;

	bell_user_init(&ringer, wait);
	duel.user = ringer;
	duel.places = new_places(&ringer);
	assert_int_equal(bell_attach(&ringer), 0);
	assert_int_equal(pthread_create(&sleeper, NULL, sleep_once, &duel), 0);
	while (wait != WAIT_SPIN && !atomic_load(&duel.places[0].bell.sleeping))
		nanosleep(&while_asleep, NULL);
	for (int i = 0; i < 20; i++) {
		pthread_kill(sleeper, SIGUSR1);
		nanosleep(&while_asleep, NULL);
	}
	assert_int_equal(bell_publish(&ringer, &duel.places[0].bell, &duel.places[0].word, 1), 0);
	pthread_join(sleeper, NULL);
	assert_int_equal(duel.err, 0);
	if (wait != WAIT_SPIN)
		assert_int_equal(duel.sleeps, 1);
	assert_silent(&duel.places[0].bell, wait);
	bell_detach(&ringer);
	free_places(duel.places);
}

static void test_signals_do_not_wake(void **state)
{
	const struct sigaction action = {.sa_handler = on_signal}; /* without SA_RESTART */

	(void)state;
	sigaction(SIGUSR1, &action, NULL);
	for_each_wait(check_signals);
}

/* A sleep of the hybrid wait that needs a ring, and the ring. */
static void ring_a_sleeper(struct place *place, struct bell_user *sleeper, struct bell_user *ringer)
{
	struct duel duel = {.places = place, .user = *sleeper};
	pthread_t thread;

	atomic_store(&place->word, 0);
	assert_int_equal(pthread_create(&thread, NULL, sleep_once, &duel), 0);
	while (!atomic_load(&place->bell.sleeping))
		sched_yield();
	assert_int_equal(bell_publish(ringer, &place->bell, &place->word, 1), 0);
	pthread_join(thread, NULL);
	assert_int_equal(duel.err, 0);
	*sleeper = duel.user;
}

/* The hybrid wait looks fewer times where that was in vain, never less than a few, and in full
 * again as soon as it was not. */
static void test_hybrid_learns(void **state)
{
	struct bell_user user, ringer;
	uint32_t most, least = UINT32_MAX;

	(void)state;
	bell_user_init(&user, WAIT_HYBRID);
	ringer = user;
	most = user.rests;
	assert_true(most > 0);
	assert_int_equal(bell_attach(&user), 0);

	struct place *places = new_places(&user);

	for (int i = 0; i < 100; i++) {
		ring_a_sleeper(&places[0], &user, &ringer);
		least = user.rests < least ? user.rests : least;
		assert_true(user.rests > 0 && user.rests <= most);
	}
	assert_true(least < most / 4);
	assert_int_equal(bell_wait(&user, &places[0].bell, &places[0].word, 0), 0);
	bell_waited(&user);
	assert_int_equal(user.rests, most);
	free_places(places);
}

/* After each ring the ringer issues its barriers for a while, and the sleeper is told. */
static void test_hybrid_asks_the_kernel_on_a_busy_link_only(void **state)
{
	struct bell_user user, ringer;
	struct place *place;

	(void)state;
	bell_user_init(&user, WAIT_HYBRID);
	if (!user.membarrier) {
		print_message("  skipped: no membarrier(2) of the kind needed\n");
		return;
	}
	ringer = user;
	assert_int_equal(bell_attach(&ringer), 0);
	place = new_places(&user);
	for (int i = 0; i < 3; i++) {
		uint64_t quiet = 0;

		assert_int_equal(atomic_load(&place->bell.orders), 0);
		ring_a_sleeper(place, &user, &ringer);
		assert_int_equal(atomic_load(&place->bell.orders), 1);
		ring_a_sleeper(place, &user, &ringer);
		for (; atomic_load(&place->bell.orders) && quiet < 1000; quiet++)
			assert_int_equal(
				bell_publish(&ringer, &place->bell, &place->word, quiet), 0);
		assert_int_equal(ringer.orders, 0);
		assert_in_range(quiet, 2, 999);
	}
	bell_detach(&ringer);
	free_places(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_wake_up_is_lost),
		cmocka_unit_test(test_no_wake_up_of_hybrid_is_lost_without_membarrier),
		cmocka_unit_test(test_a_change_before_the_sleep_is_seen),
		cmocka_unit_test(test_signals_do_not_wake),
		cmocka_unit_test(test_hybrid_learns),
		cmocka_unit_test(test_hybrid_asks_the_kernel_on_a_busy_link_only),
	};

	alarm(480); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
