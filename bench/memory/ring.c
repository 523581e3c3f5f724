/* See ring.h. */
#include "ring.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "spin.h"

#define RING_TARGET_BYTES ((size_t)256 << 10) /* of slots: two of them fit a 1 MiB L2 */
#define RING_CHUNK_BYTES  ((size_t)8 << 10)   /* the largest slot: a longer message is cut */
#define RING_MIN_SLOTS    8
#define PAGE              ((size_t)4096)

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

static size_t round_up(size_t value, size_t to)
{
	return (value + to - 1) / to * to;
}

static size_t slot_size(size_t message_bytes)
{
	return message_bytes > RING_CHUNK_BYTES ? RING_CHUNK_BYTES
						: round_up(message_bytes, RING_LINE);
}

static size_t slot_count(size_t message_bytes)
{
	size_t count = RING_TARGET_BYTES / slot_size(message_bytes);

	return count < RING_MIN_SLOTS ? RING_MIN_SLOTS : count;
}

size_t ring_capacity(size_t message_bytes)
{
	return slot_count(message_bytes) * slot_size(message_bytes);
}

size_t ring_bytes(size_t message_bytes)
{
	size_t escapes = slot_count(message_bytes) * sizeof(uint64_t);

	return round_up(sizeof(struct ring) + ring_capacity(message_bytes) + escapes, PAGE);
}

static _Atomic uint64_t *first_word(unsigned char *slot)
{
	return (_Atomic uint64_t *)(void *)slot;
}

void ring_init(struct ring_end *end, void *memory, size_t message_bytes,
	const uint64_t sentinels[2], bool futex)
{
	struct ring *ring = memory;
	size_t count = slot_count(message_bytes);

	*end = (struct ring_end){
		.ring = ring,
		.slots = ring->slots,
		.escaped = (uint64_t *)(void *)(ring->slots + ring_capacity(message_bytes)),
		.slot_bytes = slot_size(message_bytes),
		.slot_count = count,
		.limit = count,
		.quarter = count / 4,
		.publish_at = count / 4,
		.empty = sentinels[0],
		.escape = sentinels[1],
		.futex = futex,
	};
	for (size_t i = 0; i < count; i++)
		atomic_store_explicit(first_word(ring->slots + i * end->slot_bytes), end->empty,
			memory_order_relaxed);
}

/* Sleeps while bell->sleeping is 1: it returns at once where a waker has cleared it already. */
static int bell_sleep(struct ring_bell *bell)
{
	if (syscall(SYS_futex, &bell->sleeping, FUTEX_WAIT, 1, NULL, NULL, 0) < 0 &&
		errno != EAGAIN && errno != EINTR)
		return fail("futex(FUTEX_WAIT)");
	return 0;
}

/* Stores what the other side may be waiting for, and wakes it where it sleeps. */
static int publish(
	const struct ring_end *end, _Atomic uint64_t *word, uint64_t value, struct ring_bell *bell)
{
	if (LIKELY(!end->futex)) {
		/* release: whoever sees the word sees what we did before */
		atomic_store_explicit(word, value, memory_order_release);
		return 0;
	}
	/* seq_cst: our store before our look at `sleeping`, as the sleeper's store to `sleeping`
	 * comes before its last look at the word (wait_step). One of the two sees the other. */
	atomic_store_explicit(word, value, memory_order_seq_cst);
	if (LIKELY(!atomic_load_explicit(&bell->sleeping, memory_order_seq_cst)))
		return 0;
	atomic_store_explicit(&bell->sleeping, 0, memory_order_relaxed);
	if (syscall(SYS_futex, &bell->sleeping, FUTEX_WAKE, 1, NULL, NULL, 0) < 0)
		return fail("futex(FUTEX_WAKE)");
	return 0;
}

/* One step of waiting until *word changes from `old`: a short rest, or a sleep that ends when it
 * has changed. */
