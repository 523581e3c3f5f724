/* See unix.h. */
#include "unix.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"

int unix_open(int *fd, int type, const struct link_params *params)
{
	*fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return fail("socket(AF_UNIX)");
	return fdpair_size_socket(*fd, params);
}

int unix_bind_path(int *fd, int type, enum side side, struct unix_address *address,
	const struct link_params *params)
{
	struct unix_address own = {.name.sun_family = AF_UNIX, .bytes = sizeof own.name};
	size_t room = sizeof own.name.sun_path;

	if (snprintf(own.name.sun_path, room, "%s/socket-%d", params->folder, (int)side) >=
		(int)room)
		return fdpair_name_too_long(params, "a socket");

	int err = unix_open(fd, type, params);

	if (err)
		return err;
	if (bind(*fd, (struct sockaddr *)&own.name, own.bytes) < 0)
		return fail("bind");
	*address = own;
	return 0;
}

/* Bound without a name, a socket gets an abstract one that is free (unix(7), autobind). */
int unix_bind_abstract(
	int *fd, int type, struct unix_address *address, const struct link_params *params)
{
	int err = unix_open(fd, type, params);

	*address = (struct unix_address){.name.sun_family = AF_UNIX};
	if (err)
		return err;
	if (bind(*fd, (struct sockaddr *)&address->name, sizeof address->name.sun_family) < 0)
		return fail("bind");
	address->bytes = sizeof address->name;
	return getsockname(*fd, (struct sockaddr *)&address->name, &address->bytes) < 0
		? fail("getsockname")
		: 0;
}

int unix_connect(int fd, const struct unix_address *to)
{
	return fdpair_connect(fd, (const struct sockaddr *)&to->name, to->bytes);
}

int unix_accept_own(int listener, int *fd, pid_t pid)
{
	for (;;) {
		struct ucred peer;
		socklen_t length = sizeof peer;
		int err = fdpair_accept(listener, fd, NULL, NULL);

		if (err)
			return err;
		if (getsockopt(*fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
			return fail("getsockopt(SO_PEERCRED)");
		if (peer.uid == geteuid() && (pid == 0 || peer.pid == pid))
			return 0;
		close(*fd);
	}
}

void unix_remove(struct unix_address *address)
{
	if (address->name.sun_path[0])
		unlink(address->name.sun_path);
	address->name.sun_path[0] = '\0';
}
