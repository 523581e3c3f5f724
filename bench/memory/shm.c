/* shm: a ring each way in memory that both processes map. No system call moves a byte; with the
 * futex wait they sleep and wake, with spin there are none at all. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "fail.h"
#include "ring.h"
#include "transport.h"

struct shm {
	void *memory; /* NULL: not mapped */
	size_t bytes;
	struct ring_end ring[SIDES]; /* by the side that receives */
	struct ring_end *in, *out;   /* after attach: this side's */
};

static int shm_setup(void *state, const struct link_params *params)
{
	struct shm *shm = state;
	uint64_t sentinels[2] = {0, 0};
	size_t bytes = ring_bytes(params->message_bytes);

	shm->bytes = SIDES * bytes;
	shm->memory =
		mmap(NULL, shm->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shm->memory == MAP_FAILED) {
		shm->memory = NULL;
		return fail("mmap");
	}
	while (sentinels[0] == sentinels[1])
		if (getrandom(sentinels, sizeof sentinels, 0) != sizeof sentinels)
			return fail("getrandom");
	for (int side = 0; side < SIDES; side++)
		ring_init(&shm->ring[side], (char *)shm->memory + (size_t)side * bytes,
			params->message_bytes, sentinels, params->wait == WAIT_FUTEX);
	params->effective->ring_bytes = (int64_t)ring_capacity(params->message_bytes);
	return 0;
}

static int shm_attach(void *state, enum side side)
{
	struct shm *shm = state;

	shm->in = &shm->ring[side];
	shm->out = &shm->ring[side_peer(side)];
	return 0;
}

__attribute__((hot)) static int shm_send(void *state, const void *message, size_t bytes)
{
	return ring_send(((struct shm *)state)->out, message, bytes);
}

__attribute__((hot)) static int shm_recv(void *state, void *message, size_t bytes)
{
	return ring_recv(((struct shm *)state)->in, message, bytes);
}

static void shm_teardown(void *state)
{
	struct shm *shm = state;

	if (shm->memory)
		munmap(shm->memory, shm->bytes);
	shm->memory = NULL;
}

const struct transport transport_shm = {
	.name = "shm",
	.summary = "a ring each way in shared memory",
	.waits = WAIT_SET(WAIT_SPIN) | WAIT_SET(WAIT_FUTEX),
	.state_size = sizeof(struct shm),
	.setup = shm_setup,
	.attach = shm_attach,
	.send = shm_send,
	.recv = shm_recv,
	.teardown = shm_teardown,
};
