/* What can be measured, and what of it this machine has. */
#ifndef IPCMARK_LIST_H
#define IPCMARK_LIST_H

#include <stdio.h>

#include "affinity.h"
#include "json.h"

/* The words of the plan as JSON: transports, patterns, waits, placements; each transport is set up
 * once, to see whether it can be. json_free it. NULL with a reason where not even that could be
 * tried. */
struct json *list_json(const struct topology *topology);

/* The same as tables. */
void list_print(FILE *out, const struct json *list);

#endif
