/* unix-stream, unix-seqpacket and unix-abstract: sockets that meet at a name and are connected. A
 * path name is gone before the first message, unless connections are made while messages flow
 * (rendezvous); an abstract one is gone with its listener. */
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"
#include "unix.h"

#define BACKLOG 8 /* strangers may knock at an abstract name */

struct unix_stream {
	struct fdpair pair;
	struct unix_address address;
	bool is_meeting; /* a rendezvous: the name outlives teardown */
};

static int unix_stream_listen(
	struct unix_stream *link, int type, bool is_abstract, const struct link_params *params)
{
	fdpair_init(&link->pair);

	int err = is_abstract
		? unix_bind_abstract(&link->pair.listener, type, &link->address, params)
		: unix_bind_path(&link->pair.listener, type, SIDE_CONSUMER, &link->address, params);

	if (err)
		return err;
	return listen(link->pair.listener, BACKLOG) < 0 ? fail("listen") : 0;
}

/* connect(2) completes against the listen queue, so one process builds both ends without waiting.
 */
static int unix_stream_join(
	struct unix_stream *link, int type, bool is_abstract, const struct link_params *params)
{
	struct fdpair_end *producer = &link->pair.end[SIDE_PRODUCER],
			  *consumer = &link->pair.end[SIDE_CONSUMER];
	int err = unix_open(&producer->in, type, params);

	producer->out = producer->in;
	if (!err)
		err = unix_connect(producer->in, &link->address);
	if (!err)
		err = is_abstract ? unix_accept_own(link->pair.listener, &consumer->in, getpid())
				  : fdpair_accept(link->pair.listener, &consumer->in, NULL, NULL);
	consumer->out = consumer->in;
	fdpair_close_listener(&link->pair);
	return err;
}

static int unix_stream_open(
	struct unix_stream *link, int type, bool is_abstract, const struct link_params *params)
{
	int err = unix_stream_listen(link, type, is_abstract, params);

	if (!err)
		err = unix_stream_join(link, type, is_abstract, params);
	if (!err && type != SOCK_STREAM)
		err = fdpair_probe_packet(&link->pair, params);
	return err ? err : fdpair_finish_sockets(&link->pair, params);
}

static int unix_stream_setup(void *state, const struct link_params *params)
{
	return unix_stream_open(state, SOCK_STREAM, false, params);
}

static int unix_seqpacket_setup(void *state, const struct link_params *params)
{
	return unix_stream_open(state, SOCK_SEQPACKET, false, params);
}

static int unix_abstract_setup(void *state, const struct link_params *params)
{
	return unix_stream_open(state, SOCK_STREAM, true, params);
}

static void unix_stream_teardown(void *state)
{
	struct unix_stream *link = state;

	if (!link->is_meeting)
		unix_remove(&link->address);
	fdpair_teardown(&link->pair);
}

static void unix_stream_finish(void *state)
{
	struct unix_stream *link = state;

	unix_remove(&link->address);
}

static int meeting_listen(
	struct unix_stream *link, bool is_abstract, const struct link_params *params)
{
	int err = unix_stream_listen(link, SOCK_STREAM, is_abstract, params);

	link->is_meeting = true;
	return err ? err : fdpair_start_meeting(&link->pair, params);
}

static int meeting_listen_at_path(void *state, const struct link_params *params)
{
	return meeting_listen(state, false, params);
}

static int meeting_listen_abstract(void *state, const struct link_params *params)
{
	return meeting_listen(state, true, params);
}

__attribute__((hot)) static int meeting_connect(void *state)
{
	struct unix_stream *link = state;

	link->pair.in = link->pair.out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return link->pair.in < 0 ? fail("socket(AF_UNIX)")
				 : unix_connect(link->pair.in, &link->address);
}

__attribute__((hot)) static int meeting_accept_own(void *state)
{
	struct unix_stream *link = state;
	int err = unix_accept_own(link->pair.listener, &link->pair.in, 0);

	link->pair.out = link->pair.in;
	return err;
}

/* An unnamed socket connects: nothing runs out. */
static uint64_t meeting_most(const char **limit)
{
	*limit = "none";
	return UINT64_MAX;
}

static const struct rendezvous unix_stream_rendezvous = {
	.listen = meeting_listen_at_path,
	.attach = fdpair_attach_meeting,
	.connect = meeting_connect,
	.accept = fdpair_accept_meeting, /* only our own user may enter the private folder */
	.hang_up = fdpair_hang_up,
	.most = meeting_most,
};

static const struct rendezvous unix_abstract_rendezvous = {
	.listen = meeting_listen_abstract,
	.attach = fdpair_attach_meeting,
	.connect = meeting_connect,
	.accept = meeting_accept_own,
	.hang_up = fdpair_hang_up,
	.most = meeting_most,
};

const struct transport transport_unix_stream = {
	.name = "unix-stream",
	.summary = "Unix stream sockets that meet at a path name",
	.traits = TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct unix_stream),
	.setup = unix_stream_setup,
	FDPAIR_STREAMS,
	.teardown = unix_stream_teardown,
	.finish = unix_stream_finish,
	.rendezvous = &unix_stream_rendezvous,
};

const struct transport transport_unix_seqpacket = {
	.name = "unix-seqpacket",
	.summary = "Unix sockets that meet at a path name and keep the bounds of messages",
	.traits = TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct unix_stream),
	.setup = unix_seqpacket_setup,
	FDPAIR_PACKETS,
	.teardown = unix_stream_teardown,
};

const struct transport transport_unix_abstract = {
	.name = "unix-abstract",
	.summary =
		"Unix stream sockets that meet at an abstract name; the peer shows its credentials",
	.traits = TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct unix_stream),
	.setup = unix_abstract_setup,
	FDPAIR_STREAMS,
	.teardown = unix_stream_teardown,
	.rendezvous = &unix_abstract_rendezvous,
};
