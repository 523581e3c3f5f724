/* A long array in parts: the same elements as in the whole, and the same refusals. */
#include "fail.h"
#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64];

/* The text as a file, with ' in the place of ". */
static void put_file(const char *text)
{
	char *copy = strdup(text);
	int fd;

	assert_non_null(copy);
	for (char *quote = copy; (quote = strchr(quote, '\''));)
		*quote = '"';
	strcpy(path, "/tmp/ipcmark-array-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, copy, strlen(copy)), strlen(copy));
	close(fd);
	free(copy);
}

/* Head and elements of the file put together are the document; returns how many elements. */
static size_t assert_parts_are_the_whole(const char *text)
{
	struct json_parts *parts;
	struct json *whole, *head;
	const struct json *expected;
	size_t count;

	put_file(text);
	whole = json_read_file(path);
	parts = json_parts_read(path, "cells");
	unlink(path);
	assert_non_null(whole);
	assert_non_null(parts);
	head = json_parts_head(parts);
	assert_int_equal(json_count(head), json_count(whole));
	expected = json_first(json_get(whole, "cells"));
	count = json_parts_count(parts);
	for (size_t i = 0; i < count; i++, expected = json_next(expected)) {
		struct json *element = json_parts_element(parts, i);

		assert_true(json_same(element, expected));
		json_free(element);
	}
	assert_true(count == 0 || !expected);
	for (const struct json *i = json_first(whole); i && count; i = json_next(i))
		if (strcmp(json_key(i), "cells") != 0)
			assert_true(json_same(i, json_get(head, json_key(i))));
	if (count)
		assert_int_equal(json_count(json_get(head, "cells")), 0);
	else
		assert_true(json_same(head, whole));
	json_parts_free(parts);
	json_free(head);
	json_free(whole);
	return count;
}

static void parts_make_the_whole(void **state)
{
	(void)state;
	assert_int_equal(assert_parts_are_the_whole(
				 "{'a': 1, 'cells': [{'x': [1, 2, {'cells': [3]}]}, {}], 'b': []}"),
		2);
	assert_int_equal(
		assert_parts_are_the_whole("{'cells':[1,'a]}\\\\\\'',null,[[]],-1e3]}"), 5);
	assert_int_equal(assert_parts_are_the_whole(
				 "\n{ 'b' : {'cells': [1, 2]} ,\t'cells' : [ 7 , 8 ] }\n"),
		2);
	assert_int_equal(assert_parts_are_the_whole("{'c\\u0065lls': [1, 2, 3]}"), 3);
}

static void there_may_be_no_array(void **state)
{
	(void)state;
	assert_int_equal(assert_parts_are_the_whole("{'cells': []}"), 0);
	assert_int_equal(assert_parts_are_the_whole("{'cells': {'x': [1]}}"), 0);
	assert_int_equal(assert_parts_are_the_whole("{'cells': 'text', 'x': [1]}"), 0);
	assert_int_equal(assert_parts_are_the_whole("{'x': {'cells': [1]}}"), 0);
	assert_int_equal(assert_parts_are_the_whole("{}"), 0);
	assert_int_equal(assert_parts_are_the_whole("['cells', [1, 2]]"), 0);
	assert_int_equal(assert_parts_are_the_whole("'cells'"), 0);
}

static void many_elements_are_found(void **state)
{
	enum { COUNT = 1000 };
	char *text = calloc(1, 16 * COUNT);
	size_t length = 0;

	(void)state;
	assert_non_null(text);
	length += (size_t)sprintf(text, "{'cells': [0");
	for (int i = 1; i < COUNT; i++)
		length += (size_t)sprintf(text + length, ",\n {'i': %d}", i);
	strcpy(text + length, "]}");
	assert_int_equal(assert_parts_are_the_whole(text), COUNT);
	free(text);
}

/* What json_read_file says of it. */
static void assert_reason_of_the_whole(void)
{
	char said[FAIL_TEXT_BYTES];

	snprintf(said, sizeof said, "%s", fail_reason());
	fail_text(1, "stale");
	assert_null(json_read_file(path));
	assert_string_equal(said, fail_reason());
	assert_memory_equal(said, path, strlen(path));
}

static void what_is_no_json_is_refused_at_once(void **state)
{
	static const char *const texts[] = {"", "{'cells': [1, 2}", "{'cells': [1 2]}",
		"{'cells': [{'x': 01}]}", "{'cells': [1]} x", "{'cells': ['\xff']}",
		"{'cells': [,]}"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		put_file(texts[i]);
		assert_null(json_parts_read(path, "cells"));
		assert_reason_of_the_whole();
		unlink(path);
	}
	assert_null(json_parts_read(path, "cells"));
	assert_reason_of_the_whole();
}

/* Line and column are those of the file, not of the part. */
static void a_key_that_stands_twice_is_told_at_its_place(void **state)
{
	struct json_parts *parts;
	struct json *first;

	(void)state;
	put_file("{'a': 1,\n 'cells': [{'x': 1},\n  {'x': 1, 'y': 2,\n   'x': 3}]}");
	parts = json_parts_read(path, "cells");
	assert_non_null(parts);
	first = json_parts_element(parts, 0);
	assert_non_null(first);
	json_free(first);
	assert_null(json_parts_element(parts, 1));
	assert_non_null(strstr(fail_reason(), ": line 4, column 4: duplicate key \"x\""));
	assert_reason_of_the_whole();
	json_parts_free(parts);
	unlink(path);
}

static void a_key_of_the_head_that_stands_twice_is_told_at_its_place(void **state)
{
	static const char *const texts[] = {"{'a': 1,\n 'cells': [1,\n 2],\n  'a': 3}",
		"{'b': 1,\n 'cells': [1,\n 2],\n  'cells': 3}",
		"{'b': 1,\n 'cells': 3,\n\n  'cells': [1]}"};
	struct json_parts *parts;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		put_file(texts[i]);
		parts = json_parts_read(path, "cells");
		assert_non_null(parts);
		assert_null(json_parts_head(parts));
		assert_non_null(strstr(fail_reason(), ": line 4, column 3: duplicate key"));
		assert_reason_of_the_whole();
		json_parts_free(parts);
		unlink(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_make_the_whole),
		cmocka_unit_test(there_may_be_no_array),
		cmocka_unit_test(many_elements_are_found),
		cmocka_unit_test(what_is_no_json_is_refused_at_once),
		cmocka_unit_test(a_key_that_stands_twice_is_told_at_its_place),
		cmocka_unit_test(a_key_of_the_head_that_stands_twice_is_told_at_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
