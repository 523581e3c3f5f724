/* See conditions.h. */
#include "conditions.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "wait.h"

#define DEEP_IDLE_WARNING   0.01  /* of the CPUs' time */
#define INVOLUNTARY_WARNING 0.001 /* of the messages */
#define BLOCKS_AT_LEAST     0.5   /* switches a round trip where the wait is to sleep */
#define SPINS_AT_MOST       0.01  /* where it is to spin */

static void add_cpu(struct conditions *conditions, int cpu)
{
	for (size_t i = 0; i < conditions->cpu_count; i++)
		if (conditions->cpus[i] == cpu)
			return;
	if (cpu >= 0 && conditions->cpu_count < CONDITIONS_CPUS)
		conditions->cpus[conditions->cpu_count++] = cpu;
}

static void add_crowd(struct conditions *conditions, const struct crowd *crowd)
{
	for (uint32_t i = 0; i < crowd->pairs; i++) {
		add_cpu(conditions, crowd->cpus[i].producer);
		add_cpu(conditions, crowd->cpus[i].consumer);
	}
}

static const struct pair_skew *find_pair(const struct conditions *conditions, struct cpu_pair cpus)
{
	for (size_t i = 0; i < conditions->skew_count; i++)
		if (conditions->skew[i].cpus.producer == cpus.producer &&
			conditions->skew[i].cpus.consumer == cpus.consumer)
			return &conditions->skew[i];
	return NULL;
}

static void add_pair(struct conditions *conditions, struct cpu_pair cpus)
{
	if (cpus.producer >= 0 && !find_pair(conditions, cpus) &&
		conditions->skew_count < CONDITIONS_PAIRS)
		conditions->skew[conditions->skew_count++].cpus = cpus;
}

static int compare_clocks(struct pair_skew *pair, struct clock_skew *skew)
{
	int err = skew_measure(pair->cpus, skew);

	if (err)
		snprintf(pair->reason, sizeof pair->reason, "%s", fail_reason());
	return err == -EINTR ? err : 0;
}

static void judge_clocks(struct pair_skew *pair, const struct clock_skew *later)
{
	if (!pair->reason[0] && !skew_agrees(&pair->before, later))
		snprintf(pair->reason, sizeof pair->reason,
			"the clocks of CPU %d and CPU %d do not keep one distance: no one-way time "
			"between them means anything",
			pair->cpus.producer, pair->cpus.consumer);
}

/* -EINTR, or 0 also where the CPUs could not be probed. */
static int probe(const struct conditions *conditions, uint64_t probe_ns, struct cpu_probe *probes,
	bool *is_probed)
{
	int err = conditions->cpu_count
		? probe_cpus(conditions->cpus, conditions->cpu_count, probe_ns, probes)
		: -ENOENT;

	*is_probed = err == 0;
	return err == -EINTR ? err : 0;
}

int conditions_begin(struct conditions *conditions, const struct plan *plan, uint64_t probe_ns)
{
	int err;

	*conditions = (struct conditions){.cpu_count = 0};
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->cells[i].skip[0])
			continue;
		add_cpu(conditions, plan->cells[i].cpus.producer);
		add_cpu(conditions, plan->cells[i].cpus.consumer);
		add_crowd(conditions, &plan->cells[i].crowd);
		add_pair(conditions, plan->cells[i].cpus);
	}
	err = probe(conditions, probe_ns, conditions->before, &conditions->is_probed);
	for (size_t i = 0; i < conditions->skew_count && !err; i++) {
		struct pair_skew *pair = &conditions->skew[i];

		err = compare_clocks(pair, &pair->before);
		judge_clocks(pair, &pair->before);
		pair->after = pair->before; /* until there is another */
	}
	memcpy(conditions->after, conditions->before, sizeof conditions->after);
	load_read(&conditions->begin, "", conditions->cpus, conditions->cpu_count);
	return err;
}

int conditions_end(struct conditions *conditions, uint64_t probe_ns)
{
	struct load_snapshot end;
	int err = 0;

	load_read(&end, "", conditions->cpus, conditions->cpu_count);
	load_difference(&conditions->begin, &end, &conditions->load);
	if (probe_ns == 0)
		return 0;
	if (conditions->is_probed)
		err = probe(conditions, probe_ns, conditions->after, &conditions->is_probed);
	for (size_t i = 0; i < conditions->skew_count && !err; i++) {
		struct pair_skew *pair = &conditions->skew[i];

		err = compare_clocks(pair, &pair->after);
		judge_clocks(pair, &pair->after);
	}
	return err;
}

double conditions_one_way_ns(const struct conditions *conditions, const struct cell *cell)
{
	const struct pair_skew *pair = find_pair(conditions, cell->cpus);

	/* nothing is subtracted: what counts is how far from 0 the distance may be, not only how
	 * well it is known */
	if (pair && !pair->reason[0]) {
		struct clock_skew bounds = skew_common(&pair->before, &pair->after);

		return fmax(fabs(bounds.low_ns), fabs(bounds.high_ns));
	}
	fail_text(ENXIO, "%s", pair ? pair->reason : "the clocks of its CPUs were not compared");
	return NAN;
}

static double share_of(const struct conditions *conditions, const struct cpu_probe *probes,
	struct cpu_pair cpus, double duration_ns)
{
	struct cpu_probe used[SIDES];
	size_t count = 0;

