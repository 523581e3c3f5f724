/* See ring.h. */
#include "ring.h"

#include <string.h>

#include "round.h"

/* The sizes, all of them: what docs/ring.md says to sweep when they are in doubt. */
#define RING_TARGET_BYTES ((size_t)256 << 10) /* of slots: two of them fit a 1 MiB L2 */
#define RING_CHUNK_BYTES  ((size_t)8 << 10)   /* the largest slot: a longer message is cut */
#define RING_PUBLICATIONS 4                   /* a lap, about */
#define RING_BREATH_BYTES 4096                /* of slots: see ring_wait_for_message */

#define WORD sizeof(uint64_t)

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define ALWAYS_INLINE static inline __attribute__((always_inline))

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
		.send_stop = shape->slot_count,
		.recv_stop = shape->slot_count / RING_PUBLICATIONS,
		.breath = (uint32_t)(RING_BREATH_BYTES / shape->slot_bytes),
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

/* What tells the arrival of a message: its first word, or all of a shorter one. */
static inline uint64_t word_of(const unsigned char *message, size_t bytes)
{
	uint64_t word = 0;

	if (LIKELY(bytes >= WORD))
		memcpy(&word, message, WORD);
	else
		memcpy(&word, message, bytes);
	return word;
}

static inline void put_word(unsigned char *message, size_t bytes, uint64_t word)
{
	if (LIKELY(bytes >= WORD))
		memcpy(message, &word, WORD);
	else
		memcpy(message, &word, bytes);
}

/* The slot to use next. */
struct slot {
	size_t at;
	unsigned char *bytes;
};

static inline struct slot next_slot(const struct ring_end *end)
{
	return (struct slot){end->next, end->slots + end->next * end->slot_bytes};
}

static inline _Atomic uint64_t *first_word(struct slot slot)
{
	return (_Atomic uint64_t *)(void *)slot.bytes;
}

/* Slots used so far. */
static inline uint64_t used(const struct ring_end *end)
{
	return end->before + end->next;
}

static inline void wrap(struct ring_end *end)
{
	if (end->next < end->slot_count)
		return;
	end->before += end->slot_count;
	end->next = 0;
}

/* The sender has come to its stop: waits until the receiver has given back slots that it does not
 * know of yet. A receiver that sleeps is woken: what it waits for may be part of a message. */
static int ring_wait_for_room(struct ring_end *end)
{
	struct ring *ring = end->ring;

	wrap(end);
	for (;;) {
		/* acquire: the receiver has read what stood in those slots before it gave them back
		 */
		uint64_t released = atomic_load_explicit(&ring->released, memory_order_acquire);
		uint64_t room = released + end->slot_count - used(end);
		size_t to_end = end->slot_count - end->next;

		if (room > 0) {
			end->send_stop = end->next + (room < to_end ? room : to_end);
			bell_waited(&end->user);
			return 0;
		}

		int err = bell_call(&end->user, &ring->receiver);

		if (!err)
			err = bell_wait(&end->user, &ring->sender, &ring->released, released);
		if (err)
			return err;
	}
}

/* The receiver has come to its stop: the sender may fill again what it has emptied. */
static int ring_give_back(struct ring_end *end)
{
	size_t each = end->slot_count / RING_PUBLICATIONS;

	wrap(end);
	end->recv_stop = end->next + each;
	if (end->slot_count - end->recv_stop < each)
		end->recv_stop = end->slot_count;
	/* what bell_publish orders: our reads of the slots before the sender fills them again */
	return bell_publish(&end->user, &end->ring->sender, &end->ring->released, used(end));
}

/* What stands for a first word that would look as if nothing had come, or as an escape. */
static uint64_t ring_escape_word(const struct ring_end *end, size_t at, uint64_t word)
{
	end->escaped[at] = word;
	return end->written[at] == end->escape ? end->escape - 1 : end->escape;
}

/* Into a slot that is free; a receiver that sleeps sleeps on. */
ALWAYS_INLINE void ring_put(struct ring_end *end, const unsigned char *from, size_t bytes)
{
	struct slot slot = next_slot(end);
	uint64_t word = word_of(from, bytes);

	copy_rest(slot.bytes, from, bytes);
	if (UNLIKELY(word == end->written[slot.at] || (word | 1) == end->escape))
		word = ring_escape_word(end, slot.at, word);
	end->written[slot.at] = word;
	end->next = slot.at + 1;
	bell_store(&end->user, first_word(slot), word);
}

