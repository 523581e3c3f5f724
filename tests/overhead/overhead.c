/* What the harness adds: cells of ipcmark against bare loops, interleaved round by round in one
 * invocation.
 *
 * Prints a table for people; it asserts nothing, as machines are shared and noisy. Argument: rounds
 * (default 15). */
#include <err.h>
#include <math.h>
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

struct comparison {
	const char *title;
	const char *transport;
	enum wait_mode wait;
	const struct pattern *pattern;
	size_t bytes;
	enum placement_class class;
	enum bare_kind bare;
	double target; /* of the ratio: at most (pingpong, of times) or at least (stream, of rates)
			*/
};

static const struct comparison comparisons[] = {
	{"pingpong pipe 64 B", "pipe", WAIT_BLOCK, &pattern_pingpong, 64, PLACEMENT_SAME_CPU,
		BARE_PIPE_PINGPONG, 1.02},
	{"pingpong socketpair 64 B", "socketpair-stream", WAIT_BLOCK, &pattern_pingpong, 64,
		PLACEMENT_SAME_CPU, BARE_SOCKETPAIR_PINGPONG, 1.02},
	/* how much of that is the clock: ordered reads wait for what the kernel left in flight */
	{"pipe, bare loop stamped", "pipe", WAIT_BLOCK, &pattern_pingpong, 64, PLACEMENT_SAME_CPU,
		BARE_PIPE_STAMPED, 1.02},
	{"socketpair, bare stamped", "socketpair-stream", WAIT_BLOCK, &pattern_pingpong, 64,
		PLACEMENT_SAME_CPU, BARE_SOCKETPAIR_STAMPED, 1.02},
	{"pingpong shm spin 64 B", "shm", WAIT_SPIN, &pattern_pingpong, 64, PLACEMENT_CLASSES,
		BARE_CACHE_LINE_PINGPONG, 1.05},
	{"stream shm spin 64 B", "shm", WAIT_SPIN, &pattern_stream, 64, PLACEMENT_CLASSES,
		BARE_RING_STREAM, 0.95},
	{"stream shm spin 64 KiB", "shm", WAIT_SPIN, &pattern_stream, 65536, PLACEMENT_CLASSES,
		BARE_RING_STREAM, 0.95},
	{"stream pipe 64 KiB", "pipe", WAIT_BLOCK, &pattern_stream, 65536, PLACEMENT_CLASSES,
		BARE_PIPE_STREAM, 0.95},
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
	};
}

/* ns for a round trip or a message, recording and all. */
static double harness_ns(const struct pair_params *params)
{
	const struct exchange *x = &params->exchange;
	struct pair pair;

	pair_run(params, &pair);
	if (pair.status != PAIR_DONE)
		errx(5, "%s: %s", params->transport->name, pair.reason);

	const struct tally *timed = pair.tally[params->pattern->timed];
	double ns = (double)(timed->stamp_ns[x->epochs] - timed->stamp_ns[0]) /
		(double)timed->arrived[x->epochs];

	pair_release(&pair);
	return ns;
}

static struct calibration calibrated(const struct bench *bench, const struct pair_params *params)
{
	const struct calibration_targets targets = {
		.clock = bench->clock, .time_ns = TIME_NS, .warmup_ns = WARMUP_NS};
	struct calibration calibration;
	char reason[FAIL_TEXT_BYTES];

	if (calibrate(params, &targets, &calibration, reason) != PAIR_DONE)
		errx(5, "%s: %s", params->transport->name, reason);
	return calibration;
}

static void print_ratios(const struct comparison *c, const double *harness, const double *bare,
	const double *ratio, size_t n)
{
	struct interval ci = stats_median_ci95(ratio, n);
	double median = stats_median(ratio, n);
	int pingpong = c->pattern == &pattern_pingpong;
	int met = pingpong ? median <= c->target : median >= c->target;
	char interval[32] = "needs 6 rounds";

	if (!isnan(ci.low))
		snprintf(interval, sizeof interval, "[%.3f, %.3f]", ci.low, ci.high);

	printf("%-26s %12.1f %12.1f   %6.3f  %-16s   %s %.2f  %s\n", c->title,
		stats_median(harness, n), stats_median(bare, n), median, interval,
		pingpong ? "at most" : "at least", c->target, met ? "met" : "NOT met");
}

