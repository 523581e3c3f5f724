/* Unix sockets with names: in the private folder, or abstract ones that the kernel chooses. */
#ifndef IPCMARK_UNIX_H
#define IPCMARK_UNIX_H

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "transport.h"

struct unix_address {
	struct sockaddr_un name; /* sun_path "": abstract, or none */
	socklen_t bytes;
};

/* A new socket of this type in *fd with the buffers that the link asks for; *fd may be open after
 * an error. unix_bind_path gives it the name of `side` in the link's folder, which stands until
 * unix_remove; unix_bind_abstract one that exists nowhere in the file system and goes with the
 * socket. */
int unix_open(int *fd, int type, const struct link_params *params);
int unix_bind_path(int *fd, int type, enum side side, struct unix_address *address,
	const struct link_params *params);
int unix_bind_abstract(
	int *fd, int type, struct unix_address *address, const struct link_params *params);

/* Goes on after a signal. */
int unix_connect(int fd, const struct unix_address *to);

/* Takes connections in *fd until it is one of our own user, and of the process `pid` unless that is
 * 0, as the kernel says (SO_PEERCRED): anybody may connect to an abstract name. */
int unix_accept_own(int listener, int *fd, pid_t pid);

/* Removes the path name, if it is one. May be called twice. */
void unix_remove(struct unix_address *address);

#endif
