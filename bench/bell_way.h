/* What a bell is made of: one of these for each wait that sleeps. For bell*.c alone. */
#ifndef IPCMARK_BELL_WAY_H
#define IPCMARK_BELL_WAY_H

#include "bell.h"

/* All return 0 or -errno. */
struct bell_way {
	int (*init)(struct bell *bell);         /* NULL: nothing to make */
	int (*attach)(struct bell_user *user);  /* NULL: nothing to open */
	void (*detach)(struct bell_user *user); /* NULL: nothing to close */

	/* Sleeps until the bell has been rung, once for each ring, whether that was before or comes
	 * after; `sleeping` was set before. */
	int (*sleep)(struct bell_user *user, struct bell *bell);

	/* Wakes who sleeps or is about to; `sleeping` was cleared before. */
	int (*ring)(struct bell_user *user, struct bell *bell);
};

extern const struct bell_way bell_way_io_uring;

#endif
