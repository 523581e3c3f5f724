/* Axes of cells: what is read, what is written, what is refused. */
#include "axes.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"

#include <cmocka.h>

/* Adds each of up to three axes, and writes them all. */
static void assert_axes(
	const struct pattern *pattern, const char *const texts[3], const char *expected)
{
	struct axes axes = {0};
	char out[AXES_TEXT];

	for (int i = 0; i < 3 && texts[i]; i++)
		if (axes_add(&axes, pattern, texts[i]) != 0)
			fail_msg("%s: %s", texts[i], fail_reason());
	axes_format(&axes, out);
	assert_string_equal(out, expected);
}

static void assert_refused(const struct pattern *pattern, const char *text, const char *reason)
{
	struct axes axes = {0};

	fail_text(EIO, "stale");
	assert_int_equal(axes_add(&axes, pattern, text), -EINVAL);
	assert_string_equal(fail_reason(), reason);
}

static void written_in_one_order(void **state)
{
	(void)state;
	assert_axes(&pattern_pingpong, (const char *[3]){NULL}, "");
	assert_axes(&pattern_pingpong, (const char *[3]){"think=1ms"}, "/think=1ms");
	assert_axes(&pattern_pingpong, (const char *[3]){"control=a-a", "think=1500us"},
		"/think=1500us/control=a-a");
	assert_axes(&pattern_pingpong, (const char *[3]){"control=positive"}, "/control=positive");
	assert_axes(&pattern_paced, (const char *[3]){"rate=20k"}, "/rate=20000");
	assert_axes(&pattern_paced, (const char *[3]){"load=90%"}, "/load=90%");
}

static void the_last_one_counts(void **state)
{
	(void)state;
	assert_axes(&pattern_pingpong, (const char *[3]){"think=1ms", "think=0"}, "");
	assert_axes(&pattern_paced, (const char *[3]){"rate=100", "load=10%"}, "/load=10%");
	assert_axes(&pattern_paced, (const char *[3]){"load=10%", "rate=100"}, "/rate=100");
}

static void further_axes(void **state)
{
	(void)state;
	assert_axes(&pattern_stream, (const char *[3]){"sides=threads", "batch=16", "pairs=2"},
		"/batch=16/pairs=2/sides=threads");
	assert_axes(
		&pattern_stream, (const char *[3]){"batch=1", "pairs=1", "sides=processes"}, "");
	assert_axes(&pattern_pingpong, (const char *[3]){"buffer=65536"}, "/buffer=64K");
	assert_axes(&pattern_fanin, (const char *[3]){"active=2", "connections=10"},
		"/connections=10/active=2");
	assert_refused(&pattern_stream, "batch=0", "batch \"0\": expected 1 to 1024");
	assert_refused(&pattern_stream, "batch=1025", "batch \"1025\": expected 1 to 1024");
	assert_refused(&pattern_stream, "batch=16x", "batch \"16x\": expected 1 to 1024");
	assert_refused(&pattern_pingpong, "pairs=65", "pairs \"65\": expected 1 to 64");
	assert_refused(&pattern_pingpong, "batch=2",
		"\"batch=2\": pingpong has no such axis: it is one of stream");
	assert_refused(
		&pattern_paced, "buffer=2048M", "buffer \"2048M\": expected a size up to 1024M");
	assert_refused(
		&pattern_stream, "sides=fibres", "sides \"fibres\": expected threads or processes");
	assert_refused(&pattern_fanin, "connections=0", "connections \"0\": expected 1 to 100000");
}

static void exact_values(void **state)
{
	(void)state;
	struct axes axes = {0};

	assert_int_equal(axes_add(&axes, &pattern_pingpong, "think=1.5us"), 0);
	assert_int_equal(axes.think_ns, 1500);
	assert_int_equal(axes_add(&axes, &pattern_paced, "rate=1000M"), 0);
	assert_int_equal(axes.rate_per_s, 1000000000);
	assert_int_equal(axes_add(&axes, &pattern_paced, "load=200%"), 0);
	assert_int_equal(axes.load_percent, 200);
	assert_int_equal(axes.rate_per_s, 0);
}

static void refusals_say_why(void **state)
{
	(void)state;
	static const char load[] = ": expected 1% to 200% of the cell's capacity, for example 50%";
	static const char *const loads[] = {"0%", "201%", "50", "50%%", "x%", "", "-1%"};

	assert_refused(
		&pattern_pingpong, "thnk=1ms", "unknown axis \"thnk\": did you mean \"think=\"?");
	assert_refused(
		&pattern_pingpong, "zzzzzz=1", "unknown axis \"zzzzzz\": see `ipcmark list`");
	assert_refused(&pattern_stream, "think=1ms",
		"\"think=1ms\": stream has no such axis: it is one of pingpong");
	assert_refused(&pattern_pingpong, "rate=1",
		"\"rate=1\": pingpong has no such axis: it is one of paced");
	assert_refused(&pattern_pingpong, "think=2s", "think \"2s\": at most 1s");
	assert_refused(&pattern_pingpong, "control=b", "control \"b\": expected a-a or positive");
	assert_refused(&pattern_paced, "rate=0",
		"rate \"0\": expected messages a second, 1 to 1000M, for example 20000 or 20k");
	assert_refused(&pattern_paced, "rate=1001M",
		"rate \"1001M\": expected messages a second, 1 to 1000M, for example 20000 or 20k");
	for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
		char text[32], reason[128];

		snprintf(text, sizeof text, "load=%s", loads[i]);
		snprintf(reason, sizeof reason, "load \"%s\"%s", loads[i], load);
		assert_refused(&pattern_paced, text, reason);
	}
}

static void a_pattern_has_its_axes(void **state)
{
	(void)state;
	assert_true(axes_applies("think=1ms", &pattern_pingpong));
	assert_false(axes_applies("think=1ms", &pattern_paced));
	assert_false(axes_applies("nothing=1", &pattern_paced));
	assert_int_equal(axes_check("load="), 0); /* the key is known, whatever its value */
	assert_int_equal(axes_check("lo"), -EINVAL);
}

static void put_column(void *context, const char *key, const char *column)
{
	char *out = context;
	size_t used = strlen(out);

	snprintf(out + used, AXES_TEXT * 2 - used, "%s:%s ", key, column);
}

static void columns_hold_numbers_in_their_units(void **state)
{
	(void)state;
	char columns[AXES_TEXT * 2] = "";

	axes_columns(put_column, columns);
	assert_string_equal(columns,
		"think:think_ns rate:asked_rate_per_s load:load_percent connections:connections "
		"active:active batch:batch pairs:pairs buffer:buffer_bytes sides:sides "
		"control:control ");
	assert_true(axes_number("think", "1500us") == 1500000);
	assert_true(axes_number("rate", "20000") == 20000);
	assert_true(axes_number("load", "50%") == 50);
	assert_true(axes_number("pairs", "4") == 4);
	assert_true(axes_number("buffer", "16K") == 16384);
	assert_true(isnan(axes_number("think", "1"))); /* of what? */
	assert_true(isnan(axes_number("sides", "threads")));
	assert_true(isnan(axes_number("control", "")));
	assert_true(isnan(axes_number("depth", "4")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_in_one_order),
		cmocka_unit_test(the_last_one_counts),
		cmocka_unit_test(exact_values),
		cmocka_unit_test(further_axes),
		cmocka_unit_test(refusals_say_why),
		cmocka_unit_test(a_pattern_has_its_axes),
		cmocka_unit_test(columns_hold_numbers_in_their_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
