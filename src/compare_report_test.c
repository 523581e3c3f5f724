/* A comparison as people read it at a terminal. */
#include "compare_report.h"

#include "compare_head.h"

#include <setjmp.h>
#include <stdarg.h>

#include "comparison_test.h"

#include <cmocka.h>

/* The report holds each of the parts, NULL at the end; what stands behind a "!" it does not. */
static void assert_report(const char *from, const char *to, const char *const *parts)
{
	char *report = comparison_shown(compare_report, from, to);

	for (; *parts; parts++) {
		bool wanted = **parts != '!';

		if ((strstr(report, *parts + !wanted) != NULL) != wanted)
			fail_msg("\"%s\" in:\n%s", *parts, report);
	}
	free(report);
}

#define ASSERT_REPORT(from, to, ...) \
	assert_report(from, to, (const char *const[]){__VA_ARGS__, NULL})

static void the_head_says_what_was_compared(void **state)
{
	(void)state;
	ASSERT_REPORT(NULL, NULL,
		"base 6.17 (a.json): 10 runs a cell, 1 boot; AMD EPYC, Linux 6.17.9\n",
		"same hardware, same firmware, same tuning; kernel 6.17.9 -> 6.18.4 "
		"(1 boot per arm: kernel and boot not separable)\n",
		"kernel differs: kernel.cmdline: quiet -> unknown\n", "!kernel.release",
		"6.17: noise floor (A/A): p50 +0.2 % [-0.6, +1.0] same; "
		"control +5 %: p50 +5.2 % [+4.4, +6.0] detected\n",
		"6.18: noise floor (A/A): not run; control: not run\n",
		"8 comparisons, Benjamini-Hochberg 0.05; smallest detectable change: p50 1.6 % "
		"(median of the cells)\n",
		"!too few runs", "!STAMPED", "!UNTRUSTWORTHY");
}

static void five_boots_separate_kernel_and_boot(void **state)
{
	(void)state;
	ASSERT_REPORT("'boots': 1", "'boots': 5", "kernel 6.17.9 -> 6.18.4\n", "5 boots");
	ASSERT_REPORT("'kernel': 'differs'", "'kernel': 'same'", "same kernel 6.17.9", "!boot per");
	ASSERT_REPORT("'unit': 'run'", "'unit': 'boot'", "0.05, a boot is one value;");
}

static void stamps_and_failed_controls_come_first(void **state)
{
	(void)state;
	ASSERT_REPORT("'allowed': [], 'controls': {'verdict': 'trustworthy'",
		"'allowed': ['hardware'], 'controls': {'verdict': 'untrustworthy'",
		"UNTRUSTWORTHY: : measure again with more --runs, on a quieter machine (ipcmark "
		"doctor)\nSTAMPED: compared with --allow hardware\nbase 6.17");
	ASSERT_REPORT("'allowed': []}], 'fingerprints'",
		"'allowed': ['clocksource', 'x']}], 'fingerprints'",
		"STAMPED: 6.18 was measured with --allow clocksource, --allow x\n");
	ASSERT_REPORT("'verdict': 'detected'", "'verdict': 'missed'", "[+4.4, +6.0] MISSED\n");
	ASSERT_REPORT("'runs': 10, 'verdict': 'same'", "'runs': 10, 'verdict': 'differs'",
		"[-0.6, +1.0] DIFFERS;");
	ASSERT_REPORT("'verdict': 'trustworthy'", "'verdict': 'not run'",
		"NO CONTROLS: : nothing proves", "!noise floor");
}

static void the_worst_of_several_files_is_shown(void **state)
{
	(void)state;
	ASSERT_REPORT("'a_a': [",
		"'a_a': [{'arm': 0, 'metric': 'rtt_ns.p50', 'ratio': 0.97, 'ci95': [0.96, 1.01], "
		"'verdict': 'same'}, {'arm': 0, 'metric': 'rtt_ns.p99', 'ratio': 1, 'ci95': null, "
		"'verdict': 'same'}, ",
		"(A/A): p50 -3.0 % [-4.0, +1.0] same (worst of 2 files), p99 0.0 % "
		"\xe2\x80\x94 same; control");
}

static void too_few_runs_for_any_discovery_is_said(void **state)
{
	(void)state;
	ASSERT_REPORT("'smallest_p': 1e-05", "'smallest_p': 0.1",
		"too few runs to prove a single change: its p could not be below 0.1, which one "
		"among 8 needs to be below 0.0063\n");
}

/* Those of the A/A are the same for every cell. */
static void raised_margins_stand_in_the_head(void **state)
{
	(void)state;
	ASSERT_REPORT(NULL, NULL,
		"margins raised to twice the half-width of the A/A: p90 6.1 %, p99.9 12.2 %\n");
}