static int wait_step(
	const struct ring_end *end, struct ring_bell *bell, _Atomic uint64_t *word, uint64_t old)
{
	if (!end->futex) {
		spin_relax();
		return 0;
	}
	atomic_store_explicit(&bell->sleeping, 1, memory_order_seq_cst);
	if (atomic_load_explicit(word, memory_order_seq_cst) != old) { /* see publish */
		atomic_store_explicit(&bell->sleeping, 0, memory_order_relaxed);
		return 0;
	}
	return bell_sleep(bell);
}

static void step(struct ring_end *end)
{
	end->used++;
	if (UNLIKELY(++end->next == end->slot_count))
		end->next = 0;
}

/* Waits until the receiver has given back slots that the sender does not know of yet. */
static int wait_for_room(struct ring_end *end)
{
	struct ring *ring = end->ring;

	for (;;) {
		/* acquire: the receiver has read what stood in those slots before it gave them back
		 */
		uint64_t released = atomic_load_explicit(&ring->released, memory_order_acquire);

		if (released + end->slot_count > end->limit) {
			end->limit = released + end->slot_count;
			return 0;
		}

		int err = wait_step(end, &ring->sender, &ring->released, released);

		if (err)
			return err;
	}
}

static int send_chunk(struct ring_end *end, const unsigned char *from, size_t bytes)
{
	unsigned char *slot = end->slots + end->next * end->slot_bytes;
	uint64_t word = 0;

	if (UNLIKELY(end->used == end->limit)) {
		int err = wait_for_room(end);

		if (err)
			return err;
	}
	if (LIKELY(bytes >= sizeof word)) {
		memcpy(slot + sizeof word, from + sizeof word, bytes - sizeof word);
		memcpy(&word, from, sizeof word);
	} else {
		memcpy(&word, from, bytes);
	}
	if (UNLIKELY(word == end->empty || word == end->escape)) {
		end->escaped[end->next] = word;
		word = end->escape;
	}
	step(end);
	return publish(end, first_word(slot), word, &end->ring->receiver);
}

static int give_back(struct ring_end *end)
{
	/* what publish orders: our reads of the slots, and their sentinels, before the sender fills
	 * them again */
	end->publish_at = end->used + end->quarter;
	return publish(end, &end->ring->released, end->used, &end->ring->sender);
}

static int recv_chunk(struct ring_end *end, unsigned char *into, size_t bytes)
{
	unsigned char *slot = end->slots + end->next * end->slot_bytes;
	uint64_t word;

	/* acquire: pairs with the sender's release of the first word */
	while ((word = atomic_load_explicit(first_word(slot), memory_order_acquire)) ==
		end->empty) {
		int err = wait_step(end, &end->ring->receiver, first_word(slot), end->empty);

		if (err)
			return err;
	}
	if (UNLIKELY(word == end->escape))
		word = end->escaped[end->next];
	if (LIKELY(bytes >= sizeof word)) {
		memcpy(into, &word, sizeof word);
		memcpy(into + sizeof word, slot + sizeof word, bytes - sizeof word);
	} else {
		memcpy(into, &word, bytes);
	}
	atomic_store_explicit(first_word(slot), end->empty, memory_order_relaxed);
	step(end);
	return UNLIKELY(end->used == end->publish_at) ? give_back(end) : 0;
}

__attribute__((hot)) int ring_send(struct ring_end *end, const void *message, size_t bytes)
{
	const unsigned char *from = message;
	int err = 0;

	for (; UNLIKELY(bytes > end->slot_bytes) && !err;
		bytes -= end->slot_bytes, from += end->slot_bytes)
		err = send_chunk(end, from, end->slot_bytes);
	return err ? err : send_chunk(end, from, bytes);
}

__attribute__((hot)) int ring_recv(struct ring_end *end, void *message, size_t bytes)
{
	unsigned char *into = message;
	int err = 0;

	for (; UNLIKELY(bytes > end->slot_bytes) && !err;
		bytes -= end->slot_bytes, into += end->slot_bytes)
		err = recv_chunk(end, into, end->slot_bytes);
	return err ? err : recv_chunk(end, into, bytes);
}
