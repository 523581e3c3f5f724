/* shm and its variants: a ring each way in memory that both processes map. No system call moves a
 * byte; with a wait that sleeps, they sleep and wake, with spin there are none at all.
 *
 * The variants get the memory in another way. That of POSIX and of System V is made of the same
 * pages as anonymous memory; a huge page takes one entry of the TLB where the others take many.
 * Both sides inherit the mapping, so that a name is there for a moment of setup only. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mman.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "fail.h"
#include "leftovers.h"
#include "ring_pair.h"
#include "round.h"
#include "transport.h"

#define HUGE_BYTES ((size_t)2 << 20)

struct shm {
	void *memory; /* NULL: not mapped */
	size_t bytes;
	struct ring_pair rings;
};

/* Maps shm->bytes of shared zeroed memory. 0, or -errno. */
static int shm_map(struct shm *shm, int flags, int fd)
{
	void *memory = mmap(NULL, shm->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0);

	if (memory == MAP_FAILED)
		return fail("mmap");
	shm->memory = memory;
	return 0;
}

static int shm_map_anonymous(struct shm *shm, const struct link_params *params)
{
	(void)params;
	return shm_map(shm, MAP_ANONYMOUS, -1);
}

static int shm_map_huge(struct shm *shm, const struct link_params *params)
{
	(void)params;
	shm->bytes = round_up(shm->bytes, HUGE_BYTES);

	int err = shm_map(shm, MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB, -1);

	if (err == -ENOMEM)
		return fail_text(ENOSYS,
			"too few huge pages of 2 MiB are free: %zu needed (sysctl "
			"vm.nr_hugepages)",
			shm->bytes / HUGE_BYTES);
	return err ? fail_text(ENOSYS, "this kernel has no huge pages of 2 MiB") : 0;
}

static int shm_open_failed(int err)
{
	switch (err) {
	case ENOENT: return fail_text(ENOSYS, "shm_open: no /dev/shm is mounted");
	case EACCES:
	case EROFS:
		return fail_text(
			EPERM, "shm_open: this user may not write to /dev/shm: %s", strerror(err));
	default: return fail_with(err, "shm_open");
	}
}

/* The name is gone as soon as it has been opened. */
static int shm_open_posix(struct leftovers *leftovers)
{
	char name[LEFTOVERS_NAME_BYTES];
	uint32_t key;
	int err = leftovers_note(leftovers, LEFTOVER_MEMORY, &key), fd;

	if (err)
		return err;
	leftovers_name(key, name);
	fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		err = shm_open_failed(errno);
	else
		shm_unlink(name);
	leftovers_forget(leftovers, LEFTOVER_MEMORY, key);
	return err ? err : fd;
}

/* A page that is missing when it is touched ends the process (SIGBUS): all are taken now. */
static int shm_reserve(int fd, size_t bytes)
{
	int err;

	do
		err = posix_fallocate(fd, 0, (off_t)bytes);
	while (err == EINTR);
	if (err == ENOSPC)
		return fail_text(EMSGSIZE, "/dev/shm has no room for %zu bytes", bytes);
	return err ? fail_with(err, "posix_fallocate") : 0;
}

static int shm_map_posix(struct shm *shm, const struct link_params *params)
{
	int fd = shm_open_posix(params->leftovers), err;

	if (fd < 0)
		return fd;
	err = shm_reserve(fd, shm->bytes);
	if (!err)
		err = shm_map(shm, 0, fd);
	close(fd);
	return err;
}

static int shm_get_failed(int err, size_t bytes)
{
	switch (err) {
	case EINVAL:
		return fail_text(EMSGSIZE,
			"shmget: %zu bytes exceed the limit of System V memory (kernel.shmmax)",
			bytes);
	case ENOSPC:
		return fail_text(EMSGSIZE,
			"shmget: the system has as much System V memory as it may "
			"(kernel.shmmni, kernel.shmall)");
	default: return fail_with(err, "shmget");
	}
}

