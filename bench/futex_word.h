/* Sleeping on a word of shared memory, and waking who sleeps there: futex(2). */
#ifndef IPCMARK_FUTEX_WORD_H
#define IPCMARK_FUTEX_WORD_H

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"

/* Sleeps while the word is `value`; may return although it still is. 0, or -errno. */
static inline int futex_word_sleep(_Atomic uint32_t *word, uint32_t value)
{
	if (syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0) < 0 && errno != EAGAIN &&
		errno != EINTR)
		return fail("futex(FUTEX_WAIT)");
	return 0;
}

/* Wakes one sleeper, if there is any. 0, or -errno. */
static inline int futex_word_wake(_Atomic uint32_t *word)
{
	return syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0) < 0
		? fail("futex(FUTEX_WAKE)")
		: 0;
}

#endif
