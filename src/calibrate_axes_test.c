/* Calibration of cells with axes: think time, rates and loads, the positive control. */
#include "calibrate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "scratch.h"

#include <cmocka.h>

#define MS UINT64_C(1000000)

/* How fast the slow transport can be: a message in this time. */
#define SLOW_NS 200000

static const struct transport *real;
static struct transport slow;

static int slow_recv(void *state, void *message, size_t bytes)
{
	const struct timespec pause = {.tv_nsec = SLOW_NS};

	nanosleep(&pause, NULL);
	return real->recv(state, message, bytes);
}

static int setup(void **state)
{
	(void)state;
	real = transport_find("pipe");
	slow = *real;
	slow.recv = slow_recv;
	return 0;
}

static struct calibration calibrated(const struct transport *transport,
	const struct pattern *pattern, const char *axis, uint64_t time_ns)
{
	const struct pair_params params = {
		.transport = transport,
		.pattern = pattern,
		.wait = WAIT_BLOCK,
		.message_bytes = 64,
		.cpus = {-1, -1},
		.folder = "/tmp",
	};
	struct calibration_targets targets = {
		.clock = {.read_ns = 20, .quantum_ns = 1}, .time_ns = time_ns};
	struct calibration calibration = {0};
	char reason[FAIL_TEXT_BYTES];

	if (axes_add(&targets.axes, pattern, axis) < 0)
		fail_msg("%s", fail_reason());
	if (calibrate(&params, &targets, &calibration, reason) != PAIR_DONE)
		fail_msg("%s", reason);
	return calibration;
}

static void a_rate_is_kept(void **state)
{
	(void)state;
	struct calibration c = calibrated(real, &pattern_paced, "rate=1000", 600 * MS);

	assert_true(c.exchange.interval_ns == 1e6);
	assert_int_equal(c.exchange.per_epoch, 10); /* 600 in 60 epochs */
	assert_int_equal(c.exchange.warmup, 600);   /* 1000 would take longer than the run */
	assert_int_equal(c.exchange.batch, 1);
	assert_true(c.capacity_per_s > 1000);
}

/* The transport takes 200 us for a message, and a little more. */
static void a_load_is_of_its_own_capacity(void **state)
{
	(void)state;
	struct calibration c = calibrated(&slow, &pattern_paced, "load=25%", 200 * MS);

	assert_true(c.capacity_per_s > 0 && c.capacity_per_s < 1e9 / SLOW_NS);
	assert_true(fabs(c.exchange.interval_ns * c.capacity_per_s / 1e9 - 4) < 1e-9);
}

static void think_time_counts(void **state)
{
	(void)state;
	struct calibration c = calibrated(real, &pattern_pingpong, "think=5ms", 600 * MS);

	assert_int_equal(c.exchange.think_ns, 5 * MS);
	assert_true(c.message_ns >= 5e6);
	assert_in_range(c.exchange.per_epoch, 1, 2); /* 120 at most in 60 epochs */
	assert_in_range(c.exchange.warmup, 1, 120);
	assert_int_equal(c.exchange.batch, 1);
}

static void no_batches_where_each_is_idle(void **state)
{
	(void)state;
	const struct transport *shm = transport_find("shm");
	struct calibration c = calibrated(shm, &pattern_pingpong, "think=1ms", 60 * MS);

	assert_int_equal(c.exchange.batch, 1);
}

static void the_positive_control_is_slowed_down(void **state)
{
	(void)state;
	struct calibration c = calibrated(&slow, &pattern_pingpong, "control=positive", 60 * MS);

	/* 5 % of a round trip, in which both sides wait at the same time, or longer */
	assert_in_range(c.exchange.spin_ns, SLOW_NS / 20, SLOW_NS * 10);
	c = calibrated(&slow, &pattern_pingpong, "control=a-a", 60 * MS);
	assert_int_equal(c.exchange.spin_ns, 0);
}

static uint64_t few_names(const char **limit)
{
	*limit = "names";
	return 900;
}

static uint64_t some_names(const char **limit)
{
	*limit = "names";
	return 2000;
}

