/* See counter.h. */
#include "counter.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	uint64_t config;
} events[COUNTERS] = {
	[COUNTER_INSTRUCTIONS] = {"instructions", PERF_COUNT_HW_INSTRUCTIONS},
	[COUNTER_CYCLES] = {"cycles", PERF_COUNT_HW_CPU_CYCLES},
	[COUNTER_CACHE_MISSES] = {"cache_misses", PERF_COUNT_HW_CACHE_MISSES},
};

struct reading {
	uint64_t value, enabled_ns, running_ns;
};

const char *counter_name(enum counter counter)
{
	return events[counter].name;
}

static int open_event(uint64_t config, bool user_only)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof attr,
		.config = config,
		.exclude_kernel = user_only,
		.exclude_hv = 1,
		.inherit = 1, /* threads of a library, which work for this side */
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static void explain(char reason[64], int err)
{
	const char *cause = err == ENOENT || err == EOPNOTSUPP || err == ENODEV
		? "this machine shows no such counter"
		: err == EACCES || err == EPERM ? "kernel.perf_event_paranoid forbids it"
						: strerror(err);

	snprintf(reason, 64, "%.63s", cause);
}

/* What the kernel does is most of what IPC costs; a user that may not count it counts the rest. */
void counters_open(struct counters *counters)
{
	*counters = (struct counters){.is_open = true};
	for (int i = 0; i < COUNTERS; i++) {
		counters->value[i] = -1;
		counters->fd[i] = open_event(events[i].config, counters->is_user_only);
		if (counters->fd[i] < 0 && (errno == EACCES || errno == EPERM)) {
			counters->is_user_only = true;
			counters->fd[i] = open_event(events[i].config, true);
		}
		if (counters->fd[i] < 0)
			explain(counters->reason[i], errno);
	}
}

bool counters_any(const struct counters *counters)
{
	for (int i = 0; i < COUNTERS; i++)
		if (counters->fd[i] >= 0)
			return true;
	return false;
}

void counters_close(struct counters *counters)
{
	for (int i = 0; i < COUNTERS && counters->is_open; i++)
		if (counters->fd[i] >= 0)
			close(counters->fd[i]);
	counters->is_open = false;
}

static bool read_event(const struct counters *counters, int i, struct reading *reading)
{
	return counters->fd[i] >= 0 &&
		read(counters->fd[i], reading, sizeof *reading) == sizeof *reading;
}

void counters_start(struct counters *counters)
{
	for (int i = 0; i < COUNTERS && counters->is_open; i++) {
		struct reading now = {0};

		if (!read_event(counters, i, &now))
			continue;
		counters->value[i] = (int64_t)now.value;
		counters->enabled_ns[i] = now.enabled_ns;
		counters->running_ns[i] = now.running_ns;
	}
}

/* A counter that had to share its place is an estimate, and an estimate is not a count. */
static void judge(struct counters *counters, int i, const struct reading *now)
{
	uint64_t enabled = now->enabled_ns - counters->enabled_ns[i];
	uint64_t running = now->running_ns - counters->running_ns[i];

	counters->value[i] = (int64_t)now->value - counters->value[i];
	if (running == enabled && running > 0)
		return;
	counters->value[i] = -1;
	if (running == 0)
		snprintf(counters->reason[i], 64, "it did not run");
	else
		snprintf(counters->reason[i], 64, "it ran %.0f %% of the time, others used it",
			100.0 * (double)running / (double)enabled);
}

void counters_stop(struct counters *counters)
{
	for (int i = 0; i < COUNTERS && counters->is_open; i++) {
		struct reading now = {0};

		if (counters->value[i] < 0)
			continue;
		if (read_event(counters, i, &now))
			judge(counters, i, &now);
		else
			counters->value[i] = -1;
	}
}

void counters_add(struct counters *sum, const struct counters *more)
{
	sum->messages += more->messages;
	for (int i = 0; i < COUNTERS; i++) {
		if (sum->value[i] < 0)
			continue;
		if (more->value[i] < 0) {
			sum->value[i] = -1;
			memcpy(sum->reason[i], more->reason[i], sizeof sum->reason[i]);
		} else {
			sum->value[i] += more->value[i];
		}
	}
	sum->is_user_only = sum->is_user_only || more->is_user_only;
}
