/* How the pipes of every transport over pipes are made. */
#ifndef IPCMARK_PIPE_H
#define IPCMARK_PIPE_H

#include "transport.h"

/* The setup slot of a state that begins with a struct fdpair: two anonymous pipes, one each way, of
 * the capacity that the link asks for; requested and effective capacity are recorded. */
int pipe_setup(void *state, const struct link_params *params);

#endif
