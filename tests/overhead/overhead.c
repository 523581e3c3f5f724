/* What the harness adds, and how near to the limit the ring is: cells of ipcmark against bare loops
 * and against each other, interleaved round by round in one invocation.
 *
 * Prints a table for people; it asserts nothing, as machines are shared and noisy. Argument: rounds
 * (default 15). */
#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare.h"
#include "calibrate.h"
#include "scratch.h"
#include "stats.h"

#define ROUNDS_MOST 200
#define TIME_NS     100000000U
#define WARMUP_NS   20000000U
#define TITLE_WIDTH 30

/* A cell of ipcmark, and what it is measured against: a bare loop, or the cell with another
 * transport or wait. */
struct comparison {
	const char *title;
	const char *transport;
	enum wait_mode wait;
	const struct pattern *pattern;
	size_t bytes;
	enum placement_class class;
	enum bare_kind bare;
	const char *other; /* transport; NULL: a bare loop */
	enum wait_mode other_wait;
	uint64_t think_ns;
	size_t buffer; /* bytes; 0: the default */
	double target; /* of the ratio: at most (pingpong, of times) or at least (stream, of rates)
			*/
};

#define THINK_NS 1000000
#define NEAREST  PLACEMENT_CLASSES

#define VMSPLICE_TARGET 3 /* times the pipe's rate */

static const struct comparison comparisons[] = {
	{"pingpong pipe 64 B", "pipe", WAIT_BLOCK, &pattern_pingpong, 64, PLACEMENT_SAME_CPU,
		BARE_PIPE_PINGPONG, .target = 1.02},
	{"pingpong socketpair 64 B", "socketpair-stream", WAIT_BLOCK, &pattern_pingpong, 64,
		PLACEMENT_SAME_CPU, BARE_SOCKETPAIR_PINGPONG, .target = 1.02},
	/* how much of that is the clock: ordered reads wait for what the kernel left in flight */
	{"pipe, bare loop stamped", "pipe", WAIT_BLOCK, &pattern_pingpong, 64, PLACEMENT_SAME_CPU,
		BARE_PIPE_STAMPED, .target = 1.02},
	{"socketpair, bare stamped", "socketpair-stream", WAIT_BLOCK, &pattern_pingpong, 64,
		PLACEMENT_SAME_CPU, BARE_SOCKETPAIR_STAMPED, .target = 1.02},
	{"stream pipe 64 KiB", "pipe", WAIT_BLOCK, &pattern_stream, 65536, NEAREST,
		BARE_PIPE_STREAM, .target = 0.95},

	/* the ring: against one flag each way, a ring as anybody writes it, and the best there is
	 */
	{"pingpong shm 64 B, a line", "shm", WAIT_SPIN, &pattern_pingpong, 64, NEAREST,
		BARE_CACHE_LINE_PINGPONG, .target = 1.05},
	{"pingpong shm 64 B, best ring", "shm", WAIT_SPIN, &pattern_pingpong, 64, NEAREST,
		BARE_BEST_RING_PINGPONG, .target = 1.0},
	{"stream shm 64 B, usual ring", "shm", WAIT_SPIN, &pattern_stream, 64, NEAREST,
		BARE_RING_STREAM, .target = 1.0},
	{"stream shm 64 B, best ring", "shm", WAIT_SPIN, &pattern_stream, 64, NEAREST,
		BARE_BEST_RING_STREAM, .target = 1.0},
	{"stream shm 4 KiB, best ring", "shm", WAIT_SPIN, &pattern_stream, 4096, NEAREST,
		BARE_BEST_RING_STREAM, .target = 1.0},
	/* nothing but a copy in and a copy out, message by message, through as large a buffer */
	{"stream shm 64 KiB, copies", "shm", WAIT_SPIN, &pattern_stream, 65536, NEAREST,
		BARE_RING_STREAM, .target = 0.9},

	{"pingpong shm hybrid, spin", "shm", WAIT_HYBRID, &pattern_pingpong, 64, NEAREST,
		.other = "shm", .other_wait = WAIT_SPIN, .target = 1.1},
	{"stream shm hybrid, spin", "shm", WAIT_HYBRID, &pattern_stream, 64, NEAREST,
		.other = "shm", .other_wait = WAIT_SPIN, .target = 1 / 1.1},
	{"idle shm hybrid, futex", "shm", WAIT_HYBRID, &pattern_pingpong, 64, NEAREST,
		.other = "shm", .other_wait = WAIT_FUTEX, .think_ns = THINK_NS, .target = 1.1},
	{"idle, same CPU", "shm", WAIT_HYBRID, &pattern_pingpong, 64, PLACEMENT_SAME_CPU,
		.other = "shm", .other_wait = WAIT_FUTEX, .think_ns = THINK_NS, .target = 1.1},

	/* Blocking, a message as large as the pipe makes the sides take turns: then it is wake-ups
	 * that are compared. A pipe for 16 messages has none of them. */
	{"stream vmsplice 64 KiB, spin", "pipe-vmsplice", WAIT_SPIN, &pattern_stream, 65536,
		NEAREST, .other = "pipe", .other_wait = WAIT_SPIN, .target = VMSPLICE_TARGET},
	{"stream vmsplice 1 MiB, spin", "pipe-vmsplice", WAIT_SPIN, &pattern_stream, 1 << 20,
		NEAREST, .other = "pipe", .other_wait = WAIT_SPIN, .target = VMSPLICE_TARGET},
	{"stream vmsplice 64 KiB, block", "pipe-vmsplice", WAIT_BLOCK, &pattern_stream, 65536,
		NEAREST, .other = "pipe", .other_wait = WAIT_BLOCK, .target = VMSPLICE_TARGET},
	{"stream vmsplice, block, 1 MiB", "pipe-vmsplice", WAIT_BLOCK, &pattern_stream, 65536,
		NEAREST, .other = "pipe", .other_wait = WAIT_BLOCK, .buffer = 1 << 20,
		.target = VMSPLICE_TARGET},
};

