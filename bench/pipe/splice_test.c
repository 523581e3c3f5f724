/* Messages that are made where `reserve` says: pages that are handed over must not change before
 * they have been read, however late that is. */
#include "conformance_test.h"

#include <time.h>

/* Every third message comes from elsewhere. Each differs in every byte from the one that was made
 * in its slot before, and is made at once: as soon as the pipe takes another. */
static int reserving_send(struct pattern_end *end)
{
	int err = 0;

	for (uint32_t i = 0; i < end->exchange.per_epoch && !err; i++) {
		unsigned char *out = i % 3 == 2 ? end->out : end->transport->reserve(end->state);

		message_fill(out, end->message_bytes, NONCE, i);
		err = end->transport->send(end->state, out, end->message_bytes);
		atomic_store(&end->tally->progress, i);
	}
	return err;
}

static int late_recv(struct pattern_end *end)
{
	const struct timespec pause = {.tv_nsec = 300000};
	int err = 0;

	for (uint32_t i = 0; i < end->exchange.per_epoch && !err; i++) {
		if (i % 8 == 0)
			nanosleep(&pause, NULL);
		err = end->transport->recv(end->state, end->in, end->message_bytes);
		if (!err)
			err = message_verify(end->in, end->message_bytes, NONCE, i);
		atomic_store(&end->tally->progress, i);
	}
	return err;
}

static const struct pattern pattern_reserving = {
	.name = "reserving", .loop = {reserving_send, late_recv}};

static void check_reserved(const struct transport *transport, enum wait_mode wait)
{
	static const size_t sizes[] = {16, 100, 4096, 5000, 20000, 65536, 65537, 1 << 20};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct trial trial = {.transport = transport,
			.wait = wait,
			.bytes = sizes[i],
			.messages = sizes[i] > 10000 ? 60 : 400,
			.pattern = &pattern_reserving};

		run(&trial);
		assert_done(&trial);
	}
}

static void test_pages_stay_as_they_were_sent(void **state)
{
	static const char *const names[] = {"pipe-vmsplice", "splice"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct transport *transport = transport_find(names[i]);

		for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++)
			if (transport->waits & WAIT_SET(wait))
				check_reserved(transport, wait);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_stay_as_they_were_sent),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
