/* See pair.h. */
#include "pair.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interrupt.h"
#include "io.h"
#include "side.h"

#define WATCH_TICK_MS  5000 /* no timer falls into a run shorter than this */
#define WATCH_STRIKES  2    /* ticks without progress before a run is given up */
#define DEATH_GRACE_MS 200  /* for the cause to show when its effect was seen first */

/* The harness's hold on one child. */
struct hold {
	pid_t pid;   /* 0: none, or reaped */
	int control; /* -1: closed */
	bool reported;
};

struct run {
	const struct pair_params *params;
	struct pair *pair;
	void *state;
	struct hold hold[SIDES];
	bool gone; /* "go" was said: messages flow */
};

const char *side_name(enum side side)
{
	return side == SIDE_PRODUCER ? "producer" : "consumer";
}

static void note(struct run *run, enum pair_status status, const char *reason)
{
	if (run->pair->status != PAIR_DONE)
		return; /* the first reason is the cause, later ones are its effects */
	run->pair->status = status;
	snprintf(run->pair->reason, sizeof run->pair->reason, "%s", reason);
}

static void note_side(struct run *run, enum side side, const char *what)
{
	char reason[FAIL_TEXT_BYTES];

	snprintf(reason, sizeof reason, "%s: %.400s", side_name(side), what);
	note(run, PAIR_FAILED, reason);
}

static bool means_unsupported(int err)
{
	return err == -ENOSYS || err == -EPROTONOSUPPORT || err == -EAFNOSUPPORT || err == -EPERM ||
		err == -EMSGSIZE;
}

static int map_tallies(struct pair *pair)
{
	struct tally *both = mmap(NULL, SIDES * sizeof *both, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (both == MAP_FAILED)
		return fail("mmap");
	for (int side = 0; side < SIDES; side++)
		pair->tally[side] = &both[side];
	return 0;
}

void pair_release(struct pair *pair)
{
	if (pair->tally[0])
		munmap(pair->tally[0], SIDES * sizeof *pair->tally[0]);
	pair->tally[SIDE_PRODUCER] = pair->tally[SIDE_CONSUMER] = NULL;
}

/* In the child: the ends of the control sockets that are not its own. */
static void drop_holds(const struct run *run)
{
	for (int side = 0; side < SIDES; side++)
		if (run->hold[side].control >= 0)
			close(run->hold[side].control);
}

static int start_side(struct run *run, enum side side)
{
	pid_t harness = getpid();
	int control[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) < 0)
		return fail("socketpair");
	run->hold[side].control = control[0];

	pid_t pid = fork();

	if (pid < 0) {
		close(control[1]);
		return fail("fork");
	}
	if (pid == 0) {
		drop_holds(run);
		side_main(run->params,
			&(struct side_start){.side = side,
				.harness = harness,
				.control = control[1],
				.state = run->state,
				.tally = {run->pair->tally[0], run->pair->tally[1]}});
	}
	close(control[1]);
	run->hold[side].pid = pid;
	return 0;
}

