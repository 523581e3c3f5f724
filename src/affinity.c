/* See affinity.h.
 *
 * hwloc's tree is read once, into a table of CPUs that names for each the core, cache, NUMA node
 * and package that it belongs to; everything else reads the table. */
#include "affinity.h"

#include <assert.h>
#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "affinity_table.h"
#include "fail.h"

#define CPU_LIMIT    16384 /* twice what the largest kernel is configured for */
#define MASK_SETS    (CPU_LIMIT / CPU_SETSIZE)
#define LEVELS_MIXED UINT32_MAX

static const struct {
	const char *name, *absent;
} classes[PLACEMENT_CLASSES] = {
	[PLACEMENT_SAME_CPU] = {"same-cpu", "no CPU may be used here"},
	[PLACEMENT_SMT] = {"smt", "no two hardware threads share a core here"},
	[PLACEMENT_SAME_LLC] = {"same-llc", "no two cores share a last-level cache here"},
	[PLACEMENT_CROSS_LLC] = {"cross-llc", "no NUMA node has two last-level caches here"},
	[PLACEMENT_CROSS_NUMA] = {"cross-numa", "no two NUMA nodes have CPUs here"},
	[PLACEMENT_FLOATING] = {"floating", ""},
};

const char *placement_name(enum placement_class class)
{
	assert(class < PLACEMENT_CLASSES);
	return classes[class].name;
}

/* Decided for each CPU, because small cores may stand outside the L3 of the big ones. Without any
 * cache the CPUs of a package are taken to share one. */
static hwloc_obj_t last_level_cache(hwloc_obj_t pu, hwloc_obj_t package)
{
	hwloc_obj_t outermost = package;

	for (hwloc_obj_t above = pu->parent; above; above = above->parent)
		if (hwloc_obj_type_is_dcache(above->type))
			outermost = above;
	return outermost;
}

/* The memory nearest to a CPU: of several nodes in one place (DRAM and HBM) the first, of nodes
 * around nodes (DRAM and a CXL expander) the innermost. */
static hwloc_obj_t numa_node(hwloc_obj_t pu)
{
	hwloc_obj_t node = pu;

	while (!node->memory_first_child && node->parent)
		node = node->parent;
	while (node->memory_first_child) /* a memory-side cache may stand in front */
		node = node->memory_first_child;
	return node;
}

static struct cpu cpu_of(hwloc_topology_t hw, hwloc_obj_t pu)
{
	hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(hw, HWLOC_OBJ_CORE, pu);
	hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(hw, HWLOC_OBJ_PACKAGE, pu);
	hwloc_obj_t node = numa_node(pu);
	hwloc_obj_t llc;

	core = core ? core : pu;
	package = package ? package : hwloc_get_root_obj(hw);
	llc = last_level_cache(pu, package);
	return (struct cpu){
		.os = (int)pu->os_index,
		.beside_cpu0 = hwloc_bitmap_isset(core->cpuset, 0),
		.llc_spans_nodes = !hwloc_bitmap_isincluded(llc->cpuset, node->cpuset),
		.llc_level = hwloc_obj_type_is_dcache(llc->type) ? llc->attr->cache.depth : 0,
		.core_threads = (unsigned)hwloc_bitmap_weight(core->cpuset),
		.core = core->gp_index,
		.llc = llc->gp_index,
		.node = node->gp_index,
		.package = package->gp_index,
	};
}

/* The table stands in the order of the tree, where what shares an object stands together: a new
 * object begins where a CPU differs from the one before. */
static void count_cpu(struct topology *t, const struct cpu *cpu)
{
	static const struct cpu none; /* gp_index starts at 1 */
	struct topology_counts *counts = &t->counts;
	const struct cpu *before = counts->cpus ? cpu - 1 : &none;

	counts->packages += cpu->package != before->package;
	counts->llcs += cpu->llc_level && cpu->llc != before->llc;
	counts->cores += cpu->core != before->core;
	counts->allowed_cpus += cpu->allowed;
	if (counts->threads_per_core < cpu->core_threads)
		counts->threads_per_core = cpu->core_threads;
	if (counts->cpus == 0)
		t->llc_level = cpu->llc_level;
	if (t->llc_level != cpu->llc_level)
		t->llc_level = LEVELS_MIXED;
	counts->cpus++;
}

static int by_preference(const void *left, const void *right)
{
	const struct cpu *a = left, *b = right;

	if (a->beside_cpu0 != b->beside_cpu0)
		return a->beside_cpu0 - b->beside_cpu0;
	return a->os - b->os;
}

