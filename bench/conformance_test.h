/* What the conformance suites share: one pair over one transport, and the traces that it must not
 * leave. Included by test programs only, after nothing else. */
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
#include <sys/wait.h>
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
	size_t descriptors, names, segments;
};

static inline struct traces traces_now(void)
{
	return (struct traces){
		.descriptors = entries("/proc/self/fd"),
		.names = entries(scratch.path),
		.segments = entries("/dev/shm"),
	};
}

static inline void assert_no_traces(struct traces before)
{
	struct traces after = traces_now();

	assert_int_equal(after.descriptors, before.descriptors);
	assert_int_equal(after.names, before.names);
	assert_int_equal(after.segments, before.segments);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), scratch.guard.pid ? 0 : -1); /* the guard */
}

/* One pair over one transport; the status and the reason come back. */
struct trial {
	const struct transport *transport;
	enum wait_mode wait;
	size_t bytes;
	uint64_t messages;
	const struct pattern *pattern;
	double interval_ns; /* of a paced one */
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
		.exchange = {.per_epoch = trial->messages,
			.epochs = 1,
			.batch = 1,
			.interval_ns = trial->interval_ns},
		.nonce = NONCE,
		.folder = scratch.path,
	};
	struct traces before = traces_now();
	struct pair pair;

	pair_run(&params, &pair);
	trial->status = pair.status;
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

/* Calls `check` for each transport with each of its waits. */
static inline void for_each(void (*check)(const struct transport *transport, enum wait_mode wait))
{
	for (size_t i = 0; transport_registry[i]; i++) {
		for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++) {
			if (!(transport_registry[i]->waits & WAIT_SET(wait)) ||
				!is_tried(transport_registry[i]))
				continue;
			print_message("  %s %s\n", transport_registry[i]->name, wait_name(wait));
			check(transport_registry[i], wait);
		}
	}
}

static inline void assert_done(const struct trial *trial)
{
	if (trial->status != PAIR_DONE)
		print_error("%s %s %zu: %s\n", trial->transport->name, wait_name(trial->wait),
			trial->bytes, trial->reason);
	assert_int_equal(trial->status, PAIR_DONE);
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
	return access(scratch.path, F_OK) == 0;
}

#endif
