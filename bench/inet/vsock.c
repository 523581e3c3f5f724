/* vsock: a stream of AF_VSOCK, the sockets between a virtual machine and its host, to this machine
 * itself (VMADDR_CID_LOCAL). The loopback hands each packet to a kernel thread, so the path is not
 * that of a machine and its host. See vsock(7). */
#include <errno.h>
#include <linux/vm_sockets.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"

#define BACKLOG           8 /* strangers may knock */
#define CONNECT_TIMEOUT_S 2
#define NO_LOOPBACK       "no vsock loopback: load the module vsock_loopback"

/* Between the sides a message waits in the receiver's buffer, which has options of its own. */
static int vsock_size(int fd, const struct link_params *params)
{
	uint64_t bytes = params->buffer_bytes;

	if (bytes == 0)
		return 0;
	if (setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_MAX_SIZE, &bytes, sizeof bytes) < 0 ||
		setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &bytes, sizeof bytes) < 0)
		return fail("setsockopt(SO_VM_SOCKETS_BUFFER_SIZE)");
	params->requested->rcvbuf_bytes = (int64_t)bytes;
	return 0;
}

static int vsock_note_size(int fd, const struct link_params *params)
{
	uint64_t bytes = 0;
	socklen_t length = sizeof bytes;

	if (getsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &bytes, &length) < 0)
		return fail("getsockopt(SO_VM_SOCKETS_BUFFER_SIZE)");
	params->effective->rcvbuf_bytes = (int64_t)bytes;
	return 0;
}

/* A new socket in *fd with a port of this machine, and its address. */
static int vsock_bind(int *fd, int flags, struct sockaddr_vm *at, const struct link_params *params)
{
	socklen_t length = sizeof *at;
	int err;

	*at = (struct sockaddr_vm){
		.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_LOCAL, .svm_port = VMADDR_PORT_ANY};
	*fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	if (*fd < 0)
		return fail("socket(AF_VSOCK)");
	err = vsock_size(*fd, params);
	if (err)
		return err;
	if (bind(*fd, (struct sockaddr *)at, sizeof *at) < 0)
		return errno == EADDRNOTAVAIL ? fail_text(EPROTONOSUPPORT, NO_LOOPBACK)
					      : fail("bind(AF_VSOCK)");
	return getsockname(*fd, (struct sockaddr *)at, &length) < 0 ? fail("getsockname") : 0;
}

static int vsock_listen(
	struct fdpair *pair, struct sockaddr_vm *at, const struct link_params *params)
{
	int err = vsock_bind(&pair->listener, SOCK_NONBLOCK, at, params);

	return !err && listen(pair->listener, BACKLOG) < 0 ? fail("listen") : err;
}

/* A connection that nobody answers is given up. */
static int vsock_connect(int fd, const struct sockaddr_vm *to)
{
	const struct timeval patience = {.tv_sec = CONNECT_TIMEOUT_S};

	if (setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &patience, sizeof patience) < 0)
		return fail("setsockopt(SO_VM_SOCKETS_CONNECT_TIMEOUT)");

	int err = fdpair_connect(fd, (const struct sockaddr *)to, sizeof *to);

	return err == -ENODEV ? fail_text(EPROTONOSUPPORT, NO_LOOPBACK) : err;
}

/* What has connected is in the queue already: the listener doesn't block. Any local user may have
 * been quicker, so it is taken until it is the producer's own. */
static int vsock_accept(struct fdpair *pair, const struct sockaddr_vm *producer)
{
	struct fdpair_end *end = &pair->end[SIDE_CONSUMER];

	for (;;) {
		struct sockaddr_vm peer = {0};
		socklen_t length = sizeof peer;
		int err =
			fdpair_accept(pair->listener, &end->in, (struct sockaddr *)&peer, &length);

		end->out = end->in;
		if (err ||
			(peer.svm_port == producer->svm_port && peer.svm_cid == producer->svm_cid))
			return err;
		close(end->in);
	}
}

static int vsock_setup(void *state, const struct link_params *params)
{
	struct fdpair *pair = state;
	struct fdpair_end *producer = &pair->end[SIDE_PRODUCER];
	struct sockaddr_vm listening, own;
	int err;

	fdpair_init(pair);
	err = vsock_listen(pair, &listening, params);
	if (!err)
		err = vsock_bind(&producer->in, 0, &own, params);
	producer->out = producer->in;
	if (!err)
		err = vsock_connect(producer->in, &listening);
	if (!err)
		err = vsock_accept(pair, &own);
	fdpair_close_listener(pair);
	if (!err)
		err = vsock_note_size(pair->end[SIDE_CONSUMER].in, params);
	return err ? err : fdpair_set_wait(pair, params);
}

const struct transport transport_vsock = {
	.name = "vsock",
	.summary = "AF_VSOCK stream to this machine itself (VMADDR_CID_LOCAL)",
	.traits = TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct fdpair),
	.setup = vsock_setup,
	FDPAIR_STREAMS,
	.teardown = fdpair_teardown,
};
