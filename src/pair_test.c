/* Runs of two real processes: what goes well, and that whatever goes wrong is told within seconds
 * and leaves neither a process nor a descriptor behind. */
#include "pair_test.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "interrupt.h"

static int teardowns;
static enum side self; /* in a child: which one it is */

static int fake_attach(void *state, enum side side)
{
	self = side;
	return real->attach(state, side);
}

static void fake_teardown(void *state)
{
	teardowns++;
	real->teardown(state);
}

static int setup(void **state)
{
	(void)state;
	pair_begin("pipe");
	fake.attach = fake_attach;
	fake.teardown = fake_teardown;
	teardowns = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pair_end();
	return 0;
}

static void both_sides_are_well(void **state)
{
	(void)state;
	static const struct pattern *const patterns[] = {&pattern_pingpong, &pattern_stream};

	for (size_t i = 0; i < COUNT(patterns); i++) {
		params.pattern = patterns[i];
		assert_ends(PAIR_DONE, "");
		for (int side = 0; side < SIDES; side++) {
			assert_int_equal(pair.tally[side]->messages, 600);
			assert_true(pair.tally[side]->elapsed_ns > 0);
			assert_true(pair.tally[side]->usage.cpu_ns > 0);
			assert_string_equal(pair.tally[side]->reason, "");
		}
		assert_int_equal(pair.tally[SIDE_PRODUCER]->warmup.count, i == 0 ? 20 : 0);
		assert_int_equal(pair.tally[SIDE_PRODUCER]->epoch[59].count, i == 0 ? 10 : 0);
		assert_int_equal(pair.tally[i]->arrived[60], 600); /* of the side that is timed */
		assert_true(pair.effective.pipe_bytes >= 4096);
		assert_true(pair.requested.pipe_bytes >= 4096);
		pair_release(&pair);
		assert_null(pair.tally[0]);
	}
	assert_true(teardowns >= 2);
}

static void payloads_cross_unharmed(void **state)
{
	(void)state;
	params.pattern = &pattern_verify;
	for (params.message_bytes = 16; params.message_bytes <= 1 << 20;
		params.message_bytes *= 4) {
		assert_ends(PAIR_DONE, "");
		pair_release(&pair);
	}
}

static void each_side_runs_where_it_is_put(void **state)
{
	(void)state;
	cpu_set_t all;
	int last = 0;

	assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
		last = CPU_ISSET(cpu, &all) ? (int)cpu : last;
	params.cpus = (struct cpu_pair){last, last};
	assert_ends(PAIR_DONE, "");
	for (int side = 0; side < SIDES; side++) {
		assert_int_equal(pair.tally[side]->cpu_start, last);
		assert_int_equal(pair.tally[side]->cpu_end, last);
	}
	pair_release(&pair);
	params.cpus.consumer = 16383;
	assert_ends(PAIR_FAILED, "consumer: pinning to CPU 16383: not online or not allowed");
}

static int setup_error;

static int failing_setup(void *state, const struct link_params *link)
{
	real->setup(state, link);
	return fail_text(setup_error, "setup says %d", setup_error);
}

static void a_setup_that_fails(void **state)
{
	(void)state;
	static const struct {
		int err;
		enum pair_status status;
	} table[] = {{ENOSYS, PAIR_UNSUPPORTED}, {EPROTONOSUPPORT, PAIR_UNSUPPORTED},
		{EAFNOSUPPORT, PAIR_UNSUPPORTED}, {EPERM, PAIR_UNSUPPORTED},
		{EMSGSIZE, PAIR_UNSUPPORTED}, {ENAMETOOLONG, PAIR_UNSUPPORTED}, {EIO, PAIR_FAILED},
		{EMFILE, PAIR_FAILED}, {EACCES, PAIR_FAILED}, {ENOMEM, PAIR_FAILED}};
	char reason[32];

	fake.setup = failing_setup;
	for (size_t i = 0; i < COUNT(table); i++) {
		setup_error = table[i].err;
		snprintf(reason, sizeof reason, "setup says %d", setup_error);
		teardowns = 0;
		assert_ends(table[i].status, reason);
		assert_int_equal(teardowns, 1);
		pair_release(&pair);
	}
}

static int failing_attach(void *state, enum side side)
{
	return side == (enum side)setup_error ? fail_text(EPERM, "no end for you")
					      : real->attach(state, side);
}

static void an_attach_that_fails(void **state)
{
	(void)state;
	fake.attach = failing_attach;
	setup_error = SIDE_PRODUCER;
	assert_ends(PAIR_UNSUPPORTED, "no end for you");
	assert_true(teardowns >= 1);
	pair_release(&pair);
	setup_error = SIDE_CONSUMER;
	assert_ends(PAIR_UNSUPPORTED, "no end for you");
}

/* What befalls one side: the signal of this number, or one of these. */
enum { FAILS = 0, LEAVES = -1, LEAVES_WITH_7 = -8 };

static enum side ill;
static int accident;

