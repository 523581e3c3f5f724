/* See pattern.h: one consumer for many connections.
 *
 * Each round sends a message over each of the active connections and then takes the replies, in the
 * same order: that of the connections in the consumer's set, as poll(2) and select(2) serve them,
 * so that no reply waits for one that comes later. Which ones are active moves by one connection
 * each round, so that no place in the set is favoured. A message's round trip is from its own send
 * to its own reply; it holds the consumer's wait, the search for what is ready, and those that are
 * served before it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/select.h>

#include "fail.h"
#include "memory.h"
#include "pattern_loop.h"
#include "ready.h"

/* Of one active connection in a round. */
struct flight {
	uint32_t connection, offset; /* offset: from the round's first */
	int64_t sent_ns;
};

struct fanin {
	/* producer */
	struct flight *flights; /* end->active of them */
	uint32_t first;         /* connection of this round */
	/* consumer */
	struct ready *ready;
	uint32_t *which; /* are ready */
};

static inline void *state_of(const struct pattern_end *end, uint32_t connection)
{
	return (unsigned char *)end->state + connection * end->state_stride;
}

/* Each connection has its own nonce, so a message on the wrong one is seen. */
static inline int send_one(const struct pattern_end *end, struct flight *flight, uint32_t number)
{
	message_stamp(end->out, end->nonce + flight->connection, number);
	flight->sent_ns = clock_now_ns();
	return end->send(state_of(end, flight->connection), end->out, end->message_bytes);
}

static inline int recv_one(const struct pattern_end *end, const struct flight *flight,
	uint32_t number, struct histogram *histogram, struct histogram_totals *totals)
{
	uint32_t nonce = end->nonce + flight->connection;
	int err = end->recv(state_of(end, flight->connection), end->in, end->message_bytes);
	int64_t now = clock_now_ns();

	if (UNLIKELY(err))
		return err;
	if (UNLIKELY(!message_is(end->in, nonce, number)))
		return message_unexpected(end->in, nonce, number);
	histogram_count(histogram, totals, now - flight->sent_ns);
	return 0;
}

/* The first of the round's flights that is past the end of the set, so begins at its front; 0: none
 * is. */
static inline uint32_t first_in_set(const struct fanin *fanin, uint32_t count, uint32_t connections)
{
	for (uint32_t k = 0; k < count; k++)
		if (fanin->first + fanin->flights[k].offset >= connections)
			return k;
	return 0;
}

static inline struct flight *flight_at(const struct fanin *fanin, uint32_t place, uint32_t count)
{
	return &fanin->flights[place < count ? place : place - count];
}

/* Messages number .. number + count - 1, of which each has a connection. */
HOT static int one_round(const struct pattern_end *end, uint32_t number, uint32_t count,
	struct histogram *histogram, struct histogram_totals *totals)
{
	struct fanin *fanin = end->context;
	uint32_t front = first_in_set(fanin, count, end->connections);
	int err = 0;

	for (uint32_t k = 0; k < count && !err; k++) {
		struct flight *flight = flight_at(fanin, front + k, count);

		flight->connection = fanin->first + flight->offset;
		if (flight->connection >= end->connections)
			flight->connection -= end->connections;
		err = send_one(end, flight, number + k);
	}
	for (uint32_t k = 0; k < count && !err; k++)
		err = recv_one(
			end, flight_at(fanin, front + k, count), number + k, histogram, totals);
	if (++fanin->first == end->connections)
		fanin->first = 0;
	return err;
}

/* A count that is no multiple of the active connections ends with a smaller round. */
HOT static int fanin_rounds(const struct pattern_end *end, struct histogram *histogram,
	uint32_t *sequence, uint64_t count)
{
	struct histogram_totals totals = HISTOGRAM_NO_TOTALS;
	int err = 0;

	while (count > 0 && !err) {
		uint32_t now = count < end->active ? (uint32_t)count : end->active;

		err = one_round(end, *sequence, now, histogram, &totals);
		*sequence += now;
		count -= now;
		atomic_store_explicit(&end->tally->progress, *sequence, memory_order_relaxed);
	}
	histogram_add_totals(histogram, &totals);
	return err;
}

static int fanin_producer(struct pattern_end *end)
{
	return pattern_time_rounds(end, fanin_rounds);
}

