/* See condition.h. */
#include "condition.h"

#include "fail.h"

static int init_mutex(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attributes;
	int err = pthread_mutexattr_init(&attributes);

	if (err)
		return fail_with(err, "pthread_mutexattr_init");
	err = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	if (!err)
		err = pthread_mutex_init(mutex, &attributes);
	pthread_mutexattr_destroy(&attributes);
	return err ? fail_with(err, "pthread_mutex_init") : 0;
}

static int init_changed(pthread_cond_t *changed)
{
	pthread_condattr_t attributes;
	int err = pthread_condattr_init(&attributes);

	if (err)
		return fail_with(err, "pthread_condattr_init");
	err = pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	if (!err)
		err = pthread_cond_init(changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return err ? fail_with(err, "pthread_cond_init") : 0;
}

int condition_init(struct condition *condition)
{
	int err = init_mutex(&condition->mutex);

	return err ? err : init_changed(&condition->changed);
}
