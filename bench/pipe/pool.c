/* See pool.h. */
#include "pool.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fail.h"
#include "round.h"

#define HUGE_PAGE_BYTES ((size_t)2 << 20) /* of x86-64, and of AArch64 with pages of 4 KiB */
#define SLOTS_APART     128               /* bytes: two cache lines, as prefetchers fetch pairs */

size_t pool_slots(size_t bytes, size_t page_bytes, size_t pages, size_t *stride)
{
	if (bytes >= page_bytes) {
		*stride = round_up(bytes, page_bytes);
	} else { /* a power of two divides the page */
		*stride = SLOTS_APART;
		while (*stride < bytes)
			*stride *= 2;
	}

	size_t pages_each = round_up(bytes, page_bytes) / page_bytes;

	return (pages + pages_each - 1) / pages_each + 1;
}

static int pool_map_anonymous(struct pool *pool, size_t bytes)
{
	unsigned char *memory = mmap(NULL, bytes + HUGE_PAGE_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return fail("mmap");
	pool->memory =
		memory + (HUGE_PAGE_BYTES - (uintptr_t)memory % HUGE_PAGE_BYTES) % HUGE_PAGE_BYTES;
	(void)madvise(pool->memory, bytes, MADV_HUGEPAGE); /* small ones do, too */
	return 0;
}

static int pool_map_file(struct pool *pool, size_t bytes)
{
	pool->fd = memfd_create("ipcmark", MFD_CLOEXEC);
	if (pool->fd < 0)
		return fail("memfd_create");
	if (ftruncate(pool->fd, (off_t)bytes) < 0)
		return fail("ftruncate");

	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, pool->fd, 0);

	if (memory == MAP_FAILED)
		return fail("mmap");
	pool->memory = memory;
	return 0;
}

int pool_open(struct pool *pool, enum pool_kind kind, size_t bytes, int pipe_fd)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	int capacity = fcntl(pipe_fd, F_GETPIPE_SZ);

	if (capacity < 0)
		return fail("fcntl(F_GETPIPE_SZ)");
	*pool = (struct pool){.fd = -1};
	pool->slots = pool_slots(bytes, page_bytes, (size_t)capacity / page_bytes, &pool->stride);

	size_t mapped = round_up(pool->slots * pool->stride, HUGE_PAGE_BYTES);
	int err =
		kind == POOL_FILE ? pool_map_file(pool, mapped) : pool_map_anonymous(pool, mapped);

	if (!err)
		memset(pool->memory, 0xa5, pool->slots * pool->stride);
	return err;
}

__attribute__((hot)) const unsigned char *pool_take(
	struct pool *pool, const void *message, size_t bytes)
{
	unsigned char *slot = pool_reserve(pool);

	if (message != slot)
		memcpy(slot, message, bytes);
	pool->next = pool->next + 1 < pool->slots ? pool->next + 1 : 0;
	return slot;
}