static inline int echo_one(const struct pattern_end *end, uint32_t connection)
{
	void *state = state_of(end, connection);
	int err = end->recv(state, end->in, end->message_bytes);

	return UNLIKELY(err) ? err : end->send(state, end->in, end->message_bytes);
}

/* The producer begins no part of the run before it has all replies of the last: what is ready is of
 * this one. */
HOT static int fanin_serve(const struct pattern_end *end, uint64_t *served, uint64_t count)
{
	const struct fanin *fanin = end->context;

	while (*served < count) {
		uint64_t left = count - *served;
		size_t room = left < end->connections ? (size_t)left : end->connections;
		int ready = ready_wait(fanin->ready, fanin->which, room);

		if (UNLIKELY(ready < 0))
			return ready;
		for (int i = 0; i < ready; i++) {
			int err = echo_one(end, fanin->which[i]);

			if (UNLIKELY(err))
				return err;
		}
		*served += (uint64_t)ready;
		atomic_store_explicit(&end->tally->progress, *served, memory_order_relaxed);
	}
	return 0;
}

static int fanin_consumer(struct pattern_end *end)
{
	return pattern_serve_rounds(end, fanin_serve);
}

/* Both sides would wait for room if a reply did not fit while the producer still sends. What a
 * socket's buffer holds is less than its size: the kernel charges it with its own bookkeeping. */
static int check_room(const struct pattern_end *end)
{
	const struct link_buffers *had = end->effective;
	const int64_t sizes[] = {had->pipe_bytes, had->sndbuf_bytes, had->rcvbuf_bytes};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && end->active > 1; i++)
		if (sizes[i] > 0 && sizes[i] < 2 * (int64_t)end->message_bytes)
			return fail_text(EMSGSIZE,
				"with several active connections a reply must fit a buffer: they "
				"have %lld bytes, and take messages of half of that",
				(long long)sizes[i]);
	return 0;
}

static int prepare_producer(struct pattern_end *end)
{
	struct fanin *fanin;

	if (end->active < 1 || end->active > end->connections)
		return fail_text(EINVAL, "active=%u: expected 1 to %u, the number of connections",
			end->active, end->connections);
	fanin = memory_zeroed(1, sizeof *fanin);
	end->context = fanin;
	fanin->flights = memory_zeroed(end->active, sizeof *fanin->flights);
	for (uint32_t k = 0; k < end->active; k++)
		fanin->flights[k].offset = (uint32_t)((uint64_t)k * end->connections / end->active);
	return check_room(end);
}

/* select(2) takes low descriptors only. The other side's ends have been closed, so there is a low
 * number for each that has a high one. */
static int low_descriptor(int fd)
{
	int low = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return low < 0 ? fail("fcntl(F_DUPFD)") : low;
}

static int add_connection(const struct pattern_end *end, struct fanin *fanin, uint32_t connection)
{
	int fd = end->transport->descriptor(state_of(end, connection));

	if (end->wait == WAIT_SELECT && fd >= FD_SETSIZE)
		fd = low_descriptor(fd);
	return fd < 0 ? fd : ready_add(fanin->ready, fd);
}

static int prepare_consumer(struct pattern_end *end)
{
	struct fanin *fanin = memory_zeroed(1, sizeof *fanin);
	int err = 0;

	end->context = fanin;
	fanin->which = memory_zeroed(end->connections, sizeof *fanin->which);
	fanin->ready = ready_open(end->wait, READY_TO_READ, end->connections, &err);
	for (uint32_t c = 0; c < end->connections && !err; c++)
		err = add_connection(end, fanin, c);
	return err;
}

static bool has_descriptors(const struct transport *transport)
{
	return transport->descriptor && transport->waits & WAIT_SET(WAIT_BLOCK);
}

const struct pattern pattern_fanin = {
	.name = "fanin",
	.summary = "closed loop, one consumer for many connections: round trip of each message",
	.timed = SIDE_PRODUCER,
	.is_recorded = true,
	.waits = READY_WAITS & ~WAIT_SET(WAIT_EPOLL_ET),
	.suits = has_descriptors,
	.prepare = {prepare_producer, prepare_consumer},
	.loop = {fanin_producer, fanin_consumer},
};
