/* scm-rights: each message comes with an open descriptor (SCM_RIGHTS of unix(7)), which the
 * receiver takes and closes. A round trip thus has two descriptors installed and closed, as a
 * program that hands over files, sockets or memory pays for it; opening what is handed over is not
 * measured: it is one eventfd, opened in setup and never used. */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"

struct scm_rights {
	struct fdpair pair;
	int passed; /* the descriptor; -1: not open */
};

/* Room for one descriptor, aligned as its header. */
union scm_control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static int scm_rights_setup(void *state, const struct link_params *params)
{
	struct scm_rights *link = state;

	fdpair_init(&link->pair);
	link->passed = eventfd(0, EFD_CLOEXEC);
	if (link->passed < 0)
		return fail("eventfd");

	int err = fdpair_open_socketpair(&link->pair, SOCK_STREAM, params);

	return err ? err : fdpair_finish_sockets(&link->pair, params);
}

static void scm_rights_teardown(void *state)
{
	struct scm_rights *link = state;

	if (link->passed >= 0)
		close(link->passed);
	link->passed = -1;
	fdpair_teardown(&link->pair);
}

/* What is under way counts against the soft limit of descriptors (ETOOMANYREFS of unix(7), for
 * users without privileges), and a large buffer holds more messages than the usual 1024. */
static int raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return fail("getrlimit(RLIMIT_NOFILE)");
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? fail("setrlimit(RLIMIT_NOFILE)") : 0;
}

static int scm_rights_attach(void *state, enum side side)
{
	int err = raise_limit();

	return err ? err : fdpair_attach(state, side);
}

static int too_many_under_way(void)
{
	struct rlimit limit = {0};

	getrlimit(RLIMIT_NOFILE, &limit);
	return fail_text(ETOOMANYREFS,
		"sendmsg: more descriptors are under way than a user may have: the limit is %llu "
		"(RLIMIT_NOFILE)",
		(unsigned long long)limit.rlim_max);
}

/* The descriptor goes with the first byte; what a full socket left of the message follows alone. */
__attribute__((hot)) static int scm_rights_send(void *state, const void *message, size_t bytes)
{
	struct scm_rights *link = state;
	struct iovec payload = {(void *)message, bytes};
	union scm_control control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
					     .cmsg_level = SOL_SOCKET,
					     .cmsg_type = SCM_RIGHTS}};
	const struct msghdr header = {.msg_iov = &payload,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control};

	memcpy(CMSG_DATA(&control.header), &link->passed, sizeof link->passed);
	for (;;) {
		ssize_t sent = sendmsg(link->pair.out, &header, MSG_NOSIGNAL);

		if (__builtin_expect(sent == (ssize_t)bytes, 1))
			return 0;
		if (sent > 0)
			return fdpair_send(
				&link->pair, (const char *)message + sent, bytes - (size_t)sent);

		int err = fdpair_retry_out(&link->pair, "sendmsg", sent);

		if (err)
			return err == -ETOOMANYREFS ? too_many_under_way() : err;
	}
}

/* Takes the descriptor that came, and closes it. */
static int scm_rights_take(struct msghdr *header)
{
	const struct cmsghdr *control = CMSG_FIRSTHDR(header);
	int fd;

	if (!control || control->cmsg_type != SCM_RIGHTS ||
		control->cmsg_len != CMSG_LEN(sizeof fd) || header->msg_flags & MSG_CTRUNC)
		return fail_text(EBADMSG, "recvmsg: a message without its descriptor");
	memcpy(&fd, CMSG_DATA(control), sizeof fd);
	return close(fd) < 0 ? fail("close") : 0;
}

__attribute__((hot)) static int scm_rights_recv(void *state, void *message, size_t bytes)
{
	struct scm_rights *link = state;
	struct iovec payload = {message, bytes};
	int err = fdpair_await_message(&link->pair);

	while (!err) {
		union scm_control control;
		struct msghdr header = {.msg_iov = &payload,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof control};
		ssize_t got = recvmsg(link->pair.in, &header, MSG_CMSG_CLOEXEC);

		if (got <= 0) {
			err = fdpair_retry_in(&link->pair, "recvmsg", got);
			continue;
		}
		err = scm_rights_take(&header);
		if (err || got == (ssize_t)bytes)
			return err;
		return fdpair_recv(&link->pair, (char *)message + got, bytes - (size_t)got);
	}
	return err;
}

const struct transport transport_scm_rights = {
	.name = "scm-rights",
	.summary = "Unix stream sockets, a descriptor with each message: sent, received and closed",
	.traits = TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct scm_rights),
	.setup = scm_rights_setup,
	.attach = scm_rights_attach,
	.send = scm_rights_send,
	.recv = scm_rights_recv,
	.teardown = scm_rights_teardown,
	.descriptor = fdpair_descriptor,
};
