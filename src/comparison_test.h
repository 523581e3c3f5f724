/* A comparison for the tests of what shows one: two arms, every verdict, rows that lack figures. */
#ifndef IPCMARK_COMPARISON_TEST_H
#define IPCMARK_COMPARISON_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "json.h"
#include "text.h"

#define PIPE "pingpong/pipe/block/64/same-llc"
#define UNIX "pingpong/unix-stream/block/64/same-llc"
#define TCP  "stream/tcp/block/64K/same-llc"

/* JSON with ' for ". */
static const char comparison_text[] =
	"{'schema': 'ipcmark-comparison/1', 'tool': {'version': '0.1.0', 'git': 'abc'}, 'unit': "
	"'run', "
	"'arms': [{'label': '6.17', 'files': ['a.json'], 'boots': 1, 'runs': 10, 'kernel': "
	"'6.17.9', "
	"'conditions': 'AMD EPYC, Linux 6.17.9', 'started': [], 'invocations': [], 'allowed': []}, "
	"{'label': '6.18', 'files': ['b.json'], 'boots': 1, 'runs': 10, 'kernel': '6.18.4', "
	"'conditions': 'AMD EPYC, Linux 6.18.4', 'started': [], 'invocations': [], 'allowed': "
	"[]}], "
	"'fingerprints': {'hardware': 'same', 'firmware': 'same', 'kernel': 'differs', "
	"'tuning': 'same'}, 'differences': [{'fingerprint': 'kernel', 'member': 'kernel.release', "
	"'values': ['6.17.9', '6.18.4']}, {'fingerprint': 'kernel', 'member': 'kernel.cmdline', "
	"'values': ['quiet', null]}], 'allowed': [], "
	"'controls': {'verdict': 'trustworthy', 'a_a': [{'arm': 0, 'file': 'a.json', 'cell': "
	"'" PIPE "/control=a-a', 'metric': 'rtt_ns.p50', 'ratio': 1.002, 'ci95': [0.994, 1.01], "
	"'p': 0.6, 'runs': 10, 'verdict': 'same'}], 'positive': [{'arm': 0, 'file': 'a.json', "
	"'cell': '" PIPE "/control=positive', 'metric': 'rtt_ns.p50', 'ratio': 1.052, "
	"'ci95': [1.044, 1.06], 'p': 1e-05, 'runs': 10, 'injected': 0.05, 'verdict': 'detected'}], "
	"'reason': null}, 'family': {'comparisons': 8, 'level': 0.05, "
	"'adjustment': 'Benjamini-Hochberg', 'smallest_p': 1e-05}, 'rows': ["
	"{'cell': '" PIPE "', 'metric': 'rtt_ns.p50', 'unit': 'ns', 'better': 'lower', 'arm': 1, "
	"'base': 4610, 'new': 4580, 'ratio': 0.993, 'ci95': [0.986, 1.001], 'ci90': [0.987, 1], "
	"'p': 0.1, 'p_adjusted': 0.2, 'exact': true, 'paired': false, 'margin': 0.03, "
	"'margin_from': 'default', 'smallest_effect': 0.012, 'runs': [10, 10], 'runs_needed': "
	"null, "
	"'low_confidence': false, 'verdict': 'same', 'reason': null, 'notes': []}, "
	"{'cell': '" PIPE "', 'metric': 'rtt_ns.p90', 'unit': 'ns', 'arm': 1, 'base': 5000, "
	"'new': 5000, 'ratio': 1, 'ci95': [0.98, 1.02], 'margin': 0.061, 'margin_from': 'a_a', "
	"'runs': [10, 10], 'verdict': 'same', 'notes': []}, "
	"{'cell': '" PIPE "', 'metric': 'rtt_ns.p99', 'unit': 'ns', 'arm': 1, 'base': 6020, "
	"'new': 6110, 'ratio': 1.015, 'ci95': [0.941, 1.098], 'margin': 0.05, 'margin_from': "
	"'default', 'runs': [10, 10], 'runs_needed': 34, 'verdict': 'inconclusive', 'notes': []}, "
	"{'cell': '" PIPE
	"', 'metric': 'cpu_ns_per_message', 'unit': 'ns', 'arm': 1, 'base': 4000, "
	"'new': 4000, 'ratio': 1, 'ci95': [0.99, 1.01], 'margin': 0.05, 'margin_from': 'default', "
	"'runs': [10, 10], 'verdict': 'same', 'notes': []}, "
	"{'cell': '" UNIX "', 'metric': 'rtt_ns.p50', 'unit': 'ns', 'arm': 1, 'base': 5020, "
	"'new': 5940, 'ratio': 1.183, 'ci95': [1.171, 1.196], 'p_adjusted': 0.0001, 'margin': "
	"0.03, "
	"'margin_from': 'default', 'smallest_effect': 0.02, 'runs': [10, 10], "
	"'verdict': 'regression', 'notes': []}, "
	"{'cell': '" UNIX "', 'metric': 'rtt_ns.p99_9', 'unit': 'ns', 'arm': 1, 'base': 9000, "
	"'new': 9180, 'ratio': 1.02, 'ci95': [1.01, 1.03], 'margin': 0.122, 'margin_from': 'a_a', "
	"'runs': [10, 10], 'low_confidence': true, 'verdict': 'small', "
	"'notes': ['two regimes in 6.17']}, "
	"{'cell': '" TCP "', 'metric': 'messages_per_s', 'unit': '1/s', 'arm': 1, 'base': 81200, "
	"'new': 1250000, 'ratio': 15.4, 'ci95': [15.1, 15.7], 'margin': 0.05, 'margin_from': "
	"'default', 'runs': [10, 10], 'verdict': 'improvement', 'notes': []}, "
	"{'cell': '" TCP "', 'metric': 'cpu_ns_per_message', 'unit': 'ns', 'arm': 1, 'base': 812, "
	"'new': null, 'ratio': null, 'ci95': null, 'p': null, 'margin': 0.05, 'margin_from': "
	"'default', 'runs': [10, 3], 'runs_needed': null, 'verdict': 'inconclusive', "
	"'reason': 'only 3 runs in 6.18', 'notes': []}], "
	"'absent': [{'cell': 'pingpong/mq/block/64/smt', 'metric': null, 'reason': 'only in "
	"6.18'}, "
	"{'cell': '" PIPE "', 'metric': 'rtt_ns.p99_9', 'reason': '6.17: needs 100000 messages'}, "
	"{'cell': 'pingpong/mq/block/1K/smt', 'metric': null, 'reason': 'only in 6.18'}], "
	"'counts': {'regression': 1, 'improvement': 1, 'small': 1, 'same': 3, 'inconclusive': 2}, "
	"'warnings': ['" PIPE
	": drifts'], 'gate': {'asked': true, 'strict': false, 'exit_code': 1, "
	"'reason': '1 regression'}}";

/* The document, with one of its parts replaced everywhere where `from` is not NULL. */
static inline struct json *comparison_with(const char *from, const char *to)
{
	struct text text;
	struct json *comparison;

	text_begin(&text);
	for (const char *at = comparison_text; *at;) {
		if (from && strncmp(at, from, strlen(from)) == 0) {
			fputs(to, text.out);
			at += strlen(from);
		} else {
			fputc(*at++, text.out);
		}
	}
	text_end(&text);
	for (size_t i = 0; i < text.length; i++)
		if (text.bytes[i] == '\'')
			text.bytes[i] = '"';
	comparison = json_parse(text.bytes, text.length, "comparison");
	if (!comparison) {
		fprintf(stderr, "%s\n", fail_reason());
		abort();
	}
	free(text.bytes);
	return comparison;
}

/* What `show` prints of it; free() it. */
static inline char *comparison_shown(
	void (*show)(FILE *out, const struct json *comparison), const char *from, const char *to)
{
	struct json *comparison = comparison_with(from, to);
	struct text text;

	text_begin(&text);
	show(text.out, comparison);
	json_free(comparison);
	return text_end(&text);
}

#endif
