/* The processor, the memory and the box around them. */
#ifndef IPCMARK_ENV_HARDWARE_H
#define IPCMARK_ENV_HARDWARE_H

#include "env.h"

/* Fills the hardware fields of env that one file alone does not give, and the microcode, which
 * stands beside them in /proc/cpuinfo. */
void env_hardware_read(struct env *env, const char *root);

/* The CPUs in a list of the kernel like "0-3,8"; -1 for anything else. */
int env_count_cpus(const char *list);

#endif
