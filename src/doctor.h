/* `ipcmark doctor`: what of this machine disturbs a measurement, and how to mend it.
 *
 * The document (schema "ipcmark-doctor/1"):
 *
 *  schema       "ipcmark-doctor/1"
 *  tool         {version, git}
 *  conditions   the machine in one line, as in a result
 *  topology     its packages, caches and CPUs, in one line
 *  fingerprint  {hardware, firmware, kernel, tuning}, as in a result
 *  placement    of the two sides of a run, where nothing else is asked for: "same-llc"
 *  cpus         [producer, consumer]: those that were measured
 *  measured_s   for how long the CPUs were watched; null: not at all
 *  reason       why something could not be measured; or null
 *  noise_floor  [{cpu, fraction, rate_per_s, max_ns}], as in a result
 *  checks       [{id, status, observed, wanted, effect, fix, tunable}]: status is "pass", "warn",
 *               "fail" or "unknown"; observed null: can't be seen; fix: a command, or null;
 *               tunable: `ipcmark tune` sets it for the time of a command
 *  counts       {pass, warn, fail, unknown}
 *
 * Nothing of the machine is changed. */
#ifndef IPCMARK_DOCTOR_H
#define IPCMARK_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>

#include "json.h"

/* Examines the machine: watches the two CPUs that a run would use for a second, unless another
 * measurement runs, which that would disturb. NULL with a reason where there is no CPU to use.
 * json_free it. */
struct json *doctor_examine(void);

/* The document as a table, worst first, with the effect and the remedy below what does not pass. */
void doctor_print(FILE *out, const struct json *document);

/* No check failed, and none is unknown: nobody knows what that does. */
bool doctor_is_fit(const struct json *document);

#endif
