/* The words of the waits. */
#ifndef IPCMARK_WAIT_H
#define IPCMARK_WAIT_H

#include "transport.h"

/* "none", "block", "futex" ... */
const char *wait_name(enum wait_mode mode);

/* One line about it, for `ipcmark list`. */
const char *wait_summary(enum wait_mode mode);

/* Whether an end that waits so sleeps each time that nothing has come. */
bool wait_sleeps(enum wait_mode mode);

/* Of a set of waits, the plainest: the first in their order. */
enum wait_mode wait_usual(unsigned set);

#endif
