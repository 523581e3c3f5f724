/* The contract of transport.h, tried on every transport of the registry with every wait that it
 * supports. */
#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "message.h"
#include "pair.h"
#include "scratch.h"
#include "wait.h"

#define NONCE 0x7e57ab1eU

static struct scratch scratch;

static size_t entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t count = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return count;
}

/* What a run must leave as it found it. */
struct traces {
	size_t descriptors, names, segments;
};

static struct traces traces_now(void)
{
	return (struct traces){
		.descriptors = entries("/proc/self/fd"),
		.names = entries(scratch.path),
		.segments = entries("/dev/shm"),
	};
}

static void assert_no_traces(struct traces before)
{
	struct traces after = traces_now();

	assert_int_equal(after.descriptors, before.descriptors);
	assert_int_equal(after.names, before.names);
	assert_int_equal(after.segments, before.segments);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), scratch.guard ? 0 : -1); /* the guard alone */
}

/* One pair over one transport; the status and the reason come back. */
struct trial {
	const struct transport *transport;
	enum wait_mode wait;
	size_t bytes;
	uint64_t messages;
	const struct pattern *pattern;
	enum pair_status status;
	char reason[FAIL_TEXT_BYTES];
};

static void run(struct trial *trial)
{
	const struct pair_params params = {
		.transport = trial->transport,
		.pattern = trial->pattern,
		.wait = trial->wait,
		.message_bytes = trial->bytes,
		.cpus = {-1, -1},
		.exchange = {.per_epoch = trial->messages, .epochs = 1, .batch = 1},
		.nonce = NONCE,
		.folder = scratch.path,
	};
	struct traces before = traces_now();
	struct pair pair;

	pair_run(&params, &pair);
	trial->status = pair.status;
	memcpy(trial->reason, pair.reason, sizeof trial->reason);
	pair_release(&pair);
	assert_no_traces(before);
}

/* Calls `check` for each transport but null, with each wait. */
static void for_each(void (*check)(const struct transport *transport, enum wait_mode wait))
{
	for (size_t i = 0; transport_registry[i]; i++)
		for (enum wait_mode wait = WAIT_NONE; wait < WAIT_MODES; wait++)
			if (transport_registry[i]->waits & WAIT_SET(wait) &&
				!(transport_registry[i]->traits & TRAIT_HARNESS))
				check(transport_registry[i], wait);
}

static void assert_done(const struct trial *trial)
{
	if (trial->status != PAIR_DONE)
		print_error("%s %s %zu: %s\n", trial->transport->name, wait_name(trial->wait),
			trial->bytes, trial->reason);
	assert_int_equal(trial->status, PAIR_DONE);
}

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
		assert_true(t->summary[0] != '\0');
		assert_true(t->waits != 0 && t->waits < WAIT_SET(WAIT_MODES));
		assert_true(t->state_size > 0);
		assert_true(t->setup && t->attach && t->send && t->recv && t->teardown);
	}
	assert_null(transport_find("nosuch"));
}

/* ---- echo ---- */

static void check_echo(const struct transport *transport, enum wait_mode wait)
{
	static const size_t sizes[] = {16, 17, 63, 64, 65, 100, 1000, 1460, 4095, 4096, 4097, 8192,
		8193, 32768, 65507, 65536, 212992, 1048576};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct trial trial = {.transport = transport,
			.wait = wait,
			.bytes = sizes[i],
			.messages = 20,
			.pattern = &pattern_verify};

		if (transport->max_message && sizes[i] > transport->max_message)
			continue;
		run(&trial);
		/* a datagram may be too large for its socket's buffer: then it is said, never cut
		 */
		if (trial.status == PAIR_UNSUPPORTED && sizes[i] > 65507) {
			assert_non_null(strstr(trial.reason, "datagram"));
			continue;
		}
		assert_done(&trial);
	}
}

static void test_echo_at_many_sizes(void **state)
{
	(void)state;
	for_each(check_echo);
}

/* ---- flood ---- */

static int flood_send(struct pattern_end *end)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	bool lossy = end->transport->traits & TRAIT_LOSSY;
	int err = 0;

	for (uint32_t i = 0; i < end->exchange.per_epoch && !err; i++) {
		message_fill(end->out, end->message_bytes, NONCE, i);
		err = end->transport->send(end->state, end->out, end->message_bytes);
	}
	while (!err && lossy && !atomic_load(&end->peer->finished)) {
		message_fill(end->out, end->message_bytes, NONCE, MESSAGE_END);
		err = end->transport->send(end->state, end->out, end->message_bytes);
		nanosleep(&pause, NULL);
	}
	return err == -ECONNREFUSED ? 0 : err;
}

/* Slower than the producer, and checks each byte. A lossy transport may leave numbers out, never go
 * back. */