static int ring_send_chunk(struct ring_end *end, const unsigned char *from, size_t bytes)
{
	int err = end->next == end->send_stop ? ring_wait_for_room(end) : 0;

	if (!err)
		ring_put(end, from, bytes);
	return err;
}

/* A receiver that sleeps is woken for a message, not for each of its slots: on the same CPU it
 * would take turns with the sender. One that looks sees each slot when it is filled. */
static __attribute__((noinline)) int ring_send_any(
	struct ring_end *end, const unsigned char *from, size_t bytes)
{
	int err = 0;

	for (; UNLIKELY(bytes > end->slot_bytes) && !err; bytes -= end->slot_bytes) {
		err = ring_send_chunk(end, from, end->slot_bytes);
		from += end->slot_bytes;
	}
	if (!err)
		err = ring_send_chunk(end, from, bytes);
	return err ? err : bell_call(&end->user, &end->ring->receiver);
}

/* A message of a line takes as long as a call that has registers to save, so its way has none: what
 * may be slow is another function's, from the start. */
__attribute__((hot)) int ring_send(struct ring_end *end, const void *message, size_t bytes)
{
	if (UNLIKELY(bytes != RING_LINE || end->next == end->send_stop))
		return ring_send_any(end, message, bytes);
	ring_put(end, message, RING_LINE);
	return bell_call(&end->user, &end->ring->receiver);
}

/* What a slot begins with; end->taken[slot.at] where nothing has come. */
static inline uint64_t look(struct slot slot)
{
	/* acquire: pairs with the sender's release of the first word */
	return atomic_load_explicit(first_word(slot), memory_order_acquire);
}

/* From a slot that begins with a new word. */
ALWAYS_INLINE int ring_take(
	struct ring_end *end, struct slot slot, uint64_t word, unsigned char *into, size_t bytes)
{
	end->taken[slot.at] = word;
	end->next = slot.at + 1;
	if (UNLIKELY((word | 1) == end->escape))
		word = end->escaped[slot.at];
	put_word(into, bytes, word);
	copy_rest(into, slot.bytes, bytes);
	return UNLIKELY(slot.at + 1 == end->recv_stop) ? ring_give_back(end) : 0;
}

/* A receiver that has waited for none of the last messages has caught up with a sender that is
 * busy. If it looked at each line while that is being written, a line would change hands twice for
 * each message, so it lets the sender get ahead. Where messages come one by one that is never so.
 */
static inline bool has_caught_up(const struct ring_end *end)
{
	return used(end) - end->awaited > end->breath;
}

static int ring_wait_for_message(struct ring_end *end, struct slot slot)
{
	uint64_t old = end->taken[slot.at];
	uint32_t rests = has_caught_up(end) && bell_looks(&end->user) ? end->breath : 0;

	while (rests-- > 0)
		spin_relax();
	while (look(slot) == old) {
		int err = bell_wait(&end->user, &end->ring->receiver, first_word(slot), old);

		if (err)
			return err;
	}
	bell_waited(&end->user);
	end->awaited = used(end);
	return 0;
}

static int ring_recv_chunk(struct ring_end *end, unsigned char *into, size_t bytes)
{
	struct slot slot = next_slot(end);

	if (look(slot) == end->taken[slot.at]) {
		int err = ring_wait_for_message(end, slot);

		if (err)
			return err;
	}
	return ring_take(end, slot, look(slot), into, bytes);
}

static __attribute__((noinline)) int ring_recv_any(
	struct ring_end *end, unsigned char *into, size_t bytes)
{
	while (UNLIKELY(bytes > end->slot_bytes)) {
		int err = ring_recv_chunk(end, into, end->slot_bytes);

		if (err)
			return err;
		bytes -= end->slot_bytes;
		/* cppcheck-suppress ctuuninitvar ; the caller's buffer is written, not read */
		into += end->slot_bytes;
	}
	return ring_recv_chunk(end, into, bytes);
}

/* See ring_send. */
__attribute__((hot)) int ring_recv(struct ring_end *end, void *message, size_t bytes)
{
	struct slot slot = next_slot(end);
	uint64_t old = end->taken[slot.at], word = look(slot);

	if (UNLIKELY(bytes != RING_LINE))
		return ring_recv_any(end, message, bytes);
	if (word == old) {
		if (has_caught_up(end))
			return ring_recv_any(end, message, RING_LINE);
		while ((word = look(slot)) == old) {
			if (UNLIKELY(bell_tires(&end->user)))
				return ring_recv_any(end, message, RING_LINE);
			bell_rest(&end->user);
		}
		bell_waited(&end->user);
		end->awaited = used(end);
	}
	return ring_take(end, slot, word, message, RING_LINE);
}
