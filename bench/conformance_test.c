/* The contract of transport.h, tried on every transport of the registry with every wait that it
 * supports: what crosses arrives whole, whatever the size, the pace and the signals. */
#include "conformance_test.h"

#include "conformance_flood_test.h"

#include <ctype.h>
#include <sys/time.h>

/* ---- the table ---- */

static void test_table_is_complete(void **state)
{
	(void)state;
	assert_string_equal(transport_registry[0]->name, "null");
	for (size_t i = 0; transport_registry[i]; i++) {
		const struct transport *t = transport_registry[i];

		assert_ptr_equal(transport_find(t->name), t);
		for (const char *c = t->name; *c; c++)
			assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) ||
				*c == '-');
		assert_true(strlen(t->name) <= 20); /* columns of tables */
		assert_true(t->summary[0] != '\0');
		assert_true(t->waits != 0 && t->waits < WAIT_SET(WAIT_MODES));
		assert_true(t->state_size > 0);
		assert_true(t->setup && t->attach && t->send && t->recv && t->teardown);
		assert_int_equal(!t->send_many, !t->recv_many);
	}
	assert_null(transport_find("nosuch"));
}

/* ---- echo ---- */

/* The waits share all but the moment when nothing can be moved: those sizes are for all. */
static bool is_left_out(struct cell cell, size_t bytes)
{
	size_t most = cell.transport->max_message;
	bool is_for_all = bytes == 16 || bytes == 4097 || bytes == 65507 || bytes == 1048576;

	return (most && bytes > most) || !(is_for_all || is_usual(cell));
}

static void check_echo(struct cell cell)
{
	static const size_t sizes[] = {16, 17, 63, 64, 65, 100, 1000, 1460, 4095, 4096, 4097, 8192,
		8193, 32768, 65507, 65536, 212992, 1048576};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct trial trial = {.transport = cell.transport,
			.wait = cell.wait,
			.bytes = sizes[i],
			.messages = 20,
			.pattern = &pattern_verify};

		if (is_left_out(cell, sizes[i]))
			continue;
		run(&trial);
		if (!is_too_large(&trial))
			assert_done(&trial);
	}
}

static void test_echo_at_many_sizes(void **state)
{
	(void)state;
	for_each(check_echo);
}

/* ---- flood ---- */

static void check_flood(struct cell cell)
{
	static const size_t sizes[] = {16, 1000, 60000};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct trial trial = {.transport = cell.transport,
			.wait = cell.wait,
			.bytes = sizes[i],
			.messages = sizes[i] > 10000 ? 200 : (is_usual(cell) ? 3000 : 1000),
			.pattern = &pattern_flood};

		run(&trial);
		if (!is_too_large(&trial))
			assert_done(&trial);
	}
}

static void test_flood_with_a_slow_consumer(void **state)
{
	(void)state;
	for_each(check_flood);
}

/* ---- names and signals ---- */

static int nothing_stands_there(struct pattern_end *end)
{
	(void)end;
	if (entries(scratch.path) != 0)
		return fail_text(EEXIST, "a name is there while messages flow");
	return 0;
}

static const struct pattern pattern_nameless = {
	.name = "nameless", .loop = {nothing_stands_there, nothing_stands_there}};

static void check_names(struct cell cell)
{
	struct trial trial = {.transport = cell.transport,
		.wait = cell.wait,
		.bytes = 64,
		.messages = 1,
		.pattern = &pattern_nameless};

	run(&trial);
	assert_done(&trial);
}

static void test_no_name_exists_while_messages_flow(void **state)
{
	(void)state;
	for_each(check_names);
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* Signals without SA_RESTART, every millisecond, while messages cross. */
static int interrupted(struct pattern_end *end, enum side side)
{
	const struct itimerval every_ms = {.it_interval.tv_usec = 1000, .it_value.tv_usec = 1000};
	const struct itimerval never = {0};
	const struct sigaction action = {.sa_handler = on_alarm};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every_ms, NULL);

	int err = pattern_verify.loop[side](end);

	setitimer(ITIMER_REAL, &never, NULL);
	return err;
}

static int interrupted_producer(struct pattern_end *end)
{
	return interrupted(end, SIDE_PRODUCER);
}

static int interrupted_consumer(struct pattern_end *end)
{
	return interrupted(end, SIDE_CONSUMER);
}

static const struct pattern pattern_interrupted = {
	.name = "interrupted", .loop = {interrupted_producer, interrupted_consumer}};

static void check_signals(struct cell cell)
{
	struct trial trial = {.transport = cell.transport,
		.wait = cell.wait,
		.bytes = 60000,
		.messages = is_usual(cell) ? 300 : 100,
		.pattern = &pattern_interrupted};

	run(&trial);
	if (is_too_large(&trial)) {
		trial.bytes = 4096;
		run(&trial);
	}
	assert_done(&trial);
}

