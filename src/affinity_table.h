/* The table of CPUs that a topology is; for affinity*.c alone. */
#ifndef IPCMARK_AFFINITY_TABLE_H
#define IPCMARK_AFFINITY_TABLE_H

#include "affinity.h"

/* core, llc, node and package are hwloc's gp_index, unique over all objects of a machine. */
struct cpu {
	int os; /* the kernel's number */
	bool allowed;
	bool beside_cpu0;     /* shares a core with CPU 0, or is CPU 0 */
	bool llc_spans_nodes; /* NUMA nodes are finer than caches here */
	unsigned llc_level;   /* 3: an L3; 0: no cache is known */
	unsigned core_threads;
	uint64_t core, llc, node, package;
};

struct topology {
	struct topology_counts counts;
	unsigned llc_level; /* of every CPU, or LEVELS_MIXED */
	struct cpu *cpus;   /* counts.cpus of them, CPU 0's core last, then by kernel number */
};

enum placement_class affinity_class_of(const struct cpu *a, const struct cpu *b);

/* The first pair of a class in the table's order, among its first `count` CPUs, of those that may
 * be used and are not `taken` (by the place in the table; NULL: none is). */
bool affinity_find_pair(const struct topology *t, enum placement_class class, unsigned count,
	const bool *taken, struct cpu_pair *pair);

#endif
