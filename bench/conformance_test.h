/* What the conformance suites share: one pair over one transport, the traces that it must not
 * leave, and the cells (a transport and a wait) that this machine has. Included by test programs
 * only, after nothing else. */
#ifndef IPCMARK_CONFORMANCE_TEST_H
#define IPCMARK_CONFORMANCE_TEST_H

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "message.h"
#include "pair.h"
#include "scratch.h"
#include "wait.h"

#define NONCE 0x7e57ab1eU

static struct scratch scratch;

static inline size_t entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t count = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return count;
}

/* What a run must leave as it found it. */
struct traces {
	size_t descriptors, names;
	size_t objects; /* of the whole machine: shared memory, queues, semaphores */
};

/* Identifiers of System V; none where the kernel was built without them. */
static inline size_t sysv_objects(void)
{
	union {
		struct seminfo info;
		struct semid_ds *result; /* as semctl(2) wants it */
	} sem = {0};
	struct msginfo msg = {0};
	struct shm_info shm = {0};

	if (msgctl(0, MSG_INFO, (struct msqid_ds *)&msg) < 0)
		msg.msgpool = 0;
	if (shmctl(0, SHM_INFO, (struct shmid_ds *)&shm) < 0)
		shm.used_ids = 0;
	if (semctl(0, 0, SEM_INFO, &sem.info) < 0)
		sem.info.semusz = 0;
	return (size_t)(msg.msgpool + shm.used_ids + sem.info.semusz);
}

static inline struct traces traces_now(void)
{
	static const char mqueues[] = "/dev/mqueue"; /* where it is mounted */

	return (struct traces){
		.descriptors = entries("/proc/self/fd"),
		.names = entries(scratch.path),
		.objects = entries("/dev/shm") + sysv_objects() +
			(access(mqueues, R_OK) == 0 ? entries(mqueues) : 0),
	};
}

/* Other programs of the machine have objects, too, which come and go; what a run leaves stays. */
static inline void assert_no_traces(struct traces before)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	struct traces after = traces_now();

	for (int i = 0; i < 200 && after.objects > before.objects; i++) {
		nanosleep(&pause, NULL);
		after = traces_now();
	}
	assert_int_equal(after.descriptors, before.descriptors);
	assert_int_equal(after.names, before.names);
	assert_true(after.objects <= before.objects);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), scratch.guard.pid ? 0 : -1); /* the guard */
}

/* One pair over one transport; the status and the reason come back. */
struct trial {
	const struct transport *transport;
	enum wait_mode wait;
	size_t bytes;
	uint64_t messages;
	const struct pattern *pattern;
	double interval_ns;    /* of a paced one */
	bool connects;         /* over connections made while messages flow */
	bool threads;          /* both sides are threads of one process */
	uint32_t per_call;     /* room for so many messages on each side; 0: one */
	uint64_t buffer_bytes; /* asked for; 0: not */
	struct link_buffers requested, effective;
	enum pair_status status;
	char reason[FAIL_TEXT_BYTES];
};

static inline void run(struct trial *trial)
{
	const struct pair_params params = {
		.transport = trial->transport,
		.pattern = trial->pattern,
		.wait = trial->wait,
		.message_bytes = trial->bytes,
		.cpus = {-1, -1},
		.threads = trial->threads,
		.exchange = {.per_epoch = trial->messages,
			.epochs = 1,
			.batch = 1,
			.per_call = trial->per_call,
			.interval_ns = trial->interval_ns},
		.nonce = NONCE,
		.folder = scratch.path,
		.connects = trial->connects,
		.buffer_bytes = trial->buffer_bytes,
	};
	struct traces before = traces_now();
	struct pair pair;

	pair_run(&params, &pair);
	trial->status = pair.status;
	trial->requested = pair.requested;
	trial->effective = pair.effective;
	memcpy(trial->reason, pair.reason, sizeof trial->reason);
	pair_release(&pair);
	assert_no_traces(before);
}

/* Whether the suite is to try it: all but null, or the one that the environment names. */
static inline bool is_tried(const struct transport *transport)
{
	const char *only = getenv("CONFORMANCE_TRANSPORT");

	if (only && strcmp(only, transport->name) != 0)
		return false;
	return !(transport->traits & TRAIT_HARNESS);
}