struct bench {
	struct topology *topology;
	struct scratch scratch;
	struct clock_cost clock;
	size_t rounds;
};

static struct cpu_pair cpus_of(const struct bench *bench, enum placement_class class)
{
	struct cpu_pair cpus;

	if (class == PLACEMENT_CLASSES)
		class = topology_nearest(bench->topology);
	if (topology_pair(bench->topology, class, &cpus) < 0)
		errx(6, "%s", fail_reason());
	return cpus;
}

static struct pair_params params_of(const struct bench *bench, const struct comparison *c)
{
	return (struct pair_params){
		.transport = transport_find(c->transport),
		.pattern = c->pattern,
		.wait = c->wait,
		.message_bytes = c->bytes,
		.cpus = cpus_of(bench, c->class),
		.nonce = 1,
		.folder = bench->scratch.path,
		.buffer_bytes = c->buffer,
	};
}

/* The median round trip, in ns: where each follows a pause, the run's length says nothing. */
static double median_ns(const struct pair_params *params, const struct pair *pair)
{
	struct histogram *merged = malloc(sizeof *merged);

	if (!merged)
		err(1, "malloc");
	histogram_reset(merged);
	for (uint32_t e = 0; e < params->exchange.epochs; e++)
		histogram_merge(merged, &pair->tally[SIDE_PRODUCER]->epoch[e]);

	double ns = histogram_quantile(merged, 0.5);

	free(merged);
	return ns;
}

/* ns for a round trip or a message, recording and all. */
static double cell_ns(const struct pair_params *params)
{
	const struct exchange *x = &params->exchange;
	struct pair pair;

	pair_run(params, &pair);
	if (pair.status != PAIR_DONE)
		errx(5, "%s: %s", params->transport->name, pair.reason);

	const struct tally *timed = pair.tally[params->pattern->timed];
	double ns = x->think_ns ? median_ns(params, &pair)
				: (double)(timed->stamp_ns[x->epochs] - timed->stamp_ns[0]) /
			(double)timed->arrived[x->epochs];

	pair_release(&pair);
	return ns;
}

/* Fills in the exchange. False, having said why, where the cell can't be had here. */
static bool calibrate_cell(
	const struct bench *bench, const struct comparison *c, struct pair_params *params)
{
	const struct calibration_targets targets = {.clock = bench->clock,
		.time_ns = TIME_NS,
		.warmup_ns = WARMUP_NS,
		.axes = {.think_ns = c->think_ns}};
	struct calibration calibration;
	char reason[FAIL_TEXT_BYTES];
	enum pair_status status = calibrate(params, &targets, &calibration, reason);

	if (status == PAIR_UNSUPPORTED)
		printf("%-*s skipped: %s\n", TITLE_WIDTH, c->title, reason);
	else if (status != PAIR_DONE)
		errx(5, "%s: %s", params->transport->name, reason);
	params->exchange = calibration.exchange;
	return status == PAIR_DONE;
}

static void print_ratios(const struct comparison *c, const double *cell, const double *against,
	const double *ratio, size_t n)
{
	struct interval ci = stats_median_ci95(ratio, n);
	double median = stats_median(ratio, n);
	int pingpong = c->pattern == &pattern_pingpong;
	int met = pingpong ? median <= c->target : median >= c->target;
	char interval[32] = "needs 6 rounds";

	if (!isnan(ci.low))
		snprintf(interval, sizeof interval, "[%.3f, %.3f]", ci.low, ci.high);

	printf("%-*s %12.1f %12.1f   %6.3f  %-16s   %s %.2f  %s\n", TITLE_WIDTH, c->title,
		stats_median(cell, n), stats_median(against, n), median, interval,
		pingpong ? "at most" : "at least", c->target, met ? "met" : "NOT met");
}

