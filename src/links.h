/* The links between the two sides of a pair: one, or as many as a fan-in has connections. The
 * harness's half of what transport.h asks for; in the process that it names there. */
#ifndef IPCMARK_LINKS_H
#define IPCMARK_LINKS_H

#include <sys/resource.h>

#include "transport.h"

struct links {
	const struct transport *transport;
	int (*setup)(void *state, const struct link_params *params);
	uint32_t count;
	size_t stride;         /* bytes from one state to the next: no two share a cache line */
	unsigned char *states; /* NULL: none */
	uint32_t begun;        /* of which setup was called */
	const char *folder;    /* of several links: those that leave names have own folders in it */
	uint32_t folders;      /* that are there */
	struct rlimit descriptors; /* as it was; rlim_cur 0: untouched */
};

/* Room for `count` links, which are not set up; afterwards links_close. `connects`: they are only
 * listened for, by the transport's rendezvous. */
void links_open(
	struct links *links, const struct transport *transport, bool connects, uint32_t count);

/* Sets all of them up. Link i has the nonce params->nonce + i. Several may need more descriptors
 * than the soft limit allows: it is raised until links_close, and -EMSGSIZE with a reason says that
 * the hard one is too low, too. The least of what they were granted is in params->effective. 0,
 * -EINTR where the program was interrupted between two of them, or the transport's error. */
int links_set_up(struct links *links, const struct link_params *params);

/* What transport.h says of a transport's, for each; both may be called twice. */
void links_teardown(struct links *links);
void links_finish(struct links *links);

/* Gives back the memory, and the limit of descriptors. */
void links_close(struct links *links);

/* A copy of all states for one thread, made before either side attaches; for free(). */
unsigned char *links_copy(const struct links *links);

#endif
