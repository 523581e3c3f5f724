/* What is said where io_uring is refused. */
#include "ready.h"

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#ifdef IPCMARK_HAVE_LIBURING
#include <liburing.h>
#endif
#include <string.h>
#include <sys/resource.h>

static void what_a_user_may_not_is_a_skip(void **state)
{
	(void)state;
	assert_int_equal(ready_refuse_ring(-EPERM), -EPERM);
	assert_non_null(strstr(fail_reason(), "kernel.io_uring_disabled"));
	assert_int_equal(ready_refuse_ring(-ENOSYS), -ENOSYS);
	assert_int_equal(ready_refuse_ring(-EMFILE), -EMFILE);
}

/* A kernel counts the memory of rings as locked; without such a limit there is truly none left. */
static void no_memory_may_mean_none_to_lock(void **state)
{
	struct rlimit normal, low;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &normal), 0);
	low = (struct rlimit){.rlim_cur = 4096, .rlim_max = normal.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &low), 0);
	assert_int_equal(ready_refuse_ring(-ENOMEM), -EPERM);
	assert_string_equal(fail_reason(),
		"io_uring_setup: Cannot allocate memory: this user may lock 4096 bytes (ulimit "
		"-l)");
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &normal), 0);
	if (normal.rlim_max != RLIM_INFINITY)
		return;
	low.rlim_cur = RLIM_INFINITY;
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &low), 0);
	assert_int_equal(ready_refuse_ring(-ENOMEM), -ENOMEM);
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &normal), 0);
}

#ifdef IPCMARK_HAVE_LIBURING

/* A wait of io_uring takes the ring that its transports take: the best that this kernel has. */
static void a_ring_does_not_interrupt_its_thread(void **state)
{
	const unsigned best = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
	struct io_uring ring, other;
	int err = ready_open_ring(&ring, 3);

	(void)state;
	if (err) {
		print_message("  %s\n", fail_reason());
		skip();
	}
	assert_true(io_uring_sq_space_left(&ring) >= 3);
	err = io_uring_queue_init(1, &other, best);
	if (err == 0)
		io_uring_queue_exit(&other);
	assert_int_equal(ring.flags & best, err == 0 ? best : 0);
	io_uring_queue_exit(&ring);
}

#else

static void a_ring_does_not_interrupt_its_thread(void **state)
{
	(void)state;
	skip();
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_user_may_not_is_a_skip),
		cmocka_unit_test(no_memory_may_mean_none_to_lock),
		cmocka_unit_test(a_ring_does_not_interrupt_its_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
