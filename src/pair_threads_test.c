/* Runs whose two sides are threads of one process: each is a side as good as a process, and what
 * goes wrong with one is told of it; what ends the process is told of both. */
#include "pair_test.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What each side says of itself; shared. */
struct seen {
	pid_t process, thread;
	char name[16];
	const void *state;
	int cpu;
};

static struct seen *seen;
static enum side ill;

static int setup(void **state)
{
	(void)state;
	pair_begin("pipe");
	params.threads = true;
	seen = memory_shared(4096);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	munmap(seen, 4096);
	pair_end();
	return 0;
}

static void every_pattern_runs(void **state)
{
	(void)state;
	static const struct pattern *const patterns[] = {
		&pattern_pingpong, &pattern_stream, &pattern_paced};

	for (size_t i = 0; i < COUNT(patterns); i++) {
		params.pattern = patterns[i];
		params.exchange.interval_ns = patterns[i] == &pattern_paced ? 20000 : 0;
		assert_ends(PAIR_DONE, "");
		for (int side = 0; side < SIDES; side++) {
			assert_int_equal(pair.tally[side]->messages, 600);
			assert_true(pair.tally[side]->elapsed_ns > 0);
			assert_string_equal(pair.tally[side]->reason, "");
		}
		pair_release(&pair);
	}
}

static int note_self(struct pattern_end *end, enum side side)
{
	seen[side].process = getpid();
	seen[side].thread = (pid_t)syscall(SYS_gettid);
	seen[side].state = end->state;
	seen[side].cpu = sched_getcpu();
	prctl(PR_GET_NAME, seen[side].name);
	return pattern_pingpong.loop[side](end);
}

static int note_producer(struct pattern_end *end)
{
	return note_self(end, SIDE_PRODUCER);
}

static int note_consumer(struct pattern_end *end)
{
	return note_self(end, SIDE_CONSUMER);
}

static void two_threads_of_one_process(void **state)
{
	(void)state;
	cpu_set_t all;
	int last = 0;

	assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
		last = CPU_ISSET(cpu, &all) ? (int)cpu : last;
	params.cpus = (struct cpu_pair){last, last};
	set_loops(note_producer, note_consumer);
	assert_ends(PAIR_DONE, "");
	assert_int_not_equal(seen[0].process, getpid());
	assert_int_equal(seen[0].process, seen[1].process);
	assert_int_not_equal(seen[0].thread, seen[1].thread);
	assert_ptr_not_equal(seen[0].state, seen[1].state);
	assert_string_equal(seen[0].name, "ipcmark-produce");
	assert_string_equal(seen[1].name, "ipcmark-consume");
	for (int side = 0; side < SIDES; side++) {
		assert_int_equal(seen[side].cpu, last);
		assert_int_equal(pair.tally[side]->cpu_start, last);
		assert_int_equal(pair.tally[side]->cpu_end, last);
	}
}

/* The consumer burns a tenth of a second between two messages, in which the producer sleeps. */
static int sleepy_producer(struct pattern_end *end)
{
	tally_begin(end->tally);

	int err = end->recv(end->state, end->in, end->message_bytes);

	tally_end(end->tally);
	return err;
}

static int busy_consumer(struct pattern_end *end)
{
	tally_begin(end->tally);

	int64_t start = clock_thread_cpu_ns();

	while (clock_thread_cpu_ns() - start < SECOND / 10)
		;
	tally_end(end->tally);
	return end->send(end->state, end->out, end->message_bytes);
}

static void each_thread_is_charged_with_its_own(void **state)
{
	(void)state;
	set_loops(sleepy_producer, busy_consumer);
	assert_ends(PAIR_DONE, "");
	assert_true(pair.tally[SIDE_CONSUMER]->usage.cpu_ns >= SECOND / 10);
	assert_true(pair.tally[SIDE_PRODUCER]->usage.cpu_ns < SECOND / 20);
	/* its sleep, and a lock of the address space that the other thread holds now and then */
	assert_in_range(pair.tally[SIDE_PRODUCER]->usage.voluntary_switches, 1, 10);
}

static int failing_attach(void *state, enum side side)
{
	return side == ill ? fail_text(EPERM, "no end for you") : real->attach(state, side);
}

static void an_attach_that_fails(void **state)
{
	(void)state;
	fake.attach = failing_attach;
	for (ill = SIDE_PRODUCER; ill < SIDES; ill++) {
		assert_ends(PAIR_UNSUPPORTED, "no end for you");
		pair_release(&pair);
	}
}

static int accident; /* a signal; 0: fails; -1: leaves the process */

static int suffer(struct pattern_end *end, enum side side)
{
	if (side != ill)
		return pattern_pingpong.loop[side](end);
	if (accident == 0)
		return fail_text(EBADMSG, "this is no message");
	if (accident < 0)
		_exit(0);
	signal(accident, SIG_DFL); /* a sanitizer would take SIGSEGV for its own */
	return raise(accident);
}

static int suffer_as_producer(struct pattern_end *end)
{
	return suffer(end, SIDE_PRODUCER);
}

static int suffer_as_consumer(struct pattern_end *end)
{
	return suffer(end, SIDE_CONSUMER);
}

/* In shared memory nothing tells the other side. */
static void what_goes_wrong_is_told(void **state)
{
	(void)state;
	static const struct {
		const char *transport;
		enum wait_mode wait;
	} links[] = {{"pipe", WAIT_BLOCK}, {"shm", WAIT_FUTEX}, {"shm", WAIT_SPIN}};
	static const struct {
		int accident;
		const char *reason;
	} table[] = {{SIGKILL, "process: killed by signal 9 (Killed)"},
		{SIGSEGV, "process: killed by signal 11 (Segmentation fault)"},
		{-1, "process: gone without a word"}};

	set_loops(suffer_as_producer, suffer_as_consumer);
	for (size_t l = 0; l < COUNT(links); l++) {
		params.transport = transport_find(links[l].transport);
		params.wait = links[l].wait;
		for (ill = SIDE_PRODUCER; ill < SIDES; ill++) {
			accident = 0;
			assert_ends(PAIR_FAILED,
				ill == SIDE_PRODUCER ? "producer: this is no message"
						     : "consumer: this is no message");
			pair_release(&pair);
			for (size_t i = 0; i < COUNT(table); i++) {
				accident = table[i].accident;
				assert_ends(PAIR_FAILED, table[i].reason);
				pair_release(&pair);
			}
		}
	}
}

static int hang(struct pattern_end *end)
{
	seen[end->tally == pair.tally[SIDE_CONSUMER]].process = getpid();
	return pause();
}

/* The harness itself is killed: both threads, whose process is ours then, go with it. */
static void no_thread_outlives_the_harness(void **state)
{
	(void)state;
	volatile struct seen *both = seen;
	int status;

	set_loops(hang, hang);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1UL), 0);
	pid_t harness = fork();

	if (harness == 0) {
		pair_run(&params, &pair);
		_exit(1);
	}
	while (!both[0].process || !both[1].process)
		assert_true(clock_now_ns() - started_ns < 5 * SECOND);
	assert_int_equal(kill(harness, SIGKILL), 0);
	assert_int_equal(waitpid(harness, &status, 0), harness);

	pid_t pid;

	while ((pid = waitpid(both[0].process, &status, WNOHANG)) == 0)
		assert_true(clock_now_ns() - started_ns < 5 * SECOND);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0UL), 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(every_pattern_runs),
		TEST(two_threads_of_one_process), TEST(each_thread_is_charged_with_its_own),
		TEST(an_attach_that_fails), TEST(what_goes_wrong_is_told),
		TEST(no_thread_outlives_the_harness)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