static enum pair_status calibrated_connections(
	uint64_t (*most)(const char **), struct calibration *calibration, char *reason)
{
	struct rendezvous limited = *transport_find("tcp")->rendezvous;
	struct transport tcp = *transport_find("tcp");
	const struct pair_params params = {
		.transport = &tcp,
		.pattern = &pattern_connect,
		.wait = WAIT_BLOCK,
		.message_bytes = 64,
		.connects = true,
		.cpus = {-1, -1},
		.folder = "/tmp",
	};
	const struct calibration_targets targets = {
		.clock = {.read_ns = 20, .quantum_ns = 1}, .time_ns = 10000 * MS};

	limited.most = most;
	tcp.rendezvous = &limited;
	return calibrate(&params, &targets, calibration, reason);
}

/* A run is kept short; one of a few connections would say nothing. */
static void connections_need_names(void **state)
{
	char reason[FAIL_TEXT_BYTES] = "";
	struct calibration c = {0};

	(void)state;
	assert_int_equal(calibrated_connections(some_names, &c, reason), PAIR_DONE);
	assert_string_equal(c.limit, "names");
	assert_in_range(exchange_messages(&c.exchange), 1500, 2000);
	assert_int_equal(calibrated_connections(few_names, &c, reason), PAIR_UNSUPPORTED);
	assert_string_equal(reason,
		"too few names are free for 1000 connections: earlier ones give theirs back after "
		"a minute");
}

/* A message over each active connection makes a round. */
static void a_fan_in_has_whole_rounds(void **state)
{
	(void)state;
	struct scratch scratch;
	struct pair_params params = {
		.transport = real,
		.pattern = &pattern_fanin,
		.wait = WAIT_POLL,
		.message_bytes = 64,
		.cpus = {-1, -1},
		.connections = 9,
		.active = 7,
	};
	const struct calibration_targets targets = {.clock = {.read_ns = 20, .quantum_ns = 1},
		.time_ns = 60 * MS,
		.warmup_ns = 100 * MS,
		.axes = {.connections = 9, .active = 7}};
	struct calibration c = {0};
	char reason[FAIL_TEXT_BYTES] = "";

	assert_int_equal(scratch_open(&scratch), 0);
	params.folder = scratch.path;
	assert_int_equal(calibrate(&params, &targets, &c, reason), PAIR_DONE);
	scratch_close(&scratch);
	assert_string_equal(reason, "");
	assert_int_equal(c.exchange.batch, 1);
	assert_false(c.clock_limited);
	assert_true(c.exchange.per_epoch > 0 && c.exchange.per_epoch % 7 == 0);
	assert_true(c.exchange.warmup >= 1000 && c.exchange.warmup % 7 == 0);
}

/* The length of a run is that of a pair among others. */
static void pairs_are_calibrated_together(void **state)
{
	(void)state;
	const struct crowd crowd = {.pairs = 3, .cpus = {{-1, -1}, {-1, -1}, {-1, -1}}};
	const struct pair_params params = {
		.transport = &slow,
		.pattern = &pattern_pingpong,
		.wait = WAIT_BLOCK,
		.message_bytes = 64,
		.cpus = {-1, -1},
		.crowd = &crowd,
		.threads = true,
		.folder = "/tmp",
	};
	const struct calibration_targets targets = {
		.clock = {.read_ns = 20, .quantum_ns = 1}, .time_ns = 120 * MS};
	struct calibration c = {0};
	char reason[FAIL_TEXT_BYTES] = "";

	assert_int_equal(calibrate(&params, &targets, &c, reason), PAIR_DONE);
	assert_true(c.message_ns >= SLOW_NS);
	assert_in_range(c.exchange.per_epoch, 1, 120 * MS / SLOW_NS / 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_rate_is_kept, setup),
		cmocka_unit_test_setup(a_load_is_of_its_own_capacity, setup),
		cmocka_unit_test_setup(think_time_counts, setup),
		cmocka_unit_test_setup(no_batches_where_each_is_idle, setup),
		cmocka_unit_test_setup(the_positive_control_is_slowed_down, setup),
		cmocka_unit_test_setup(connections_need_names, setup),
		cmocka_unit_test_setup(a_fan_in_has_whole_rounds, setup),
		cmocka_unit_test_setup(pairs_are_calibrated_together, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
