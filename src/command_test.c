/* A command in the place of this program: its end, its signals, and what it inherits. */
#include "command.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

#include <cmocka.h>

static int run(char **argv)
{
	sigset_t before;

	command_hold_signals(&before);
	int code = command_run(argv, &before);

	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no process is left */
	return code;
}

static int shell(const char *script)
{
	return run((char *[]){"sh", "-c", (char *)script, "sh", "two words", NULL});
}

static void its_exit_code(void **state)
{
	(void)state;
	assert_int_equal(shell("exit 0"), 0);
	assert_int_equal(shell("exit 255"), 255);
	assert_int_equal(shell("[ \"$1\" = 'two words' ] && exit 7"), 7);
}

/* SIGPIPE is ignored by the program, and SIGTERM held: neither is inherited. */
static void the_signal_that_kills_it(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(shell("kill -KILL $$; exit 1"), 128 + SIGKILL);
	assert_int_equal(shell("kill -TERM $$; exit 1"), 128 + SIGTERM);
	assert_int_equal(shell("kill -PIPE $$; exit 1"), 128 + SIGPIPE);
	signal(SIGPIPE, SIG_DFL);
}

static void what_is_no_command(void **state)
{
	(void)state;
	assert_int_equal(run((char *[]){"no-such-command", NULL}), -ENOENT);
	assert_string_equal(fail_reason(), "no-such-command: No such file or directory");
	assert_int_equal(run((char *[]){"/etc", NULL}), -EACCES);
	assert_string_equal(fail_reason(), "/etc: Permission denied");
	assert_int_equal(run((char *[]){"", NULL}), -ENOENT);
}

static void where_children_are_not_waited_for(void **state)
{
	(void)state;
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(shell("exit 3"), 3);
	signal(SIGCHLD, SIG_DFL);
}

/* A program that runs the script, when that has printed something. What a shell starts in the
 * background ignores interrupts, and so would the script. */
static pid_t program(const char *script, int *out)
{
	int ends[2];
	char byte;

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		_exit(shell(script));
	}
	close(ends[1]);
	*out = ends[0];
	assert_int_equal(read(ends[0], &byte, 1), 1);
	return pid;
}

static void signals_are_sent_on(void **state)
{
	(void)state;
	static const struct {
		int number;
		const char *script;
	} sent[] = {
		{SIGTERM, "trap 'exit 42' TERM; echo; while :; do sleep 0.01; done"},
		{SIGINT, "trap 'exit 42' INT; echo; while :; do sleep 0.01; done"},
		{SIGHUP, "trap 'exit 42' HUP; echo; while :; do sleep 0.01; done"},
		{SIGQUIT, "trap 'exit 42' QUIT; echo; while :; do sleep 0.01; done"},
	};
	int out, status;

	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
		pid_t pid = program(sent[i].script, &out);

		assert_int_equal(kill(pid, sent[i].number), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 42);
		close(out);
	}
}

/* The end of its output: no process holds it open. */
static void it_does_not_outlive_the_program(void **state)
{
	(void)state;
	int out, status;
	char byte;
	pid_t pid = program("echo; exec sleep 600", &out);

	assert_int_equal(read(out, &byte, 0), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(read(out, &byte, 1), 0);
	close(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_exit_code),
		cmocka_unit_test(the_signal_that_kills_it),
		cmocka_unit_test(what_is_no_command),
		cmocka_unit_test(where_children_are_not_waited_for),
		cmocka_unit_test(signals_are_sent_on),
		cmocka_unit_test(it_does_not_outlive_the_program),
	};

	alarm(60); /* whoever waits for a signal that does not come has failed */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
