/* A futex through io_uring(7): IORING_OP_FUTEX_WAIT and IORING_OP_FUTEX_WAKE, Linux 6.7. */
#include <errno.h>

#include "bell_way.h"
#include "fail.h"
#include "ready.h"

#ifdef IPCMARK_HAVE_LIBURING

#include <liburing.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>

/* From linux/io_uring.h and linux/futex.h of 6.7: the library's own header may be older. */
enum { OP_FUTEX_WAIT = 51, OP_FUTEX_WAKE = 52 };
#define SIZE_U32 2 /* FUTEX2_SIZE_U32 */

struct bell_uring {
	struct io_uring ring;
};

/* One operation on a word, submitted and awaited. The result of the operation, or -errno. */
static int futex_operation(
	struct io_uring *ring, uint8_t opcode, _Atomic uint32_t *word, uint64_t value)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	struct io_uring_cqe *cqe;
	int err;

	if (!sqe) /* one at a time, and all are awaited */
		return fail_text(EBUSY, "io_uring: no entry is free");
	memset(sqe, 0, sizeof *sqe);
	sqe->opcode = opcode;
	sqe->fd = SIZE_U32;
	sqe->addr = (uint64_t)(uintptr_t)word;
	sqe->addr2 = value; /* wait: expected; wake: how many */
	sqe->addr3 = FUTEX_BITSET_MATCH_ANY;
	do
		err = io_uring_submit_and_wait(ring, 1);
	while (err == -EINTR || (err >= 0 && !io_uring_cq_ready(ring)));
	if (err < 0)
		return fail_with(-err, "io_uring_enter");
	io_uring_peek_cqe(ring, &cqe);

	int result = cqe->res;

	io_uring_cqe_seen(ring, cqe);
	return result;
}

/* Tries one: a kernel that lacks the operation says EINVAL. */
static int try_operation(struct io_uring *ring)
{
	_Atomic uint32_t nobody = 0;
	int woken = futex_operation(ring, OP_FUTEX_WAKE, &nobody, 1);

	if (woken == -EINVAL || woken == -EOPNOTSUPP)
		return fail_text(
			ENOSYS, "this kernel's io_uring knows no futexes (Linux 6.7 does)");
	return woken < 0 ? fail_with(-woken, "IORING_OP_FUTEX_WAKE") : 0;
}

static int uring_attach(struct bell_user *user)
{
	struct bell_uring *uring = calloc(1, sizeof *uring);

	if (!uring)
		return fail("calloc");

	int err = ready_open_ring(&uring->ring, 2);

	if (err) {
		free(uring);
		return err;
	}
	user->uring = uring;
	return try_operation(&uring->ring);
}

static void uring_detach(struct bell_user *user)
{
	if (user->uring)
		io_uring_queue_exit(&user->uring->ring);
	free(user->uring);
	user->uring = NULL;
}

static int uring_sleep(struct bell_user *user, struct bell *bell)
{
	while (atomic_load_explicit(&bell->sleeping, memory_order_relaxed)) {
		int err = futex_operation(&user->uring->ring, OP_FUTEX_WAIT, &bell->sleeping, 1);

		if (err < 0 && err != -EAGAIN && err != -EINTR)
			return fail_with(-err, "IORING_OP_FUTEX_WAIT");
	}
	return 0;
}

static int uring_ring(struct bell_user *user, struct bell *bell)
{
	int woken = futex_operation(&user->uring->ring, OP_FUTEX_WAKE, &bell->sleeping, 1);

	return woken < 0 ? fail_with(-woken, "IORING_OP_FUTEX_WAKE") : 0;
}

#else

static int uring_attach(struct bell_user *user)
{
	(void)user;
	return fail_text(ENOSYS, "built without liburing (liburing-dev)");
}

static void uring_detach(struct bell_user *user)
{
	(void)user;
}

static int uring_sleep(struct bell_user *user, struct bell *bell)
{
	(void)user, (void)bell;
	return -ENOSYS;
}

static int uring_ring(struct bell_user *user, struct bell *bell)
{
	(void)user, (void)bell;
	return -ENOSYS;
}

#endif

const struct bell_way bell_way_io_uring = {
	.attach = uring_attach,
	.detach = uring_detach,
	.sleep = uring_sleep,
	.ring = uring_ring,
};
