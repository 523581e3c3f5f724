#include "fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#ifdef IPCMARK_HAVE_OPENSSL

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tls_session.h"

static void open_sockets(int fd[SIDES])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
}

static void close_sockets(const int fd[SIDES])
{
	for (int side = 0; side < SIDES; side++)
		close(fd[side]);
}

static SSL_CTX *new_context(bool kernel)
{
	SSL_CTX *context;

	assert_int_equal(tls_session_context(&context, kernel), 0);
	assert_non_null(context);
	return context;
}

static void assert_spoken(bool kernel, const char *version, const char *cipher)
{
	SSL_CTX *context = new_context(kernel);
	SSL *end[SIDES];
	int fd[SIDES];

	open_sockets(fd);
	assert_int_equal(tls_session_open(end, (SSL_CTX *const[SIDES]){context, context}, fd), 0);
	SSL_CTX_free(context);
	for (int side = 0; side < SIDES; side++) {
		assert_string_equal(SSL_get_version(end[side]), version);
		assert_string_equal(SSL_get_cipher_name(end[side]), cipher);
	}
	tls_session_close(end);
	tls_session_close(end); /* twice is fine */
	close_sockets(fd);
}

static void test_what_the_summary_says_is_spoken(void **state)
{
	(void)state;
	assert_spoken(false, "TLSv1.3", "TLS_AES_128_GCM_SHA256");
	assert_spoken(true, "TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256");
}

/* No ticket is under way, and closing says nothing either: what comes is messages. */
static void test_nothing_but_messages_crosses(void **state)
{
	SSL_CTX *context = new_context(false);
	SSL *end[SIDES];
	int fd[SIDES];
	char byte, text[] = "sixteen bytes...", copy[sizeof text] = "";
	size_t moved;

	(void)state;
	open_sockets(fd);
	assert_int_equal(tls_session_open(end, (SSL_CTX *const[SIDES]){context, context}, fd), 0);
	SSL_CTX_free(context);
	for (int side = 0; side < SIDES; side++)
		assert_int_equal(recv(fd[side], &byte, 1, MSG_PEEK), -1);
	assert_int_equal(SSL_write_ex(end[SIDE_PRODUCER], text, sizeof text, &moved), 1);
	assert_int_equal(recv(fd[SIDE_CONSUMER], &byte, 1, MSG_PEEK), 1);
	assert_int_equal(SSL_read_ex(end[SIDE_CONSUMER], copy, sizeof copy, &moved), 1);
	assert_int_equal(moved, sizeof text);
	assert_string_equal(copy, text);
	tls_session_close(end);
	for (int side = 0; side < SIDES; side++)
		assert_int_equal(recv(fd[side], &byte, 1, MSG_PEEK), -1);
	close_sockets(fd);
}

static void test_another_certificate_is_refused(void **state)
{
	SSL_CTX *const context[SIDES] = {new_context(false), new_context(false)};
	SSL *end[SIDES];
	int fd[SIDES];

	(void)state;
	open_sockets(fd);
	assert_int_equal(tls_session_open(end, context, fd), -EPROTO);
	assert_non_null(strstr(fail_reason(), "certificate verify failed"));
	assert_null(end[SIDE_PRODUCER]);
	assert_null(end[SIDE_CONSUMER]);
	close_sockets(fd);
	for (int side = 0; side < SIDES; side++)
		SSL_CTX_free(context[side]);
}

/* A socket that is no TCP connection is not taken over by any kernel. */
static void test_what_the_kernel_does_not_do_is_said(void **state)
{
	SSL_CTX *context = new_context(true);
	SSL *end[SIDES];
	int fd[SIDES];

	(void)state;
	open_sockets(fd);
	assert_int_equal(tls_session_open(end, (SSL_CTX *const[SIDES]){context, context}, fd), 0);
	SSL_CTX_free(context);
	assert_int_equal(tls_session_in_kernel(end), -EPROTONOSUPPORT);
	assert_non_null(strstr(fail_reason(), "kernel"));
	tls_session_close(end);
	close_sockets(fd);
}

static void test_a_peer_that_hangs_up_is_an_error(void **state)
{
	SSL_CTX *context = new_context(false);
	SSL *end[SIDES];
	int fd[SIDES], stranger[SIDES];

	(void)state;
	open_sockets(fd);
	open_sockets(stranger);
	close(stranger[SIDE_CONSUMER]);
	close(fd[SIDE_CONSUMER]);
	fd[SIDE_CONSUMER] = stranger[SIDE_PRODUCER];
	assert_true(tls_session_open(end, (SSL_CTX *const[SIDES]){context, context}, fd) < 0);
	assert_non_null(strstr(fail_reason(), "SSL_do_handshake"));
	assert_null(end[SIDE_PRODUCER]);
	SSL_CTX_free(context);
	close_sockets(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_summary_says_is_spoken),
		cmocka_unit_test(test_nothing_but_messages_crosses),
		cmocka_unit_test(test_another_certificate_is_refused),
		cmocka_unit_test(test_what_the_kernel_does_not_do_is_said),
		cmocka_unit_test(test_a_peer_that_hangs_up_is_an_error),
	};

	signal(SIGPIPE, SIG_IGN); /* as in the sides: OpenSSL calls write(2) */
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	print_message("built without OpenSSL (libssl-dev)\n");
	return 77;
}

#endif
