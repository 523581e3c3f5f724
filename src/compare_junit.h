/* A comparison as JUnit XML, as GitLab, Jenkins and GitHub's actions read it. */
#ifndef IPCMARK_COMPARE_JUNIT_H
#define IPCMARK_COMPARE_JUNIT_H

#include <stdio.h>

#include "json.h"

/* A suite for each new arm, with a case "controls" and a case for each cell (class name) and figure
 * (name), and one for what was not compared. A regression is a failure; untrustworthy controls and
 * an arm with nothing to compare are errors; inconclusive, absent and "controls not run" are
 * skipped, never passed. */
void compare_junit(FILE *out, const struct json *comparison);

#endif
