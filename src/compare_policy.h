/* What the user says about a comparison: how far each figure may move, and which cells don't count.
 *
 * A policy file holds a rule a line; # begins a comment:
 *
 *	margin p50 = 3%
 *	margin p99 pingpong/{pipe,shm}/block = 8%
 *	ignore stream/udp
 *
 * A glob is that of `run -c`, but * crosses slashes, and parts left out at its end are any. Of
 * several rules that match, the last one wins; those of --margin come after those of the file. */
#ifndef IPCMARK_COMPARE_POLICY_H
#define IPCMARK_COMPARE_POLICY_H

#include <stdbool.h>
#include <stdio.h>

struct compare_policy; /* the rules, in order */

/* Without a rule; compare_policy_free it. NULL may be freed. */
struct compare_policy *compare_policy_new(void);
void compare_policy_free(struct compare_policy *policy);

/* Adds the rules of a file; "-" is standard input. 0, or -EINVAL (or that of open) with a reason
 * that begins with the file's name and, of a rule, its line. */
int compare_policy_read(struct compare_policy *policy, const char *path);

/* Adds the rule of one --margin: "p50=3%", "pingpong/shm:p99=8%". 0, or -EINVAL with a reason.
 */
int compare_policy_add_margin(struct compare_policy *policy, const char *text);

/* The margin that the rules give a figure of a cell; false where none does, and then *margin and
 * *from stay. *from is "policy" or "--margin". `metric` is an index of compare_metrics. */
bool compare_policy_margin(const struct compare_policy *policy, const char *cell, size_t metric,
	double *margin, const char **from);

/* Whether a cell is left out. */
bool compare_policy_ignores(const struct compare_policy *policy, const char *cell);

/* 0 where every glob matches one of the cells; else -EINVAL with a reason that names the rule. */
int compare_policy_check(
	const struct compare_policy *policy, const char *const *cells, size_t cell_count);

/* Writes a commented policy of all defaults, which reads back as such. */
void compare_policy_write(FILE *out);

#endif