static void compare(const struct bench *bench, const struct comparison *c)
{
	double harness[ROUNDS_MOST], bare[ROUNDS_MOST], ratio[ROUNDS_MOST];
	struct pair_params params = params_of(bench, c);
	struct bare_params bare_params = {.kind = c->bare, .bytes = c->bytes, .cpus = params.cpus};

	if (c->wait == WAIT_SPIN && params.cpus.producer == params.cpus.consumer) {
		printf("%-26s skipped: needs two CPUs\n", c->title);
		return;
	}
	params.exchange = calibrated(bench, &params).exchange;
	bare_params.warmup = params.exchange.warmup;
	bare_params.count = exchange_messages(&params.exchange) - params.exchange.warmup;
	for (size_t r = 0; r < bench->rounds; r++) {
		/* either goes first half of the time */
		if (r % 2)
			harness[r] = harness_ns(&params);
		bare[r] = bare_run(&bare_params);
		if (r % 2 == 0)
			harness[r] = harness_ns(&params);
		ratio[r] = c->pattern == &pattern_pingpong ? harness[r] / bare[r]
							   : bare[r] / harness[r];
	}
	print_ratios(c, harness, bare, ratio, bench->rounds);
}

/* The harness alone: what one recorded round trip shows when nothing is between the clock reads. */
static void show_null(const struct bench *bench)
{
	const struct comparison null = {.transport = "null",
		.wait = WAIT_NONE,
		.pattern = &pattern_pingpong,
		.bytes = 64,
		.class = PLACEMENT_SAME_CPU};
	struct pair_params params = params_of(bench, &null);
	double p50[ROUNDS_MOST], mean[ROUNDS_MOST], read[ROUNDS_MOST];

	params.exchange = calibrated(bench, &params).exchange;
	for (size_t r = 0; r < bench->rounds; r++) {
		struct histogram *merged = malloc(sizeof *merged);
		struct pair pair;

		if (!merged)
			err(1, "malloc");
		histogram_reset(merged);
		pair_run(&params, &pair);
		for (uint32_t e = 0; e < params.exchange.epochs; e++)
			histogram_merge(merged, &pair.tally[SIDE_PRODUCER]->epoch[e]);
		p50[r] = histogram_quantile(merged, 0.5);
		mean[r] = histogram_mean(merged);
		read[r] = clock_measure().read_ns;
		pair_release(&pair);
		free(merged);
	}
	printf("%-26s p50 %.1f ns, mean %.1f ns; one clock read %.1f ns: p50 %.1f ns above it   at "
	       "most 5 ns  %s\n",
		"pingpong null 64 B", stats_median(p50, bench->rounds),
		stats_median(mean, bench->rounds), stats_median(read, bench->rounds),
		stats_median(p50, bench->rounds) - stats_median(read, bench->rounds),
		stats_median(p50, bench->rounds) - stats_median(read, bench->rounds) <= 5
			? "met"
			: "NOT met");
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
	printf("medians of %zu interleaved rounds of 100 ms; the ratio is of times (pingpong: "
	       "ipcmark / bare) or of rates (stream)\n\n",
		bench.rounds);
	printf("%-26s %12s %12s   %6s  %-16s %s\n", "", "ipcmark ns", "bare ns", "ratio", "95 % CI",
		"  target");
	for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++)
		if (strstr(comparisons[i].title, only))
			compare(&bench, &comparisons[i]);
	if (strstr("pingpong null", only))
		show_null(&bench);
	scratch_close(&bench.scratch);
	topology_free(bench.topology);
	return 0;
}