/* hwloc knows the cgroup's limits; those that taskset and its like set come from the kernel. */
static int read_cpus(struct topology *t, hwloc_topology_t hw, bool is_synthetic)
{
	hwloc_const_cpuset_t cgroup = hwloc_topology_get_allowed_cpuset(hw);
	hwloc_obj_t pu = NULL;
	cpu_set_t mask[MASK_SETS];

	memset(mask, 0xff, sizeof mask);
	if (!is_synthetic && sched_getaffinity(0, sizeof mask, mask) != 0)
		return fail("sched_getaffinity");
	while ((pu = hwloc_get_next_obj_by_type(hw, HWLOC_OBJ_PU, pu))) {
		struct cpu *cpu = &t->cpus[t->counts.cpus];

		*cpu = cpu_of(hw, pu);
		cpu->allowed = hwloc_bitmap_isset(cgroup, pu->os_index) &&
			CPU_ISSET_S(pu->os_index, sizeof mask, mask);
		count_cpu(t, cpu);
	}
	t->counts.numa_nodes = (unsigned)hwloc_get_nbobjs_by_type(hw, HWLOC_OBJ_NUMANODE);
	qsort(t->cpus, t->counts.cpus, sizeof *t->cpus, by_preference);
	if (t->counts.allowed_cpus == 0)
		return fail_text(ENXIO, "topology: this process may use no CPU");
	return 0;
}

static struct topology *table_new(hwloc_topology_t hw, bool is_synthetic)
{
	struct topology *t = calloc(1, sizeof *t);
	int count = hwloc_get_nbobjs_by_type(hw, HWLOC_OBJ_PU);

	if (t)
		t->cpus = calloc((size_t)count, sizeof *t->cpus);
	if (!t || !t->cpus) {
		fail("reading the topology");
	} else if (read_cpus(t, hw, is_synthetic) == 0) {
		return t;
	}
	topology_free(t);
	return NULL;
}

/* Discovery would by default bind this thread to each CPU in turn, which fails or disturbs where
 * CPUs are set aside; the kernel's own description is enough. */
static unsigned long discovery_flags(void)
{
	unsigned long flags = HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED;

#if HWLOC_API_VERSION >= 0x00020500
	flags |= HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING;
#endif
#if HWLOC_API_VERSION >= 0x00020800
	flags |= HWLOC_TOPOLOGY_FLAG_NO_DISTANCES | HWLOC_TOPOLOGY_FLAG_NO_MEMATTRS |
		HWLOC_TOPOLOGY_FLAG_NO_CPUKINDS;
#endif
	return flags;
}

static int discover(hwloc_topology_t hw, const char *synthetic)
{
	if (synthetic && hwloc_topology_set_synthetic(hw, synthetic) != 0)
		return fail_text(EINVAL, "topology \"%.64s\": not a synthetic description of hwloc",
			synthetic);
	if (hwloc_topology_set_flags(hw, discovery_flags()) != 0)
		return fail("hwloc_topology_set_flags");
	hwloc_topology_set_io_types_filter(hw, HWLOC_TYPE_FILTER_KEEP_NONE);
	hwloc_topology_set_type_filter(hw, HWLOC_OBJ_MISC, HWLOC_TYPE_FILTER_KEEP_NONE);
	if (hwloc_topology_load(hw) != 0)
		return fail("hwloc_topology_load");
	if (!synthetic && !hwloc_topology_is_thissystem(hw))
		return fail_text(EINVAL, "topology: HWLOC_* variables describe another machine");
	return 0;
}

struct topology *topology_load(const char *synthetic)
{
	struct topology *t = NULL;
	hwloc_topology_t hw;

	if (hwloc_topology_init(&hw) != 0) {
		fail("hwloc_topology_init");
		return NULL;
	}
	if (discover(hw, synthetic) == 0)
		t = table_new(hw, synthetic != NULL);
	hwloc_topology_destroy(hw);
	return t;
}

void topology_free(struct topology *t)
{
	if (t)
		free(t->cpus);
	free(t);
}

enum placement_class affinity_class_of(const struct cpu *a, const struct cpu *b)
{
	if (a->os == b->os)
		return PLACEMENT_SAME_CPU;
	if (a->core == b->core)
		return PLACEMENT_SMT;
	if (a->node == b->node)
		return a->llc == b->llc ? PLACEMENT_SAME_LLC : PLACEMENT_CROSS_LLC;
	if (a->llc != b->llc && a->package == b->package && a->llc_spans_nodes)
		return PLACEMENT_CROSS_LLC;
	return PLACEMENT_CROSS_NUMA;
}

static bool is_free(const struct topology *t, unsigned i, const bool *taken)
{
	return t->cpus[i].allowed && !(taken && taken[i]);
}

bool affinity_find_pair(const struct topology *t, enum placement_class class, unsigned count,
	const bool *taken, struct cpu_pair *pair)
{
	const struct cpu *cpus = t->cpus;

	for (unsigned a = 0; a < count; a++)
		for (unsigned b = a; is_free(t, a, taken) && b < count; b++)
			if (is_free(t, b, taken) &&
				affinity_class_of(&cpus[a], &cpus[b]) == class) {
				*pair = (struct cpu_pair){
					.producer = cpus[a].os, .consumer = cpus[b].os};
				return true;
			}
	return false;
}

/* With CPU 0's core, the table's end, only where there is no pair without. */
static bool has_pair(const struct topology *t, enum placement_class class, struct cpu_pair *pair)
{
	unsigned all = t->counts.cpus, quiet = all;

	while (quiet > 0 && t->cpus[quiet - 1].beside_cpu0)
		quiet--;
	return affinity_find_pair(t, class, quiet, NULL, pair) ||
		affinity_find_pair(t, class, all, NULL, pair);
}

