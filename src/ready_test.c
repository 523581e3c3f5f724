/* What is said where io_uring is refused. */
#include "ready.h"

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_user_may_not_is_a_skip),
		cmocka_unit_test(no_memory_may_mean_none_to_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
