/* See side.h. */
#include "side.h"

#include <alloca.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "io.h"
#include "probe.h"

#define MESSAGE_APART 128 /* bytes: two cache lines, as prefetchers fetch pairs */

/* Descriptors that came through exec are the caller's, not ours: ours are all close-on-exec. A side
 * must not hold a shell's or a runner's pipe open. */
static void close_foreign(void)
{
	DIR *dir = opendir("/proc/self/fd");

	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));) {
		int fd = atoi(entry->d_name);

		if (fd > STDERR_FILENO && fd != dirfd(dir) && !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
			close(fd);
	}
	closedir(dir);
}

/* Ends with the harness, however that ends; ignores what is meant for it. */
static int behave(const struct side_start *start)
{
	sigset_t none;

	prctl(PR_SET_NAME, start->side == SIDE_PRODUCER ? "ipcmark-produce" : "ipcmark-consume");
	prctl(PR_SET_TIMERSLACK, 1UL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail("prctl(PR_SET_PDEATHSIG)");
	if (getppid() != start->harness)
		return fail_text(ESRCH, "the harness is gone");
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_foreign();
	return 0;
}

/* Two buffers of a message each, touched; small ones share a page. NULL: no memory. */
static unsigned char *new_messages(size_t bytes, size_t *apart)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t unit = 2 * bytes <= page ? MESSAGE_APART : page;

	*apart = (bytes + unit - 1) / unit * unit;

	unsigned char *both = mmap(NULL, 2 * *apart, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return both == MAP_FAILED ? NULL : memset(both, 0xa5, 2 * *apart);
}

static uint32_t messages_per_call(const struct exchange *exchange)
{
	return exchange->per_call ? exchange->per_call : 1;
}

/* Of the CPU that this side is pinned to. */
static double pace(const struct pair_params *params, enum side side)
{
	int cpu = side == SIDE_PRODUCER ? params->cpus.producer : params->cpus.consumer;

	return cpu < 0 ? NAN : probe_work_ns();
}

static int prepare(
	const struct pair_params *params, const struct side_start *start, struct pattern_end *end)
{
	int err = behave(start);

	if (!err)
		err = affinity_pin(start->side == SIDE_PRODUCER ? params->cpus.producer
								: params->cpus.consumer);
	if (err)
		return err;

	size_t apart;
	unsigned char *messages =
		new_messages(params->message_bytes * messages_per_call(&params->exchange), &apart);

	if (!messages)
		return fail("mmap");
	*end = (struct pattern_end){
		.transport = params->transport,
		.send = params->transport->send,
		.recv = params->transport->recv,
		.reserve = params->transport->reserve,
		.rendezvous = params->connects ? params->transport->rendezvous : NULL,
		.state = start->state,
		.exchange = params->exchange,
		.nonce = params->nonce,
		.message_bytes = params->message_bytes,
		.out = messages,
		.in = messages + apart,
		.tally = start->tally[start->side],
		.peer = start->tally[side_peer(start->side)],
		.shares_cpu = params->cpus.producer >= 0 &&
			params->cpus.producer == params->cpus.consumer,
	};
	counters_open(&end->tally->counters);
	end->tally->work_ns[0] = pace(params, start->side);
	return params->connects ? params->transport->rendezvous->attach(start->state, start->side)
				: params->transport->attach(start->state, start->side);
}

static void report(const struct side_start *start, int err)
{
	int32_t word = err;

	if (err)
		snprintf(start->tally[start->side]->reason, FAIL_TEXT_BYTES, "%s", fail_reason());
	if (io_send(start->control, &word, sizeof word) < 0)
		_exit(1); /* nobody listens any more */
}

/* Takes a part of the stack, so that the loops do not always run at the same addresses. */
static __attribute__((noinline)) int run_shifted(
	const struct pattern *pattern, struct pattern_end *end, enum side side, size_t bytes)
{
	/* cppcheck-suppress allocaCalled */
	volatile char *padding = alloca(bytes + 1);

	padding[bytes] = 0;

	int err = pattern->loop[side](end);

	return padding[bytes]
		? -EFAULT
		: err; /* keeps the padding alive, and the call out of tail position */
}

void side_main(const struct pair_params *params, const struct side_start *start)
{
	struct pattern_end end;
	char word;
	int err = prepare(params, start, &end);

	report(start, err);
	if (err || io_recv(start->control, &word, 1) < 0)
		_exit(1);
	err = run_shifted(params->pattern, &end, start->side, params->padding_bytes);
	end.tally->work_ns[1] = pace(params, start->side);
	report(start, err);

	/* The link stays open until the harness has heard of both: closing it could take messages,
	 * or the peer's last call, with it. */
	(void)io_recv(start->control, &word, 1);
	_exit(0);
}
