/* Where several pairs run at once. */
#include <assert.h>
#include <stdlib.h>

#include "affinity_table.h"
#include "memory.h"

/* What pairs before this one have taken, by the place in the table. */
struct taken {
	bool *cpu, *core;
};

static void take(const struct topology *t, int os, struct taken *taken)
{
	uint64_t core = 0;

	for (unsigned i = 0; i < t->counts.cpus; i++) {
		if (t->cpus[i].os != os)
			continue;
		taken->cpu[i] = true;
		core = t->cpus[i].core;
	}
	for (unsigned i = 0; i < t->counts.cpus; i++)
		taken->core[i] = taken->core[i] || t->cpus[i].core == core;
}

static void place(const struct topology *t, enum placement_class class, struct taken *taken,
	struct crowd *crowd)
{
	uint32_t own = 1; /* pairs that share nothing */

	take(t, crowd->cpus[0].producer, taken);
	take(t, crowd->cpus[0].consumer, taken);
	for (uint32_t i = 1; i < crowd->pairs; i++) {
		struct cpu_pair *pair = &crowd->cpus[i];

		if (own == i &&
			(affinity_find_pair(t, class, t->counts.cpus, taken->core, pair) ||
				affinity_find_pair(t, class, t->counts.cpus, taken->cpu, pair))) {
			take(t, pair->producer, taken);
			take(t, pair->consumer, taken);
			own++;
		} else {
			*pair = crowd->cpus[i % own];
		}
	}
	crowd->shares_cpus = own < crowd->pairs;
}

int topology_crowd(
	const struct topology *t, struct cpu_pair first, uint32_t pairs, struct crowd *crowd)
{
	enum placement_class class;
	int err = topology_classify(t, first, &class);

	assert(pairs >= 1 && pairs <= CROWD_MOST);
	if (err)
		return err;
	*crowd = (struct crowd){.pairs = pairs};
	for (uint32_t i = 0; i < pairs; i++)
		crowd->cpus[i] = first;
	if (class == PLACEMENT_FLOATING) {
		crowd->shares_cpus = 2 * pairs > t->counts.allowed_cpus;
		return 0;
	}

	struct taken taken = {.cpu = memory_zeroed(t->counts.cpus, sizeof(bool)),
		.core = memory_zeroed(t->counts.cpus, sizeof(bool))};

	place(t, class, &taken, crowd);
	free(taken.cpu);
	free(taken.core);
	return 0;
}
