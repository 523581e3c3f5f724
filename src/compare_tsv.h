/* A comparison's rows as tab-separated text, for scripts and plots. */
#ifndef IPCMARK_COMPARE_TSV_H
#define IPCMARK_COMPARE_TSV_H

#include <stdio.h>

#include "json.h"

/* A header, then one line a row; what is null is an empty field. `arm` and `base_label` are the
 * names by which the arms are told apart; margin and smallest_effect are fractions of 1; paired is
 * 0 or 1. */
void compare_tsv(FILE *out, const struct json *comparison);

#endif
