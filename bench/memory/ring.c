/* See ring.h. */
#include "ring.h"

#include <string.h>

#include "round.h"

/* The sizes, all of them: what docs/ring.md says to sweep when they are in doubt. */
#define RING_TARGET_BYTES ((size_t)256 << 10) /* of slots: two of them fit a 1 MiB L2 */
#define RING_CHUNK_BYTES  ((size_t)8 << 10)   /* the largest slot: a longer message is cut */
#define RING_PUBLICATIONS 4                   /* a lap */

#define WORD sizeof(uint64_t)

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

struct ring_shape ring_shape(size_t message_bytes, size_t buffer_bytes)
{
	size_t target = buffer_bytes ? buffer_bytes : RING_TARGET_BYTES;
	size_t slot = message_bytes > RING_CHUNK_BYTES ? RING_CHUNK_BYTES
						       : round_up(message_bytes, RING_LINE);
	size_t count = target / slot;

	return (struct ring_shape){
		.slot_bytes = slot, .slot_count = count < RING_MIN_SLOTS ? RING_MIN_SLOTS : count};
}

size_t ring_capacity(const struct ring_shape *shape)
{
	return shape->slot_count * shape->slot_bytes;
}

/* Of one array of a word for each slot: no two share a line. */
static size_t words_bytes(const struct ring_shape *shape)
{
	return round_up(shape->slot_count * WORD, BELL_APART);
}

size_t ring_bytes(const struct ring_shape *shape)
{
	size_t slots = round_up(ring_capacity(shape), BELL_APART);

	return round_up(sizeof(struct ring) + slots + 3 * words_bytes(shape), RING_PAGE);
}

int ring_init(struct ring_end *end, void *memory, const struct ring_shape *shape, uint64_t escape,
	enum wait_mode wait)
{
	struct ring *ring = memory;
	unsigned char *words = ring->slots + round_up(ring_capacity(shape), BELL_APART);
	size_t apart = words_bytes(shape);

	*end = (struct ring_end){
		.ring = ring,
		.slots = ring->slots,
		.escaped = (uint64_t *)(void *)words,
		.written = (uint64_t *)(void *)(words + apart),
		.taken = (uint64_t *)(void *)(words + 2 * apart),
		.slot_bytes = shape->slot_bytes,
		.slot_count = shape->slot_count,
		.limit = shape->slot_count,
		.publish_each = shape->slot_count / RING_PUBLICATIONS,
		.publish_at = shape->slot_count / RING_PUBLICATIONS,
		.escape = escape | 1,
	};
	bell_user_init(&end->user, wait);

	int err = bell_init(&ring->receiver, &end->user);
	int err_too = bell_init(&ring->sender, &end->user);

	return err ? err : err_too;
}

void ring_close(struct ring_end *end)
{
	if (!end->ring)
		return;
	bell_close(&end->ring->receiver);
	bell_close(&end->ring->sender);
	end->ring = NULL;
}

int ring_attach(struct ring_end *end)
{
	return bell_attach(&end->user);
}

void ring_detach(struct ring_end *end)
{
	bell_detach(&end->user);
}

static _Atomic uint64_t *first_word(unsigned char *slot)
{
	return (_Atomic uint64_t *)(void *)slot;
}

/* All but the first word, which goes its own way. What fills its first line needs no call for that
 * line, and the rest begins at a line. */
static inline void copy_rest(unsigned char *into, const unsigned char *from, size_t bytes)
{
	if (LIKELY(bytes >= RING_LINE)) {
		if (bytes > RING_LINE)
			memcpy(into + RING_LINE, from + RING_LINE, bytes - RING_LINE);
		memcpy(into + WORD, from + WORD, RING_LINE - WORD);
	} else if (bytes > WORD) {
		memcpy(into + WORD, from + WORD, bytes - WORD);
	}
}

static inline size_t word_bytes(size_t bytes)
{
	return bytes < WORD ? bytes : WORD;
}

/* One slot further; `at` is the one just used. */
static inline void step(struct ring_end *end, size_t at)
{
	end->used++;
	end->next = UNLIKELY(at + 1 == end->slot_count) ? 0 : at + 1;
}

/* Waits until the receiver has given back slots that the sender does not know of yet. */
static int ring_wait_for_room(struct ring_end *end)
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

		int err = bell_wait(&end->user, &ring->sender, &ring->released, released);

		if (err)
			return err;
	}
}

/* What stands for a first word that would look as if nothing had come, or as an escape. */
static uint64_t ring_escape_word(const struct ring_end *end, size_t at, uint64_t word)
{
	end->escaped[at] = word;
	return end->written[at] == end->escape ? end->escape - 1 : end->escape;
}

static int ring_send_chunk(struct ring_end *end, const unsigned char *from, size_t bytes)
{
	size_t at = end->next;
	unsigned char *slot = end->slots + at * end->slot_bytes;
	uint64_t word = 0;

	if (UNLIKELY(end->used == end->limit)) {
		int err = ring_wait_for_room(end);

		if (err)
			return err;
	}
	copy_rest(slot, from, bytes);
	memcpy(&word, from, word_bytes(bytes));
	if (UNLIKELY(word == end->written[at] || (word | 1) == end->escape))
		word = ring_escape_word(end, at, word);
	end->written[at] = word;
	step(end, at);
	return bell_publish(&end->user, &end->ring->receiver, first_word(slot), word);
}

static int ring_give_back(struct ring_end *end)
{
	/* what bell_publish orders: our reads of the slots before the sender fills them again */
	end->publish_at = end->used + end->publish_each;
	return bell_publish(&end->user, &end->ring->sender, &end->ring->released, end->used);
}

static int ring_recv_chunk(struct ring_end *end, unsigned char *into, size_t bytes)
{
	size_t at = end->next;
	unsigned char *slot = end->slots + at * end->slot_bytes;
	uint64_t old = end->taken[at], word;

	/* acquire: pairs with the sender's release of the first word */
	while ((word = atomic_load_explicit(first_word(slot), memory_order_acquire)) == old) {
		int err = bell_wait(&end->user, &end->ring->receiver, first_word(slot), old);

		if (err)
			return err;
	}
	end->taken[at] = word;
	step(end, at);
	if (UNLIKELY((word | 1) == end->escape))
		word = end->escaped[at];
	memcpy(into, &word, word_bytes(bytes));
	copy_rest(into, slot, bytes);
	return UNLIKELY(end->used == end->publish_at) ? ring_give_back(end) : 0;
}

__attribute__((hot)) int ring_send(struct ring_end *end, const void *message, size_t bytes)
{
	const unsigned char *from = message;
	int err = 0;

	for (; UNLIKELY(bytes > end->slot_bytes) && !err;
		bytes -= end->slot_bytes, from += end->slot_bytes)
		err = ring_send_chunk(end, from, end->slot_bytes);
	return err ? err : ring_send_chunk(end, from, bytes);
}

__attribute__((hot)) int ring_recv(struct ring_end *end, void *message, size_t bytes)
{
	unsigned char *into = message;
	int err = 0;

	for (; UNLIKELY(bytes > end->slot_bytes) && !err;
		bytes -= end->slot_bytes, into += end->slot_bytes)
		err = ring_recv_chunk(end, into, end->slot_bytes);
	return err ? err : ring_recv_chunk(end, into, bytes);
}
