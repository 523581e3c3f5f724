/* What a machine does not have: room in /dev/shm, and identifiers of System V. In namespaces of a
 * process of its own. */
#include "transport.h"

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT_TRY = 77 };

/* Of the transport: whether it is left out here for a reason that names `word`. */
static bool is_refused(const char *name, int err, const char *word)
{
	const struct transport *transport = transport_find(name);
	struct link_buffers requested = {0}, effective = {0};
	const struct link_params params = {.wait = WAIT_FUTEX,
		.message_bytes = 64,
		.requested = &requested,
		.effective = &effective};
	void *link = calloc(1, transport->state_size);
	bool refused =
		transport->setup(link, &params) == -err && strstr(fail_reason(), word) != NULL;

	if (!refused)
		print_message("%s: %s\n", name, fail_reason());
	transport->teardown(link);
	if (transport->finish)
		transport->finish(link);
	free(link);
	return refused;
}

/* The process that `try` ends. */
static void in_a_process(void (*try)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0)
		try();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == CANNOT_TRY)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void mount_shm(unsigned long flags, const char *options)
{
	if (mount("tmpfs", "/dev/shm", "tmpfs", flags, options) < 0)
		_exit(CANNOT_TRY);
}

static void try_small_and_read_only(void)
{
	/* nothing of it reaches the machine's own mounts */
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		_exit(CANNOT_TRY);
	mount_shm(0, "size=4k");
	if (!is_refused("shm-posix", EMSGSIZE, "/dev/shm has no room"))
		_exit(1);
	mount_shm(MS_RDONLY, "");
	_exit(is_refused("shm-posix", EPERM, "may not write to /dev/shm") ? 0 : 1);
}

/* A page that is not there would end the whole program when it is touched. */
static void a_small_or_read_only_dev_shm_is_a_skip(void **state)
{
	(void)state;
	in_a_process(try_small_and_read_only);
}

static void set_limit(const char *name, const char *value)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/sys/kernel/%s", name);

	FILE *file = fopen(path, "we");

	if (!file || fputs(value, file) < 0 || fclose(file) != 0)
		_exit(CANNOT_TRY);
}

static void try_system_v(void)
{
	if (unshare(CLONE_NEWIPC) < 0)
		_exit(CANNOT_TRY);
	set_limit("msgmni", "0");
	set_limit("sem", "250 32000 32 0");
	set_limit("shmmni", "0");
	if (!is_refused("mq-sysv", EMSGSIZE, "kernel.msgmni") ||
		!is_refused("sem-sysv", EMSGSIZE, "kernel.sem") ||
		!is_refused("shm-sysv", EMSGSIZE, "kernel.shmmni"))
		_exit(1);
	set_limit("sem", "1 1 1 1");
	set_limit("shmmni", "1");
	set_limit("shmmax", "4096");
	_exit(is_refused("sem-sysv", EMSGSIZE, "kernel.sem") &&
				is_refused("shm-sysv", EMSGSIZE, "kernel.shmmax")
			? 0
			: 1);
}

static void the_limits_of_system_v_are_a_skip(void **state)
{
	(void)state;
	in_a_process(try_system_v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_or_read_only_dev_shm_is_a_skip),
		cmocka_unit_test(the_limits_of_system_v_are_a_skip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
