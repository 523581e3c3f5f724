/* Tables of text: quoting, the same fields in every line, and curves that rise and end with the
 * data. */
#include "export.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FIELDS_MOST  80

/* JSON with ' for ". The label and the file's name have all that needs care. */
static const char document[] =
	"{'invocation': {'label': 'a \\'b\\', c\\td\\r\\ne', 'runs': 2, 'status': 'complete', "
	"'started': '2024-01-02T03:04:05Z', 'preset': 'ci', 'allowed': ['clocksource']}, "
	"'environment': {'cpu': {'model': 'Some, CPU', 'hypervisor': 'KVM'}, "
	"'kernel': {'name': 'Linux', 'release': '6.1'}, 'clock': {'source': 'tsc'}, "
	"'power': {'governor': 'performance', 'boost': null}, "
	"'topology': {'summary': '1 package'}}, 'tool': {'version': '0.1', 'git': 'abc'}, "
	"'controls': {'a_a': {'ratio': 1.25, 'ci95': [1, 1.5], 'verdict': 'same'}, "
	"'positive': null}, "
	"'cells': [{'id': 'pingpong/pipe/block/64/0,1', 'pattern': 'pingpong', "
	"'transport': 'pipe', 'wait': 'block', 'size_bytes': 64, 'placement': '0,1', "
	"'placement_class': 'same-llc', 'cpus': [0, 1], 'status': 'ok', 'reason': null, "
	"'axes': {'think': '1500us', 'sides': 'threads', 'load': '50%'}, "
	"'effective': {'pipe_bytes': 65536, 'sndbuf_bytes': null}, 'depth_messages': 1024, "
	"'limited_by': 'ephemeral ports', 'shares_cpus': false, "
	"'batch': 2, 'rate_per_s': 1500.5, 'runs': [{'block': 0, 'order': 3, 'status': 'ok', "
	"'messages': 100, "
	"'seconds': 0.5, 'rtt_ns': {'min': 900, 'p50': 900, 'p90': null, 'max': 3000}, "
	"'messages_per_s': 200, 'lost': 0, 'pair_messages_per_s': {'min': 90, 'max': 110}, "
	"'pair_p50_ns': {'min': 890, 'max': 910}, 'pair_overlap': 0.75, 'flags': ['drifting']}, "
	"{'status': 'invalid', "
	"'messages': 77, 'rtt_ns': {'min': 900, 'p50': null}, 'flags': ['drifting']}], "
	"'summary': {'rtt_ns.p50': {'unit': 'ns', 'better': 'lower', 'estimate': 450.25, "
	"'ci95': [449.5, 451], 'runs': 2, 'low_confidence': true, 'modes': [1, 2], "
	"'needs_messages': null}, 'rtt_ns.p99_9': {'unit': 'ns', 'better': 'lower', "
	"'estimate': null, 'ci95': null, 'runs': 0, 'low_confidence': false, 'modes': null, "
	"'needs_messages': 100000}}, 'histogram': {'count': 100, 'min': 900, 'max': 3000, "
	"'sum': 92300, 'overflow': 0, 'counts': [[900, 97], [1000, 2], [2524, 1]]}}, "
	"{'id': 'stream/udp/block/64K/smt', 'status': 'skipped', 'reason': 'too \\'long\\'', "
	"'cpus': [-1, -1], 'runs': [], 'summary': {}, 'histogram': null, 'batch': 1}]}";

static const char file[] = "some, \"file\".json";
static struct json *result;
static char *text;

static int setup(void **state)
{
	char json[sizeof document];

	(void)state;
	for (size_t i = 0; i < sizeof json; i++)
		json[i] = document[i] == '\'' ? '"' : document[i];
	result = json_parse(json, sizeof json - 1, NULL);
	if (!result)
		fail_msg("%s", fail_reason());
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	json_free(result);
	free(text);
	text = NULL;
	return 0;
}

/* A table with its header; it stays in `text`. */
static void export_all(enum export_format format, enum export_table table)
{
	size_t bytes;
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &bytes);
	assert_non_null(out);
	export_header(out, format, table);
	export_rows(out, format, table, file, result);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), bytes);
	assert_int_equal(text[bytes - 1], '\n');
}

/* Cuts one line off *rest, as RFC 4180 reads it; the fields stay in its place. Their number, 0 at
 * the end. */
static size_t csv_line(char **rest, char *fields[FIELDS_MOST])
{
	char *in = *rest, *out = in;
	size_t count = 0;
	char end = ',';

	while (*in && end == ',') {
		bool quoted = *in == '"';

		fields[count++] = out;
		for (in += quoted; quoted ? *in != '"' || in[1] == '"' : !strchr(",\n", *in);
			in++) {
			if (quoted ? *in == '"' && in++ : *in == '"' || *in == '\r')
				*out++ = quoted ? '"' : '!'; /* a bare quote: not allowed */
			else
				*out++ = *in;
		}
		in += quoted;
		end = *in++;
		assert_true(end == ',' || end == '\n');
		*out++ = '\0';
	}
	*rest = in;
	return count;
}

