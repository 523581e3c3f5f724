/* The words of the waits. */
#ifndef IPCMARK_WAIT_H
#define IPCMARK_WAIT_H

#include "transport.h"

/* "none", "block", "spin", "futex". */
const char *wait_name(enum wait_mode mode);

/* One line about it, for `ipcmark list`. */
const char *wait_summary(enum wait_mode mode);

#endif
