/* See skew.h. */
#include "skew.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdint.h>

#include "clock.h"
#include "crew.h"
#include "fail.h"

#define EXCHANGES       100000U
#define EXCHANGES_LEAST 1000U
#define ENOUGH_NS       INT64_C(300000000)  /* for those who have the least */
#define DEADLINE_NS     INT64_C(2000000000) /* for those who have not */
#define SPINS           4096U               /* between two looks at the deadline */
#define STOP            UINT32_MAX
#define APART           128 /* bytes: two cache lines, as prefetchers fetch pairs */

enum { PRODUCER, CONSUMER };

/* Written by one side. A clock is not memory, so nothing but a dependency orders its reading before
 * what follows: the reading itself is stored first, and released with the number. */
struct slot {
	_Alignas(APART) int64_t stamp_ns;
	_Atomic uint32_t number;
};

struct dialogue {
	struct slot request, answer; /* of the producer, of the consumer */
	struct cpu_pair cpus;
	struct clock_skew skew;
};

static int64_t stamp(struct slot *slot, uint32_t number)
{
	int64_t now = clock_now_ns();

	slot->stamp_ns = now;
	atomic_store_explicit(&slot->number, number, memory_order_release);
	return now;
}

static uint32_t look(const struct slot *slot)
{
	return atomic_load_explicit(&slot->number, memory_order_acquire);
}

/* False when the deadline came first. Without a pause instruction: what it adds, the bound loses.
 */
static bool await(const struct dialogue *x, uint32_t number, int64_t deadline_ns)
{
	for (unsigned spins = 0; look(&x->answer) != number; spins++)
		if (spins % SPINS == SPINS - 1 && clock_now_ns() > deadline_ns)
			return false;
	return true;
}

static bool is_done(uint32_t exchanges, int64_t elapsed_ns)
{
	return exchanges == EXCHANGES || (exchanges >= EXCHANGES_LEAST && elapsed_ns > ENOUGH_NS);
}

static int produce(struct dialogue *x)
{
	int64_t start = clock_now_ns(), low = INT64_MIN, high = INT64_MAX;

	for (uint32_t number = 1;; number++) {
		int64_t t0 = stamp(&x->request, number);

		if (!await(x, number, start + DEADLINE_NS))
			return fail_text(ETIMEDOUT,
				"CPUs %d and %d: only %u exchanges in %d s: other work holds one",
				x->cpus.producer, x->cpus.consumer, number - 1,
				(int)(DEADLINE_NS / 1000000000));

		int64_t s = x->answer.stamp_ns, t1 = clock_now_ns();

		low = s - t1 > low ? s - t1 : low;
		high = s - t0 < high ? s - t0 : high;
		if (is_done(number, t1 - start))
			break;
	}
	stamp(&x->request, STOP);
	x->skew = (struct clock_skew){.low_ns = (double)low, .high_ns = (double)high};
	return 0;
}

static int consume(struct dialogue *x)
{
	for (uint32_t number = 1;; number++) {
		uint32_t request;

		do
			request = look(&x->request);
		while (request != number && request != STOP);
		if (request == STOP)
			return 0;
		stamp(&x->answer, number);
	}
}

static int take_part(void *shared, size_t member)
{
	return member == PRODUCER ? produce(shared) : consume(shared);
}

int skew_measure(struct cpu_pair cpus, struct clock_skew *skew)
{
	const int both[] = {[PRODUCER] = cpus.producer, [CONSUMER] = cpus.consumer};
	struct dialogue *x;
	int err;

	if (cpus.producer < 0 || cpus.consumer < 0)
		return fail_text(
			EINVAL, "the clocks of sides that are not pinned can't be compared");
	*skew = (struct clock_skew){0, 0};
	if (cpus.producer == cpus.consumer)
		return 0;
	x = crew_share(sizeof *x);
	if (!x)
		return -ENOMEM;
	x->cpus = cpus;
	err = crew_run(both, 2, take_part, x);
	if (!err)
		*skew = x->skew;
	crew_unshare(x, sizeof *x);
	return err;
}

struct clock_skew skew_common(const struct clock_skew *a, const struct clock_skew *b)
{
	return (struct clock_skew){
		.low_ns = fmax(a->low_ns, b->low_ns), .high_ns = fmin(a->high_ns, b->high_ns)};
}

bool skew_agrees(const struct clock_skew *before, const struct clock_skew *after)
{
	struct clock_skew both = skew_common(before, after);

	return both.low_ns <= both.high_ns;
}
