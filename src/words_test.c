/* Words and figures: what is accepted, what is refused with which reason, and how it reads. */
#include "words.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

#include <cmocka.h> /* last: its macro fail() hides the function */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define UNTOUCHED    UINT64_C(0xfeed)
struct figure {
	const char *text;
	uint64_t value;
};

struct reading {
	double value;
	const char *text;
};

typedef int parser(const char *, uint64_t *);

static void assert_accepted(parser *parse, const struct figure *figures, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value = UNTOUCHED;

		print_message("%s\n", figures[i].text);
		assert_int_equal(parse(figures[i].text, &value), 0);
		assert_int_equal(value, figures[i].value);
	}
}

static void assert_refused(parser *parse, const char *const *texts, const char *expected)
{
	for (; *texts; texts++) {
		uint64_t value = UNTOUCHED;

		print_message("%s\n", *texts);
		fail_text(EIO, "stale");
		assert_int_equal(parse(*texts, &value), -EINVAL);
		assert_int_equal(value, UNTOUCHED);
		assert_non_null(strstr(fail_reason(), *texts));
		assert_non_null(strstr(fail_reason(), expected));
	}
}

static void assert_readings(
	void (*format)(double, char *, size_t), const struct reading *readings, size_t count)
{
	char text[16];

	for (size_t i = 0; i < count; i++) {
		format(readings[i].value, text, sizeof text);
		assert_string_equal(text, readings[i].text);
	}
}

static void sizes_are_read_strictly(void **state)
{
	(void)state;
	static const struct figure figures[] = {{"0", 0}, {"1", 1}, {"64", 64}, {"064", 64},
		{"64B", 64}, {"1500", 1500}, {"4K", 4096}, {"4KiB", 4096}, {"1M", 1048576},
		{"1MiB", 1048576}, {"0M", 0}, {"1099511627776", UINT64_C(1) << 40},
		{"1073741824K", UINT64_C(1) << 40}, {"1048576M", UINT64_C(1) << 40},
		{"00000000000000000000000000000001K", 1024}};
	static const char *const texts[] = {"64Q", "", "K", "-1", "+1", " 1", "1 ", "1 K", "64k",
		"1m", "1KB", "1Ki", "1KiBx", "1KK", "1.5K", "0x40", "1e3", "64\n", "4G", "four",
		NULL};
	static const char *const too_large[] = {"1099511627777", "1073741825K", "1048577M",
		"18446744073709551616", "18446744073709551617", "18014398509481984K",
		"17592186044416M", "99999999999999999999999999999999999999", NULL};

	assert_accepted(words_parse_size, figures, COUNT(figures));
	assert_refused(words_parse_size, texts, "expected bytes with an optional K or M");
	assert_refused(words_parse_size, too_large, "more than 1048576M");
}

static void the_reason_quotes_and_explains(void **state)
{
	(void)state;
	uint64_t value;
	char text[2000];

	words_parse_size("64Q", &value);
	assert_string_equal(fail_reason(),
		"size \"64Q\": expected bytes with an optional K or M, "
		"for example 64, 4K, 1M");
	words_parse_duration("5", &value);
	assert_string_equal(fail_reason(),
		"duration \"5\": expected a number with ns, us, ms or s, "
		"from 1ns to 3600s, for example 250ms or 1.5s");
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(words_parse_size(text, &value), -EINVAL);
	assert_non_null(strstr(fail_reason(), "for example 64, 4K, 1M"));
}

static void sizes_are_written_as_in_cells(void **state)
{
	(void)state;
	static const struct figure figures[] = {{"0", 0}, {"1", 1}, {"64", 64}, {"1000", 1000},
		{"1023", 1023}, {"1K", 1024}, {"1025", 1025}, {"1500", 1500}, {"1536", 1536},
		{"4K", 4096}, {"1023K", 1047552}, {"1M", 1048576}, {"1025K", 1049600},
		{"1024M", 1 << 30}, {"1048576M", UINT64_C(1) << 40},
		{"18446744073709551615", UINT64_MAX}};
	char text[32];

	for (size_t i = 0; i < COUNT(figures); i++) {
		words_format_size(figures[i].value, text, sizeof text);
		assert_string_equal(text, figures[i].text);
	}
	words_format_size(123456, text, 4);
	assert_string_equal(text, "123");
}

