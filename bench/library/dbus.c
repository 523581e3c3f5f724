/* dbus: D-Bus peer to peer, without a bus daemon: sd-bus (libsystemd) over the socketpair of
 * socketpair-stream. Each message is a signal with the payload as its array of bytes: built,
 * written and read in the side itself, as the library has no threads. The payload is copied into
 * the D-Bus message, and from the received one into the consumer's buffer.
 *
 * A sender sleeps while the socket is full, whatever the wait; the wait is the receiver's. sd-bus
 * enlarges the socket's buffers to 8 MiB where it may, so there is none to ask for. */
#include <errno.h>

#include "fail.h"
#include "fdpair.h"

#define DBUS_WAITS (WAIT_SET(WAIT_BLOCK) | WAIT_SET(WAIT_SPIN))

#ifdef IPCMARK_HAVE_SYSTEMD

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include "spin.h"

#define OBJECT    "/ipcmark"
#define INTERFACE "org.ipcmark"
#define MEMBER    "Message"

struct dbus_link {
	struct fdpair pair; /* the first: its slots take this state */
	enum wait_mode wait;
	sd_bus *bus; /* after attach */
};

static int dbus_setup(void *state, const struct link_params *params)
{
	struct link_params non_blocking = *params;
	struct dbus_link *link = state;

	fdpair_init(&link->pair);
	link->wait = params->wait;

	int err = fdpair_open_socketpair(&link->pair, SOCK_STREAM, params);

	non_blocking.wait = WAIT_SPIN; /* as sd-bus wants its descriptors */
	return err ? err : fdpair_set_wait(&link->pair, &non_blocking);
}

static int dbus_fail(const char *call, int err)
{
	if (err == -ENOTCONN || err == -ECONNRESET)
		err = -EPIPE;
	return fail_with(-err, call);
}

/* Nothing is there: until something may be. */
static int dbus_wait(struct dbus_link *link, enum wait_mode wait)
{
	int err = 0;

	if (wait == WAIT_SPIN)
		spin_relax();
	else
		err = sd_bus_wait(link->bus, UINT64_MAX);
	return err < 0 && err != -EINTR ? dbus_fail("sd_bus_wait", err) : 0;
}

/* Does what there is to do, or waits until there may be something. A message that came is in
 * *signal, unless that is NULL. */
static int dbus_process(struct dbus_link *link, enum wait_mode wait, sd_bus_message **signal)
{
	int done = sd_bus_process(link->bus, signal);

	if (done < 0 && done != -EINTR)
		return dbus_fail("sd_bus_process", done);
	return done == 0 ? dbus_wait(link, wait) : 0;
}

/* Of a signal of ours. */
static int dbus_payload(sd_bus_message *signal, void *message, size_t bytes)
{
	const void *payload;
	size_t got;

	if (sd_bus_message_is_signal(signal, INTERFACE, MEMBER) <= 0)
		return fail_text(EPIPE, "sd_bus_process: the peer is gone");

	int err = sd_bus_message_read_array(signal, 'y', &payload, &got);

	if (err < 0)
		return dbus_fail("sd_bus_message_read_array", err);
	if (got != bytes)
		return fail_text(EBADMSG, "a D-Bus array of %zu bytes instead of %zu", got, bytes);
	memcpy(message, payload, bytes);
	return 0;
}

__attribute__((hot)) static int dbus_recv(void *state, void *message, size_t bytes)
{
	struct dbus_link *link = state;
	sd_bus_message *signal = NULL;

	while (!signal) {
		int err = dbus_process(link, link->wait, &signal);

		if (err)
			return err;
	}

	int err = dbus_payload(signal, message, bytes);

	sd_bus_message_unref(signal);
	return err;
}

static int dbus_write(struct dbus_link *link, sd_bus_message *signal)
{
	int err = sd_bus_send(link->bus, signal, NULL);

	if (err < 0)
		return dbus_fail("sd_bus_send", err);
	do {
		err = sd_bus_flush(link->bus);
	} while (err == -EINTR);
	return err < 0 ? dbus_fail("sd_bus_flush", err) : 0;
}

__attribute__((hot)) static int dbus_send(void *state, const void *message, size_t bytes)
{
	struct dbus_link *link = state;
	sd_bus_message *signal;
	int err = sd_bus_message_new_signal(link->bus, &signal, OBJECT, INTERFACE, MEMBER);

	if (err < 0)
		return dbus_fail("sd_bus_message_new_signal", err);
	err = sd_bus_message_append_array(signal, 'y', message, bytes);
	err = err < 0 ? dbus_fail("sd_bus_message_append_array", err) : dbus_write(link, signal);
	sd_bus_message_unref(signal);
	return err;
}

/* The handshake, as anonymous peers. */
static int dbus_authenticate(struct dbus_link *link)
{
	int err = 0;

	while (!err && sd_bus_is_ready(link->bus) == 0)
		err = dbus_process(link, WAIT_BLOCK, NULL);
	return err;
}

static int dbus_attach(void *state, enum side side)
{
	struct dbus_link *link = state;
	sd_id128_t id;
	int err = fdpair_attach(state, side);

	if (err)
		return err;
	err = sd_id128_randomize(&id);
	if (err >= 0)
		err = sd_bus_new(&link->bus);
	if (err >= 0)
		err = sd_bus_set_fd(link->bus, link->pair.in, link->pair.out);
	if (err >= 0)
		err = sd_bus_set_anonymous(link->bus, 1);
	if (err >= 0 && side == SIDE_CONSUMER)
		err = sd_bus_set_server(link->bus, 1, id);
	if (err >= 0)
		err = sd_bus_start(link->bus);
	return err < 0 ? dbus_fail("sd_bus_start", err) : dbus_authenticate(link);
}

#else

struct dbus_link {
	struct fdpair pair;
};

static int dbus_setup(void *state, const struct link_params *params)
{
	(void)params;
	fdpair_init(state);
	return fail_text(ENOSYS, "built without sd-bus (libsystemd-dev)");
}

#define dbus_attach fdpair_attach
#define dbus_send   fdpair_send
#define dbus_recv   fdpair_recv

#endif

const struct transport transport_dbus = {
	.name = "dbus",
	.summary = "D-Bus peer to peer over a socketpair: a signal for each message, by sd-bus",
	.waits = DBUS_WAITS,
	.state_size = sizeof(struct dbus_link),
	.setup = dbus_setup,
	.attach = dbus_attach,
	.send = dbus_send,
	.recv = dbus_recv,
	.teardown = fdpair_teardown,
};
