/* How many TCP connections to one listener the machine has names for. */
#ifndef IPCMARK_PORTS_H
#define IPCMARK_PORTS_H

#include <stdint.h>

/* Half of the ports that connect(2) chooses from, so that a run neither searches long for a free
 * one nor starves others of them; and no more than may still be remembered as closed (TIME_WAIT),
 * as beyond that a closed connection is forgotten at once. *limit says in words which it is. `root`
 * stands before /proc; without it the answer is for the kernel's defaults. (ip(7), tcp(7)) */
uint64_t ports_most(const char *root, const char **limit);

#endif
