/* A comparison for people at a terminal. */
#ifndef IPCMARK_COMPARE_REPORT_H
#define IPCMARK_COMPARE_REPORT_H

#include <stdio.h>

#include "json.h"

/* `comparison` is a document of schema ipcmark-comparison/1. */
void compare_report(FILE *out, const struct json *comparison);

#endif
