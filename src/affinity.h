/* Where the two sides of a cell run: placement classes from the machine's topology, and pinning.
 *
 * The only file that knows hwloc. Only CPUs that this process may use count (sched_getaffinity and
 * the cgroup), so a container sees what it has. */
#ifndef IPCMARK_AFFINITY_H
#define IPCMARK_AFFINITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every two CPUs are in exactly one class. A CPU's last-level cache is the outermost one above it
 * that the kernel reports (an L2 where there is no L3); where it reports none, as in some virtual
 * machines, the package stands in for it. */
enum placement_class {
	PLACEMENT_SAME_CPU, /* both sides on one CPU */
	PLACEMENT_SMT,      /* two hardware threads of one core */
	PLACEMENT_SAME_LLC, /* two cores of one NUMA node that share the last-level cache */
	/* two last-level caches of one NUMA node (or, where a cache spans several NUMA nodes, of
	 * one package) */
	PLACEMENT_CROSS_LLC,
	PLACEMENT_CROSS_NUMA, /* two NUMA nodes, though they may share a package or even a cache */
	PLACEMENT_FLOATING,   /* not pinned: the scheduler's choice, among the allowed CPUs */
	PLACEMENT_CLASSES,
};

struct cpu_pair {
	int producer, consumer; /* kernel CPU numbers; both -1 for floating */
};

#define CROWD_MOST 64

/* Where several pairs run at once. */
struct crowd {
	uint32_t pairs;
	bool shares_cpus; /* the machine has too few: some pairs share theirs with others */
	struct cpu_pair cpus[CROWD_MOST];
};

struct topology; /* opaque */

/* "same-cpu", "smt", ...: the words of the command line and of the JSON. */
const char *placement_name(enum placement_class class);

/* Reads this machine's topology, or builds a synthetic one from an hwloc description ("pack:2
 * core:4 pu:2"; tests), of which every CPU is allowed. Allowed on this machine is what the calling
 * thread may use now: load before pinning. Does not move the thread; takes a few ms. NULL with a
 * reason (fail.h). Free with topology_free. */
struct topology *topology_load(const char *synthetic);
void topology_free(struct topology *t);

/* The first pair of CPUs of a class in the order of kernel numbers, the same every time: where
 * there is a choice neither is on CPU 0's core, as the kernel keeps its own work there; otherwise
 * that one is the consumer if it can be. 0, or -ENXIO with the reason why the machine has none ("no
 * two hardware threads share a core here"). Always there: same-cpu and floating. */
int topology_pair(const struct topology *t, enum placement_class class, struct cpu_pair *pair);

/* CPUs for `pairs` pairs (1 .. CROWD_MOST) of the class of `first`, which the first of them gets.
 * Each of the others gets cores of its own while the machine has them, then CPUs of its own, and
 * then those of the pairs before it in turn. Floating ones share CPUs where there are more sides
 * than CPUs. 0, or what topology_classify says of `first`. */
int topology_crowd(
	const struct topology *t, struct cpu_pair first, uint32_t pairs, struct crowd *crowd);

/* The class of two given CPUs, or of -1 and -1; -EINVAL with a reason where one is not there or not
 * allowed, or where only one is -1. */
int topology_classify(const struct topology *t, struct cpu_pair pair, enum placement_class *class);

/* The nearest class of two different cores that the machine has: same-llc, else cross-llc, else
 * cross-numa, else smt, else same-cpu (a machine of one CPU). */
enum placement_class topology_nearest(const struct topology *t);

/* Counts for the result's environment, of the whole machine but for allowed_cpus. llcs: last-level
 * caches, 0 where none is known; numa_nodes: those without CPUs also; cpus: those online;
 * threads_per_core: the largest. */
struct topology_counts {
	unsigned packages, numa_nodes, llcs, cores, cpus, allowed_cpus, threads_per_core;
};
struct topology_counts topology_count(const struct topology *t);

/* One line for people: "1 package, 1 NUMA node, 1 L3, 2 cores, 2 CPUs", and where it is so ", of
 * which 1 may be used". */
void topology_describe(const struct topology *t, char *out, size_t out_bytes);

/* Pins the calling thread to one CPU (sched_setaffinity); 0 or -errno with a reason, -EINVAL where
 * the CPU is not there, not online or not allowed. cpu = -1 does nothing. */
int affinity_pin(int cpu);

#endif
