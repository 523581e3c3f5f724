#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "pool.h"

#define PAGE ((size_t)4096)

static size_t pages_of(size_t first, size_t bytes)
{
	return (first + bytes - 1) / PAGE - first / PAGE + 1;
}

/* When a slot is made anew, as many pages as the pipe holds have been sent since it was. */
static void test_a_slot_is_made_anew_when_it_has_left_the_pipe(void **state)
{
	static const size_t sizes[] = {
		16, 17, 100, 128, 129, 4095, 4096, 4097, 8192, 60000, 65536, 65537, 1 << 20};
	static const size_t capacities[] = {1, 2, 16, 17, 256};

	(void)state;
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		for (size_t c = 0; c < sizeof capacities / sizeof capacities[0]; c++) {
			size_t stride, slots = pool_slots(sizes[s], PAGE, capacities[c], &stride);
			size_t since = 0;

			assert_true(stride >= sizes[s]);
			for (size_t slot = 1; slot < slots; slot++) {
				size_t pages = pages_of(slot * stride, sizes[s]);

				assert_int_equal(pages, (sizes[s] + PAGE - 1) / PAGE);
				since += pages;
			}
			assert_true(since >= capacities[c]);
		}
	}
}

static void check_pool(enum pool_kind kind, size_t bytes)
{
	unsigned char *elsewhere = test_malloc(bytes);
	struct pool pool;
	int fd[2];

	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	assert_int_equal(pool_open(&pool, kind, bytes, fd[1]), 0);
	memset(elsewhere, 7, bytes);
	for (size_t i = 0; i < 3 * pool.slots; i++) {
		unsigned char *made = pool_reserve(&pool);

		assert_ptr_equal(made, pool.memory + i % pool.slots * pool.stride);
		assert_ptr_equal(pool_reserve(&pool), made); /* until it is sent */
		memset(made, (int)(i % 5), bytes);
		assert_ptr_equal(pool_take(&pool, i % 2 ? elsewhere : made, bytes), made);
		assert_int_equal(made[0], i % 2 ? 7 : i % 5);
		assert_int_equal(made[bytes - 1], i % 2 ? 7 : i % 5);
	}
	if (kind == POOL_FILE) {
		unsigned char byte;

		assert_int_equal(pread(pool.fd, &byte, 1, 0), 1);
		assert_int_equal(byte, pool.memory[0]);
		close(pool.fd);
	}
	close(fd[0]);
	close(fd[1]);
	test_free(elsewhere);
}

static void test_messages_are_made_in_slots_or_copied_there(void **state)
{
	(void)state;
	check_pool(POOL_ANONYMOUS, 16);
	check_pool(POOL_ANONYMOUS, 5000);
	check_pool(POOL_FILE, 16);
	check_pool(POOL_FILE, 5000);
}

static void test_what_is_no_pipe_is_an_error(void **state)
{
	struct pool pool;

	(void)state;
	assert_true(pool_open(&pool, POOL_ANONYMOUS, 16, -1) < 0);
	assert_non_null(strstr(fail_reason(), "F_GETPIPE_SZ"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_slot_is_made_anew_when_it_has_left_the_pipe),
		cmocka_unit_test(test_messages_are_made_in_slots_or_copied_there),
		cmocka_unit_test(test_what_is_no_pipe_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
