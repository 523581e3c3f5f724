/* The open loop: messages are due on a schedule, and what holds them up counts against all that it
 * holds up (coordinated omission). */
#include "pair_test.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "message.h"

enum { EPOCHS = 60 };

static uint64_t received, stall_at; /* in the consumer */
static int64_t stall_ns;

/* The consumer stops once, as a garbage collector or a page fault storm would. */
static int stalling_recv(void *state, void *message, size_t bytes)
{
	const struct timespec stall = {
		.tv_sec = stall_ns / 1000000000, .tv_nsec = stall_ns % 1000000000};

	if (received++ == stall_at)
		nanosleep(&stall, NULL);
	return real->recv(state, message, bytes);
}

/* Every third message is lost on its way. */
static int losing_recv(void *state, void *message, size_t bytes)
{
	struct message m;
	int err;

	do {
		err = real->recv(state, message, bytes);
		memcpy(&m, message, sizeof m);
	} while (!err && m.sequence != MESSAGE_END && m.sequence % 3 == 2);
	return err;
}

static int setup(void **state)
{
	(void)state;
	pair_begin("pipe");
	params.pattern = &pattern_paced;
	params.exchange.warmup = 50;
	params.exchange.per_epoch = 5;
	params.exchange.interval_ns = 100000;
	received = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pair_end();
	return 0;
}

static struct histogram merged(const struct histogram *epochs)
{
	static struct histogram sum;

	histogram_reset(&sum);
	for (int e = 0; e < EPOCHS; e++)
		histogram_merge(&sum, &epochs[e]);
	return sum;
}

static void every_message_is_recorded_once(void **state)
{
	(void)state;
	assert_run(PAIR_DONE, "");

	const struct tally *producer = pair.tally[SIDE_PRODUCER], *consumer = pair.tally[1];

	assert_int_equal(producer->sent, 50 + 5 * EPOCHS);
	assert_int_equal(producer->messages, 5 * EPOCHS);
	assert_int_equal(consumer->messages, 5 * EPOCHS);
	assert_int_equal(consumer->before, 50);
	assert_int_equal(consumer->warmup.count, 50);
	assert_int_equal(consumer->service_warmup.count, 50);
	assert_int_equal(producer->warmup.count, 50);
	for (int e = 0; e < EPOCHS; e++) {
		assert_int_equal(consumer->epoch[e].count, 5);
		assert_int_equal(consumer->service[e].count, 5);
		assert_int_equal(producer->epoch[e].count, 5);
		assert_int_equal(consumer->arrived[e + 1] - consumer->arrived[e], 5);
		assert_true(consumer->stamp_ns[e + 1] >= consumer->stamp_ns[e]);
		/* it is never sent before it is due, nor seen before it is sent */
		assert_int_equal(producer->epoch[e].negative + consumer->epoch[e].negative +
				consumer->service[e].negative,
			0);
		/* response = lateness + service, message by message, so in sum, too */
		assert_int_equal(
			consumer->epoch[e].sum, producer->epoch[e].sum + consumer->service[e].sum);
	}
	/* the schedule is not left behind: message k is not sent before start + k x interval */
	assert_true(producer->stamp_ns[EPOCHS] - producer->start_ns >= 349 * 100000);
}

static void a_schedule_on_one_cpu(void **state)
{
	(void)state;
	struct topology *topology = topology_load(NULL);
	struct cpu_pair cpus;

	assert_int_equal(topology_pair(topology, PLACEMENT_SAME_CPU, &cpus), 0);
	topology_free(topology);
	params.cpus = cpus;
	assert_run(PAIR_DONE, "");
	assert_int_equal(pair.tally[1]->messages, 5 * EPOCHS);
	assert_int_equal(merged(pair.tally[1]->epoch).count, 5 * EPOCHS);
}

static void lost_messages_leave_their_epochs(void **state)
{
	(void)state;
	fake.recv = losing_recv;
	fake.traits |= TRAIT_LOSSY;
	params.exchange.warmup = 51;
	params.exchange.per_epoch = 6;
	assert_run(PAIR_DONE, "");

	const struct tally *consumer = pair.tally[SIDE_CONSUMER];

	assert_int_equal(consumer->before, 34);
	assert_int_equal(consumer->messages, 4 * EPOCHS);
	assert_int_equal(sequence_lost(&consumer->sequence, 51 + 6 * EPOCHS), 17 + 2 * EPOCHS);
	for (int e = 0; e < EPOCHS; e++)
		assert_int_equal(consumer->epoch[e].count, 4);
}

/* The consumer stands still for half of the run. Stamped when they were really sent, the messages
 * look as well as ever, since the producer could not send: all but one of them. Stamped when they
 * were due, they tell. */
static void a_stall_is_not_omitted(void **state)
{
	(void)state;
	fake.recv = stalling_recv;
	params.message_bytes = 65536; /* the pipe holds one */
	params.exchange.per_epoch = 50;
	params.exchange.interval_ns = 1e6;
	stall_at = 50 + 1000;
	stall_ns = 1500000000;
	assert_run(PAIR_DONE, "");

	struct histogram h = merged(pair.tally[SIDE_CONSUMER]->epoch);
	double response = histogram_quantile(&h, 0.99);

	h = merged(pair.tally[SIDE_CONSUMER]->service);

	double service = histogram_quantile(&h, 0.99);

	print_message("p99: response %.0f ns, service %.0f ns\n", response, service);
	assert_true(response > 1e9);
	assert_true(response >= 100 * service);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_message_is_recorded_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_schedule_on_one_cpu, setup, teardown),
		cmocka_unit_test_setup_teardown(lost_messages_leave_their_epochs, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stall_is_not_omitted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