/* What a cell is measured against. */
struct rival {
	bool is_bare;
	struct bare_params bare;
	struct pair_params cell;
};

static double rival_ns(const struct rival *rival)
{
	return rival->is_bare ? bare_run(&rival->bare) : cell_ns(&rival->cell);
}

/* False, having said why, where it can't be had here. */
static bool meet_rival(const struct bench *bench, const struct comparison *c,
	const struct pair_params *params, struct rival *rival)
{
	const struct exchange *x = &params->exchange;

	rival->is_bare = !c->other;
	if (rival->is_bare) {
		rival->bare = (struct bare_params){.kind = c->bare,
			.bytes = c->bytes,
			.cpus = params->cpus,
			.warmup = x->warmup,
			.count = exchange_messages(x) - x->warmup};
		return true;
	}
	rival->cell = *params;
	rival->cell.transport = transport_find(c->other);
	rival->cell.wait = c->other_wait;
	return calibrate_cell(bench, c, &rival->cell);
}

static void compare(const struct bench *bench, const struct comparison *c)
{
	double cell[ROUNDS_MOST], against[ROUNDS_MOST], ratio[ROUNDS_MOST];
	struct pair_params params = params_of(bench, c);
	struct rival rival;
	bool spins = c->wait == WAIT_SPIN || c->other_wait == WAIT_SPIN;

	if (!params.transport) {
		printf("%-*s skipped: there is no %s\n", TITLE_WIDTH, c->title, c->transport);
		return;
	}
	if (spins && params.cpus.producer == params.cpus.consumer) {
		printf("%-*s skipped: needs two CPUs\n", TITLE_WIDTH, c->title);
		return;
	}
	if (!calibrate_cell(bench, c, &params) || !meet_rival(bench, c, &params, &rival))
		return;
	for (size_t r = 0; r < bench->rounds; r++) {
		/* either goes first half of the time */
		if (r % 2)
			cell[r] = cell_ns(&params);
		against[r] = rival_ns(&rival);
		if (r % 2 == 0)
			cell[r] = cell_ns(&params);
		ratio[r] = c->pattern == &pattern_pingpong ? cell[r] / against[r]
							   : against[r] / cell[r];
	}
	print_ratios(c, cell, against, ratio, bench->rounds);
}

/* The harness alone: what one recorded round trip shows when nothing is between the clock reads. */
static void show_null(const struct bench *bench)
{
	const struct comparison null = {.title = "pingpong null 64 B",
		.transport = "null",
		.wait = WAIT_NONE,
		.pattern = &pattern_pingpong,
		.bytes = 64,
		.class = PLACEMENT_SAME_CPU};
	struct pair_params params = params_of(bench, &null);
	double p50[ROUNDS_MOST], read[ROUNDS_MOST];

	if (!calibrate_cell(bench, &null, &params))
		return;
	for (size_t r = 0; r < bench->rounds; r++) {
		struct pair pair;

		pair_run(&params, &pair);
		p50[r] = median_ns(&params, &pair);
		read[r] = clock_measure().read_ns;
		pair_release(&pair);
	}

	double above = stats_median(p50, bench->rounds) - stats_median(read, bench->rounds);

	printf("%-*s p50 %.1f ns; one clock read %.1f ns: p50 %.1f ns above it   at most 5 ns  "
	       "%s\n",
		TITLE_WIDTH, null.title, stats_median(p50, bench->rounds),
		stats_median(read, bench->rounds), above, above <= 5 ? "met" : "NOT met");
}

int main(int argc, char **argv)
{
	struct bench bench = {
		.rounds = argc > 1 ? (size_t)atoi(argv[1]) : 15, .topology = topology_load(NULL)};

	const char *only = argc > 2 ? argv[2] : "";

	if (bench.rounds < 1 || bench.rounds > ROUNDS_MOST || !bench.topology)
		errx(2, "usage: overhead [ROUNDS [TITLE]], 1 to %d rounds", ROUNDS_MOST);
	if (scratch_open(&bench.scratch) < 0)
		errx(1, "%s", fail_reason());
	bench.clock = clock_measure();
	printf("medians of %zu interleaved rounds of 100 ms; the ratio is of times (pingpong) or "
	       "of rates (stream), the cell's to the other's\n\n",
		bench.rounds);
	printf("%-*s %12s %12s   %6s  %-16s %s\n", TITLE_WIDTH, "a cell of ipcmark, against",
		"cell ns", "against ns", "ratio", "95 % CI", "  target");
	for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++)
		if (strstr(comparisons[i].title, only))
			compare(&bench, &comparisons[i]);
	if (strstr("pingpong null", only))
		show_null(&bench);
	scratch_close(&bench.scratch);
	topology_free(bench.topology);
	return 0;
}
