/* eventfd: payloads in shared memory, and for each a write(2) of an eventfd that counts
 * (EFD_SEMAPHORE), one each way; the receiver reads it once for each. The kernel adds and takes
 * under the counter's lock, so who has read the n-th has the sender's stores of before its write.
 */
#include <fcntl.h>
#include <sys/eventfd.h>

#include "fail.h"
#include "fdpair.h"
#include "slots.h"

struct eventfd_link {
	struct fdpair pair;
	struct slots slots;
};

static int eventfd_setup(void *state, const struct link_params *params)
{
	struct eventfd_link *link = state;

	fdpair_init(&link->pair);
	for (enum side reader = SIDE_PRODUCER; reader < SIDES; reader++) {
		int *in = &link->pair.end[reader].in;
		int *out = &link->pair.end[side_peer(reader)].out;

		*in = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
		if (*in < 0)
			return fail("eventfd");
		*out = fcntl(*in, F_DUPFD_CLOEXEC, 0); /* each side closes its own */
		if (*out < 0)
			return fail("fcntl(F_DUPFD_CLOEXEC)");
	}

	int err = slots_setup(&link->slots, params, 0);

	return err ? err : fdpair_set_wait(&link->pair, params);
}

static int eventfd_attach(void *state, enum side side)
{
	struct eventfd_link *link = state;

	slots_attach(&link->slots, side);
	return fdpair_attach(&link->pair, side);
}

__attribute__((hot)) static int eventfd_send(void *state, const void *message, size_t bytes)
{
	struct eventfd_link *link = state;
	const uint64_t one = 1;
	int err = slots_put(&link->slots, message, bytes);

	return err ? err : fdpair_write(&link->pair, &one, sizeof one);
}

__attribute__((hot)) static int eventfd_recv(void *state, void *message, size_t bytes)
{
	struct eventfd_link *link = state;
	uint64_t one;
	int err = fdpair_read(&link->pair, &one, sizeof one);

	return err ? err : slots_take(&link->slots, message, bytes);
}

static void eventfd_teardown(void *state)
{
	struct eventfd_link *link = state;

	fdpair_teardown(&link->pair);
	slots_teardown(&link->slots);
}

const struct transport transport_eventfd = {
	.name = "eventfd",
	.summary = "payload in shared memory, a write of an eventfd for each message",
	.traits = TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct eventfd_link),
	.setup = eventfd_setup,
	.attach = eventfd_attach,
	.send = eventfd_send,
	.recv = eventfd_recv,
	.teardown = eventfd_teardown,
	.descriptor = fdpair_descriptor,
};
