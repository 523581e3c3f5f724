/* The histogram of a cell, read back from a result. */
#ifndef IPCMARK_RESULT_HISTOGRAM_H
#define IPCMARK_RESULT_HISTOGRAM_H

#include "histogram.h"
#include "json.h"

/* Fills *histogram from the "histogram" member of a cell (after the schema has been checked). 0, or
 * -EINVAL with a reason: buckets out of order, or figures that don't fit them. */
int result_histogram(const struct json *member, struct histogram *histogram);

#endif