static void rows_of_a_cell_stand_together(void **state)
{
	(void)state;
	ASSERT_REPORT(NULL, NULL,
		"  cell                                    metric           base        new    "
		"change           95 % CI  verdict\n"
		"  pingpong/pipe/block/64/same-llc         p50           4.61 us    4.58 us    "
		"-0.7 %      [-1.4, +0.1]  same; also p90, CPU\n"
		"                                          p99           6.02 us    6.11 us    "
		"+1.5 %      [-5.9, +9.8]  inconclusive: about 34 runs\n"
		"  pingpong/unix-stream/block/64/same-llc  p50           5.02 us    5.94 us   "
		"+18.3 %    [+17.1, +19.6]  REGRESSION\n",
		"small; low confidence; two regimes in 6.17\n",
		"812 ns          \xe2\x80\x94         \xe2\x80\x94                 \xe2\x80\x94  "
		"inconclusive: only 3 runs in 6.18\n");
}

static void a_long_name_has_a_line_of_its_own(void **state)
{
	(void)state;
	ASSERT_REPORT("64/same-llc", "64/same-llc/with=a-name-of-more-than/sixty=characters",
		"\n  pingpong/pipe/block/64/same-llc/with=a-name-of-more-than/sixty=characters\n"
		"                                                                p50  ");
}

static void three_arms_stand_side_by_side(void **state)
{
	(void)state;
	ASSERT_REPORT("'allowed': []}], 'fingerprints'",
		"'allowed': []}, {'label': '6.19', 'files': ['c.json'], 'boots': 2, 'runs': 10, "
		"'kernel': '6.19.0', 'conditions': 'AMD EPYC'}], 'fingerprints'",
		"kernel 6.17.9 -> 6.18.4, 6.19.0 (1 to 2 boots per arm: ",
		"p50           4.61 us    -0.7 %  same                         \xe2\x80\x94"
		"                        also p90, CPU\n",
		"p99           6.02 us    +1.5 %  inconclusive (34)            \xe2\x80\x94\n",
		"p50           5.02 us   +18.3 %  REGRESSION                   \xe2\x80\x94\n",
		"base    6.18                            6.19\n",
		"(N): about N runs would settle it");
}

static void a_long_label_keeps_its_columns(void **state)
{
	(void)state;
	ASSERT_REPORT("'allowed': []}], 'fingerprints'",
		"'allowed': []}, {'label': '6.19 of \xc3\xa9t\xc3\xa9, with all that was "
		"proposed', "
		"'files': ['c.json'], 'boots': 1, 'runs': 10}], 'fingerprints'",
		"base    6.18                            6.19 of \xc3\xa9t\xc3\xa9, with all "
		"that\n");
}

static void what_was_not_compared_is_grouped_by_reason(void **state)
{
	(void)state;
	ASSERT_REPORT(NULL, NULL,
		"not compared: only in 6.18: pingpong/mq/block/64/smt, pingpong/mq/block/1K/smt\n"
		"not compared: p99.9 of 1 cell: 6.17: needs 100000 messages: " PIPE "\n"
		"warning: " PIPE ": drifts\n" COMPARE_LEGEND "\n"
		"1 regression, 1 improvement, 1 small, 2 inconclusive, 3 same (exit 1)\n");
	ASSERT_REPORT("'metric': null, 'reason'", "'metric': 'rtt_ns.p99', 'reason'",
		"not compared: p99 of 2 cells: only in 6.18: ");
	ASSERT_REPORT("'absent': [",
		"'absent': [{'cell': 'a', 'metric': 'rtt_ns.p99_9', 'reason': '6.17: needs 100000 "
		"messages'}, {'cell': 'b', 'metric': 'rtt_ns.p99_9', 'reason': '6.17: needs "
		"100000 messages'}, {'cell': 'c', 'metric': 'rtt_ns.p99_9', 'reason': '6.17: "
		"needs 100000 messages'}, ",
		"not compared: p99.9 of 4 cells: 6.17: needs 100000 messages: a, b, c and 1 "
		"more\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_head_says_what_was_compared),
		cmocka_unit_test(five_boots_separate_kernel_and_boot),
		cmocka_unit_test(stamps_and_failed_controls_come_first),
		cmocka_unit_test(the_worst_of_several_files_is_shown),
		cmocka_unit_test(too_few_runs_for_any_discovery_is_said),
		cmocka_unit_test(raised_margins_stand_in_the_head),
		cmocka_unit_test(rows_of_a_cell_stand_together),
		cmocka_unit_test(a_long_name_has_a_line_of_its_own),
		cmocka_unit_test(three_arms_stand_side_by_side),
		cmocka_unit_test(a_long_label_keeps_its_columns),
		cmocka_unit_test(what_was_not_compared_is_grouped_by_reason)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
