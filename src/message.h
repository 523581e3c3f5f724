/* What every message begins with, and how a whole payload is filled and checked.
 *
 * 16 bytes: the run's nonce, the sequence number, and when it was sent where a pattern says so
 * (when it was due follows from the number). The sequence number is 32 bits wide, so a run holds
 * fewer than 2^32 - 1 messages. */
#ifndef IPCMARK_MESSAGE_H
#define IPCMARK_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct message {
	uint32_t nonce;
	uint32_t sequence;
	uint64_t sent_ns;
};

#define MESSAGE_MIN_BYTES    sizeof(struct message)
#define MESSAGE_MAX_BYTES    ((size_t)1 << 20)
#define MESSAGE_MAX_SEQUENCE (UINT32_MAX - 1)
#define MESSAGE_END          UINT32_MAX /* not a message: the sender of a lossy stream is done */

/* Nonce and number as the eight bytes that stand in a message's front. */
static inline uint64_t message_tag(uint32_t nonce, uint32_t sequence)
{
	struct message m = {.nonce = nonce, .sequence = sequence};
	uint64_t tag;

	memcpy(&tag, &m, sizeof tag);
	return tag;
}

static inline void message_stamp(void *buffer, uint32_t nonce, uint32_t sequence)
{
	uint64_t tag = message_tag(nonce, sequence);

	memcpy(buffer, &tag, sizeof tag);
}

static inline bool message_is(const void *buffer, uint32_t nonce, uint32_t sequence)
{
	uint64_t tag;

	memcpy(&tag, buffer, sizeof tag);
	return tag == message_tag(nonce, sequence);
}

/* Fills all of a message (bytes >= MESSAGE_MIN_BYTES) with what nonce and sequence determine; no
 * two messages of a run, and no two places of a message, look alike. */
void message_fill(void *buffer, size_t bytes, uint32_t nonce, uint32_t sequence);

/* 0 where the buffer holds exactly that; -EBADMSG with a reason that names the first wrong byte. */
int message_verify(const void *buffer, size_t bytes, uint32_t nonce, uint32_t sequence);

/* -EBADMSG with a reason: what was expected, and which nonce and sequence number came. */
int message_unexpected(const void *buffer, uint32_t nonce, uint32_t sequence);

#endif
