/* See watch.h. */
#include "watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interrupt.h"
#include "io.h"
#include "memory.h"

#define WATCH_TICK_MS  5000 /* no timer falls into a run shorter than this */
#define WATCH_STRIKES  2    /* ticks without progress before a run is given up */
#define DEATH_GRACE_MS 200  /* for the cause to show when its effect was seen first */

void watch_begin(struct watch *watch, struct pair *pair, bool threads)
{
	size_t holds = SIDES * (size_t)pair->pairs;

	*watch = (struct watch){.pair = pair,
		.threads = threads,
		.holds = holds,
		.hold = memory_zeroed(holds, sizeof *watch->hold),
		.fds = memory_zeroed(holds + 1, sizeof *watch->fds)};
	for (size_t h = 0; h < holds; h++)
		watch->hold[h].control = -1;
}

void watch_note(struct watch *watch, enum pair_status status, const char *reason)
{
	if (!watch_is_well(watch))
		return; /* the first reason is the cause, later ones are its effects */
	watch->pair->status = status;
	snprintf(watch->pair->reason, sizeof watch->pair->reason, "%s", reason);
}

static const struct tally *tally_of(const struct watch *watch, size_t h)
{
	return &watch->pair->tally[h % SIDES][h / SIDES];
}

/* `who` is "producer", "consumer", or "process" for both. */
static void note_of(struct watch *watch, size_t h, const char *who, const char *what)
{
	char reason[FAIL_TEXT_BYTES];

	if (watch->pair->pairs == 1)
		snprintf(reason, sizeof reason, "%s: %.400s", who, what);
	else
		snprintf(reason, sizeof reason, "%s of pair %zu: %.400s", who, h / SIDES + 1, what);
	watch_note(watch, PAIR_FAILED, reason);
}

static void note_side(struct watch *watch, size_t h, const char *what)
{
	note_of(watch, h, side_name((enum side)(h % SIDES)), what);
}

/* A process that has ended by itself. */
static void note_end(struct watch *watch, size_t h, const char *what)
{
	note_of(watch, h, watch->threads ? "process" : side_name((enum side)(h % SIDES)), what);
}

static void close_control(struct hold *hold)
{
	if (hold->control >= 0)
		close(hold->control);
	hold->control = -1;
}

void watch_leave(const struct watch *watch)
{
	for (size_t h = 0; h < watch->holds; h++)
		if (watch->hold[h].control >= 0)
			close(watch->hold[h].control);
}

