/* Several messages in a call: whatever the group's size and the waits, each arrives once, in its
 * order and whole. Over every transport that has send_many and recv_many. */
#include "conformance_test.h"

enum { GROUP = 16 };

/* The last group is smaller. */
static int send_groups(struct pattern_end *end)
{
	uint64_t left = end->exchange.per_epoch;
	uint32_t number = 0;
	int err = 0;

	while (left > 0 && !err) {
		uint32_t group = left < GROUP ? (uint32_t)left : GROUP;

		for (uint32_t i = 0; i < group; i++, number++)
			message_fill(end->out + i * end->message_bytes, end->message_bytes, NONCE,
				number);
		err = end->transport->send_many(end->state, end->out, end->message_bytes, group);
		left -= group;
	}
	return err;
}

/* As many at a time as come, and never more than there is room for. */
static int recv_groups(struct pattern_end *end)
{
	uint32_t number = 0;

	while (number < end->exchange.per_epoch) {
		uint32_t room = number % GROUP + 1;
		int came = end->transport->recv_many(end->state, end->in, end->message_bytes, room);

		if (came < 0)
			return came;
		if (came == 0 || came > (int)room)
			return fail_text(EPROTO, "%d messages where up to %u fit", came, room);
		for (int i = 0; i < came; i++, number++) {
			int err = message_verify(end->in + (size_t)i * end->message_bytes,
				end->message_bytes, NONCE, number);

			if (err)
				return err;
		}
	}
	return 0;
}

static const struct pattern pattern_groups = {.name = "groups", .loop = {send_groups, recv_groups}};

/* What may lose gets no more than its buffer holds. */
static void check_groups(struct cell cell)
{
	const struct transport *transport = cell.transport;
	static const size_t sizes[] = {16, 17, 1000, 4096, 60000};

	if (!transport->send_many || !transport->recv_many)
		return;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		bool lossy = transport->traits & TRAIT_LOSSY;
		struct trial trial = {.transport = transport,
			.wait = cell.wait,
			.bytes = sizes[i],
			.messages = !lossy         ? 1003
				: sizes[i] <= 1000 ? 37
						   : 0,
			.per_call = GROUP,
			.pattern = &pattern_groups};

		if (trial.messages == 0 ||
			(transport->max_message && sizes[i] > transport->max_message))
			continue;
		run(&trial);
		if (is_too_large(&trial))
			continue;
		assert_done(&trial);
	}
}

static void test_groups_arrive_whole(void **state)
{
	(void)state;
	for_each(check_groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_this_machine_has),
		cmocka_unit_test(test_groups_arrive_whole),
	};

	return suite_status(cmocka_run_group_tests(tests, set_up, tear_down));
}
