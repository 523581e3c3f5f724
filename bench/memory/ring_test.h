/* What the tests of the ring share. Included by test programs only, after nothing else. */
#ifndef IPCMARK_RING_TEST_H
#define IPCMARK_RING_TEST_H

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "message.h"
#include "ring.h"
#include "wait.h"

#define NONCE  0x1234abcdU
#define ESCAPE 0x5a5a5a5a5a5a5a5bU

/* A ring in memory of its own, before either side has taken its copy of `end`. */
struct ring_fixture {
	struct ring_shape shape;
	void *memory;
	struct ring_end end;
};

static inline struct ring_fixture ring_open(
	size_t message_bytes, size_t buffer_bytes, enum wait_mode wait)
{
	struct ring_fixture fixture = {.shape = ring_shape(message_bytes, buffer_bytes)};

	fixture.memory = mmap(NULL, ring_bytes(&fixture.shape), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(fixture.memory, MAP_FAILED);
	assert_int_equal(ring_init(&fixture.end, fixture.memory, &fixture.shape, ESCAPE, wait), 0);
	return fixture;
}

static inline void ring_unmake(struct ring_fixture *fixture)
{
	ring_close(&fixture->end);
	munmap(fixture->memory, ring_bytes(&fixture->shape));
}

/* Words that mean something to the ring: both escapes, and what stands in a fresh slot. */
static inline void fill_escapes(unsigned char *message, size_t bytes, uint32_t number)
{
	static const uint64_t words[] = {0, ESCAPE, ESCAPE, ESCAPE - 1, 0, 0, ESCAPE - 1};

	memset(message, 0, bytes);
	for (size_t at = 0; at + sizeof words[0] <= bytes; at += sizeof words[0])
		memcpy(message + at, &words[(number + at / 8) % 7], sizeof words[0]);
}

#endif