/* How the process of a hold ended; one that was killed by us has nothing to say. */
static void reap(struct watch *watch, size_t h, bool was_killed)
{
	struct hold *hold = &watch->hold[h];
	char reason[64];
	int status = 0;

	if (hold->pid <= 0)
		return;
	while (waitpid(hold->pid, &status, 0) < 0 && errno == EINTR)
		;
	hold->pid = 0;
	if (was_killed)
		return;
	if (WIFSIGNALED(status))
		snprintf(reason, sizeof reason, "killed by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		snprintf(reason, sizeof reason, "ended with status %d", WEXITSTATUS(status));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		note_end(watch, h, reason);
}

/* A side has gone before it reported: how its process ended is the reason. */
static void lose(struct watch *watch, size_t h)
{
	close_control(&watch->hold[h]);
	reap(watch, watch->threads ? h - h % SIDES : h, false);
	note_end(watch, h, "gone without a word");
}

/* Errors that only say that the other side is gone. */
static bool means_peer_gone(int err)
{
	return err == -EPIPE || err == -ECONNRESET || err == -ECONNREFUSED;
}

/* The other side's death is the cause, this side's error the effect: look for the cause first. */
static void look_for_cause(struct watch *watch, size_t victim)
{
	size_t other = victim ^ 1;
	struct pollfd fd = {.fd = watch->hold[other].control, .events = POLLIN};
	int32_t report;

	if (fd.fd >= 0 && poll(&fd, 1, DEATH_GRACE_MS) == 1 &&
		recv(fd.fd, &report, sizeof report, MSG_DONTWAIT) <= 0)
		lose(watch, other);
}

/* A side has said something, or is gone. */
static void hear(struct watch *watch, size_t h)
{
	const char *reason = tally_of(watch, h)->reason;
	struct hold *hold = &watch->hold[h];
	int32_t report;
	ssize_t got = recv(hold->control, &report, sizeof report, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got != sizeof report) {
		lose(watch, h);
		return;
	}
	hold->reported = true;
	if (report == 0)
		return;
	if (means_peer_gone(report))
		look_for_cause(watch, h);
	if (!watch->gone && pair_means_unsupported(report))
		watch_note(watch, PAIR_UNSUPPORTED, reason);
	note_side(watch, h, reason);
}

static uint64_t progress_of(const struct watch *watch)
{
	uint64_t sum = 0;

	for (size_t h = 0; h < watch->holds; h++)
		sum += atomic_load_explicit(&tally_of(watch, h)->progress, memory_order_relaxed);
	return sum;
}

/* A tick has passed without an event; counts a strike when nothing moved. */
static void tick(struct watch *watch, uint64_t *progress, int *strikes)
{
	uint64_t now = progress_of(watch);

	*strikes = now == *progress ? *strikes + 1 : 0;
	*progress = now;
	if (*strikes >= WATCH_STRIKES)
		watch_note(watch, PAIR_FAILED, "no message moved for 10 s");
}

/* Waits for an event. */
static void watch_once(struct watch *watch, uint64_t *progress, int *strikes)
{
	struct pollfd *fds = watch->fds, *interrupt = &fds[watch->holds];

	for (size_t h = 0; h < watch->holds; h++)
		fds[h] =
			(struct pollfd){.fd = watch->hold[h].reported ? -1 : watch->hold[h].control,
				.events = POLLIN};
	*interrupt = (struct pollfd){.fd = interrupt_fd(), .events = POLLIN};

	int ready = poll(fds, watch->holds + 1, WATCH_TICK_MS);

	if (ready < 0 && errno != EINTR)
		watch_note(watch, PAIR_FAILED, (fail("poll"), fail_reason()));
	if (ready == 0)
		tick(watch, progress, strikes);
	if (ready > 0 && interrupt->revents)
		watch_note(watch, PAIR_INTERRUPTED, "interrupted");
	for (size_t h = 0; h < watch->holds && ready > 0; h++)
		if (fds[h].revents && watch->hold[h].control >= 0 && watch_is_well(watch))
			hear(watch, h);
}

static bool have_reported(const struct watch *watch, size_t from, size_t to)
{
	for (size_t h = from; h < to; h++)
		if (!watch->hold[h].reported)
			return false;
	return true;
}

void watch_await(struct watch *watch, uint32_t first, uint32_t pairs)
{
	size_t from = SIDES * (size_t)first, to = from + SIDES * (size_t)pairs;
	uint64_t progress = progress_of(watch);
	int strikes = 0;

	for (size_t h = from; h < to; h++)
		watch->hold[h].reported = false;
	while (watch_is_well(watch) && !have_reported(watch, from, to))
		watch_once(watch, &progress, &strikes);
}

/* The consumers first: they are there when the first message comes. */
void watch_go(struct watch *watch)
{
	watch->gone = true;
	for (int side = SIDES - 1; side >= 0; side--)
		for (size_t h = (size_t)side; h < watch->holds; h += SIDES)
			if (watch->hold[h].control >= 0 &&
				io_send(watch->hold[h].control, "g", 1) < 0)
				hear(watch, h);
}

/* Every control socket is closed before any process is waited for: a process of two threads ends
 * when both have seen that. */
void watch_end(struct watch *watch)
{
	bool kills = !watch_is_well(watch);

	for (size_t h = 0; h < watch->holds; h++) {
		close_control(&watch->hold[h]);
		if (kills && watch->hold[h].pid > 0)
			kill(watch->hold[h].pid, SIGKILL);
	}
	for (size_t h = 0; h < watch->holds; h++)
		reap(watch, h, kills);
	free(watch->hold);
	free(watch->fds);
}
