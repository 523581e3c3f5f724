/* Documents from files, a file too large, a pipe that comes in pieces. */
#include "fail.h"
#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A file of this text under a fresh name, which the caller unlinks and frees. */
static char *new_file(const void *text, size_t bytes)
{
	char *path = strdup("/tmp/ipcmark-json-test-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, bytes), bytes);
	close(fd);
	return path;
}

static void test_read_file(void **state)
{
	char *path = new_file("{\"a\": 1}\n", 9), reason[128];
	struct json *document = json_read_file(path);

	(void)state;
	assert_non_null(document);
	assert_int_equal(json_integer(json_get(document, "a"), 0), 1);
	json_free(document);
	assert_int_equal(truncate(path, 7), 0);
	assert_null(json_read_file(path));
	snprintf(reason, sizeof reason,
		"%s: line 1, column 8: expected ',' or '}', got the end of the text", path);
	assert_string_equal(fail_reason(), reason);
	unlink(path);
	assert_null(json_read_file(path));
	snprintf(reason, sizeof reason, "%s: No such file or directory", path);
	assert_string_equal(fail_reason(), reason);
	free(path);
	assert_null(json_read_file("/"));
	assert_string_equal(fail_reason(), "/: Is a directory");
}

static void test_read_a_huge_file(void **state)
{
	char *path = new_file("", 0), reason[128];

	(void)state;
	assert_int_equal(truncate(path, (off_t)JSON_MAX_BYTES + 1), 0);
	assert_null(json_read_file(path));
	snprintf(reason, sizeof reason, "%s: line 1, column 1: more than 536870912 bytes", path);
	assert_string_equal(fail_reason(), reason);
	unlink(path);
	free(path);
}

/* A pipe has no size to go by, and comes in pieces. */
static void test_read_standard_input(void **state)
{
	enum { ELEMENTS = 300000 };
	int ends[2], saved = dup(STDIN_FILENO);
	struct json *document;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		FILE *out = fdopen(ends[1], "w");

		close(ends[0]);
		fputs("[0", out);
		for (int i = 1; i < ELEMENTS; i++)
			fprintf(out, ",%d", i);
		fputs("]", out);
		_exit(fclose(out) ? 1 : 0);
	}
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	document = json_read_file("-");
	assert_int_equal(json_count(document), ELEMENTS);
	json_free(document);
	assert_null(json_read_file("-"));
	assert_string_equal(fail_reason(),
		"standard input: line 1, column 1: expected a JSON value, got the end of the text");
	dup2(saved, STDIN_FILENO);
	close(saved);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_file),
		cmocka_unit_test(test_read_a_huge_file),
		cmocka_unit_test(test_read_standard_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
