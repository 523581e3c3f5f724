/* The figures of a run of several pairs at once. */
#ifndef IPCMARK_FIGURES_CROWD_H
#define IPCMARK_FIGURES_CROWD_H

#include "figures.h"

/* As figures_of_run, for one pair or several. Each pair is evaluated by itself, with its own
 * warm-up cut; the first that is not good gives status and reason.
 *
 * Each pair moves a fixed count of messages, so they end at different times: the rate of all is the
 * sum of their rates, each over its own time, and figures->seconds is the time that the messages
 * take at that rate. Pairs that run on while others have ended have the machine to themselves, so
 * the sum is too high by what pair_overlap lacks of 1. Durations are those of all messages of all
 * pairs; CPU time and switches are sums over all sides; `busy` is a mean, and the fixed work that
 * of the pair whose CPUs changed most. */
void figures_of_crowd(const struct figures_context *context, const struct pair *pair,
	struct run_figures *figures);

#endif