static void sizes_read_back(void **state)
{
	(void)state;
	char text[32];
	uint64_t again;

	for (uint64_t bytes = 0; bytes < UINT64_C(1) << 40; bytes += 1 + bytes / 7) {
		words_format_size(bytes, text, sizeof text);
		assert_int_equal(words_parse_size(text, &again), 0);
		assert_int_equal(again, bytes);
	}
}

static void durations_are_read_strictly(void **state)
{
	(void)state;
	static const struct figure figures[] = {{"1ns", 1}, {"100ns", 100}, {"10us", 10000},
		{"250ms", 250000000}, {"2s", 2000000000}, {"1.5s", 1500000000}, {"1.5us", 1500},
		{"0.001us", 1}, {"0.25ms", 250000}, {"1.000000001s", 1000000001},
		{"0.000000001s", 1}, {"5.0ns", 5}, {"007s", 7000000000},
		{"1.50000000000000000000000s", 1500000000}, {"3600s", 3600000000000},
		{"3599.999999999s", 3599999999999}, {"3600000000000ns", 3600000000000},
		{"3600000ms", 3600000000000}, {"3600.000s", 3600000000000}};
	static const char *const texts[] = {"5", "", "s", ".5s", "1.s", "1.", ".", "1.5", "-1s",
		"+1s", " 1s", "1s ", "1 s", "1S", "1sec", "1m", "1min", "1h", "1.5.5s", "1,5s",
		"1e3s", "nan", "infs", "0x1s", "1ss", "1µs", NULL};
	static const char *const out_of_range[] = {"0s", "0ns", "0.0ms", "3601s", "3600.000000001s",
		"3600000000001ns", "18446744073709551617ns", "18446744074s",
		"99999999999999999999s", NULL};
	static const char *const fine[] = {"1.5ns", "0.0001us", "0.9ns", "1.0000000001s", NULL};

	assert_accepted(words_parse_duration, figures, COUNT(figures));
	assert_refused(words_parse_duration, texts, "expected a number with ns, us, ms or s");
	assert_refused(words_parse_duration, out_of_range, "out of range");
	assert_refused(words_parse_duration, fine, "not a whole number of ns");
}

static void durations_read_well(void **state)
{
	(void)state;
	static const struct reading readings[] = {{0, "   0 ns"}, {-0.0, "   0 ns"},
		{0.004, "0.00 ns"}, {0.52, "0.52 ns"}, {3, "3.00 ns"}, {3.12, "3.12 ns"},
		{9.99, "9.99 ns"}, {9.996, "10.0 ns"}, {10, "  10 ns"}, {22, "  22 ns"},
		{22.4, "22.4 ns"}, {22.04, "22.0 ns"}, {99, "  99 ns"}, {99.94, "99.9 ns"},
		{99.96, " 100 ns"}, {112, " 112 ns"}, {112.4, " 112 ns"}, {999, " 999 ns"},
		{999.4, " 999 ns"}, {999.5, "1.00 us"}, {999.6, "1.00 us"}, {1000, "1.00 us"},
		{1280, "1.28 us"}, {9994, "9.99 us"}, {9996, "10.0 us"}, {10000, "10.0 us"},
		{10900, "10.9 us"}, {22000, "22.0 us"}, {99940, "99.9 us"}, {99960, " 100 us"},
		{150000, " 150 us"}, {999400, " 999 us"}, {999600, "1.00 ms"}, {150e6, " 150 ms"},
		{999.4e6, " 999 ms"}, {999.6e6, "1.00 s "}, {2e9, "2.00 s "}, {18.26e9, "18.3 s "},
		{150e9, " 150 s "}, {1000e9, "1000 s "}, {9999.4e9, "9999 s "},
		{9999.6e9, "2.78 h "}, {36e12, "10.0 h "}, {3.6e12 * 9999.4, "9999 h "}};

	assert_readings(words_format_duration, readings, COUNT(readings));
}

static size_t columns(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += (*text & 0xc0) != 0x80; /* all but UTF-8's following bytes */
	return count;
}

static void what_is_no_duration_is_a_dash(void **state)
{
	(void)state;
	static const double values[] = {NAN, -NAN, INFINITY, -INFINITY, -1, -0.001, 3.6e16, 1e300};
	char text[10];

	for (size_t i = 0; i < COUNT(values); i++) {
		words_format_duration(values[i], text, sizeof text);
		assert_string_equal(text, "   —   ");
		assert_int_equal(columns(text), 7);
	}
}

