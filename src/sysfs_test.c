/* What sysfs makes of files that are long, empty, malformed or missing. */
#include "sysfs.h"

#include "tree_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static void line(const char *text, size_t out_bytes, const char *expected)
{
	char out[64];

	memset(out, '#', sizeof out);
	sysfs_line(out, out_bytes, text, strlen(text));
	assert_string_equal(out, expected);
	if (out_bytes < sizeof out)
		assert_int_equal(out[out_bytes], '#');
}

static void test_line_is_one_line(void **state)
{
	(void)state;
	line("", 64, "");
	line(" \t\n", 64, "");
	line("4096\t131072\t6291456\n", 64, "4096 131072 6291456");
	line("\n a \x7f b\r\n", 64, "a b");
	line("no newline", 64, "no newline");
}

static void test_line_is_cut_visibly(void **state)
{
	(void)state;
	line("1234567", 8, "1234567");
	line("1234567 \n", 8, "1234567");
	line("12345678", 8, "1234...");
	line("123456 8", 8, "1234...");
	line("abc", 4, "abc");
	line("abcd", 4, "...");
	line("123\xc3\xa9"
	     "678",
		8, "123...");
}

static void test_append_is_cut_visibly(void **state)
{
	char out[8] = "";

	(void)state;
	sysfs_append(out, sizeof out, "");
	sysfs_append(out, sizeof out, "1234");
	sysfs_append(out, sizeof out, "567");
	assert_string_equal(out, "1234567");
	sysfs_append(out, sizeof out, "");
	assert_string_equal(out, "1234567");
	sysfs_append(out, sizeof out, "8");
	assert_string_equal(out, "1234...");
	sysfs_append(out, sizeof out, "9");
	assert_string_equal(out, "1234...");
}

static void marked(const char *text, const char *expected)
{
	char value[64] = "";

	sysfs_append(value, sizeof value, text);
	sysfs_keep_marked(value, '[', ']');
	assert_string_equal(value, expected);
}

static void test_marked_word(void **state)
{
	(void)state;
	marked("always [madvise] never", "madvise");
	marked("[always]", "always");
	marked("[]", "");
	marked("plain", "plain");
	marked("open [only", "open [only");
	marked("] wrong [ way", "] wrong [ way");
	marked("", "");
}

static void test_read(void **state)
{
	char out[16];

	tree_put(*state, "/a", "value\n");
	tree_put(*state, "/empty", "");
	tree_put_bytes(*state, "/nul", "one\0two", 7);
	tree_put(*state, "/folder/x", "x");
	assert_true(sysfs_read(*state, "/a", out, sizeof out));
	assert_string_equal(out, "value");
	assert_true(sysfs_read(*state, "/nul", out, sizeof out));
	assert_string_equal(out, "one");
	assert_true(sysfs_read(*state, "/empty", out, sizeof out));
	assert_string_equal(out, "");
	assert_false(sysfs_read(*state, "/missing", out, sizeof out));
	assert_string_equal(out, "");
	assert_false(sysfs_read(*state, "/folder", out, sizeof out));
	assert_false(sysfs_read(*state, "/a/b", out, sizeof out));
}

static void test_path_too_long(void **state)
{
	char *path = tree_long_text(PATH_MAX), out[16] = "#";

	path[0] = '/';
	assert_false(sysfs_read(*state, path, out, sizeof out));
	assert_false(sysfs_distinct(*state, path, out, sizeof out));
	assert_false(sysfs_distinct(path, "/a", out, sizeof out));
	assert_string_equal(out, "");
	free(path);
}

static void test_read_long_file(void **state)
{
	char *text = tree_long_text(100000), out[16];

	tree_put(*state, "/long", text);
	assert_true(sysfs_read(*state, "/long", out, sizeof out));
	assert_string_equal(out, "xxxxxxxxxxxx...");
	free(text);
}

