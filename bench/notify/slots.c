/* See slots.h. */
#include "slots.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "fail.h"
#include "round.h"

#define SLOTS_TARGET_BYTES ((size_t)256 << 10)
#define SLOTS_MOST_BYTES   ((size_t)4 << 20)
#define SLOTS_USUAL_LEAST  8
#define PAGE               ((size_t)4096)

#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Before the payload: the number of the message, from 1; 0: never used. */
#define STAMP_BYTES sizeof(uint64_t)

static _Atomic uint64_t *slots_stamp(unsigned char *slot)
{
	return (_Atomic uint64_t *)(void *)slot;
}

static size_t slots_usual_count(size_t slot_bytes)
{
	size_t count = SLOTS_TARGET_BYTES / slot_bytes;

	if (count < SLOTS_USUAL_LEAST)
		count = SLOTS_USUAL_LEAST;
	if (count * slot_bytes > SLOTS_MOST_BYTES)
		count = SLOTS_MOST_BYTES / slot_bytes;
	return count;
}

static size_t slots_count(const struct link_params *params, size_t slot_bytes, size_t most)
{
	size_t count = params->buffer_bytes ? params->buffer_bytes / params->message_bytes
					    : slots_usual_count(slot_bytes);

	if (most && count > most)
		count = most;
	return count ? count : 1;
}

static int slots_ring_init(
	struct slots_ring *ring, void *memory, size_t slot_bytes, size_t count, enum wait_mode wait)
{
	uint64_t quarter = count < 4 ? 1 : count / 4;

	*ring = (struct slots_ring){
		.head = memory,
		.slot_bytes = slot_bytes,
		.count = count,
		.limit = count,
		.quarter = quarter,
		.publish_at = quarter,
	};
	bell_user_init(&ring->user, wait == WAIT_SPIN ? WAIT_SPIN : WAIT_FUTEX);
	return bell_init(&ring->head->sender, &ring->user); /* a futex: nothing to close */
}

int slots_setup(struct slots *slots, const struct link_params *params, size_t most)
{
	size_t slot_bytes = round_up(STAMP_BYTES + params->message_bytes, SLOTS_LINE);
	size_t count = slots_count(params, slot_bytes, most);
	size_t bytes = round_up(sizeof(struct slots_head) + count * slot_bytes, PAGE);
	int err = 0;

	slots->bytes = SIDES * bytes;
	slots->memory =
		mmap(NULL, slots->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (slots->memory == MAP_FAILED) {
		slots->memory = NULL;
		return fail("mmap");
	}
	for (size_t side = 0; side < SIDES && !err; side++)
		err = slots_ring_init(&slots->ring[side], (char *)slots->memory + side * bytes,
			slot_bytes, count, params->wait);
	params->requested->ring_bytes = (int64_t)params->buffer_bytes;
	params->effective->ring_bytes = (int64_t)(count * params->message_bytes);
	return err;
}

void *slots_shared(const struct slots *slots, enum side receiver)
{
	return slots->ring[receiver].head->shared;
}

void slots_attach(struct slots *slots, enum side side)
{
	slots->in = &slots->ring[side];
	slots->out = &slots->ring[side_peer(side)];
}

void slots_teardown(struct slots *slots)
{
	if (slots->memory)
		munmap(slots->memory, slots->bytes);
	slots->memory = NULL;
}

static unsigned char *slots_next(const struct slots_ring *ring)
{
	return ring->head->slots + ring->next * ring->slot_bytes;
}

static void slots_step(struct slots_ring *ring)
{
	ring->used++;
	if (UNLIKELY(++ring->next == ring->count))
		ring->next = 0;
}

/* Waits until the receiver has given back slots that the sender does not know of yet. */
static __attribute__((noinline)) int slots_wait_for_room(struct slots_ring *ring)
{
	for (;;) {
		/* acquire: the receiver has read those slots before it gave them back */
		uint64_t released =
			atomic_load_explicit(&ring->head->released, memory_order_acquire);

		if (released + ring->count > ring->limit) {
			ring->limit = released + ring->count;
			bell_waited(&ring->user);
			return 0;
		}

		int err = bell_wait(
			&ring->user, &ring->head->sender, &ring->head->released, released);

		if (err)
			return err;
	}
}

static int slots_give_back(struct slots_ring *ring)
{
	/* what bell_publish orders: our reads of the slots before the sender fills them again */
	ring->publish_at = ring->used + ring->quarter;
	return bell_publish(&ring->user, &ring->head->sender, &ring->head->released, ring->used);
}

__attribute__((hot)) int slots_put(struct slots *slots, const void *message, size_t bytes)
{
	struct slots_ring *ring = slots->out;
	unsigned char *slot = slots_next(ring);

	if (UNLIKELY(ring->used == ring->limit)) {
		int err = slots_wait_for_room(ring);

		if (err)
			return err;
	}
	memcpy(slot + STAMP_BYTES, message, bytes);
	slots_step(ring);
	/* release: who sees the stamp sees the payload */
	atomic_store_explicit(slots_stamp(slot), ring->used, memory_order_release);
	return 0;
}

__attribute__((hot)) int slots_take(struct slots *slots, void *message, size_t bytes)
{
	struct slots_ring *ring = slots->in;
	unsigned char *slot = slots_next(ring);
	/* acquire: pairs with the release of slots_put */
	uint64_t stamp = atomic_load_explicit(slots_stamp(slot), memory_order_acquire);

	slots_step(ring);
	if (UNLIKELY(stamp != ring->used))
		return fail_text(EPROTO,
			"notification %llu came without its message: its slot holds message %llu",
			(unsigned long long)ring->used, (unsigned long long)stamp);
	memcpy(message, slot + STAMP_BYTES, bytes);
	return UNLIKELY(ring->used == ring->publish_at) ? slots_give_back(ring) : 0;
}
