/* Four short names for what a machine is: equal fingerprints may be compared.
 *
 *  fingerprint  changes with
 *  hardware     CPU model, vendor and stepping, architecture, machine model, hypervisor, CPUs
 * present, memory (its nominal size: what the kernel keeps for itself varies with its version)
 *  firmware     microcode, BIOS version
 *  kernel       name, release, version text, command line, mitigations, preemption
 *  tuning       governor, cpufreq driver, boost, energy preference, idle driver and governor,
 *               clocksource, CPUs online, all settings except rlimits
 *  none         boot id (each boot has its own), distribution, rlimits (each shell has its own)
 *
 * An unknown field counts as its own value: a container that hides the governor is not the host. */
#ifndef IPCMARK_ENV_FINGERPRINT_H
#define IPCMARK_ENV_FINGERPRINT_H

#include "env.h"

/* Fills the four fingerprints from the other fields: 64-bit FNV-1a (G. Fowler, L. C. Noll,
 * K.-P. Vo, 1991) over the names and values above. They tell apart, they prove nothing against
 * forgery. */
void env_fingerprint(struct env *env);

#endif