static double ns_of(const char *unit)
{
	static const struct reading units[] = {
		{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s "}, {3.6e12, "h "}};

	for (size_t i = 0; i < COUNT(units); i++)
		if (strcmp(unit, units[i].text) == 0)
			return units[i].value;
	return NAN;
}

/* Half a unit of the third digit is 0.5 % at most, of the second decimal of a ns 0.005 ns. */
static void durations_align_and_are_true(void **state)
{
	(void)state;
	char text[32];

	for (double ns = 0.001; ns < 3.5e16; ns *= 1.00017) {
		char *unit;
		double shown;

		words_format_duration(ns, text, sizeof text);
		shown = strtod(text, &unit);
		assert_int_equal(columns(text), 7);
		assert_int_equal(*unit, ' ');
		assert_true(unit == text + 4);
		shown *= ns_of(unit + 1);
		if (!(fabs(shown - ns) <= fmax(0.00501 * ns, 0.00501)))
			fail_msg("%.17g ns reads %s", ns, text);
	}
}

static void counts_read_well(void **state)
{
	(void)state;
	static const struct reading readings[] = {{0, "0"}, {-0.0, "0"}, {1, "1"}, {5.25, "5.25"},
		{52.5, "52.5"}, {0.5, "0.5"}, {0.00123, "0.00123"}, {0.9996, "1"}, {9.996, "10.0"},
		{99.96, "100"}, {812, "812"}, {812.4, "812"}, {999, "999"}, {999.4, "999"},
		{999.5, "1.00 k"}, {999.6, "1.00 k"}, {1000, "1.00 k"}, {1234, "1.23 k"},
		{9996, "10.0 k"}, {99960, "100 k"}, {999400, "999 k"}, {999600, "1.00 M"},
		{1.25e6, "1.25 M"}, {11.8e9, "11.8 G"}, {2e12, "2.00 T"}, {3e15, "3.00 P"},
		{4e18, "4.00 E"}, {999.4e18, "999 E"}, {999.5e18, "1e+21"}, {1e22, "1e+22"},
		{-812, "-812"}, {-1.25e6, "-1.25 M"}, {-1.23456e300, "-1.23e+300"}, {NAN, "—"},
		{INFINITY, "—"}, {-INFINITY, "—"}};

	assert_readings(words_format_count, readings, COUNT(readings));
}

static void the_nearest_word_is_found(void **state)
{
	(void)state;
	static const char *const words[] = {
		"pipe", "fifo", "shm", "socketpair-stream", "unix-stream", "tcp", NULL};

	assert_string_equal(words_nearest("pipe", words), "pipe");
	assert_string_equal(words_nearest("pip", words), "pipe");
	assert_string_equal(words_nearest("ppie", words), "pipe");
	assert_string_equal(words_nearest("pipes", words), "pipe");
	assert_string_equal(words_nearest("unix-steram", words), "unix-stream");
	assert_string_equal(words_nearest("smh", words), "shm");
	assert_null(words_nearest("quaternion", words));
	assert_null(words_nearest("", words));
	assert_null(words_nearest("xyzp", (const char *const[]){"p", NULL})); /* 3 of 4 */
	assert_null(words_nearest("pipe", words + 6));
}

static void the_nearest_word_is_near(void **state)
{
	(void)state;
	static const char *const one[] = {"abcdef", NULL};
	static const char *const tied[] = {"xbc", "axc", "abx", NULL};

	assert_string_equal(words_nearest("abcxyz", one), "abcdef"); /* 3 of 6 */
	assert_null(words_nearest("abwxyz", one));                   /* 4 of 6 */
	assert_string_equal(words_nearest("abcxy", one), "abcdef");  /* 3 of 5, rounded up */
	assert_null(words_nearest("abxy", one));                     /* 4 of 4 */
	assert_string_equal(words_nearest("abc", tied), "xbc");
	assert_string_equal(words_nearest("x", (const char *const[]){"", NULL}), "");
	assert_string_equal(
		words_nearest("kitten", (const char *const[]){"sitting", NULL}), "sitting");
	assert_null(words_nearest("xy", (const char *const[]){"ab", NULL}));
}

/* expected: the words, each followed by a blank. */
static void assert_expansion(const char *glob, const char *expected)
{
	char **words = words_expand_braces(glob);
	char text[512] = "";

	assert_non_null(words);
	for (char **word = words; *word; word++) {
		strcat(text, *word);
		strcat(text, " ");
	}
	words_free(words);
	assert_string_equal(text, expected);
}

static void braces_are_expanded(void **state)
{
	(void)state;
	assert_expansion("a/{b,c}/d", "a/b/d a/c/d ");
	assert_expansion("pipe", "pipe ");
	assert_expansion("", " ");
	assert_expansion("a,b", "a,b ");
	assert_expansion("{a,b},c", "a,c b,c ");
	assert_expansion("{a}", "a ");
	assert_expansion("x{}y", "xy ");
	assert_expansion("x{,y}", "x xy ");
	assert_expansion("x{y,}", "xy x ");
	assert_expansion("{,}", "  ");
	assert_expansion("{a,b}{1,2}", "a1 a2 b1 b2 ");
	assert_expansion("{a,b{1,2},c}d", "ad b1d b2d cd ");
	assert_expansion("{a{b,c{d,e}},f}g", "abg acdg aceg fg ");
	assert_expansion("{{a,b},{c,d}}", "a b c d ");
	assert_expansion("{{{{a}}}}", "a ");
	assert_expansion("{a,a}", "a a ");
	assert_expansion("*/{pipe,[ft]*}/%s%n\\", "*/pipe/%s%n\\ */[ft]*/%s%n\\ ");
}

static void unbalanced_braces_are_refused(void **state)
{
	(void)state;
	static const char *const globs[] = {
		"{", "}", "a{b", "a}b", "}{", "{a,b}}", "{{a,b}", "{a}}{", NULL};

	for (const char *const *glob = globs; *glob; glob++) {
		fail_text(EIO, "stale");
		assert_null(words_expand_braces(*glob));
		assert_non_null(strstr(fail_reason(), *glob));
		assert_non_null(strstr(fail_reason(), "do not match"));
	}
}

static size_t expansion_count(const char *glob)
{
	char **words = words_expand_braces(glob);
	size_t count = 0;

	while (words && words[count])
		count++;
	words_free(words);
	return count;
}

#define FOUR(text) text text text text

static void expansions_are_limited(void **state)
{
	(void)state;
	assert_int_equal(expansion_count(FOUR("{a,b}{a,b}{a,b}")), 4096);
	assert_int_equal(expansion_count("{" FOUR("{a,b}{a,b}{a,b}") "}"), 4096);
	fail_text(EIO, "stale");
	assert_int_equal(expansion_count("{" FOUR("{a,b}{a,b}{a,b}") ",c}"), 0);
	assert_string_equal(fail_reason(), "braces: more than 4096 results");
	assert_int_equal(expansion_count(FOUR(FOUR("{a,b}{a,b}"))), 0);
	assert_int_equal(expansion_count(FOUR(FOUR("{,,,,,,,,,}"))), 0);
}

static void globs_are_limited(void **state)
{
	(void)state;
	char glob[2050] = "{";

	memset(glob + 1, ',', 2046);
	glob[2047] = '}';
	assert_int_equal(expansion_count(glob), 2047);
	memset(glob, '{', 1024);
	memset(glob + 1024, '}', 1024);
	assert_int_equal(expansion_count(glob), 1);
	memset(glob, 'x', 2049);
	assert_int_equal(expansion_count(glob), 0);
	assert_string_equal(fail_reason(), "braces: more than 2048 bytes");
	words_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_read_strictly),
		cmocka_unit_test(the_reason_quotes_and_explains),
		cmocka_unit_test(sizes_are_written_as_in_cells),
		cmocka_unit_test(sizes_read_back),
		cmocka_unit_test(durations_are_read_strictly),
		cmocka_unit_test(durations_read_well),
		cmocka_unit_test(what_is_no_duration_is_a_dash),
		cmocka_unit_test(durations_align_and_are_true),
		cmocka_unit_test(counts_read_well),
		cmocka_unit_test(the_nearest_word_is_found),
		cmocka_unit_test(the_nearest_word_is_near),
		cmocka_unit_test(braces_are_expanded),
		cmocka_unit_test(unbalanced_braces_are_refused),
		cmocka_unit_test(expansions_are_limited),
		cmocka_unit_test(globs_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
