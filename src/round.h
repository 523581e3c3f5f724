/* Sizes in whole units: cache lines, pages, slots. */
#ifndef IPCMARK_ROUND_H
#define IPCMARK_ROUND_H

#include <stddef.h>

/* The least multiple of `unit` (> 0) that is not below `value`. */
static inline size_t round_up(size_t value, size_t unit)
{
	return (value + unit - 1) / unit * unit;
}

#endif