static size_t tsv_line(char **rest, char *fields[FIELDS_MOST])
{
	char *line = **rest ? strsep(rest, "\n") : NULL;
	size_t count = 0;

	while (line)
		fields[count++] = strsep(&line, "\t");
	return count;
}

static size_t read_line(enum export_format format, char **rest, char *fields[FIELDS_MOST])
{
	return format == EXPORT_CSV ? csv_line(rest, fields) : tsv_line(rest, fields);
}

static void every_line_has_the_fields_of_the_header(void **state)
{
	(void)state;
	/* of the document above: a line for each figure, run and point */
	static const size_t least[EXPORT_TABLES] = {3, 2, 10, 8};

	for (enum export_table table = 0; table < EXPORT_TABLES; table++)
		for (enum export_format format = EXPORT_TSV; format <= EXPORT_CSV; format++) {
			char *header[FIELDS_MOST], *fields[FIELDS_MOST], *rest;
			size_t count, lines = 0, got;

			export_all(format, table);
			rest = text;
			count = read_line(format, &rest, header);
			assert_true(count >= 4);
			while ((got = read_line(format, &rest, fields))) {
				assert_int_equal(got, count);
				lines++;
			}
			assert_true(lines >= least[table]);
			for (size_t i = 0; i < count; i++) /* words, each once */
				for (size_t k = 0; k < i; k++)
					assert_string_not_equal(header[i], header[k]);
		}
}

static void fields_come_through_csv(void **state)
{
	(void)state;
	char *fields[FIELDS_MOST], *rest;

	export_all(EXPORT_CSV, EXPORT_CELLS);
	rest = text;
	csv_line(&rest, fields);
	csv_line(&rest, fields);
	assert_string_equal(fields[0], file);
	assert_string_equal(fields[1], "a \"b\", c\td\r\ne");
	assert_string_equal(fields[2], "pingpong/pipe/block/64/0,1");
	export_all(EXPORT_CSV, EXPORT_CELLS);
	assert_non_null(strstr(text, "\n\"some, \"\"file\"\".json\",\"a \"\"b\"\", c\td\r\ne\","));
	assert_non_null(strstr(text, ",pingpong,")); /* nothing is quoted without need */
}

static void fields_of_tsv_have_no_tabs(void **state)
{
	(void)state;
	char *fields[FIELDS_MOST], *rest;

	export_all(EXPORT_TSV, EXPORT_RUNS);
	rest = text;
	tsv_line(&rest, fields);
	tsv_line(&rest, fields);
	assert_string_equal(fields[0], file); /* quotes and commas are as they are */
	assert_string_equal(fields[1], "a \"b\", c d  e");
	assert_null(strchr(text, '\r'));
}

/* The fields of line `line` of a table by the names of the header: "a=1 b=2". */
static void assert_fields(enum export_table table, int line, const char *expected)
{
	char *header[FIELDS_MOST], *fields[FIELDS_MOST], *rest, copy[512], *pairs = copy, *pair;
	size_t count, i;

	export_all(EXPORT_CSV, table);
	rest = text;
	count = csv_line(&rest, header);
	while (line--)
		assert_int_equal(csv_line(&rest, fields), count);
	strcpy(copy, expected);
	while ((pair = strsep(&pairs, ";"))) {
		char *name = strsep(&pair, "=");

		for (i = 0; i < count && strcmp(header[i], name) != 0; i++)
			;
		if (i == count || strcmp(fields[i], pair) != 0)
			fail_msg("%s: \"%s\" instead of \"%s\"", name,
				i == count ? "no field" : fields[i], pair);
	}
}

static void cells_by_name(void **state)
{
	(void)state;
	assert_fields(EXPORT_CELLS, 1,
		"cell=pingpong/pipe/block/64/0,1;pattern=pingpong;transport=pipe;wait=block;"
		"size_bytes=64;placement=0,1;class=same-llc;cpus=0,1;rate_per_s=1500.5;status=ok;"
		"flags=drifting,low_confidence,multimodal;metric=rtt_ns.p50;unit=ns;better=lower;"
		"estimate=450.25;ci_low=449.5;ci_high=451;runs=2;messages=100;note=");
	assert_fields(EXPORT_CELLS, 1,
		"think_ns=1500000;asked_rate_per_s=;load_percent=50;batch=;buffer_bytes=;sides="
		"threads;control=;effective.pipe_bytes=65536;effective.sndbuf_bytes=;"
		"depth_messages=1024;limited_by=ephemeral ports;shares_cpus=false");
	assert_fields(EXPORT_CELLS, 2,
		"metric=rtt_ns.p99_9;estimate=;ci_low=;ci_high=;runs=0;flags=drifting;"
		"note=needs 100000 messages in a run");
	assert_fields(EXPORT_CELLS, 3,
		"cell=stream/udp/block/64K/"
		"smt;rate_per_s=;status=skipped;metric=;unit=;estimate=;runs=;"
		"note=too \"long\";"
		"think_ns=;sides=;effective.pipe_bytes=;depth_messages=;limited_by=;shares_cpus=");
}

