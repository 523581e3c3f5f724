/* A result cell by cell: the same cells as in the whole, and the same refusals. */
#include "result.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

#include <cmocka.h>

#define REFERENCE "results/reference/epyc-guest-2-cpus.json"

static char path[64];
static struct json *result; /* a copy of the reference, with few cells */

static int set_up(void **state)
{
	struct json *whole = result_read(REFERENCE), *cells;
	size_t kept = 0;
	int fd;

	(void)state;
	if (!whole)
		return -1;
	result = json_object();
	for (const struct json *i = json_first(whole); i; i = json_next(i))
		if (strcmp(json_key(i), "cells") != 0 && strcmp(json_key(i), "controls") != 0)
			json_put(result, json_key(i), json_copy(i));
	cells = json_put_object(result, "controls"); /* their cells are not among the few */
	json_put_null(cells, "a_a");
	json_put_null(cells, "positive");
	cells = json_put_array(result, "cells");
	for (const struct json *i = json_first(json_get(whole, "cells")); i && kept < 4;
		i = json_next(i), kept++)
		json_add(cells, json_copy(i));
	json_free(whole);
	strcpy(path, "/tmp/ipcmark-read-test-XXXXXX");
	fd = mkstemp(path);
	close(fd);
	return fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	json_free(result);
	return 0;
}

/* The result's text with the first `from` after the text `behind` changed `to`. */
static void write_changed(const char *behind, const char *from, const char *to)
{
	char *text = json_print(result), *at = strstr(text, behind);
	FILE *file = fopen(path, "w");

	assert_non_null(at);
	at = strstr(at, from);
	assert_non_null(at);
	assert_non_null(file);
	fprintf(file, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	assert_int_equal(fclose(file), 0);
	free(text);
}

struct taken {
	const struct json *expected;
	size_t count;
};

static int take(void *context, const struct json *cell)
{
	struct taken *taken = context;

	assert_true(json_same(cell, taken->expected));
	taken->expected = json_next(taken->expected);
	taken->count++;
	return 0;
}

static void all_cells_are_taken_in_order(void **state)
{
	struct json *whole = result_read(REFERENCE), *head;
	struct taken taken = {json_first(json_get(whole, "cells")), 0};

	(void)state;
	head = result_read_cells(REFERENCE, take, &taken);
	assert_non_null(head);
	assert_int_equal(taken.count, json_count(json_get(whole, "cells")));
	assert_int_equal(json_count(json_get(head, "cells")), 0);
	assert_true(json_same(json_get(head, "environment"), json_get(whole, "environment")));
	assert_int_equal(json_count(head), json_count(whole));
	json_free(head);
	json_free(whole);
}

static int ignore(void *context, const struct json *cell)
{
	(void)context;
	(void)cell;
	return 0;
}

static const char *id_of_cell(size_t index)
{
	const struct json *i = json_first(json_get(result, "cells"));

	while (i && index-- > 0)
		i = json_next(i);
	assert_non_null(i);
	return json_text_at(i, "id");
}

static size_t index_of_cell(const char *part_of_id)
{
	size_t index = 0;

	while (!strstr(id_of_cell(index), part_of_id))
		index++;
	return index;
}

/* As the whole is. */
__attribute__((format(printf, 1, 2))) static void assert_refused(const char *format, ...)
{
	char words[256], reason[FAIL_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);

	assert_null(result_read_cells(path, ignore, NULL));
	snprintf(reason, sizeof reason, "%s", fail_reason());
	fail_text(EIO, "stale");
	assert_null(result_read(path));
	assert_string_equal(reason, fail_reason());
	assert_memory_equal(reason, path, strlen(path));
	if (!strstr(reason, words))
		fail_msg("%s: expected %s", reason, words);
}

static void what_is_wrong_is_told_as_of_the_whole(void **state)
{
	size_t fifo = index_of_cell("pingpong/fifo");

	(void)state;
	write_changed("", "ipcmark-result/1", "ipcmark-result/2");
	assert_refused("schema: expected \"ipcmark-result/1\", got \"ipcmark-result/2\"");
	write_changed("", "\"warnings\"", "\"warning\"");
	assert_refused("the document: missing member \"warnings\"");
	write_changed("pingpong/fifo", "\"padding_bytes\"", "\"padding\"");
	assert_refused("cells[%zu].runs[0]: ", fifo);
	write_changed("pingpong/fifo", "\"messages_per_s\": ", "\"messages_per_s\": 1");
	assert_refused("cells[%zu].runs[0].messages_per_s: expected ", fifo);
	write_changed("", "\"a_a\": null",
		"\"a_a\": {\"cell\": \"x\", \"control\": \"y\", \"metric\": \"rtt_ns.p50\", "
		"\"ratio\": 1, "
		"\"ci95\": null, \"p\": 1, \"runs\": 9, \"verdict\": \"same\"}");
	assert_refused("controls.a_a: expected null from the cells, got an object");
	write_changed("pingpong/fifo", "\"block\": 0,", "\"block\": 0, \"block\": 0,");
	assert_refused("duplicate key \"block\"");
}

static void a_cell_that_stands_twice_is_refused(void **state)
{
	struct json *cells = (struct json *)json_get(result, "cells");

	(void)state;
	json_add(cells, json_copy(json_first(cells)));
	write_changed("", "", "");
	assert_refused("cells: \"%s\" stands twice", id_of_cell(0));
}

static int refuse_second(void *context, const struct json *cell)
{
	(void)cell;
	return ++*(int *)context == 2 ? fail_text(EINVAL, "not this one") : 0;
}

static void whoever_takes_them_may_refuse_one(void **state)
{
	char expected[128];
	int count = 0;

	(void)state;
	write_changed("", "", "");
	assert_null(result_read_cells(path, refuse_second, &count));
	snprintf(expected, sizeof expected, "%s: not this one", path);
	assert_string_equal(fail_reason(), expected);
	assert_int_equal(count, 2);
}

static void a_file_that_is_not_there_is_told(void **state)
{
	(void)state;
	assert_null(result_read_cells("no/such/result", ignore, NULL));
	assert_string_equal(fail_reason(), "no/such/result: No such file or directory");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(all_cells_are_taken_in_order),
		TEST(what_is_wrong_is_told_as_of_the_whole),
		TEST(a_cell_that_stands_twice_is_refused),
		TEST(whoever_takes_them_may_refuse_one),
		TEST(a_file_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
