/* Sockets at addresses of this machine, IPv4 or IPv6, on ports that the kernel gives: what the
 * transports over TCP and UDP share. */
#ifndef IPCMARK_INET_H
#define IPCMARK_INET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "transport.h"

union inet_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* 127.0.0.1 or ::1 (AF_INET, AF_INET6), port 0. */
union inet_address inet_loopback(int family);

/* Of address and port. */
bool inet_is_same(const union inet_address *a, const union inet_address *b);

/* A new socket of SOCK_STREAM or SOCK_DGRAM in *fd, with the buffers that the link asks for, bound
 * to *at. Port 0 there: a free one, which comes back in *at. -EAFNOSUPPORT where this machine has
 * no such family, or not that address. *fd may be open after an error. */
int inet_bind(int *fd, int type, union inet_address *at, const struct link_params *params);

/* A new stream socket in *fd, as inet_bind makes it, connected to *to from *from. A port 0 there is
 * chosen while connecting: one that other connections have will do, where another end tells them
 * apart. A port of one's own has to be searched for, which takes milliseconds where thousands are
 * in use. */
int inet_connect_from(int *fd, union inet_address *from, const union inet_address *to,
	const struct link_params *params);

/* err, or -EAFNOSUPPORT with a reason in place of -ENETUNREACH: a network namespace is born with an
 * interface lo that is down. */
int inet_unreachable(int err);

/* Goes on after a signal. */
int inet_connect(int fd, const union inet_address *to);

/* As inet_connect says it, but nothing is sent: a datagram socket that connects only looks for the
 * way. */
int inet_find_route(const union inet_address *to);

/* Takes connections in *fd until it is that of `peer`: any local user may have been quicker. */
int inet_accept(int listener, int *fd, const union inet_address *peer);

#endif