static void runs_by_name(void **state)
{
	(void)state;
	assert_fields(EXPORT_RUNS, 1,
		"block=0;order=3;status=ok;messages=100;seconds=0.5;rtt_ns.min=900;rtt_ns.p50=900;"
		"rtt_ns.p90=;rtt_ns.p99=;rtt_ns.max=3000;messages_per_s=200;bytes_per_s=;lost=0");
	assert_fields(EXPORT_RUNS, 1,
		"rate_per_s=1500.5;pair_messages_per_s.min=90;pair_messages_per_s.max=110;"
		"pair_p50_ns.min=890;pair_p50_ns.max=910;pair_overlap=0.75;think_ns=1500000;"
		"sides=threads;effective.pipe_bytes=65536;depth_messages=1024");
	assert_fields(EXPORT_RUNS, 2,
		"status=invalid;rtt_ns.p50=;rtt_ns.min=900;pair_p50_ns.min=;pair_overlap=;"
		"sides=threads");
}

static void conditions_by_key(void **state)
{
	(void)state;
	static const char *const expected[][2] = {{"machine", "Some, CPU, guest of KVM, 1 package"},
		{"kernel", "Linux 6.1"},
		{"conditions", "governor performance, boost unknown, clocksource tsc"},
		{"date", "2024-01-02T03:04:05Z"}, {"tool", "ipcmark 0.1 (abc)"}, {"runs", "2"},
		{"status", "complete"}, {"preset", "ci"}, {"a_a.ratio", "1.25"},
		{"a_a.ci_low", "1"}, {"a_a.ci_high", "1.5"}, {"a_a.verdict", "same"},
		{"allowed", "clocksource"}};

	for (size_t i = 0; i < COUNT(expected); i++) {
		char *fields[FIELDS_MOST], *rest;

		export_all(EXPORT_CSV, EXPORT_CONDITIONS);
		rest = text;
		while (csv_line(&rest, fields) && strcmp(fields[2], expected[i][0]) != 0)
			;
		assert_string_equal(fields[2], expected[i][0]);
		assert_string_equal(fields[3], expected[i][1]);
	}
}

/* The samples are sums of two round trips: values are halves of them. */
static void percentiles_rise_to_the_end_of_the_data(void **state)
{
	(void)state;
	char *fields[FIELDS_MOST], *rest;
	double last_q = -1, last_ns = 0;
	size_t points = 0;

	export_all(EXPORT_TSV, EXPORT_PERCENTILES);
	rest = text;
	assert_true(tsv_line(&rest, fields) > 13);
	assert_string_equal(fields[9], "percentile");
	assert_string_equal(fields[12], "support");
	assert_string_equal(fields[13], "think_ns");
	for (; tsv_line(&rest, fields); points++) {
		double q = strtod(fields[9], NULL), ns = strtod(fields[10], NULL);

		assert_true(q > last_q && q < 1);
		assert_true(ns >= last_ns);
		if (points == 0)
			assert_true(q == 0 && ns == 450);
		if (q <= 0.97)
			assert_true(ns == 450);
		else if (q < 0.989)
			assert_true(ns == 500);
		assert_string_equal(fields[11], "100"); /* 97, 2 and 1 samples */
		assert_string_equal(fields[13], "1500000");
		assert_string_equal(fields[12],
			q > 0 && q < 0.905 ? "low"
				: q > 0    ? "none"
					   : "full");
		last_q = q;
		last_ns = ns;
	}
	/* one sample beyond the last point, and less than one beyond the next */
	assert_true((1 - last_q) * 100 >= 1 - 1e-9);
	assert_true((1 - last_q) * pow(10, -0.05) * 100 < 1);
	assert_int_equal(points, 9 + 21); /* .0 .. .8; .9 .. .99 in twentieths of a decade */
}

static void tables_have_names(void **state)
{
	(void)state;
	assert_string_equal(export_table_name(EXPORT_CELLS), "cells");
	assert_string_equal(export_table_name(EXPORT_RUNS), "runs");
	assert_string_equal(export_table_name(EXPORT_PERCENTILES), "percentiles");
	assert_string_equal(export_table_name(EXPORT_CONDITIONS), "conditions");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(every_line_has_the_fields_of_the_header),
		TEST(fields_come_through_csv), TEST(fields_of_tsv_have_no_tabs),
		TEST(cells_by_name), TEST(runs_by_name), TEST(conditions_by_key),
		TEST(percentiles_rise_to_the_end_of_the_data), TEST(tables_have_names)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
