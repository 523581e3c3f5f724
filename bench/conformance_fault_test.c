/* The contract of transport.h when things go wrong: a peer that is killed, a set-up that runs out
 * of descriptors. */
#include "conformance_test.h"

#include <sys/resource.h>

/* ---- death ---- */

/* Enough for every buffer to fill. */
static int send_for_ever(struct pattern_end *end)
{
	int err = 0;

	memset(end->out, 0, end->message_bytes);
	for (uint64_t i = 0; !err; i++) {
		err = end->transport->send(end->state, end->out, end->message_bytes);
		atomic_store(&end->tally->progress, i);
	}
	return err;
}

static int recv_for_ever(struct pattern_end *end)
{
	int err = 0;

	for (uint64_t i = 0; !err; i++) {
		err = end->transport->recv(end->state, end->in, end->message_bytes);
		atomic_store(&end->tally->progress, i);
	}
	return err;
}

static int die_after_some(struct pattern_end *end, int (*move)(struct pattern_end *))
{
	for (int i = 0; i < 10; i++) {
		int err = move(end);

		if (err)
			return err;
	}
	raise(SIGKILL);
	return 0;
}

static int send_one(struct pattern_end *end)
{
	return end->transport->send(end->state, end->out, end->message_bytes);
}

static int recv_one(struct pattern_end *end)
{
	return end->transport->recv(end->state, end->in, end->message_bytes);
}

static int producer_dies(struct pattern_end *end)
{
	return die_after_some(end, send_one);
}

static int consumer_dies(struct pattern_end *end)
{
	return die_after_some(end, recv_one);
}

/* Between two connections, or while the other end waits for a message of one. */
static int connect_one(struct pattern_end *end)
{
	int err = end->rendezvous->connect(end->state);

	if (!err)
		err = send_one(end);
	return err ? err : end->rendezvous->hang_up(end->state);
}

static int accept_one(struct pattern_end *end)
{
	int err = end->rendezvous->accept(end->state);

	if (!err)
		err = recv_one(end);
	return err ? err : end->rendezvous->hang_up(end->state);
}

static int connector_dies(struct pattern_end *end)
{
	return die_after_some(end, connect_one);
}

static int acceptor_dies(struct pattern_end *end)
{
	return die_after_some(end, accept_one);
}

static int connect_for_ever(struct pattern_end *end)
{
	int err = 0;

	while (!err)
		err = connect_one(end);
	return err;
}

static int accept_for_ever(struct pattern_end *end)
{
	int err = 0;

	while (!err)
		err = accept_one(end);
	return err;
}

static const char *const victims[] = {
	"producer: killed by signal 9", "consumer: killed by signal 9"};

static void assert_death_is_told(struct trial *trial, const char *victim)
{
	time_t start = time(NULL);

	run(trial);
	assert_int_equal(trial->status, PAIR_FAILED);
	if (!strstr(trial->reason, victim))
		print_error("%s %s: %s\n", trial->transport->name, wait_name(trial->wait),
			trial->reason);
	assert_non_null(strstr(trial->reason, victim));
	assert_true(time(NULL) - start < 30);
}

static void check_death_of_connections(struct cell cell)
{
	static const struct pattern patterns[] = {
		{.name = "connector-dies", .loop = {connector_dies, accept_for_ever}},
		{.name = "acceptor-dies", .loop = {connect_for_ever, acceptor_dies}},
	};

	if (!cell.transport->rendezvous || cell.wait != WAIT_BLOCK)
		return;
	for (size_t i = 0; i < 2; i++) {
		struct trial trial = {.transport = cell.transport,
			.wait = cell.wait,
			.bytes = 64,
			.messages = 1,
			.pattern = &patterns[i],
			.connects = true};

		assert_death_is_told(&trial, victims[i]);
	}
}

static void check_death(struct cell cell)
{
	static const struct pattern patterns[] = {
		{.name = "producer-dies", .loop = {producer_dies, recv_for_ever}},
		{.name = "consumer-dies", .loop = {send_for_ever, consumer_dies}},
	};

	for (size_t i = 0; i < 2; i++) {
		struct trial trial = {.transport = cell.transport,
			.wait = cell.wait,
			.bytes = 64,
			.messages = 1,
			.pattern = &patterns[i]};

		assert_death_is_told(&trial, victims[i]);
	}
}

static void test_a_killed_peer_is_an_error_and_no_hang(void **state)
{
	(void)state;
	for_each(check_death);
	for_each(check_death_of_connections);
}

/* ---- starvation ---- */

static struct link_params params_for(
	enum wait_mode wait, struct link_buffers *requested, struct link_buffers *effective)
{
	return (struct link_params){.wait = wait,
		.message_bytes = 64,
		.nonce = NONCE,
		.folder = scratch.path,
		.requested = requested,
		.effective = effective};
}

static int setup_with_descriptors(struct cell cell, rlim_t limit)
{
	const struct transport *transport = cell.transport;
	struct link_buffers requested = {0}, effective = {0};
	const struct link_params params = params_for(cell.wait, &requested, &effective);
	struct rlimit normal, starved;
	void *state = calloc(1, transport->state_size);

	getrlimit(RLIMIT_NOFILE, &normal);
	starved = normal;
	starved.rlim_cur = limit;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &starved), 0);

	int err = transport->setup(state, &params);

	for (int twice = 0; twice < 2; twice++) {
		transport->teardown(state);
		if (transport->finish)
			transport->finish(state);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &normal), 0);
	free(state);
	return err;
}

/* Room for one descriptor more each time, until the set-up is complete: every step of it fails
 * once. */
static void check_starvation(struct cell cell)
{
	int lowest = dup(STDIN_FILENO);
	int err = -EMFILE;

	assert_true(lowest >= 0);
	close(lowest);
	for (int room = 0; err && room < 64; room++) {
		struct traces before = traces_now();

		err = setup_with_descriptors(cell, (rlim_t)(lowest + room));
		assert_no_traces(before);
		if (err) {
			assert_int_equal(err, -EMFILE);
			assert_non_null(strstr(fail_reason(), "Too many open files"));
		}
	}
	assert_int_equal(err, 0);
}

static void test_half_built_links_are_taken_down(void **state)
{
	(void)state;
	for_each(check_starvation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_this_machine_has),
		cmocka_unit_test(test_a_killed_peer_is_an_error_and_no_hang),
		cmocka_unit_test(test_half_built_links_are_taken_down),
	};

	return suite_status(cmocka_run_group_tests(tests, set_up, tear_down));
}
