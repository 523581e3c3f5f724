/* signal and signalfd: payloads in shared memory, and for each a queued real-time signal (as
 * sigqueue(3) makes one), taken by sigwaitinfo(2) or by a read(2) of a signalfd. Real-time signals
 * are queued, one for each message, and never merged. It is sent to one thread, not to a process,
 * since the sides may be threads of one. The kernel queues and takes under the receiver's lock of
 * signals, so who has taken the n-th has the sender's stores of before. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"
#include "slots.h"

/* Who is to be notified. In shared memory: written by attach, before the first message. */
struct signal_target {
	_Atomic pid_t process, thread;
};

struct signal_link {
	struct fdpair pair; /* signalfd: each side's own descriptor in both places */
	struct slots slots;
	const struct signal_target *target; /* after attach: the other side */
	siginfo_t info;                     /* after attach: what this side sends */
	sigset_t awaited;                   /* after attach */
};

static void signal_own_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGRTMIN);
}

/* Each way gets half of the signals that may be pending. That is a limit of the user, whose other
 * programs count, too: so EAGAIN can still come. */
static int signal_setup_slots(struct slots *slots, const struct link_params *params)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_SIGPENDING, &limit) < 0)
		return fail("getrlimit(RLIMIT_SIGPENDING)");
	if (limit.rlim_cur == RLIM_INFINITY)
		return slots_setup(slots, params, 0);
	if (limit.rlim_cur < SIDES)
		return fail_text(EPERM,
			"RLIMIT_SIGPENDING (ulimit -i) is %llu: no signal can be queued",
			(unsigned long long)limit.rlim_cur);
	return slots_setup(slots, params, (size_t)limit.rlim_cur / SIDES);
}

static int signal_setup(void *state, const struct link_params *params)
{
	struct signal_link *link = state;

	fdpair_init(&link->pair);
	return signal_setup_slots(&link->slots, params);
}

static int signalfd_setup(void *state, const struct link_params *params)
{
	struct signal_link *link = state;
	sigset_t set;

	fdpair_init(&link->pair);
	signal_own_set(&set);
	for (int side = 0; side < SIDES; side++) {
		int fd = signalfd(-1, &set, SFD_CLOEXEC);

		if (fd < 0)
			return fail("signalfd");
		link->pair.end[side] = (struct fdpair_end){.in = fd, .out = fd};
	}

	int err = signal_setup_slots(&link->slots, params);

	return err ? err : fdpair_set_wait(&link->pair, params);
}

/* Blocks the signal, so that it waits to be taken, then says whom to notify. */
static int signal_attach(void *state, enum side side)
{
	struct signal_link *link = state;
	struct signal_target *own = slots_shared(&link->slots, side);
	int err;

	slots_attach(&link->slots, side);
	signal_own_set(&link->awaited);
	err = pthread_sigmask(SIG_BLOCK, &link->awaited, NULL);
	if (err)
		return fail_with(err, "pthread_sigmask");
	atomic_store(&own->process, getpid());
	atomic_store(&own->thread, gettid());
	link->target = slots_shared(&link->slots, side_peer(side));
	link->info.si_signo = SIGRTMIN;
	link->info.si_code = SI_QUEUE;
	link->info.si_pid = getpid();
	link->info.si_uid = getuid();
	return 0;
}

static int signalfd_attach(void *state, enum side side)
{
	struct signal_link *link = state;
	int err = signal_attach(link, side);

	return err ? err : fdpair_attach(&link->pair, side);
}

static int signal_post(struct signal_link *link)
{
	pid_t process = atomic_load_explicit(&link->target->process, memory_order_relaxed);
	pid_t thread = atomic_load_explicit(&link->target->thread, memory_order_relaxed);

	while (syscall(SYS_rt_tgsigqueueinfo, process, thread, SIGRTMIN, &link->info) < 0) {
		if (errno == ESRCH)
			return fail_text(EPIPE, "rt_tgsigqueueinfo: the peer is gone");
		if (errno != EAGAIN)
			return fail("rt_tgsigqueueinfo");
		sched_yield(); /* the user's signals are used up: until some are taken */
	}
	return 0;
}

__attribute__((hot)) static int signal_send(void *state, const void *message, size_t bytes)
{
	struct signal_link *link = state;
	int err = slots_put(&link->slots, message, bytes);

	return err ? err : signal_post(link);
}

__attribute__((hot)) static int signal_recv(void *state, void *message, size_t bytes)
{
	struct signal_link *link = state;

	while (sigwaitinfo(&link->awaited, NULL) < 0)
		if (errno != EINTR)
			return fail("sigwaitinfo");
	return slots_take(&link->slots, message, bytes);
}

__attribute__((hot)) static int signalfd_recv(void *state, void *message, size_t bytes)
{
	struct signal_link *link = state;
	struct signalfd_siginfo info;
	int err = fdpair_read(&link->pair, &info, sizeof info);

	return err ? err : slots_take(&link->slots, message, bytes);
}

static void signal_teardown(void *state)
{
	struct signal_link *link = state;

	fdpair_teardown(&link->pair);
	slots_teardown(&link->slots);
}

const struct transport transport_signal = {
	.name = "signal",
	.summary = "payload in shared memory, a queued signal for each message, taken by "
		   "sigwaitinfo",
	.traits = TRAIT_BUFFER,
	.waits = WAIT_SET(WAIT_BLOCK),
	.state_size = sizeof(struct signal_link),
	.setup = signal_setup,
	.attach = signal_attach,
	.send = signal_send,
	.recv = signal_recv,
	.teardown = signal_teardown,
};

/* No descriptor to wait for beside others: each signalfd of a thread would tell of its signals for
 * any link. */
const struct transport transport_signalfd = {
	.name = "signalfd",
	.summary = "payload in shared memory, a queued signal for each message, read from a "
		   "signalfd",
	.traits = TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct signal_link),
	.setup = signalfd_setup,
	.attach = signalfd_attach,
	.send = signal_send,
	.recv = signalfd_recv,
	.teardown = signal_teardown,
};
