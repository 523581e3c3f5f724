/* See wait.h. */
#include "wait.h"

#include <assert.h>

static const struct {
	const char *name, *summary;
} waits[WAIT_MODES] = {
	[WAIT_NONE] = {"none", "nothing to wait for"},
	[WAIT_BLOCK] = {"block", "sleep in the system call that moves the bytes"},
	[WAIT_SPIN] = {"spin", "ask again without sleeping: burns a CPU on each side"},
	[WAIT_FUTEX] = {"futex", "sleep on a word of shared memory; the other side wakes it"},
};

const char *wait_name(enum wait_mode mode)
{
	assert(mode < WAIT_MODES);
	return waits[mode].name;
}

const char *wait_summary(enum wait_mode mode)
{
	assert(mode < WAIT_MODES);
	return waits[mode].summary;
}
