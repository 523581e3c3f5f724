/* See result_histogram.h. */
#include "result_histogram.h"

#include <errno.h>
#include <inttypes.h>

#include "fail.h"

static int64_t element(const struct json *pair, int which)
{
	const struct json *value = json_first(pair);

	return json_integer(which == 0 ? value : json_next(value), -1);
}

static int read_buckets(const struct json *counts, struct histogram *h, int64_t *last)
{
	for (const struct json *pair = json_first(counts); pair; pair = json_next(pair)) {
		int64_t index = element(pair, 0), count = element(pair, 1);

		if (index <= *last)
			return fail_text(EINVAL,
				"counts: bucket %" PRId64 " after bucket %" PRId64
				": expected rising indices",
				index, *last);
		*last = index;
		h->cells[index] = (uint64_t)count;
		h->count += (uint64_t)count;
	}
	return 0;
}

/* What the buckets allow the sum to be. */
static int check_sum(struct histogram *h, double sum)
{
	double least = 0, most = 0;

	for (size_t i = 0; i < HISTOGRAM_CELLS; i++) {
		if (!h->cells[i])
			continue;
		least += (double)h->cells[i] * (double)histogram_cell_low(i);
		most += (double)h->cells[i] * (double)histogram_cell_high(i);
	}
	if (sum < least * (1 - 1e-12) || sum > most * (1 + 1e-12))
		return fail_text(EINVAL, "sum: expected %.0f to %.0f from the counts, got %.0f",
			least, most, sum);
	h->sum = (uint64_t)sum; /* within bounds now */
	return 0;
}

static int check_ends(const struct json *member, struct histogram *h, int64_t last)
{
	int64_t first = 0;

	while (!h->cells[first])
		first++;
	if (h->min > h->max || h->max >= (uint64_t)HISTOGRAM_LIMIT ||
		histogram_index(h->min) != (size_t)first || histogram_index(h->max) != (size_t)last)
		return fail_text(EINVAL,
			"min, max: expected values of the first and the last bucket, got %" PRIu64
			" and %" PRIu64,
			h->min, h->max);
	return check_sum(h, json_number(json_get(member, "sum")));
}

int result_histogram(const struct json *member, struct histogram *h)
{
	int64_t count = json_integer(json_get(member, "count"), 0), last = -1;

	histogram_reset(h);

	int err = read_buckets(json_get(member, "counts"), h, &last);

	if (err)
		return err;
	if (h->count != (uint64_t)count)
		return fail_text(EINVAL,
			"count: expected %" PRIu64 ", the sum of the counts, got %" PRId64,
			h->count, count);
	h->overflow = (uint64_t)json_integer(json_get(member, "overflow"), 0);
	if (h->count == 0)
		return 0;
	h->min = (uint64_t)json_integer(json_get(member, "min"), 0);
	h->max = (uint64_t)json_integer(json_get(member, "max"), 0);
	return check_ends(member, h, last);
}
