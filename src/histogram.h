/* A log-linear histogram of durations: the HDR layout, one fixed block of memory without pointers.
 *
 * Each power of two is cut into 2^HISTOGRAM_SUB_BITS equal cells, so a cell is at most 2^-10 of its
 * value wide and every quantile is known to that relative error. Values below 2^(SUB_BITS + 1) have
 * a cell each. Range: 0 ns .. 2^42 - 1 ns (73 minutes). Count, smallest, largest and sum are kept
 * exactly beside the cells. Two processes may share its memory, but only one may record.
 *
 * Layout after G. Tene's HdrHistogram (hdrhistogram.org). */
#ifndef IPCMARK_HISTOGRAM_H
#define IPCMARK_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SUB_BITS 10
#define HISTOGRAM_MAX_BITS 42
#define HISTOGRAM_CELLS \
	((size_t)(HISTOGRAM_MAX_BITS - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)
#define HISTOGRAM_LIMIT ((int64_t)1 << HISTOGRAM_MAX_BITS) /* the first value that overflows */

struct histogram {
	uint64_t count;    /* recorded in a cell: neither overflow nor negative */
	uint64_t sum;      /* of those, exactly */
	uint64_t min, max; /* of those; min > max while count is 0 */
	uint64_t overflow; /* values >= HISTOGRAM_LIMIT: counted, in no cell */
	uint64_t negative; /* values < 0: the clock went backwards; one fails a run */
	uint64_t cells[HISTOGRAM_CELLS];
};

/* How far a quantile can be trusted: by the count of values beyond it, n (1 - q). */
enum support {
	SUPPORT_NONE, /* fewer than 10: not printed */
	SUPPORT_LOW,  /* 10 to 99: printed as low_confidence */
	SUPPORT_FULL, /* 100 or more */
};

/* The cell of a value in 0 .. HISTOGRAM_LIMIT - 1. */
static inline size_t histogram_index(uint64_t value)
{
	if (value < (uint64_t)2 << HISTOGRAM_SUB_BITS)
		return (size_t)value;
	unsigned e = 63U - (unsigned)__builtin_clzll(value) - HISTOGRAM_SUB_BITS;
	return ((size_t)e << HISTOGRAM_SUB_BITS) + (size_t)(value >> e);
}

/* What stands beside the cells, of values that are still to be added. */
struct histogram_totals {
	uint64_t count, sum, min, max, overflow, negative;
};

#define HISTOGRAM_NO_TOTALS       \
	(struct histogram_totals) \
	{                         \
		.min = UINT64_MAX \
	}

/* Counts one value in its cell, and in totals that a loop keeps in registers: it touches one cache
 * line and one page. histogram_add_totals afterwards. Hot: no branch but the range check. */
static inline void histogram_count(
	struct histogram *h, struct histogram_totals *totals, int64_t value)
{
	if (__builtin_expect((uint64_t)value >= (uint64_t)HISTOGRAM_LIMIT, 0)) {
		*(value < 0 ? &totals->negative : &totals->overflow) += 1;
		return;
	}
	uint64_t v = (uint64_t)value;
	h->cells[histogram_index(v)]++;
	totals->count++;
	totals->sum += v;
	totals->min = v < totals->min ? v : totals->min;
	totals->max = v > totals->max ? v : totals->max;
}

/* Adds what a loop has counted. */
void histogram_add_totals(struct histogram *h, const struct histogram_totals *totals);

/* Counts one value. */
static inline void histogram_record(struct histogram *h, int64_t value)
{
	struct histogram_totals totals = HISTOGRAM_NO_TOTALS;

	histogram_count(h, &totals, value);
	histogram_add_totals(h, &totals);
}

/* Makes an empty histogram of any memory. */
void histogram_reset(struct histogram *h);

/* Makes an empty histogram of zeroed memory, touching only the pages that `like` has counts in
 * (none for NULL): fresh memory stays unmapped where nothing will be recorded, and recording what
 * looks like `like` faults no page in. */
void histogram_prepare(struct histogram *h, const struct histogram *like);

/* Adds what `from` holds to `into`. */
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The smallest and the largest value that fall in a cell (index < HISTOGRAM_CELLS). */
uint64_t histogram_cell_low(size_t index);
uint64_t histogram_cell_high(size_t index);

/* The q-quantile (0 <= q <= 1) by nearest rank ceil(q n), at least 1: the midpoint of its cell,
 * clamped to [min, max]. So q = 1 gives the midpoint of the last cell; the exact maximum is `max`.
 * Returns NaN for an empty histogram: "no data" is not 0. Unit: that of the values. */
double histogram_quantile(const struct histogram *h, double q);

/* As above with linear interpolation inside the cell: for comparing two medians (METHOD, part 3).
 * Half-way through a cell it is the midpoint above; from there it moves by half a cell at most. */
double histogram_quantile_interpolated(const struct histogram *h, double q);

/* Exact mean, NaN for an empty histogram. */
double histogram_mean(const struct histogram *h);

/* Whether `count` values support a quantile, and how many would fully support it: ceil(100 / (1 -
 * q)), exactly for any decimal q of at most nine places. q = 1 (the maximum) and q = 0 are always
 * fully supported by one value. */
enum support histogram_support(uint64_t count, double q);
uint64_t histogram_needs(double q);

#endif