int topology_pair(const struct topology *t, enum placement_class class, struct cpu_pair *pair)
{
	const struct topology_counts *counts = &t->counts;

	assert(class < PLACEMENT_CLASSES);
	if (class == PLACEMENT_FLOATING) {
		*pair = (struct cpu_pair){.producer = -1, .consumer = -1};
		return 0;
	}
	if (has_pair(t, class, pair))
		return 0;
	if (counts->allowed_cpus == counts->cpus)
		return fail_text(ENXIO, "%s", classes[class].absent);
	return fail_text(ENXIO, "%s, among the %u of %u CPUs that this process may use",
		classes[class].absent, counts->allowed_cpus, counts->cpus);
}

/* "0-3,8": the CPUs of the machine, or only those that may be used. */
static void list_cpus(const struct topology *t, bool only_allowed, char *out, size_t out_bytes)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();

	snprintf(out, out_bytes, "?");
	if (!set)
		return;
	for (unsigned i = 0; i < t->counts.cpus; i++)
		if (t->cpus[i].allowed || !only_allowed)
			hwloc_bitmap_set(set, (unsigned)t->cpus[i].os);
	hwloc_bitmap_list_snprintf(out, out_bytes, set);
	hwloc_bitmap_free(set);
}

static int find_cpu(const struct topology *t, int os, const struct cpu **cpu)
{
	char list[256];

	for (*cpu = t->cpus; *cpu < t->cpus + t->counts.cpus; ++*cpu) {
		if ((*cpu)->os != os)
			continue;
		if ((*cpu)->allowed)
			return 0;
		list_cpus(t, true, list, sizeof list);
		return fail_text(EINVAL, "CPU %d: this process may only use %s", os, list);
	}
	list_cpus(t, false, list, sizeof list);
	return fail_text(EINVAL, "CPU %d: not in this machine, which has %s", os, list);
}

int topology_classify(const struct topology *t, struct cpu_pair pair, enum placement_class *class)
{
	const struct cpu *producer, *consumer;
	int err;

	if (pair.producer == -1 && pair.consumer == -1) {
		*class = PLACEMENT_FLOATING;
		return 0;
	}
	if (pair.producer == -1 || pair.consumer == -1)
		return fail_text(EINVAL, "one side is pinned: pin both or none");
	err = find_cpu(t, pair.producer, &producer);
	if (err == 0)
		err = find_cpu(t, pair.consumer, &consumer);
	if (err == 0)
		*class = affinity_class_of(producer, consumer);
	return err;
}

enum placement_class topology_nearest(const struct topology *t)
{
	static const enum placement_class nearest_first[] = {
		PLACEMENT_SAME_LLC, PLACEMENT_CROSS_LLC, PLACEMENT_CROSS_NUMA, PLACEMENT_SMT};
	struct cpu_pair pair;

	for (size_t i = 0; i < sizeof nearest_first / sizeof *nearest_first; i++)
		if (has_pair(t, nearest_first[i], &pair))
			return nearest_first[i];
	return PLACEMENT_SAME_CPU;
}

struct topology_counts topology_count(const struct topology *t)
{
	return t->counts;
}

static const char *plural(unsigned count)
{
	return count == 1 ? "" : "s";
}

static void describe_caches(const struct topology *t, char *out, size_t out_bytes)
{
	unsigned llcs = t->counts.llcs;

	if (llcs == 0)
		snprintf(out, out_bytes, "no known cache");
	else if (t->llc_level == LEVELS_MIXED)
		snprintf(out, out_bytes, "%u last-level cache%s", llcs, plural(llcs));
	else
		snprintf(out, out_bytes, "%u L%u", llcs, t->llc_level);
}

void topology_describe(const struct topology *t, char *out, size_t out_bytes)
{
	const struct topology_counts *n = &t->counts;
	char caches[64], allowed[64] = "";

	describe_caches(t, caches, sizeof caches);
	if (n->allowed_cpus != n->cpus)
		snprintf(allowed, sizeof allowed, ", of which %u may be used", n->allowed_cpus);
	snprintf(out, out_bytes, "%u package%s, %u NUMA node%s, %s, %u core%s, %u CPU%s%s",
		n->packages, plural(n->packages), n->numa_nodes, plural(n->numa_nodes), caches,
		n->cores, plural(n->cores), n->cpus, plural(n->cpus), allowed);
}

int affinity_pin(int cpu)
{
	cpu_set_t mask[MASK_SETS];
	int err;

	if (cpu == -1)
		return 0;
	if (cpu < 0 || cpu >= CPU_LIMIT)
		return fail_text(EINVAL, "pinning to CPU %d: there is no such CPU", cpu);
	CPU_ZERO_S(sizeof mask, mask);
	CPU_SET_S((size_t)cpu, sizeof mask, mask);
	if (sched_setaffinity(0, sizeof mask, mask) == 0)
		return 0;
	err = errno;
	if (err == EINVAL)
		return fail_text(err, "pinning to CPU %d: not online or not allowed", cpu);
	return fail_text(err, "pinning to CPU %d: %s", cpu, strerror(err));
}
