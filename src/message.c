/* See message.h. */
#include "message.h"

#include <errno.h>

#include "fail.h"
#include "random.h"

/* The bytes that belong at `offset` (a multiple of 8). */
static uint64_t expected_word(uint64_t tag, size_t offset)
{
	struct random random = {.state = tag + offset * 0x9e3779b97f4a7c15U};

	return offset == 0 ? tag : random_next(&random);
}

void message_fill(void *buffer, size_t bytes, uint32_t nonce, uint32_t sequence)
{
	unsigned char *out = buffer;
	uint64_t tag = message_tag(nonce, sequence);

	for (size_t at = 0; at < bytes; at += sizeof tag) {
		uint64_t word = expected_word(tag, at);

		memcpy(out + at, &word, bytes - at < sizeof word ? bytes - at : sizeof word);
	}
}

/* Of two words that differ. */
static size_t first_difference(const unsigned char *a, const void *b)
{
	size_t i = 0;

	while (a[i] == ((const unsigned char *)b)[i])
		i++;
	return i;
}

int message_verify(const void *buffer, size_t bytes, uint32_t nonce, uint32_t sequence)
{
	const unsigned char *in = buffer;
	uint64_t tag = message_tag(nonce, sequence);

	if (!message_is(buffer, nonce, sequence))
		return message_unexpected(buffer, nonce, sequence);
	for (size_t at = 0; at < bytes; at += sizeof tag) {
		uint64_t word = expected_word(tag, at);
		size_t here = bytes - at < sizeof word ? bytes - at : sizeof word;

		if (memcmp(in + at, &word, here) != 0)
			return fail_text(EBADMSG,
				"message %u: the payload differs at byte %zu of %zu", sequence,
				at + first_difference(in + at, &word), bytes);
	}
	return 0;
}

int message_unexpected(const void *buffer, uint32_t nonce, uint32_t sequence)
{
	struct message m;

	memcpy(&m, buffer, sizeof m.nonce + sizeof m.sequence);
	if (m.nonce != nonce)
		return fail_text(EBADMSG,
			"message %u: nonce %08x instead of %08x: not a message of this run",
			sequence, m.nonce, nonce);
	return fail_text(EBADMSG, "message %u was expected, message %u came", sequence, m.sequence);
}
