/* The rules of what was measured or read just now. */
#include "check_rule.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MIB           ((int64_t)1 << 20)
#define ROUND_TRIP_NS 5000.0 /* a blocking one, for which the noise floor is judged */
#define CLOCK_WARN_NS 100.0
#define CLOCK_FAIL_NS 1000.0
#define TIMER_WARN_NS 200e3
#define TIMER_FAIL_NS 1e6 /* no timers of high resolution: it waits for a tick */
#define SKEW_WARN_NS  1000.0
#define MEMORY_LEAST  (256 * MIB)
#define MEMORY_SPARE  (1024 * MIB) /* beside it, what is swapped out is nobody's loss */
#define PIPE_PAGES    16           /* of a pipe, unless its user is over the limit */

static enum check_status by_limits(double value, double warn, double fail)
{
	if (isnan(value))
		return CHECK_UNKNOWN;
	return value > fail ? CHECK_FAIL : value > warn ? CHECK_WARN : CHECK_PASS;
}

/* Of one that was measured. */
static enum check_status by_disturbance(enum disturbance disturbance)
{
	static const enum check_status statuses[] = {
		[DISTURBANCE_NONE] = CHECK_PASS,
		[DISTURBANCE_WARNING] = CHECK_WARN,
		[DISTURBANCE_INVALID] = CHECK_FAIL,
	};

	return statuses[disturbance];
}

