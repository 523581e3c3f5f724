/* A crew: one forked child for each of some CPUs, pinned to it, all at work at once.
 *
 * For what must be measured on a CPU itself while this process stays where it is: it is never
 * pinned, so its mask of allowed CPUs stays that of the caller. Children end with this process,
 * however it ends. */
#ifndef IPCMARK_CREW_H
#define IPCMARK_CREW_H

#include <stddef.h>

/* Memory of its own that this process and later crews share, zeroed; NULL with a reason. */
void *crew_share(size_t bytes);
void crew_unshare(void *shared, size_t bytes);

/* Runs work(shared, i) on cpus[i], for all of them at once, and returns when all have ended. work
 * returns 0 or -errno with a reason, and writes what it finds into shared. 0, or -errno with the
 * reason of the first that failed: a CPU (kernel number, not -1) that is not there or not allowed,
 * work that failed, a child that was killed. -EINTR where interrupt_fd() became readable: the
 * children are then ended early. */
int crew_run(const int *cpus, size_t count, int (*work)(void *shared, size_t member), void *shared);

#endif