static void test_signals_do_not_disturb(void **state)
{
	(void)state;
	for_each(check_signals);
}

/* On a schedule that leaves the consumer time to sleep, then all at once. */
static void check_paced(struct cell cell)
{
	static const double intervals_ns[] = {200000, 0};

	for (size_t i = 0; i < sizeof intervals_ns / sizeof intervals_ns[0]; i++) {
		struct trial trial = {.transport = cell.transport,
			.wait = cell.wait,
			.bytes = 64,
			.messages = is_usual(cell) ? 300 : 100,
			.pattern = &pattern_paced,
			.interval_ns = intervals_ns[i]};

		run(&trial);
		assert_done(&trial);
	}
}

static void test_messages_on_a_schedule(void **state)
{
	(void)state;
	for_each(check_paced);
}

/* ---- connections ---- */

/* A connection for each message, echoed; each side sees every byte of it. */
static int connections(struct pattern_end *end, enum side side)
{
	const struct rendezvous *rendezvous = end->rendezvous;
	int err = 0;

	for (uint32_t i = 0; i < end->exchange.per_epoch && !err; i++) {
		unsigned char *message = side == SIDE_PRODUCER ? end->out : end->in;

		message_fill(end->out, end->message_bytes, NONCE, i);
		err = side == SIDE_PRODUCER ? rendezvous->connect(end->state)
					    : rendezvous->accept(end->state);
		if (!err && side == SIDE_PRODUCER)
			err = end->send(end->state, message, end->message_bytes);
		if (!err)
			err = end->recv(end->state, end->in, end->message_bytes);
		if (!err)
			err = message_verify(end->in, end->message_bytes, NONCE, i);
		if (!err && side == SIDE_CONSUMER)
			err = end->send(end->state, message, end->message_bytes);
		if (!err)
			err = rendezvous->hang_up(end->state);
	}
	return err;
}

static int connections_of_producer(struct pattern_end *end)
{
	return connections(end, SIDE_PRODUCER);
}

static int connections_of_consumer(struct pattern_end *end)
{
	return connections(end, SIDE_CONSUMER);
}

static const struct pattern pattern_connections = {
	.name = "connections", .loop = {connections_of_producer, connections_of_consumer}};

/* With block they are made; with another wait they may be, else the reason is told. */
static void check_connections(struct cell cell)
{
	static const size_t sizes[] = {64, 1000000};
	const char *limit = NULL;

	if (!cell.transport->rendezvous)
		return;
	assert_true(cell.transport->rendezvous->most(&limit) > 0);
	assert_non_null(limit);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct trial trial = {.transport = cell.transport,
			.wait = cell.wait,
			.bytes = sizes[i],
			.messages = sizes[i] > 10000 ? 10 : 200,
			.pattern = &pattern_connections,
			.connects = true};

		run(&trial);
		if (trial.status == PAIR_UNSUPPORTED && cell.wait != WAIT_BLOCK)
			assert_true(trial.reason[0] != '\0');
		else
			assert_done(&trial);
	}
}

static void test_connections_while_messages_flow(void **state)
{
	(void)state;
	for_each(check_connections);
}

/* ---- buffers ---- */

static void check_buffer(struct cell cell)
{
	struct trial trial = {.transport = cell.transport,
		.wait = cell.wait,
		.bytes = 1000,
		.messages = 20,
		.pattern = &pattern_verify,
		.buffer_bytes = 65536};
	const int64_t *asked = &trial.requested.pipe_bytes, *got = &trial.effective.pipe_bytes;
	size_t named = 0;

	if (!(cell.transport->traits & TRAIT_BUFFER))
		return;
	run(&trial);
	assert_done(&trial);
	for (size_t i = 0; i < sizeof trial.requested / sizeof *asked; i++) {
		assert_true(asked[i] == 0 || got[i] > 0);
		named += asked[i] == 65536;
	}
	assert_true(named > 0);
}

static void test_buffers_that_are_asked_for_are_told(void **state)
{
	(void)state;
	for_each(check_buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_complete),
		cmocka_unit_test(test_what_this_machine_has),
		cmocka_unit_test(test_echo_at_many_sizes),
		cmocka_unit_test(test_flood_with_a_slow_consumer),
		cmocka_unit_test(test_no_name_exists_while_messages_flow),
		cmocka_unit_test(test_signals_do_not_disturb),
		cmocka_unit_test(test_messages_on_a_schedule),
		cmocka_unit_test(test_connections_while_messages_flow),
		cmocka_unit_test(test_buffers_that_are_asked_for_are_told),
	};

	return suite_status(cmocka_run_group_tests(tests, set_up, tear_down));
}
