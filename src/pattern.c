/* See pattern.h: what is no loop. */
#include "pattern.h"

#include <errno.h>
#include <time.h>

#include "pattern_loop.h"

uint64_t exchange_messages(const struct exchange *exchange)
{
	return exchange->warmup + exchange->per_epoch * exchange->epochs;
}

unsigned pattern_waits(const struct pattern *pattern, const struct transport *transport)
{
	if (pattern->suits && !pattern->suits(transport))
		return 0;
	return pattern->waits ? pattern->waits : transport->waits;
}

int pattern_send_end(const struct pattern_end *end)
{
	const struct timespec pause = {.tv_nsec = 50000};

	message_stamp(end->out, end->nonce, MESSAGE_END);
	while (!atomic_load_explicit(&end->peer->finished, memory_order_acquire)) {
		int err = end->send(end->state, end->out, end->message_bytes);

		if (err == -ECONNREFUSED) /* it has heard, and left */
			return 0;
		if (err)
			return err;
		nanosleep(&pause, NULL);
	}
	return 0;
}

const struct pattern *const pattern_registry[] = {&pattern_pingpong, &pattern_stream,
	&pattern_paced, &pattern_connect, &pattern_write_write_read, &pattern_fanin, NULL};
