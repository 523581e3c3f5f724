/* The transports, in the order of every list, table and legend. Adding one: its file, and its line
 * here. */
#include <string.h>

#include "transport.h"

/* A long name must not move the others. */
/* clang-format off */
#define TRANSPORTS(X) \
	X(null) \
	X(pipe) \
	X(fifo) \
	X(pipe_vmsplice) \
	X(splice) \
	X(shm) \
	X(shm_posix) \
	X(shm_sysv) \
	X(shm_huge) \
	X(process_vm) \
	X(eventfd) \
	X(futex) \
	X(sem_posix) \
	X(sem_sysv) \
	X(condvar) \
	X(signal) \
	X(signalfd) \
	X(mq_posix) \
	X(mq_sysv) \
	X(socketpair_stream) \
	X(socketpair_seqpacket) \
	X(socketpair_dgram) \
	X(unix_stream) \
	X(unix_seqpacket) \
	X(unix_abstract) \
	X(unix_dgram) \
	X(unix_unconnected) \
	X(scm_rights) \
	X(tcp) \
	X(tcp_nagle) \
	X(tcp6) \
	X(tcp_zerocopy) \
	X(tcp_veth) \
	X(tls) \
	X(tls_kernel) \
	X(vsock) \
	X(udp) \
	X(udp6) \
	X(udp_unconnected) \
	X(udp_veth) \
	X(uring_pipe) \
	X(uring_socketpair) \
	X(uring_tcp) \
	X(uring_udp) \
	X(zmq) \
	X(nng) \
	X(dbus)
/* clang-format on */

#define DECLARE(name) extern const struct transport transport_##name;
#define LIST(name)    &transport_##name,

TRANSPORTS(DECLARE)

const struct transport *const transport_registry[] = {TRANSPORTS(LIST) NULL};

const struct transport *transport_find(const char *name)
{
	for (size_t i = 0; transport_registry[i]; i++)
		if (strcmp(transport_registry[i]->name, name) == 0)
			return transport_registry[i];
	return NULL;
}
