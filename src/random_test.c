/* The generator against its published values, and that what is made of it is roughly uniform. */
#include "random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The test vector of splitmix64 for this seed that is published at Rosetta Code. */
static void the_reference_values(void **state)
{
	(void)state;
	static const uint64_t expected[] = {UINT64_C(6457827717110365317),
		UINT64_C(3203168211198807973), UINT64_C(9817491932198370423),
		UINT64_C(4593380528125082431), UINT64_C(16408922859458223821)};
	struct random random = {.state = 1234567};

	for (size_t i = 0; i < COUNT(expected); i++)
		assert_true(random_next(&random) == expected[i]);
}

static void any_seed_will_do(void **state)
{
	(void)state;
	struct random zero = {.state = 0}, one = {.state = 1}, again = {.state = 0};

	for (int i = 0; i < 1000; i++) {
		uint64_t value = random_next(&zero);

		assert_true(value == random_next(&again));
		assert_true(value != random_next(&one));
	}
}

/* And spread over all that is below: the mean of 10,000 is half of it, to 0.3 % in most cases. */
static void numbers_stay_below_their_bound(void **state)
{
	(void)state;
	static const uint32_t bounds[] = {1, 2, 3, 7, 4096, 1000003, UINT32_C(1) << 31, UINT32_MAX};
	struct random random = {.state = 42};

	for (size_t i = 0; i < COUNT(bounds); i++) {
		double mean = 0;

		for (int k = 0; k < 10000; k++) {
			uint32_t number = random_below(&random, bounds[i]);

			assert_true(number < bounds[i]);
			mean += number / 10000.0;
		}
		assert_true(fabs(mean - (bounds[i] - 1) / 2.0) <= 0.02 * bounds[i]);
	}
}

/* 4096 values, 400 expected of each: 5.5 standard deviations are 110. */
static void all_paddings_come(void **state)
{
	(void)state;
	enum { VALUES = 4096, EACH = 400 };
	static unsigned seen[VALUES];
	struct random random = {.state = 7};

	for (int i = 0; i < VALUES * EACH; i++)
		seen[random_below(&random, VALUES)]++;
	for (int i = 0; i < VALUES; i++)
		assert_in_range(seen[i], EACH - 110, EACH + 110);
}

/* Fisher and Yates, as the order of a block is made. */
static size_t shuffled(struct random *random)
{
	unsigned order[4] = {0, 1, 2, 3};

	for (uint32_t i = 4; i > 1; i--) {
		uint32_t j = random_below(random, i);
		unsigned swap = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swap;
	}
	return order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3];
}

/* 24 orders, 10,000 expected of each: 5 standard deviations are 490. */
static void all_orders_come_equally(void **state)
{
	(void)state;
	static unsigned seen[256];
	struct random random = {.state = 20240607};
	size_t orders = 0;

	for (int i = 0; i < 240000; i++)
		seen[shuffled(&random)]++;
	for (size_t i = 0; i < COUNT(seen); i++) {
		orders += seen[i] > 0;
		if (seen[i])
			assert_in_range(seen[i], 10000 - 490, 10000 + 490);
	}
	assert_int_equal(orders, 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reference_values),
		cmocka_unit_test(any_seed_will_do),
		cmocka_unit_test(numbers_stay_below_their_bound),
		cmocka_unit_test(all_paddings_come),
		cmocka_unit_test(all_orders_come_equally),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
