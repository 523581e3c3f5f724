/* See pair.h. */
#include "pair.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "links.h"
#include "memory.h"
#include "side.h"
#include "watch.h"

struct run {
	const struct pair_params *params;
	struct pair *pair;
	struct watch watch;
	struct links *links; /* of each pair */
};

const char *side_name(enum side side)
{
	return side == SIDE_PRODUCER ? "producer" : "consumer";
}

uint32_t pair_count(const struct pair_params *params)
{
	return params->crowd ? params->crowd->pairs : 1;
}

struct cpu_pair pair_cpus(const struct pair_params *params, uint32_t i)
{
	return params->crowd ? params->crowd->cpus[i] : params->cpus;
}

size_t pair_list_cpus(const struct pair_params *params, int cpus[SIDES * CROWD_MOST])
{
	size_t count = 0;

	for (uint32_t i = 0; i < pair_count(params); i++) {
		cpus[count++] = pair_cpus(params, i).producer;
		cpus[count++] = pair_cpus(params, i).consumer;
	}
	return count;
}

bool pair_means_unsupported(int err)
{
	return err == -ENOSYS || err == -EPROTONOSUPPORT || err == -EAFNOSUPPORT || err == -EPERM ||
		err == -EMSGSIZE || err == -ENAMETOOLONG;
}

/* Much of a tally is never touched, so it takes no memory. */
static int map_tallies(struct pair *pair)
{
	struct tally *all = mmap(NULL, SIDES * pair->pairs * sizeof *all, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (all == MAP_FAILED)
		return fail("mmap");
	for (uint32_t side = 0; side < SIDES; side++)
		pair->tally[side] = &all[side * pair->pairs];
	return 0;
}

void pair_release(struct pair *pair)
{
	if (pair->tally[0])
		munmap(pair->tally[0], SIDES * pair->pairs * sizeof *pair->tally[0]);
	pair->tally[SIDE_PRODUCER] = pair->tally[SIDE_CONSUMER] = NULL;
}

/* What a side of pair i is told, and the control socket that it is told by. */
static int side_start_make(struct run *run, uint32_t i, enum side side, struct side_start *start)
{
	int control[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) < 0)
		return fail("socketpair");
	run->watch.hold[SIDES * i + side].control = control[0];
	*start = (struct side_start){
		.side = side,
		.cpus = pair_cpus(run->params, i),
		.harness = getpid(),
		.control = control[1],
		.links = &run->links[i],
		.nonce = run->params->nonce + i * run->links[i].count,
		.effective = &run->pair->effective,
		.tally = {&run->pair->tally[0][i], &run->pair->tally[1][i]},
	};
	return 0;
}

/* Forks one side of pair i, or both sides as threads of one process. */
static int start_process(struct run *run, uint32_t i, enum side from, enum side to)
{
	struct side_start start[SIDES] = {{.control = -1}, {.control = -1}};
	pid_t pid = -1;
	int err = 0;

	for (enum side side = from; side <= to && !err; side++)
		err = side_start_make(run, i, side, &start[side]);
	if (!err)
		pid = fork();
	if (pid == 0) {
		watch_leave(&run->watch);
		if (from == to)
			side_main(run->params, &start[from]);
		side_main_both(run->params, start);
	}
	if (!err && pid < 0)
		err = fail("fork");
	for (enum side side = from; side <= to; side++)
		if (start[side].control >= 0)
			close(start[side].control);
	if (!err)
		run->watch.hold[SIDES * i + from].pid = pid;
	return err;
}

static int start_pair(struct run *run, uint32_t i)
{
	int err;

	if (run->params->threads)
		return start_process(run, i, SIDE_PRODUCER, SIDE_CONSUMER);
	err = start_process(run, i, SIDE_PRODUCER, SIDE_PRODUCER);
	return err ? err : start_process(run, i, SIDE_CONSUMER, SIDE_CONSUMER);
}

/* 0, or the error of the transport's setup, noted. */
static int set_up(struct run *run, uint32_t i)
{
	const struct pair_params *params = run->params;
	struct links *links = &run->links[i];
	struct link_params link = {
		.wait = params->pattern->waits ? WAIT_BLOCK : params->wait,
		.message_bytes = params->message_bytes,
		.nonce = params->nonce + i * links->count,
		.folder = params->folder,
		.leftovers = params->leftovers,
		.buffer_bytes = params->buffer_bytes,
		.batch = params->exchange.per_call,
		.threads = params->threads,
		.requested = &run->pair->requested,
		.effective = &run->pair->effective,
	};
	int err = links_set_up(links, &link);

	if (err)
		watch_note(&run->watch,
			err == -EINTR                         ? PAIR_INTERRUPTED
				: pair_means_unsupported(err) ? PAIR_UNSUPPORTED
							      : PAIR_FAILED,
			fail_reason());
	return err;
}

/* Until both sides have attached. What the harness holds of the link is then given back, so the
 * sides of the next pair inherit nothing of it: an end that is closed is seen. */
static void begin_pair(struct run *run, uint32_t i)
{
	if (set_up(run, i) < 0)
		return;
	if (start_pair(run, i) < 0)
		watch_note(&run->watch, PAIR_FAILED, fail_reason());
	watch_await(&run->watch, i, 1);
	links_teardown(&run->links[i]);
}

static void exchange(struct run *run)
{
	uint32_t pairs = run->pair->pairs;

	for (uint32_t i = 0; i < pairs && watch_is_well(&run->watch); i++)
		begin_pair(run, i);
	if (watch_is_well(&run->watch))
		watch_go(&run->watch);
	if (watch_is_well(&run->watch))
		watch_await(&run->watch, 0, pairs);
}

void pair_run(const struct pair_params *params, struct pair *pair)
{
	struct run run = {.params = params, .pair = pair};
	uint32_t pairs = pair_count(params);

	assert(params->message_bytes > 0 && params->exchange.epochs <= TALLY_EPOCHS);
	*pair = (struct pair){.status = PAIR_DONE, .pairs = pairs};
	watch_begin(&run.watch, pair, params->threads);
	run.links = memory_zeroed(pairs, sizeof *run.links);
	for (uint32_t i = 0; i < pairs; i++)
		links_open(&run.links[i], params->transport, params->connects,
			params->connections ? params->connections : 1);
	if (map_tallies(pair) < 0)
		watch_note(&run.watch, PAIR_FAILED, fail_reason());
	else
		exchange(&run);
	watch_end(&run.watch);
	for (uint32_t i = 0; i < pairs; i++) {
		links_teardown(&run.links[i]);
		links_finish(&run.links[i]);
		links_close(&run.links[i]);
	}
	free(run.links);
}
