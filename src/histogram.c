/* See histogram.h. */
#include "histogram.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#define BILLION 1000000000U

/* Where a rank stands: its cell, and how many values the cells below it hold. */
struct place {
	size_t cell;
	uint64_t below;
};

void histogram_reset(struct histogram *h)
{
	memset(h, 0, sizeof *h);
	h->min = UINT64_MAX; /* so that recording needs no case for the first value */
}

void histogram_prepare(struct histogram *h, const struct histogram *like)
{
	volatile uint64_t *cells = h->cells;

	h->min = UINT64_MAX;
	h->count = 0; /* the head may stand on two pages */
	if (!like || like->count == 0)
		return;
	for (size_t i = histogram_index(like->min), last = histogram_index(like->max); i <= last;
		i++)
		if (like->cells[i])
			cells[i] = 0; /* the store faults the page in */
}

void histogram_add_totals(struct histogram *h, const struct histogram_totals *totals)
{
	h->count += totals->count;
	h->sum += totals->sum;
	h->min = totals->min < h->min ? totals->min : h->min;
	h->max = totals->max > h->max ? totals->max : h->max;
	h->overflow += totals->overflow;
	h->negative += totals->negative;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	const struct histogram_totals totals = {
		.count = from->count,
		.sum = from->sum,
		.min = from->min,
		.max = from->max,
		.overflow = from->overflow,
		.negative = from->negative,
	};

	histogram_add_totals(into, &totals);
	if (from->count == 0)
		return;
	/* nothing stands outside min .. max: fresh memory stays unmapped there */
	for (size_t i = histogram_index(from->min), last = histogram_index(from->max); i <= last;
		i++)
		if (from->cells[i])
			into->cells[i] += from->cells[i];
}

uint64_t histogram_cell_low(size_t index)
{
	if (index < (size_t)2 << HISTOGRAM_SUB_BITS)
		return index;
	size_t e = (index >> HISTOGRAM_SUB_BITS) - 1;
	return (uint64_t)(index - (e << HISTOGRAM_SUB_BITS)) << e;
}

uint64_t histogram_cell_high(size_t index)
{
	return histogram_cell_low(index + 1) - 1;
}

/* Nearest rank (Hyndman and Fan 1996, definition 1). q is a decimal rounded to a double, and the
 * product rounds again, so q n may stand up to DBL_EPSILON (relative) above the whole number that
 * was meant: 0.07 * 100 gives 7.000000000000001, whose ceiling is 8. Twice that is taken off before
 * rounding up. A true fraction is never swallowed while q has at most six places and n <= 1e9. */
static uint64_t rank_of(uint64_t n, double q)
{
	assert(q >= 0 && q <= 1);
	double rank = ceil(q * (double)n * (1 - 2 * DBL_EPSILON));

	if (rank <= 1)
		return 1;
	return rank >= (double)n ? n : (uint64_t)rank;
}

static struct place place_of(const struct histogram *h, uint64_t rank)
{
	struct place at = {histogram_index(h->min), 0};

	while (at.cell < HISTOGRAM_CELLS - 1 && rank - at.below > h->cells[at.cell])
		at.below += h->cells[at.cell++];
	return at;
}

static double clamp(double value, double low, double high)
{
	return value < low ? low : value > high ? high : value;
}

double histogram_quantile(const struct histogram *h, double q)
{
	if (h->count == 0)
		return NAN;
	size_t cell = place_of(h, rank_of(h->count, q)).cell;
	double middle = (double)(histogram_cell_low(cell) + histogram_cell_high(cell)) / 2;

	return clamp(middle, (double)h->min, (double)h->max);
}

/* The quantile of grouped data, L + w (q n - F) / f: a cell of whole numbers low .. high stands for
 * the reals from low - 1/2 to high + 1/2, so that half-way through it is the midpoint above. */
double histogram_quantile_interpolated(const struct histogram *h, double q)
{
	if (h->count == 0)
		return NAN;
	struct place at = place_of(h, rank_of(h->count, q));
	double low = (double)histogram_cell_low(at.cell) - 0.5;
	double width = (double)histogram_cell_high(at.cell) + 0.5 - low;
	double share = (q * (double)h->count - (double)at.below) / (double)h->cells[at.cell];

	return clamp(low + width * clamp(share, 0, 1), (double)h->min, (double)h->max);
}

double histogram_mean(const struct histogram *h)
{
	return h->count ? (double)h->sum / (double)h->count : (double)NAN;
}

/* The smallest n with n (1 - q) >= beyond. 1 - q is not the decimal that was meant (1 - 0.9999 is
 * less than 0.0001, which would ask for one message too many), so it is first put back on a grid of
 * whole billionths; the rest is integers. */
static uint64_t count_with(uint64_t beyond, double q)
{
	assert(q >= 0 && q <= 1);
	if (q <= 0 || q >= 1)
		return 1;
	uint64_t tail = (uint64_t)llround((1 - q) * BILLION);

	tail = tail ? tail : 1;
	return (beyond * BILLION + tail - 1) / tail;
}

enum support histogram_support(uint64_t count, double q)
{
	if (count >= count_with(100, q))
		return SUPPORT_FULL;
	return count >= count_with(10, q) ? SUPPORT_LOW : SUPPORT_NONE;
}

uint64_t histogram_needs(double q)
{
	return count_with(100, q);
}
