/* The figures of a run of several pairs at once. */
#ifndef IPCMARK_FIGURES_CROWD_H
#define IPCMARK_FIGURES_CROWD_H

#include "figures.h"

/* As figures_of_run, for one pair or several. Each pair is evaluated by itself, with its own
 * warm-up cut; the first that is not good gives status and reason.
 *
 * Each pair moves a fixed count of messages, so they end at different times, and those that run on
 * have the machine to themselves. The rate is therefore that of all pairs in the time in which
 * every one of them was measured, which is pair_overlap of the slowest pair's; figures->seconds is
 * the time that figures->messages take at that rate. Durations are those of all messages of all
 * pairs; CPU time and switches are sums over all sides; `busy` is a mean, and the fixed work that
 * of the pair whose CPUs changed most. */
void figures_of_crowd(const struct figures_context *context, const struct pair *pair,
	struct run_figures *figures);

#endif