static void test_field(void **state)
{
	const char *text =
		"model\t\t: 2\nmodel name\t: EPYC  9\nflags\nNAME=\"x\"\nmodel:3\nempty:";
	char out[16];
	const char *at = sysfs_field(text, "model", out, sizeof out);

	(void)state;
	assert_string_equal(out, "2");
	assert_non_null(sysfs_field(at, "model", out, sizeof out));
	assert_string_equal(out, "3");
	assert_non_null(sysfs_field(text, "model name", out, sizeof out));
	assert_string_equal(out, "EPYC 9");
	assert_non_null(sysfs_field(text, "NAME", out, sizeof out));
	assert_string_equal(out, "\"x\"");
	assert_non_null(sysfs_field(text, "empty", out, sizeof out));
	assert_string_equal(out, "");
	assert_null(sysfs_field(text, "flags", out, sizeof out));
	assert_null(sysfs_field(text, "mode", out, sizeof out));
	assert_null(sysfs_field("", "mode", out, sizeof out));
	assert_null(sysfs_field(NULL, "mode", out, sizeof out));
}

static void test_distinct_is_sorted(void **state)
{
	char out[64];

	tree_put(*state, "/cpu0/g", "powersave\n");
	tree_put(*state, "/cpu1/g", "performance\n");
	tree_put(*state, "/cpu2/g", "powersave");
	tree_put(*state, "/cpu3/g", "\n");
	tree_put(*state, "/cpufreq/g", "not a CPU\n");
	tree_put(*state, "/cpu4/h", "another file\n");
	assert_true(sysfs_distinct(*state, "/cpu[0-9]*/g", out, sizeof out));
	assert_string_equal(out, "performance, powersave");
	assert_false(sysfs_distinct(*state, "/cpu[0-9]*/none", out, sizeof out));
	assert_string_equal(out, "");
}

static void test_distinct_of_many(void **state)
{
	char path[32], value[32], out[1024];

	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof path, "/cpu%02d/f", i);
		snprintf(value, sizeof value, "%d\n", 100 + i);
		tree_put(*state, path, value);
	}
	assert_true(sysfs_distinct(*state, "/cpu*/f", out, sizeof out));
	assert_memory_equal(out, "100, 101, 102, ", 15);
	assert_non_null(strstr(out, ", 131, ..."));
	assert_null(strstr(out, "132"));
}

static void visit(void *context, const char *name, const char *value)
{
	sysfs_append(context, 64, name);
	sysfs_append(context, 64, "=");
	sysfs_append(context, 64, value);
	sysfs_append(context, 64, ";");
}

static void test_each_in_byte_order(void **state)
{
	char out[64] = "";

	tree_put(*state, "/v/b", "2\n");
	tree_put(*state, "/v/a", "1\n");
	tree_put(*state, "/v/B", "");
	tree_put(*state, "/v/folder/x", "");
	sysfs_each(*state, "/v/*", visit, out);
	assert_string_equal(out, "B=;a=1;b=2;");
}

static void test_each_path(void **state)
{
	char out[64] = "";

	tree_put(*state, "/v1/b", "2\n");
	tree_put(*state, "/v0/b", "1\n");
	sysfs_each_path(*state, "/v[0-9]/b", visit, out);
	assert_string_equal(out, "/v0/b=1;/v1/b=2;");
}

static void test_write(void **state)
{
	char out[64];

	tree_put(*state, "/v/a", "a longer value\n");
	assert_int_equal(sysfs_write(*state, "/v/a", "1"), 0);
	char *text = sysfs_load(*state, "/v/a");

	assert_string_equal(text, "1\n");
	free(text);
	assert_int_equal(sysfs_write(*state, "/v/b", "1"), -ENOENT); /* none is made */
	assert_false(sysfs_read(*state, "/v/b", out, sizeof out));
	assert_int_equal(sysfs_write(*state, "/v", "1"), -EISDIR);
	assert_int_equal(sysfs_write("", "/dev/full", "1"), -ENOSPC);
	text = tree_long_text(2000);
	assert_int_equal(sysfs_write(*state, "/v/a", text), -ENAMETOOLONG);
	free(text);
	assert_true(sysfs_read(*state, "/v/a", out, sizeof out));
	assert_string_equal(out, "1");
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_is_one_line),
		cmocka_unit_test(test_line_is_cut_visibly),
		cmocka_unit_test(test_append_is_cut_visibly),
		cmocka_unit_test(test_marked_word),
		WITH_TREE(test_read),
		WITH_TREE(test_path_too_long),
		WITH_TREE(test_read_long_file),
		cmocka_unit_test(test_field),
		WITH_TREE(test_distinct_is_sorted),
		WITH_TREE(test_distinct_of_many),
		WITH_TREE(test_each_in_byte_order),
		WITH_TREE(test_each_path),
		WITH_TREE(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
