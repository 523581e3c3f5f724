/* Who may connect to an abstract name, and when path names go. */
#include "unix.h"

#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static const struct link_params plain = {.wait = WAIT_BLOCK, .message_bytes = 64};

struct door {
	int listener, own, accepted;
	struct unix_address address;
};

static void open_door(struct door *door)
{
	assert_int_equal(
		unix_bind_abstract(&door->listener, SOCK_STREAM, &door->address, &plain), 0);
	assert_int_equal(listen(door->listener, 8), 0);
}

static void close_door(struct door *door)
{
	close(door->listener);
	close(door->own);
	close(door->accepted);
}

/* Another process, which connects, says so by its byte in the pipe, and ends with 0 once it is hung
 * up on. uid 0: as it is. */
static pid_t stranger(const struct unix_address *address, uid_t uid, int told)
{
	pid_t pid = fork();
	char byte = 0;
	int fd;

	if (pid != 0)
		return pid;
	if (uid != 0 && setuid(uid) < 0)
		_exit(2);
	if (unix_open(&fd, SOCK_STREAM, &plain) < 0 || unix_connect(fd, address) < 0 ||
		write(told, &byte, 1) != 1)
		_exit(1);
	_exit(recv(fd, &byte, 1, 0) == 0 ? 0 : 3);
}

/* The stranger stands before our own connection in the queue: it is hung up on, and ours found. */
static void refuse(uid_t uid, pid_t pid)
{
	struct door door;
	int told[2], status;
	char byte;

	open_door(&door);
	assert_int_equal(pipe(told), 0);

	pid_t other = stranger(&door.address, uid, told[1]);

	close(told[1]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	close(told[0]);
	assert_int_equal(unix_open(&door.own, SOCK_STREAM, &plain), 0);
	assert_int_equal(unix_connect(door.own, &door.address), 0);
	assert_int_equal(unix_accept_own(door.listener, &door.accepted, pid), 0);
	assert_int_equal(send(door.own, "x", 1, 0), 1);
	assert_int_equal(recv(door.accepted, &byte, 1, 0), 1);
	assert_int_equal(byte, 'x');
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close_door(&door);
}

static void another_process_is_refused(void **state)
{
	(void)state;
	refuse(0, getpid());
}

static void another_user_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	refuse(NOBODY, 0);
}

static void abstract_names_are_nowhere_in_the_file_system(void **state)
{
	struct door door;

	(void)state;
	open_door(&door);
	assert_int_equal(door.address.name.sun_path[0], '\0');
	assert_true(door.address.bytes > offsetof(struct sockaddr_un, sun_path) + 1);
	assert_int_equal(unix_open(&door.own, SOCK_STREAM, &plain), 0);
	close(door.listener);
	assert_int_equal(unix_connect(door.own, &door.address), -ECONNREFUSED);
	close(door.own);
}

static void path_names_go_once(void **state)
{
	char folder[] = "/tmp/ipcmark-unix-XXXXXX";
	struct link_params params = plain;
	struct unix_address address;
	int fd, second;

	(void)state;
	params.folder = mkdtemp(folder);
	assert_non_null(params.folder);
	assert_int_equal(unix_bind_path(&fd, SOCK_STREAM, SIDE_CONSUMER, &address, &params), 0);

	struct unix_address none = {.bytes = 0};

	assert_int_equal(
		unix_bind_path(&second, SOCK_STREAM, SIDE_CONSUMER, &none, &params), -EADDRINUSE);
	unix_remove(&none); /* not its own: nothing goes */
	assert_int_equal(access(address.name.sun_path, F_OK), 0);
	unix_remove(&address);
	unix_remove(&address);
	assert_int_equal(rmdir(folder), 0);
	close(second);
	close(fd);
}

static void a_folder_with_a_long_name_is_told(void **state)
{
	char folder[200];
	struct link_params params = plain;
	struct unix_address address = {.bytes = 0};
	int fd = -1;

	(void)state;
	memset(folder, 'x', sizeof folder);
	folder[sizeof folder - 1] = '\0';
	params.folder = folder;
	assert_int_equal(
		unix_bind_path(&fd, SOCK_STREAM, SIDE_CONSUMER, &address, &params), -ENAMETOOLONG);
	assert_non_null(strstr(fail_reason(), "TMPDIR"));
	assert_int_equal(fd, -1);
}

/* An ordinary user's messages, which nobody takes: 0, or the error of the one that did not go. */
static int send_unseen(rlim_t soft, rlim_t hard, int count)
{
	const struct transport *transport = transport_find("scm-rights");
	const struct rlimit limit = {soft, hard};
	struct link_buffers requested, effective;
	struct link_params params = plain;
	void *link = calloc(1, transport->state_size);
	char message[64] = {0};

	params.threads = true; /* attach closes neither end */
	params.requested = &requested;
	params.effective = &effective;
	int err = transport->setup(link, &params);

	if (!err && (setrlimit(RLIMIT_NOFILE, &limit) < 0 || setuid(NOBODY) < 0))
		err = -errno;
	if (!err)
		err = transport->attach(link, SIDE_PRODUCER);
	for (int i = 0; i < count && !err; i++)
		err = transport->send(link, message, params.message_bytes);
	transport->teardown(link);
	free(link);
	return err;
}

static int status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void descriptors_under_way_may_be_as_many_as_the_hard_limit(void **state)
{
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	pid = fork();
	if (pid == 0)
		_exit(-send_unseen(16, 256, 64));
	assert_int_equal(status_of(pid), 0);
	pid = fork();
	if (pid == 0) {
		int err = send_unseen(16, 16, 64);

		_exit(strstr(fail_reason(), "the limit is 16 (RLIMIT_NOFILE)") ? -err : 1);
	}
	assert_int_equal(status_of(pid), ETOOMANYREFS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_process_is_refused),
		cmocka_unit_test(another_user_is_refused),
		cmocka_unit_test(abstract_names_are_nowhere_in_the_file_system),
		cmocka_unit_test(path_names_go_once),
		cmocka_unit_test(a_folder_with_a_long_name_is_told),
		cmocka_unit_test(descriptors_under_way_may_be_as_many_as_the_hard_limit),
	};

	alarm(60); /* a hang is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
