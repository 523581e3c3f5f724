/* What is noted goes with the program that noted it, however it goes; what is forgotten stays. */
#include "leftovers.h"

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "scratch.h"

#define SECOND INT64_C(1000000000)
#define KINDS  5

static const enum leftover kinds[KINDS] = {LEFTOVER_SYSV_QUEUE, LEFTOVER_SYSV_SEMAPHORES,
	LEFTOVER_SYSV_MEMORY, LEFTOVER_MQUEUE, LEFTOVER_MEMORY};

/* 0, or -errno: this kernel may lack a kind. */
static int make(enum leftover kind, uint32_t key)
{
	const int flags = IPC_CREAT | IPC_EXCL | 0600;
	char name[LEFTOVERS_NAME_BYTES];
	int made = -1;

	leftovers_name(key, name);
	switch (kind) {
	case LEFTOVER_SYSV_QUEUE: made = msgget((key_t)key, flags); break;
	case LEFTOVER_SYSV_SEMAPHORES: made = semget((key_t)key, 1, flags); break;
	case LEFTOVER_SYSV_MEMORY: made = shmget((key_t)key, 1, flags); break;
	case LEFTOVER_MQUEUE: made = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, NULL); break;
	case LEFTOVER_MEMORY: made = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600); break;
	}
	if (made >= 0 && (kind == LEFTOVER_MQUEUE || kind == LEFTOVER_MEMORY))
		close(made);
	return made < 0 ? -errno : 0;
}

static bool is_there(enum leftover kind, uint32_t key)
{
	char name[LEFTOVERS_NAME_BYTES];
	int fd = -1;

	leftovers_name(key, name);
	switch (kind) {
	case LEFTOVER_SYSV_QUEUE: return msgget((key_t)key, 0) >= 0;
	case LEFTOVER_SYSV_SEMAPHORES: return semget((key_t)key, 0, 0) >= 0;
	case LEFTOVER_SYSV_MEMORY: return shmget((key_t)key, 0, 0) >= 0;
	case LEFTOVER_MQUEUE: fd = mq_open(name, O_RDONLY); break;
	case LEFTOVER_MEMORY: fd = shm_open(name, O_RDONLY, 0); break;
	}
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void remove_by_hand(enum leftover kind, uint32_t key)
{
	char name[LEFTOVERS_NAME_BYTES];

	leftovers_name(key, name);
	if (kind == LEFTOVER_SYSV_QUEUE)
		assert_int_equal(msgctl(msgget((key_t)key, 0), IPC_RMID, NULL), 0);
	if (kind == LEFTOVER_SYSV_SEMAPHORES)
		assert_int_equal(semctl(semget((key_t)key, 0, 0), 0, IPC_RMID), 0);
	if (kind == LEFTOVER_SYSV_MEMORY)
		assert_int_equal(shmctl(shmget((key_t)key, 0, 0), IPC_RMID, NULL), 0);
	if (kind == LEFTOVER_MQUEUE)
		assert_int_equal(mq_unlink(name), 0);
	if (kind == LEFTOVER_MEMORY)
		assert_int_equal(shm_unlink(name), 0);
}

static struct leftovers *opened(void)
{
	struct leftovers *table = NULL;

	assert_int_equal(leftovers_open(&table), 0);
	assert_non_null(table);
	return table;
}

static void each_kind_is_removed(void **state)
{
	struct leftovers *table = opened();
	bool made[KINDS];
	uint32_t key[KINDS];

	(void)state;
	for (int i = 0; i < KINDS; i++) {
		assert_int_equal(leftovers_note(table, kinds[i], &key[i]), 0);
		assert_false(is_there(kinds[i], key[i]));
		made[i] = make(kinds[i], key[i]) == 0;
		assert_int_equal(is_there(kinds[i], key[i]), made[i]);
	}
	leftovers_remove(table);
	for (int i = 0; i < KINDS; i++)
		assert_false(is_there(kinds[i], key[i]));
	leftovers_remove(table); /* nothing is noted any more */
	leftovers_close(table);
	if (memchr(made, false, sizeof made))
		skip(); /* the kernel was built without one of them */
}

static void what_is_forgotten_stays(void **state)
{
	struct leftovers *table = opened();
	uint32_t key;

	(void)state;
	for (int i = 0; i < KINDS; i++) {
		assert_int_equal(leftovers_note(table, kinds[i], &key), 0);
		if (make(kinds[i], key) < 0)
			skip();
		leftovers_forget(table, kinds[(i + 1) % KINDS], key); /* another one */
		leftovers_forget(table, kinds[i], key + 1);
		leftovers_forget(table, kinds[i], key);
		leftovers_remove(table);
		assert_true(is_there(kinds[i], key));
		remove_by_hand(kinds[i], key);
		assert_false(is_there(kinds[i], key));
	}
	leftovers_close(table);
}

static void without_a_table_keys_are_keys(void **state)
{
	uint32_t key[2] = {0, 0};

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(leftovers_note(NULL, LEFTOVER_SYSV_QUEUE, &key[i]), 0);
	assert_int_not_equal(key[0], 0);
	assert_int_not_equal(key[0], key[1]);
	leftovers_forget(NULL, LEFTOVER_SYSV_QUEUE, key[0]);
	leftovers_close(NULL);
}

static void a_full_table_says_so(void **state)
{
	struct leftovers *table = opened();
	uint32_t first = 0, key;

	(void)state;
	for (int i = 0; i < LEFTOVERS_MOST; i++)
		assert_int_equal(leftovers_note(table, LEFTOVER_MQUEUE, i == 0 ? &first : &key), 0);
	assert_int_equal(leftovers_note(table, LEFTOVER_MQUEUE, &key), -ENOBUFS);
	assert_string_equal(
		fail_reason(), "more than 512 queues, semaphores and segments at one time");
	leftovers_forget(table, LEFTOVER_MQUEUE, first);
	assert_int_equal(leftovers_note(table, LEFTOVER_MQUEUE, &key), 0);
	leftovers_close(table);
}

/* In a child: a program as ipcmark is, with a child of its own, that makes one of each kind. */
static _Noreturn void be_killed(uint32_t *key)
{
	struct scratch scratch;

	if (scratch_open(&scratch) != 0)
		_exit(1);
	for (int i = 0; i < KINDS; i++) {
		if (leftovers_note(scratch.leftovers, kinds[i], &key[i]) != 0)
			_exit(2);
		if (make(kinds[i], key[i]) != 0)
			_exit(77);
	}
	raise(SIGKILL);
	_exit(3);
}

static void a_killed_program_leaves_nothing(void **state)
{
	uint32_t *key = mmap(NULL, KINDS * sizeof *key, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		be_killed(key);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_true(WIFSIGNALED(status));
	for (int i = 0; i < KINDS; i++) {
		int64_t start = clock_now_ns();

		/* the guard needs a moment */
		while (is_there(kinds[i], key[i]) && clock_now_ns() - start < 5 * SECOND)
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
		assert_int_not_equal(key[i], 0);
		assert_false(is_there(kinds[i], key[i]));
	}
	munmap(key, KINDS * sizeof *key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_removed),
		cmocka_unit_test(what_is_forgotten_stays),
		cmocka_unit_test(without_a_table_keys_are_keys),
		cmocka_unit_test(a_full_table_says_so),
		cmocka_unit_test(a_killed_program_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
