/* What the tests of whole runs share: one over a transport that can be altered, what becomes of it,
 * and that it leaves nothing behind. */
#ifndef IPCMARK_PAIR_TEST_H
#define IPCMARK_PAIR_TEST_H

#include "pair.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "clock.h"
#include "scratch.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SECOND       INT64_C(1000000000)
enum { NONCE = 0xfeed };

static struct scratch scratch; /* path "": no folder is asked for */
static const struct transport *real;
static struct transport fake; /* a copy of it, for other functions */
static struct pair_params params;
static struct pair pair;
static int64_t started_ns; /* the latest: of the test, then of assert_ends */
static int descriptors;

static inline int count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;

	while (dir && readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* What the sides and the test both see; zeroed. */
static inline void *memory_shared(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

/* 20 round trips of warm-up and 600 that count. */
static inline void pair_begin(const char *transport)
{
	real = transport_find(transport);
	fake = *real;
	params = (struct pair_params){
		.transport = &fake,
		.pattern = &pattern_pingpong,
		.wait = WAIT_BLOCK,
		.message_bytes = 64,
		.cpus = {-1, -1},
		.exchange = {.warmup = 20, .per_epoch = 10, .epochs = 60, .batch = 1},
		.nonce = NONCE,
		.padding_bytes = 4095,
		.folder = scratch.path[0] ? scratch.path : "/tmp",
	};
	fail_text(EIO, "stale");
	descriptors = count_entries("/proc/self/fd");
	started_ns = clock_now_ns();
}

/* In the place of a pattern's loops. */
static inline void set_loops(
	int (*producer)(struct pattern_end *end), int (*consumer)(struct pattern_end *end))
{
	static struct pattern odd;

	odd = (struct pattern){.loop = {producer, consumer}};
	params.pattern = &odd;
}

/* None but the guard of the folder. */
static inline void assert_no_child_ended(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), scratch.path[0] ? 0 : -1);
}

static inline void assert_run(enum pair_status status, const char *reason)
{
	pair_run(&params, &pair);
	assert_string_equal(pair.reason, reason);
	assert_int_equal(pair.status, status);
}

/* Within seconds, and both sides are reaped already. */
static inline void assert_ends(enum pair_status status, const char *reason)
{
	started_ns = clock_now_ns();
	assert_run(status, reason);
	assert_no_child_ended();
	assert_true(clock_now_ns() - started_ns < 5 * SECOND);
}

/* Whatever came of it. */
static inline void pair_end(void)
{
	pair_release(&pair);
	pair_release(&pair); /* once more does no harm */
	assert_no_child_ended();
	assert_int_equal(count_entries("/proc/self/fd"), descriptors);
	if (scratch.path[0])
		assert_int_equal(count_entries(scratch.path), 2); /* . and .. */
}

static inline int open_scratch(void **state)
{
	(void)state;
	return scratch_open(&scratch);
}

static inline int close_scratch(void **state)
{
	(void)state;
	scratch_close(&scratch);
	return 0;
}

#endif
