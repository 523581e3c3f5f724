/* See inet.h. */
#include "inet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"

union inet_address inet_loopback(int family)
{
	union inet_address address = {.v6 = {.sin6_family = AF_INET6}};

	if (family == AF_INET6)
		address.v6.sin6_addr = in6addr_loopback;
	else
		address.v4 = (struct sockaddr_in){
			.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	return address;
}

bool inet_is_same(const union inet_address *a, const union inet_address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET)
		return a->v4.sin_port == b->v4.sin_port &&
			a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	return a->v6.sin6_port == b->v6.sin6_port &&
		memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
}

static socklen_t address_bytes(const union inet_address *address)
{
	return address->any.sa_family == AF_INET ? sizeof address->v4 : sizeof address->v6;
}

static int no_such_address(const union inet_address *at)
{
	char text[INET6_ADDRSTRLEN] = "?";
	const void *bytes =
		at->any.sa_family == AF_INET ? (const void *)&at->v4.sin_addr : &at->v6.sin6_addr;

	inet_ntop(at->any.sa_family, bytes, text, sizeof text);
	return fail_text(EAFNOSUPPORT, "no interface of this machine has the address %s", text);
}

static int open_socket(
	int *fd, int type, const union inet_address *at, const struct link_params *params)
{
	*fd = socket(at->any.sa_family, type | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return fail(at->any.sa_family == AF_INET ? "socket(AF_INET)" : "socket(AF_INET6)");
	return fdpair_size_socket(*fd, params);
}

static int bind_to(int fd, const union inet_address *at)
{
	if (bind(fd, &at->any, address_bytes(at)) == 0)
		return 0;
	return errno == EADDRNOTAVAIL ? no_such_address(at) : fail("bind");
}

static int learn_name(int fd, union inet_address *at)
{
	socklen_t length = address_bytes(at);

	return getsockname(fd, &at->any, &length) < 0 ? fail("getsockname") : 0;
}

int inet_bind(int *fd, int type, union inet_address *at, const struct link_params *params)
{
	int err = open_socket(fd, type, at, params);

	if (!err)
		err = bind_to(*fd, at);
	return err ? err : learn_name(*fd, at);
}

int inet_connect_from(int *fd, union inet_address *from, const union inet_address *to,
	const struct link_params *params)
{
	int on = 1, err = open_socket(fd, SOCK_STREAM, from, params);

	if (err)
		return err;
	/* an older kernel picks the port in bind(2), which serves as well */
	(void)setsockopt(*fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	err = bind_to(*fd, from);
	if (!err)
		err = inet_connect(*fd, to);
	return err ? err : learn_name(*fd, from);
}

int inet_unreachable(int err)
{
	return err == -ENETUNREACH
		? fail_text(EAFNOSUPPORT, "%s: is the interface lo up?", strerror(ENETUNREACH))
		: err;
}

int inet_connect(int fd, const union inet_address *to)
{
	return inet_unreachable(fdpair_connect(fd, &to->any, address_bytes(to)));
}

int inet_find_route(const union inet_address *to)
{
	int fd = socket(to->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return fail("socket(SOCK_DGRAM)");
	err = inet_connect(fd, to);
	close(fd);
	return err;
}

int inet_accept(int listener, int *fd, const union inet_address *peer)
{
	for (;;) {
		union inet_address other = {.v6 = {0}};
		socklen_t length = sizeof other;
		int err = fdpair_accept(listener, fd, &other.any, &length);

		if (err || inet_is_same(&other, peer))
			return err;
		close(*fd);
	}
}
