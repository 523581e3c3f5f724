/* Documents from files, a file too large, a pipe that comes in pieces. */
#include "fail.h"
#include "json.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
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

enum { ELEMENTS = 300000 };

static void write_elements(int fd)
{
	FILE *out = fdopen(fd, "w");

	usleep(10000); /* the reader waits for the first byte, and is interrupted */
	fputs("[0", out);
	for (int i = 1; i < ELEMENTS; i++)
		fprintf(out, ",%d", i);
	fputs("]", out);
	_exit(fclose(out) ? 1 : 0);
}

/* The reading end of a pipe that a child writes to becomes standard input. */
static pid_t begin_input(void)
{
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		write_elements(ends[1]);
	}
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	return child;
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* Without SA_RESTART: a blocked read(2) returns EINTR every two milliseconds. */
static void begin_interruptions(void)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct itimerval every = {.it_interval.tv_usec = 2000, .it_value.tv_usec = 2000};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

static void end_interruptions(void)
{
	setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
}

/* A pipe has no size to go by, and comes in pieces. */
static void test_read_standard_input(void **state)
{
	int saved = dup(STDIN_FILENO);
	pid_t child = begin_input();
	struct json *document;

	(void)state;
	begin_interruptions();
	document = json_read_file("-");
	end_interruptions();
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