static void append(struct check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(struct check *check, const char *format, ...)
{
	size_t used = strlen(check->observed);
	va_list args;

	va_start(args, format);
	vsnprintf(check->observed + used, sizeof check->observed - used, format, args);
	va_end(args);
}

static void judge_lock(const struct machine *machine, struct check *check)
{
	const struct vitals *vitals = machine->vitals;

	if (vitals->lock == LOCK_FREE)
		check_say(check, CHECK_PASS, "none");
	if (vitals->lock != LOCK_HELD)
		return;
	check_say(check, CHECK_WARN, "another one");
	if (!vitals->lock_holder)
		return;
	check_say(check, CHECK_WARN, "process %ld", (long)vitals->lock_holder);
	snprintf(check->fix, sizeof check->fix, "tail --pid=%ld -f /dev/null # until it is done",
		(long)vitals->lock_holder);
}

static void judge_foreign(const struct machine *machine, struct check *check)
{
	const struct load_change *load = &machine->vitals->load;

	if (!isnan(load->foreign))
		check_say(check, by_disturbance(load_judge_foreign(load)),
			"%.1f %% of the used CPUs", 100 * load->foreign);
	if (!isnan(machine->vitals->load_average))
		append(check, "%sload average %.2f", *check->observed ? "; " : "",
			machine->vitals->load_average);
}

static void judge_steal(const struct machine *machine, struct check *check)
{
	const struct load_change *load = &machine->vitals->load;

	if (!isnan(load->steal))
		check_say(check, by_disturbance(load_judge_steal(load)), "%.1f %%",
			100 * load->steal);
}

/* "0.084", "7.9", "75". */
static const char *percent(double fraction, char text[16])
{
	snprintf(text, 16, fraction < 0.1 ? "%.2g" : "%.0f", 100 * fraction);
	return text;
}

static void judge_noise(const struct machine *machine, struct check *check)
{
	const struct vitals *vitals = machine->vitals;
	double share = probe_gap_share(vitals->probes, vitals->probe_count, ROUND_TRIP_NS);
	char text[16];

	if (vitals->probe_count == 0)
		return;
	check_say(check,
		probe_dominates(share, 0.99)            ? CHECK_FAIL
			: probe_dominates(share, 0.999) ? CHECK_WARN
							: CHECK_PASS,
		"%s %% of 5 us round trips", percent(share, text));
	for (size_t i = 0; i < vitals->probe_count; i++) {
		const struct cpu_probe *probe = &vitals->probes[i];

		append(check, "; CPU %d: %s %% in %.0f gaps/s, longest %.0f us", probe->cpu,
			percent(probe->gap_fraction, text), probe->gap_rate_per_s,
			probe->gap_max_ns / 1e3);
	}
}

static void judge_frequency(const struct machine *machine, struct check *check)
{
	const struct vitals *vitals = machine->vitals;
	double most = 0;

	for (size_t i = 0; i < vitals->probe_count; i++) {
		const struct cpu_probe *probe = &vitals->probes[i];
		double change = probe_work_change(probe->work_first_ns, probe->work_ns);

		if (isnan(change)) {
			check_say(check, CHECK_UNKNOWN, "the clock is too slow to tell");
			return;
		}
		append(check, "%sCPU %d: %.1f %%", i ? ", " : "", probe->cpu, 100 * change);
		most = fmax(most, change);
		check->status = by_limits(most, FREQUENCY_WARNING, FREQUENCY_INVALID);
	}
}

static void judge_clock(const struct machine *machine, struct check *check)
{
	const struct clock_cost *clock = &machine->vitals->clock;

	if (!isnan(clock->read_ns))
		check_say(check, by_limits(clock->read_ns, CLOCK_WARN_NS, CLOCK_FAIL_NS),
			"%.1f ns, in steps of %.0f ns", clock->read_ns, clock->quantum_ns);
}

static enum check_status skew_status(const struct clock_skew *skew)
{
	if (skew->low_ns > 0 || skew->high_ns < 0) /* also where it is empty */
		return CHECK_FAIL;
	return by_limits((skew->high_ns - skew->low_ns) / 2, SKEW_WARN_NS, INFINITY);
}

static void judge_skew(const struct machine *machine, struct check *check)
{
	const struct cpu_pair cpus = machine->vitals->cpus;
	const struct clock_skew *skew = &machine->vitals->skew;

	if (isnan(skew->low_ns) || isnan(skew->high_ns))
		return;
	if (cpus.producer == cpus.consumer)
		check_say(check, CHECK_PASS, "one CPU, one clock");
	else if (skew->low_ns > skew->high_ns)
		check_say(check, CHECK_FAIL, "not two clocks at a fixed distance");
	else
		check_say(check, skew_status(skew), "%+.0f to %+.0f ns between CPUs %d and %d",
			skew->low_ns, skew->high_ns, cpus.producer, cpus.consumer);
}

static void judge_timer(const struct machine *machine, struct check *check)
{
	const struct vitals *vitals = machine->vitals;
	double late = NAN;

	for (size_t i = 0; i < vitals->probe_count; i++)
		late = fmax(late, vitals->probes[i].timer_late_ns);
	if (!isnan(late))
		check_say(check, by_limits(late, TIMER_WARN_NS, TIMER_FAIL_NS),
			"%.0f us late, by median", late / 1e3);
}

static double gib(int64_t bytes)
{
	return (double)bytes / (double)(1024 * MIB);
}

static void judge_memory(const struct machine *machine, struct check *check)
{
	int64_t available = machine->vitals->memory_available_bytes;
	int64_t limit = machine->vitals->memory_limit_bytes;

	if (available < 0)
		return;
	check_say(check, available < MEMORY_LEAST ? CHECK_WARN : CHECK_PASS, "%.1f GiB available",
		gib(available));
	if (limit < 0 || limit == INT64_MAX)
		return;
	if (limit < MEMORY_LEAST)
		check->status = CHECK_WARN;
	append(check, ", limit %.1f GiB", gib(limit));
}

static void judge_swap(const struct machine *machine, struct check *check)
{
	int64_t used = machine->vitals->swap_used_bytes;
	int64_t available = machine->vitals->memory_available_bytes;

	if (used >= 0)
		check_say(check, used > 0 && available < MEMORY_SPARE ? CHECK_WARN : CHECK_PASS,
			"%.1f GiB", gib(used));
}

static void judge_pipe(const struct machine *machine, struct check *check)
{
	int64_t bytes = machine->vitals->pipe_bytes;

	if (bytes < 0)
		return;
	check_say(check, bytes < PIPE_PAGES * sysconf(_SC_PAGESIZE) ? CHECK_FAIL : CHECK_PASS,
		"%.0f KiB", (double)bytes / 1024);
}

static void judge_counters(const struct machine *machine, struct check *check)
{
	const struct counters *counters = &machine->vitals->counters;
	enum counter i = 0;

	while (i < COUNTERS && counters->value[i] >= 0)
		i++;
	if (i < COUNTERS)
		check_say(check, CHECK_WARN, "no %s: %s", counter_name(i), counters->reason[i]);
	else if (counters->is_user_only)
		check_say(check, CHECK_WARN, "user space only");
	else
		check_say(check, CHECK_PASS, "user and kernel");
	if (!counters->is_user_only) /* not forbidden, but not there */
		check->fix[0] = '\0';
}

const struct check_rule check_vital_rules[] = {
	{
		.id = "other-measurement",
		.wanted = "none",
		.effect = "two measurements at a time measure each other; a run waits for the "
			  "other to end",
		.judge = judge_lock,
	},
	{
		.id = "other-work",
		.level = CHECK_WARNING,
		.wanted = "0.5 % at most",
		.effect = "what else runs on the CPUs takes their time, empties their caches and "
			  "makes the sides wait",
		.fix = "ps -eo psr,pcpu,pid,args --sort=-pcpu | head # names it: stop it",
		.judge = judge_foreign,
	},
	{
		.id = "steal",
		.level = CHECK_WARNING,
		.wanted = "0.1 % at most",
		.effect = "the host runs something else meanwhile: only the host can mend it",
		.judge = judge_steal,
	},
	{
		.id = "noise-floor",
		.wanted = "0.05 % of 5 us round trips at most",
		.effect = "gaps in the CPUs' time (interrupts, other work, the host) are in the "
			  "tail of every figure: above 0.05 % p99.9 is theirs, above 0.5 % p99",
		.judge = judge_noise,
	},
	{
		.id = "frequency",
		.level = CHECK_WARNING,
		.wanted = "2 % at most",
		.effect = "work takes longer on a CPU that was idle than after a second of load, "
			  "so cells that sleep and cells that spin run at different speeds",
		.judge = judge_frequency,
	},
	{
		.id = "clock-read",
		.wanted = "100 ns at most",
		.effect = "every round trip holds one read of the clock, and what is shorter than "
			  "20 of them is timed in batches, without percentiles",
		.judge = judge_clock,
	},
	{
		.id = "clock-skew",
		.wanted = "around 0, within 1000 ns",
		.effect = "one-way times are wrong by as much; round trips are not",
		.judge = judge_skew,
	},
	{
		.id = "timer",
		.wanted = "200 us at most",
		.effect = "the sender of a paced stream wakes late, and the run is limited by it",
		.judge = judge_timer,
	},
	{
		.id = "memory",
		.wanted = "256 MiB or more",
		.effect = "pages are taken away and must be read again: such runs are invalid",
		.judge = judge_memory,
	},
	{
		.id = "swap",
		.wanted = "none in use, or memory to spare",
		.effect = "a page that is read back from a disk in a run makes it invalid",
		.fix = "sudo swapoff -a && sudo swapon -a",
		.judge = judge_swap,
	},
	{
		.id = "pipe-capacity",
		.level = CHECK_WARNING,
		.wanted = "64 KiB",
		.effect = "this user's pipes are over the soft limit, so new ones silently get 8 "
			  "KiB or less: pipe and fifo runs are invalid",
		.fix = CHECK_TEE("0", "/proc/sys/fs/pipe-user-pages-soft"),
		.judge = judge_pipe,
	},
	{
		.id = "counters",
		.wanted = "user and kernel",
		.effect = "instructions, cycles and cache misses per message stay unknown, or "
			  "those of the kernel",
		.fix = CHECK_TEE("1", "/proc/sys/kernel/perf_event_paranoid"),
		.judge = judge_counters,
	},
	{.id = NULL},
};