static int flood_recv(struct pattern_end *end)
{
	const struct timespec pause = {.tv_nsec = 200000};
	bool lossy = end->transport->traits & TRAIT_LOSSY;

	for (uint32_t i = 0; i < end->exchange.per_epoch; i++) {
		struct message front;
		int err = end->transport->recv(end->state, end->in, end->message_bytes);

		memcpy(&front, end->in, sizeof front);
		if (!err && lossy && front.sequence >= i)
			i = front.sequence;
		if (!err)
			err = message_verify(end->in, end->message_bytes, NONCE, i);
		if (err)
			return err;
		if (i == MESSAGE_END)
			break;
		if (lossy && i + 1 == end->exchange.per_epoch)
			i--; /* the end is still to come */
		if (i % 16 == 0)
			nanosleep(&pause, NULL);
	}
	atomic_store(&end->tally->finished, 1);
	return 0;
}

static const struct pattern pattern_flood = {.name = "flood", .loop = {flood_send, flood_recv}};

static void check_flood(const struct transport *transport, enum wait_mode wait)
{
	static const size_t sizes[] = {16, 1000, 60000};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct trial trial = {.transport = transport,
			.wait = wait,
			.bytes = sizes[i],
			.messages = sizes[i] > 10000 ? 200 : 3000,
			.pattern = &pattern_flood};

		run(&trial);
		assert_done(&trial);
	}
}

static void test_flood_with_a_slow_consumer(void **state)
{
	(void)state;
	for_each(check_flood);
}

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

static void check_death(const struct transport *transport, enum wait_mode wait)
{
	static const struct pattern patterns[] = {
		{.name = "producer-dies", .loop = {producer_dies, recv_for_ever}},
		{.name = "consumer-dies", .loop = {send_for_ever, consumer_dies}},
	};
	static const char *const victims[] = {
		"producer: killed by signal 9", "consumer: killed by signal 9"};

	for (size_t i = 0; i < 2; i++) {
		struct trial trial = {.transport = transport,
			.wait = wait,
			.bytes = 64,
			.messages = 1,
			.pattern = &patterns[i]};
		time_t start = time(NULL);

		run(&trial);
		assert_int_equal(trial.status, PAIR_FAILED);
		if (!strstr(trial.reason, victims[i]))
			print_error("%s %s: %s\n", transport->name, wait_name(wait), trial.reason);
		assert_non_null(strstr(trial.reason, victims[i]));
		assert_true(time(NULL) - start < 30);
	}
}

static void test_a_killed_peer_is_an_error_and_no_hang(void **state)
{
	(void)state;
	for_each(check_death);
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

static int setup_with_descriptors(
	const struct transport *transport, enum wait_mode wait, rlim_t limit)
{
	struct link_buffers requested = {0}, effective = {0};
	const struct link_params params = params_for(wait, &requested, &effective);
	struct rlimit normal, starved;
	void *state = calloc(1, transport->state_size);

	getrlimit(RLIMIT_NOFILE, &normal);
	starved = normal;
	starved.rlim_cur = limit;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &starved), 0);

	int err = transport->setup(state, &params);

	transport->teardown(state);
	transport->teardown(state);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &normal), 0);
	free(state);
	return err;
}

/* Room for one descriptor more each time, until the set-up is complete: every step of it fails
 * once. */
static void check_starvation(const struct transport *transport, enum wait_mode wait)
{
	int lowest = dup(STDIN_FILENO);
	int err = -EMFILE;

	assert_true(lowest >= 0);
	close(lowest);
	for (int room = 0; err && room < 16; room++) {
		struct traces before = traces_now();

		err = setup_with_descriptors(transport, wait, (rlim_t)(lowest + room));
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

static void check_names(const struct transport *transport, enum wait_mode wait)
{
	struct trial trial = {.transport = transport,
		.wait = wait,
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

static void check_signals(const struct transport *transport, enum wait_mode wait)
{
	struct trial trial = {.transport = transport,
		.wait = wait,
		.bytes = 60000,
		.messages = 300,
		.pattern = &pattern_interrupted};

	run(&trial);
	assert_done(&trial);
}

static void test_signals_do_not_disturb(void **state)
{
	(void)state;
	for_each(check_signals);
}

/* ---- */

static int set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	alarm(500); /* a hang is a failure */
	return scratch_open(&scratch);
}

static int tear_down(void **state)
{
	(void)state;
	scratch_close(&scratch);
	return access(scratch.path, F_OK) == 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_complete),
		cmocka_unit_test(test_echo_at_many_sizes),
		cmocka_unit_test(test_flood_with_a_slow_consumer),
		cmocka_unit_test(test_a_killed_peer_is_an_error_and_no_hang),
		cmocka_unit_test(test_half_built_links_are_taken_down),
		cmocka_unit_test(test_no_name_exists_while_messages_flow),
		cmocka_unit_test(test_signals_do_not_disturb),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