/* On its 30th message. */
static int fragile_recv(void *state, void *message, size_t bytes)
{
	static int received;

	if (self != ill || ++received != 30)
		return real->recv(state, message, bytes);
	if (accident < 0) {
		real->teardown(state); /* so that the other side notices first */
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
		_exit(-accident - 1);
	}
	if (accident == FAILS)
		return fail_text(EBADMSG, "this is no message");
	signal(accident, SIG_DFL); /* a sanitizer would take SIGSEGV for its own */
	return raise(accident);
}

static void suffers(enum side side, int what, const char *reason)
{
	char text[128];

	ill = side;
	accident = what;
	fake.recv = fragile_recv;
	snprintf(text, sizeof text, "%s: %s", side_name(side), reason);
	assert_ends(PAIR_FAILED, text);
	pair_release(&pair);
}

static void a_side_that_fails(void **state)
{
	(void)state;
	for (enum side side = SIDE_PRODUCER; side < SIDES; side++) {
		suffers(side, FAILS, "this is no message");
		suffers(side, SIGKILL, "killed by signal 9 (Killed)");
		suffers(side, SIGSEGV, "killed by signal 11 (Segmentation fault)");
		suffers(side, LEAVES_WITH_7, "ended with status 7");
	}
}

/* The other side's broken pipe is the effect, not the cause. */
static void a_side_that_just_leaves(void **state)
{
	(void)state;
	suffers(SIDE_PRODUCER, LEAVES, "gone without a word");
	suffers(SIDE_CONSUMER, LEAVES, "gone without a word");
}

/* Where nothing tells the other side: it spins, or sleeps on a futex, for ever. */
static void the_other_side_is_taken_down(void **state)
{
	(void)state;
	static const struct {
		const char *transport;
		enum wait_mode wait;
	} links[] = {
		{"shm", WAIT_FUTEX}, {"shm", WAIT_SPIN}, {"tcp", WAIT_BLOCK}, {"udp", WAIT_SPIN}};

	for (size_t i = 0; i < COUNT(links); i++) {
		real = transport_find(links[i].transport);
		fake = *real;
		fake.attach = fake_attach;
		params.wait = links[i].wait;
		suffers(SIDE_CONSUMER, SIGKILL, "killed by signal 9 (Killed)");
		suffers(SIDE_PRODUCER, SIGKILL, "killed by signal 9 (Killed)");
	}
}

static int inherited;

static int has_inherited(struct pattern_end *end)
{
	(void)end;
	return fcntl(inherited, F_GETFD) >= 0 ? fail_text(EBADF, "holds what is not its own") : 0;
}

static void what_the_caller_had_open_is_closed(void **state)
{
	(void)state;
	set_loops(has_inherited, has_inherited);
	inherited = dup(STDOUT_FILENO);
	assert_run(PAIR_DONE, "");
	close(inherited);
}

static pid_t *born; /* shared: the children */

static int hang(struct pattern_end *end)
{
	(void)end;
	born[self] = getpid();
	return pause();
}

static void hang_on(void)
{
	born = memory_shared(4096);
	set_loops(hang, hang);
}

/* The harness itself is killed: its children, who are ours then, go with it. */
static void no_side_outlives_the_harness(void **state)
{
	(void)state;
	int status;

	hang_on();
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1UL), 0);
	pid_t harness = fork();

	if (harness == 0) {
		pair_run(&params, &pair);
		_exit(1);
	}
	while (!((volatile pid_t *)born)[0] || !((volatile pid_t *)born)[1])
		assert_true(clock_now_ns() - started_ns < 5 * SECOND);
	assert_int_equal(kill(harness, SIGKILL), 0);
	assert_int_equal(waitpid(harness, &status, 0), harness);
	for (int side = 0; side < SIDES; side++) {
		pid_t pid = 0;

		while ((pid = waitpid(born[side], &status, WNOHANG)) == 0)
			assert_true(clock_now_ns() - started_ns < 5 * SECOND);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0UL), 0);
	munmap(born, 4096);
}

/* Ten seconds: the only test that takes its time. */
static void a_pair_that_hangs_is_given_up(void **state)
{
	(void)state;
	hang_on();
	assert_run(PAIR_FAILED, "no message moved for 10 s");
	assert_in_range(clock_now_ns() - started_ns, 9 * SECOND, 20 * SECOND);
	munmap(born, 4096);
}

/* The last one: from there on signals are caught. */
static void a_signal_ends_the_run(void **state)
{
	(void)state;
	sigset_t set;

	assert_int_equal(interrupt_catch(), 0);
	descriptors = count_entries("/proc/self/fd");
	hang_on();
	raise(SIGINT);
	assert_ends(PAIR_INTERRUPTED, "interrupted");
	assert_int_equal(interrupt_pending(), SIGINT); /* still to be seen */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	assert_int_equal(sigtimedwait(&set, NULL, &(struct timespec){0}), SIGINT);
	munmap(born, 4096);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(both_sides_are_well), TEST(payloads_cross_unharmed),
		TEST(each_side_runs_where_it_is_put), TEST(a_setup_that_fails),
		TEST(an_attach_that_fails), TEST(a_side_that_fails), TEST(a_side_that_just_leaves),
		TEST(the_other_side_is_taken_down), TEST(what_the_caller_had_open_is_closed),
		TEST(no_side_outlives_the_harness), TEST(a_pair_that_hangs_is_given_up),
		TEST(a_signal_ends_the_run)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
