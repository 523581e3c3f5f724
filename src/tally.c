/* See tally.h. */
#include "tally.h"

#include <sched.h>
#include <sys/resource.h>

#include "clock.h"

/* A process may have threads of a library, which work for its side. */
static struct usage usage_now(bool is_thread)
{
	struct rusage r;

	getrusage(is_thread ? RUSAGE_THREAD : RUSAGE_SELF, &r);
	return (struct usage){
		.cpu_ns = is_thread ? clock_thread_cpu_ns() : clock_process_cpu_ns(),
		.voluntary_switches = r.ru_nvcsw,
		.involuntary_switches = r.ru_nivcsw,
		.minor_faults = r.ru_minflt,
		.major_faults = r.ru_majflt,
		.max_rss_bytes = (int64_t)r.ru_maxrss * 1024,
	};
}

void tally_begin(struct tally *tally)
{
	tally->cpu_start = sched_getcpu();
	tally->usage = usage_now(tally->is_thread);
	counters_start(&tally->counters);
	tally->elapsed_ns = -clock_now_ns();
}

void tally_end(struct tally *tally)
{
	tally->elapsed_ns += clock_now_ns();
	counters_stop(&tally->counters);

	struct usage end = usage_now(tally->is_thread), start = tally->usage;

	tally->usage = (struct usage){
		.cpu_ns = end.cpu_ns - start.cpu_ns,
		.voluntary_switches = end.voluntary_switches - start.voluntary_switches,
		.involuntary_switches = end.involuntary_switches - start.involuntary_switches,
		.minor_faults = end.minor_faults - start.minor_faults,
		.major_faults = end.major_faults - start.major_faults,
		.max_rss_bytes = end.max_rss_bytes,
	};
	tally->cpu_end = sched_getcpu();
}

void tally_stamp(struct tally *tally, uint32_t epoch, uint64_t messages)
{
	tally->stamp_ns[epoch] = clock_now_ns();
	tally->arrived[epoch] = messages;
}
