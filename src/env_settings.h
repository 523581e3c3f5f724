/* The settings of the kernel and of this process that move IPC figures: one table of names and
 * files. */
#ifndef IPCMARK_ENV_SETTINGS_H
#define IPCMARK_ENV_SETTINGS_H

#include "env.h"

/* Limits of this process, which vary from shell to shell: recorded, but part of no fingerprint. */
#define ENV_RLIMIT_PREFIX "rlimit."

/* Fills env->settings, in an order that depends on the program only. A file that is missing leaves
 * its setting out. */
void env_settings_read(struct env *env, const char *root);

#endif