	for (size_t i = 0; i < conditions->cpu_count; i++)
		if (probes[i].cpu == cpus.producer || probes[i].cpu == cpus.consumer)
			used[count++] = probes[i];
	return count ? probe_gap_share(used, count, duration_ns) : NAN;
}

double conditions_gap_share(
	const struct conditions *conditions, struct cpu_pair cpus, double duration_ns)
{
	if (!conditions->is_probed)
		return NAN;
	return fmax(share_of(conditions, conditions->before, cpus, duration_ns),
		share_of(conditions, conditions->after, cpus, duration_ns));
}

void conditions_vitals(
	const struct conditions *conditions, const struct clock_cost *clock, struct vitals *vitals)
{
	vitals_read(vitals, "");
	vitals->clock = *clock;
	vitals->load = conditions->load;
	if (conditions->is_probed) {
		vitals->probes = conditions->after;
		vitals->probe_count = conditions->cpu_count;
	}
	for (size_t i = 0; i < conditions->skew_count; i++) {
		const struct pair_skew *pair = &conditions->skew[i];

		if (pair->cpus.producer == pair->cpus.consumer || pair->reason[0])
			continue;
		vitals->cpus = pair->cpus;
		vitals->skew = pair->after;
		break;
	}
}

static void disturb(struct run_figures *figures, enum run_flag flag, enum disturbance disturbance,
	bool allow, const char *reason)
{
	if (disturbance == DISTURBANCE_NONE)
		return;
	figures->flags |= flag;
	if (disturbance == DISTURBANCE_INVALID && !allow)
		figures_invalidate(figures, reason);
}

static void judge_load(const struct load_change *load, bool allow, struct run_figures *figures)
{
	char reason[160];

	snprintf(reason, sizeof reason, "other work took %.1f %% of its CPUs' time",
		100 * load->foreign);
	disturb(figures, FLAG_FOREIGN_LOAD, load_judge_foreign(load), allow, reason);
	snprintf(reason, sizeof reason, "the host took %.1f %% of its CPUs' time (steal)",
		100 * load->steal);
	disturb(figures, FLAG_STEAL, load_judge_steal(load), allow, reason);
	snprintf(reason, sizeof reason, "the control group was throttled %lld times (cpu.max)",
		(long long)load->throttles);
	disturb(figures, FLAG_THROTTLED,
		load->throttles > 0 ? DISTURBANCE_INVALID : DISTURBANCE_NONE, allow, reason);
	snprintf(reason, sizeof reason, "heat slowed its CPUs down %lld times",
		(long long)load->hot_count);
	disturb(figures, FLAG_THROTTLED,
		load->hot_count > 0 ? DISTURBANCE_INVALID : DISTURBANCE_NONE, allow, reason);
}

static void judge_frequency(struct run_figures *figures, bool allow)
{
	for (enum side side = SIDE_PRODUCER; side < SIDES; side++) {
		const double *work = figures->work_ns[side];
		char reason[160];

		snprintf(reason, sizeof reason,
			"the %s's CPU changed its pace by %.0f %%: fixed work took %.1f us before "
			"and %.1f us after",
			side_name(side), 100 * probe_work_change(work[0], work[1]), work[0] / 1000,
			work[1] / 1000);
		disturb(figures, FLAG_FREQUENCY, probe_judge_work(work[0], work[1]), allow, reason);
	}
}

/* Idle CPUs that were asked for (think time) may sleep as they like. */
static void judge_sleep(const struct pair_params *params, struct run_figures *figures)
{
	if (wait_sleeps(params->wait) && !params->exchange.think_ns &&
		figures->load.deep_idle > DEEP_IDLE_WARNING)
		figures->flags |= FLAG_DEEP_IDLE;
}

/* On one CPU each hand-over may be either kind of switch; where pairs share CPUs, one side's turn
 * ends another's, and a message may be there before its reader would have slept. */
static void judge_switches(const struct pair_params *params, struct run_figures *figures)
{
	double involuntary = 0, switches = figures->switches_per_message;
	bool apart = params->cpus.producer != params->cpus.consumer;

	if (params->crowd && params->crowd->shares_cpus)
		return;

	for (enum side side = SIDE_PRODUCER; side < SIDES; side++)
		involuntary += (double)figures->usage[side].involuntary_switches;
	if (apart && involuntary > INVOLUNTARY_WARNING * (double)figures->side_messages[0])
		figures->flags |= FLAG_INVOLUNTARY;
	if (params->pattern == &pattern_pingpong &&
		((wait_sleeps(params->wait) && switches < BLOCKS_AT_LEAST) ||
			(params->wait == WAIT_SPIN && switches > SPINS_AT_MOST)))
		figures->flags |= FLAG_UNEXPECTED_WAIT;
}

void conditions_judge(const struct pair_params *params, bool allow, struct run_figures *figures)
{
	if (figures->status == RUN_FAILED)
		return;
	judge_load(&figures->load, allow, figures);
	judge_sleep(params, figures);
	if (params->transport->traits & TRAIT_TCP && figures->retransmits > 0)
		figures->flags |= FLAG_RETRANSMITS;
	/* with more CPUs at work all are slower: that is what several pairs are to show */
	if (!params->crowd)
		judge_frequency(figures, allow);
	judge_switches(params, figures);
}
