/* A mutex and a condition variable in memory that processes share. */
#ifndef IPCMARK_CONDITION_H
#define IPCMARK_CONDITION_H

#include <pthread.h>

struct condition {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
};

/* Not robust: who is killed with the mutex in hand keeps it. Nothing needs to be destroyed but the
 * memory. 0, or -errno. */
int condition_init(struct condition *condition);

#endif
