/* See ring_pair.h. */
#include "ring_pair.h"

#include <sys/random.h>

#include "fail.h"

size_t ring_pair_bytes(const struct ring_shape *shape)
{
	return SIDES * ring_bytes(shape);
}

int ring_pair_init(
	struct ring_pair *pair, void *memory, const struct ring_shape *shape, enum wait_mode wait)
{
	unsigned char *at = memory;
	uint64_t escape;
	int err = 0;

	if (getrandom(&escape, sizeof escape, 0) != sizeof escape)
		return fail("getrandom");
	for (size_t side = 0; side < SIDES && !err; side++, at += ring_bytes(shape))
		err = ring_init(&pair->ring[side], at, shape, escape, wait);
	return err;
}

int ring_pair_attach(struct ring_pair *pair, enum side side)
{
	pair->in = &pair->ring[side];
	pair->out = &pair->ring[side_peer(side)];

	int err = ring_attach(pair->in);

	return err ? err : ring_attach(pair->out);
}

void ring_pair_close(struct ring_pair *pair)
{
	for (int side = 0; side < SIDES; side++)
		ring_close(&pair->ring[side]);
}