static void reap(struct run *run, enum side side, bool kill_first)
{
	struct hold *hold = &run->hold[side];
	char reason[64];
	int status = 0;

	if (hold->control >= 0)
		close(hold->control);
	hold->control = -1;
	if (hold->pid <= 0)
		return;
	if (kill_first)
		kill(hold->pid, SIGKILL);
	while (waitpid(hold->pid, &status, 0) < 0 && errno == EINTR)
		;
	hold->pid = 0;
	if (kill_first)
		return;
	if (WIFSIGNALED(status))
		snprintf(reason, sizeof reason, "killed by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		snprintf(reason, sizeof reason, "ended with status %d", WEXITSTATUS(status));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		note_side(run, side, reason);
}

static uint64_t progress_of(const struct run *run)
{
	uint64_t sum = 0;

	for (int side = 0; side < SIDES; side++)
		sum += atomic_load_explicit(
			&run->pair->tally[side]->progress, memory_order_relaxed);
	return sum;
}

/* A side has gone before it reported: how it ended is the reason. */
static void lose(struct run *run, enum side side)
{
	reap(run, side, false);
	note_side(run, side, "gone without a word");
}

/* Errors that only say that the other side is gone. */
static bool means_peer_gone(int err)
{
	return err == -EPIPE || err == -ECONNRESET || err == -ECONNREFUSED;
}

/* The other side's death is the cause, this side's error the effect: look for the cause first. */
static void look_for_cause(struct run *run, enum side victim)
{
	enum side other = side_peer(victim);
	struct pollfd fd = {.fd = run->hold[other].control, .events = POLLIN};
	int32_t report;

	if (fd.fd >= 0 && poll(&fd, 1, DEATH_GRACE_MS) == 1 &&
		recv(fd.fd, &report, sizeof report, MSG_DONTWAIT) <= 0)
		lose(run, other);
}

/* A side has said something, or is gone. */
static void hear(struct run *run, enum side side)
{
	int32_t report;
	ssize_t got = recv(run->hold[side].control, &report, sizeof report, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got != sizeof report) {
		lose(run, side);
		return;
	}
	run->hold[side].reported = true;
	if (report == 0)
		return;
	if (means_peer_gone(report))
		look_for_cause(run, side);
	if (!run->gone && means_unsupported(report))
		note(run, PAIR_UNSUPPORTED, run->pair->tally[side]->reason);
	note_side(run, side, run->pair->tally[side]->reason);
}

/* Waits for an event; counts a strike when there was none and nothing moved. */
static void watch(struct run *run, uint64_t *progress, int *strikes)
{
	struct pollfd fds[SIDES + 1];

	for (int side = 0; side < SIDES; side++)
		fds[side] = (struct pollfd){
			.fd = run->hold[side].reported ? -1 : run->hold[side].control,
			.events = POLLIN};
	fds[SIDES] = (struct pollfd){.fd = interrupt_fd(), .events = POLLIN};

	int ready = poll(fds, SIDES + 1, WATCH_TICK_MS);

	if (ready < 0 && errno != EINTR)
		note(run, PAIR_FAILED, (fail("poll"), fail_reason()));
	if (ready == 0) {
		uint64_t now = progress_of(run);

		*strikes = now == *progress ? *strikes + 1 : 0;
		*progress = now;
		if (*strikes >= WATCH_STRIKES)
			note(run, PAIR_FAILED, "no message moved for 10 s");
	}
	if (ready > 0 && fds[SIDES].revents)
		note(run, PAIR_INTERRUPTED, "interrupted");
	for (enum side side = SIDE_PRODUCER; side < SIDES && ready > 0; side++)
		if (fds[side].revents && run->hold[side].control >= 0 &&
			run->pair->status == PAIR_DONE)
			hear(run, side);
}

/* Until both sides have reported, or something went wrong. */
static void await_both(struct run *run)
{
	uint64_t progress = progress_of(run);
	int strikes = 0;

	for (int side = 0; side < SIDES; side++)
		run->hold[side].reported = false;
	while (run->pair->status == PAIR_DONE &&
		!(run->hold[SIDE_PRODUCER].reported && run->hold[SIDE_CONSUMER].reported))
		watch(run, &progress, &strikes);
}

static void go(struct run *run)
{
	run->gone = true;
	/* the consumer first: it is there when the first message comes */
	for (int side = SIDES - 1; side >= 0; side--)
		if (io_send(run->hold[side].control, "g", 1) < 0)
			hear(run, (enum side)side);
}

static void exchange(struct run *run)
{
	for (enum side side = SIDE_PRODUCER; side < SIDES; side++) {
		if (start_side(run, side) < 0) {
			note(run, PAIR_FAILED, fail_reason());
			return;
		}
	}
	await_both(run);
	run->params->transport->teardown(run->state);
	if (run->pair->status == PAIR_DONE)
		go(run);
	if (run->pair->status == PAIR_DONE)
		await_both(run);
}

/* 0, or the error of the transport's setup, noted. */
static int set_up(struct run *run)
{
	const struct pair_params *params = run->params;
	struct link_params link = {
		.wait = params->wait,
		.message_bytes = params->message_bytes,
		.nonce = params->nonce,
		.folder = params->folder,
		.buffer_bytes = params->buffer_bytes,
		.batch = params->exchange.per_call,
		.leftovers = params->leftovers,
		.requested = &run->pair->requested,
		.effective = &run->pair->effective,
	};
	int err = map_tallies(run->pair);

	if (err) {
		note(run, PAIR_FAILED, fail_reason());
		return err;
	}
	err = params->connects ? params->transport->rendezvous->listen(run->state, &link)
			       : params->transport->setup(run->state, &link);
	if (err)
		note(run, means_unsupported(err) ? PAIR_UNSUPPORTED : PAIR_FAILED, fail_reason());
	return err;
}

void pair_run(const struct pair_params *params, struct pair *pair)
{
	struct run run = {
		.params = params, .pair = pair, .hold = {{.control = -1}, {.control = -1}}};

	*pair = (struct pair){.status = PAIR_DONE};
	assert(params->message_bytes > 0 && params->exchange.epochs <= TALLY_EPOCHS);
	run.state = calloc(1, params->transport->state_size);
	if (!run.state) {
		note(&run, PAIR_FAILED, "out of memory");
		return;
	}
	if (set_up(&run) == 0)
		exchange(&run);
	for (enum side side = SIDE_PRODUCER; side < SIDES; side++)
		reap(&run, side, pair->status != PAIR_DONE);
	params->transport->teardown(run.state);
	if (params->transport->finish)
		params->transport->finish(run.state);
	free(run.state);
}