/* It lives as long as someone has it attached. */
static int shm_map_sysv(struct shm *shm, const struct link_params *params)
{
	uint32_t key;
	int err = leftovers_note(params->leftovers, LEFTOVER_SYSV_MEMORY, &key);

	if (err)
		return err;

	int id = shmget((key_t)key, shm->bytes, IPC_CREAT | IPC_EXCL | 0600);

	if (id < 0) {
		err = shm_get_failed(errno, shm->bytes);
	} else {
		void *memory = shmat(id, NULL, 0);

		if (memory == (void *)-1)
			err = fail("shmat");
		else
			shm->memory = memory;
		shmctl(id, IPC_RMID, NULL);
	}
	leftovers_forget(params->leftovers, LEFTOVER_SYSV_MEMORY, key);
	return err;
}

static int shm_open_link(struct shm *shm, const struct link_params *params,
	int (*map_it)(struct shm *, const struct link_params *))
{
	struct ring_shape shape = ring_shape(params->message_bytes, params->buffer_bytes);
	int err;

	shm->bytes = ring_pair_bytes(&shape);
	err = map_it(shm, params);
	if (err)
		return err;
	params->requested->ring_bytes = (int64_t)params->buffer_bytes;
	params->effective->ring_bytes = (int64_t)ring_capacity(&shape);
	return ring_pair_init(&shm->rings, shm->memory, &shape, params->wait);
}

static int shm_attach(void *state, enum side side)
{
	return ring_pair_attach(&((struct shm *)state)->rings, side);
}

__attribute__((hot)) static int shm_send(void *state, const void *message, size_t bytes)
{
	return ring_send(((struct shm *)state)->rings.out, message, bytes);
}

__attribute__((hot)) static int shm_recv(void *state, void *message, size_t bytes)
{
	return ring_recv(((struct shm *)state)->rings.in, message, bytes);
}

static void shm_teardown(void *state)
{
	struct shm *shm = state;

	ring_pair_close(&shm->rings);
	if (shm->memory)
		munmap(shm->memory, shm->bytes);
	shm->memory = NULL;
}

static int shm_setup(void *state, const struct link_params *params)
{
	return shm_open_link(state, params, shm_map_anonymous);
}

static int shm_huge_setup(void *state, const struct link_params *params)
{
	return shm_open_link(state, params, shm_map_huge);
}

static int shm_posix_setup(void *state, const struct link_params *params)
{
	return shm_open_link(state, params, shm_map_posix);
}

static int shm_sysv_setup(void *state, const struct link_params *params)
{
	return shm_open_link(state, params, shm_map_sysv);
}

/* How a side waits does not depend on where the pages come from: shm alone has every wait. */
#define VARIANT_WAITS (WAIT_SET(WAIT_FUTEX) | WAIT_SET(WAIT_HYBRID) | WAIT_SET(WAIT_SPIN))

#define SHM(identifier, word, words, wait_set)            \
	const struct transport transport_##identifier = { \
		.name = (word),                           \
		.summary = (words),                       \
		.traits = TRAIT_BUFFER,                   \
		.waits = (wait_set),                      \
		.state_size = sizeof(struct shm),         \
		.setup = identifier##_setup,              \
		.attach = shm_attach,                     \
		.send = shm_send,                         \
		.recv = shm_recv,                         \
		.teardown = shm_teardown,                 \
	}

SHM(shm, "shm", "a ring each way in shared memory: one copy in, one copy out", BELL_WAITS);
SHM(shm_huge, "shm-huge", "the ring of shm in huge pages of 2 MiB", VARIANT_WAITS);
SHM(shm_posix, "shm-posix", "the ring of shm in memory of shm_open(3): the same pages",
	VARIANT_WAITS);
SHM(shm_sysv, "shm-sysv", "the ring of shm in memory of shmget(2): the same pages", VARIANT_WAITS);
