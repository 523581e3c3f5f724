/* The best rings that we can write when all is known beforehand: the size is a constant, the slots
 * are a power of two, and every message begins with its own number, which nothing else in memory
 * looks like. So the number tells the arrival, in the line that brings the data; nothing is
 * remembered, escaped, reset or passed by reference, and an error can't happen. A ring for any
 * message has to do more. */
#include <err.h>
#include <string.h>

#include "bare_loop.h"

#define PUBLICATIONS 4 /* a lap */

/* One direction, one side's view. What it has sent or taken so far stands in the arena between two
 * calls: `ping` is the producer's count, `pong` the consumer's. */
struct direction {
	unsigned char *slots;
	_Atomic uint64_t *released;
	uint64_t next;  /* number of the next message, from 1 */
	uint64_t limit; /* the last number that there is room for */
};

static struct direction direction_of(struct loop *l, int way, uint64_t sent, uint64_t slots)
{
	_Atomic uint64_t *released = way ? &l->arena->tail.value : &l->arena->head.value;

	return (struct direction){
		.slots = l->arena->slots + (way ? RING_BYTES : 0),
		.released = released,
		.next = sent + 1,
		.limit = atomic_load_explicit(released, memory_order_acquire) + slots,
	};
}

static inline __attribute__((always_inline)) void put(
	struct direction *to, const unsigned char *message, size_t bytes)
{
	uint64_t slots = RING_BYTES / bytes, number = to->next++;
	unsigned char *slot = to->slots + (number & (slots - 1)) * bytes;

	while (__builtin_expect(number > to->limit, 0)) {
		to->limit = atomic_load_explicit(to->released, memory_order_acquire) + slots;
		if (number > to->limit)
			spin_relax();
	}
	memcpy(slot + sizeof number, message + sizeof number, bytes - sizeof number);
	atomic_store_explicit((_Atomic uint64_t *)(void *)slot, number, memory_order_release);
}

static inline __attribute__((always_inline)) void get(
	struct direction *from, unsigned char *message, size_t bytes)
{
	uint64_t slots = RING_BYTES / bytes, number = from->next++;
	unsigned char *slot = from->slots + (number & (slots - 1)) * bytes;

	while (atomic_load_explicit((_Atomic uint64_t *)(void *)slot, memory_order_acquire) !=
		number)
		spin_relax();
	memcpy(message, &number, sizeof number);
	memcpy(message + sizeof number, slot + sizeof number, bytes - sizeof number);
	if (__builtin_expect(number % (slots / PUBLICATIONS) == 0, 0))
		atomic_store_explicit(from->released, number, memory_order_release);
}

static inline __attribute__((always_inline)) void put_all(
	struct loop *l, uint64_t count, size_t bytes)
{
	uint64_t sent = atomic_load(&l->arena->ping.value);
	struct direction to = direction_of(l, 0, sent, RING_BYTES / bytes);

	for (uint64_t i = 0; i < count; i++)
		put(&to, l->out, bytes);
	atomic_store(&l->arena->ping.value, sent + count); /* for the next call, of this side */
}

static inline __attribute__((always_inline)) void get_all(
	struct loop *l, uint64_t count, size_t bytes)
{
	uint64_t taken = atomic_load(&l->arena->pong.value);
	struct direction from = direction_of(l, 0, taken, RING_BYTES / bytes);

	for (uint64_t i = 0; i < count; i++)
		get(&from, l->in, bytes);
	atomic_store(&l->arena->pong.value, taken + count);
}

static void wrong_size(const struct loop *l)
{
	errx(1, "no best ring was written for messages of %zu bytes", l->params->bytes);
}

void bare_ring_producer(struct loop *l, uint64_t count)
{
	switch (l->params->bytes) {
	case 64: put_all(l, count, 64); break;
	case 4096: put_all(l, count, 4096); break;
	default: wrong_size(l);
	}
}

void bare_ring_consumer(struct loop *l, uint64_t count)
{
	switch (l->params->bytes) {
	case 64: get_all(l, count, 64); break;
	case 4096: get_all(l, count, 4096); break;
	default: wrong_size(l);
	}
}

/* Both directions of a side stand at the same number. */
static inline __attribute__((always_inline)) void both_ways(
	struct loop *l, uint64_t count, int asks, _Atomic uint64_t *done)
{
	uint64_t begin = atomic_load(done);
	struct direction to = direction_of(l, !asks, begin, RING_BYTES / 64);
	struct direction from = direction_of(l, asks, begin, RING_BYTES / 64);

	for (uint64_t i = 0; i < count; i++) {
		if (asks)
			put(&to, l->out, 64);
		get(&from, l->in, 64);
		if (!asks)
			put(&to, l->in, 64);
	}
	atomic_store(done, begin + count);
}

void bare_ring_asker(struct loop *l, uint64_t count)
{
	if (l->params->bytes != 64)
		wrong_size(l);
	both_ways(l, count, 1, &l->arena->ping.value);
}

void bare_ring_answerer(struct loop *l, uint64_t count)
{
	if (l->params->bytes != 64)
		wrong_size(l);
	both_ways(l, count, 0, &l->arena->pong.value);
}