static inline void assert_done(const struct trial *trial)
{
	if (trial->status != PAIR_DONE)
		print_error("%s %s %zu: %s\n", trial->transport->name, wait_name(trial->wait),
			trial->bytes, trial->reason);
	assert_int_equal(trial->status, PAIR_DONE);
}

struct cell {
	const struct transport *transport;
	enum wait_mode wait;
};

/* Those that this machine has; filled by the first test. */
static struct cell cells[1024];
static size_t cell_count, skipped_count;

/* What every kernel has that this program runs on: left out, it is a fault and no skip. io_uring
 * may be compiled out or forbidden. */
static inline bool is_everywhere(struct cell cell)
{
	static const char *const names[] = {"pipe", "fifo", "shm", "socketpair-stream",
		"socketpair-seqpacket", "socketpair-dgram", "unix-stream", "unix-seqpacket",
		"unix-abstract", "unix-dgram", "unix-unconnected", "tcp", "udp"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], cell.transport->name) == 0)
			return cell.wait != WAIT_IO_URING;
	return false;
}

/* Whether it works or is rightly left out. */
static inline bool probe(struct cell cell)
{
	struct trial trial = {.transport = cell.transport,
		.wait = cell.wait,
		.bytes = 64,
		.messages = 1,
		.pattern = &pattern_verify};

	run(&trial);
	if (trial.status == PAIR_DONE) {
		assert_true(cell_count < sizeof cells / sizeof cells[0]);
		cells[cell_count++] = cell;
		return true;
	}

	bool may_lack = trial.status == PAIR_UNSUPPORTED && !is_everywhere(cell) &&
		!strstr(trial.reason, " 64 bytes"); /* they fit into any */

	print_message("  %s %s %s: %s\n", cell.transport->name, wait_name(cell.wait),
		may_lack ? "skipped" : "FAILED", trial.reason);
	skipped_count += may_lack;
	return may_lack;
}

/* The first test of each suite: what can't be had here is left out by the others, with its reason.
 */
static inline void test_what_this_machine_has(void **state)
{
	bool all = true;

	(void)state;
	for (size_t i = 0; transport_registry[i]; i++)
		for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++)
			if (transport_registry[i]->waits & WAIT_SET(wait) &&
				is_tried(transport_registry[i]))
				all &= probe((struct cell){transport_registry[i], wait});
	assert_true(all);
	assert_true(cell_count + skipped_count > 0);
}

/* Whether the cell has the wait that its transport is mostly used with: it is tried at full length,
 * the others, which share its way of moving bytes, at less. */
static inline bool is_usual(struct cell cell)
{
	return cell.wait == wait_usual(cell.transport->waits);
}

/* The sanitizers look at our code, which is the same for all descriptors: their waits are tried on
 * few of those that have them. */
static inline bool is_for_sanitizers(struct cell cell)
{
	static const char *const names[] = {"pipe", "shm", "eventfd", "tcp", "udp", "uring-pipe"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], cell.transport->name) == 0)
			return true;
	return is_usual(cell) || cell.wait == WAIT_SPIN;
}

#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

static inline void for_each(void (*check)(struct cell cell))
{
	for (size_t i = 0; i < cell_count; i++) {
		if (IS_SANITIZED && !is_for_sanitizers(cells[i]))
			continue;
		print_message("  %s %s\n", cells[i].transport->name, wait_name(cells[i].wait));
		check(cells[i]);
	}
}

/* Whether the mechanism has a limit on the size of a message and said so, with the size, instead of
 * cutting it. A datagram holds what UDP's does at least. */
static inline bool is_too_large(const struct trial *trial)
{
	char size[32];

	snprintf(size, sizeof size, " %zu bytes", trial->bytes);
	return trial->status == PAIR_UNSUPPORTED && strstr(trial->reason, size) &&
		(trial->bytes > 65507 || !strstr(trial->reason, "datagram"));
}

/* Of main: 77 says that nothing could be tried here. */
static inline int suite_status(int failed)
{
	return failed || cell_count ? failed : 77;
}

static inline int set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	alarm(500); /* a hang is a failure */
	return scratch_open(&scratch);
}

static inline int tear_down(void **state)
{
	(void)state;
	scratch_close(&scratch);
	print_message("%zu cells tried, %zu skipped\n", cell_count, skipped_count);
	return access(scratch.path, F_OK) == 0;
}

#endif
