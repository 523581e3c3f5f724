/* See tls_session.h. */
#ifdef IPCMARK_HAVE_OPENSSL

#include "tls_session.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "fail.h"

#define CIPHER         "TLS_AES_128_GCM_SHA256"
#define CIPHER_1_2     "ECDHE-ECDSA-AES128-GCM-SHA256"
#define VALID_BEFORE_S (-86400L)
#define VALID_FOR_S    86400L
#define CERTIFICATE_V3 2 /* as X.509 counts */
#define COMMON_NAME    "ipcmark"

int tls_session_fail(const char *call)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());

	ERR_clear_error();
	return fail_text(EPROTO, "%s: %s", call, reason ? reason : "OpenSSL gives no reason");
}

/* Whether all that makes a self-signed certificate of the key went well. */
static bool certify(X509 *certificate, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(certificate);

	return X509_set_version(certificate, CERTIFICATE_V3) &&
		ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) &&
		X509_gmtime_adj(X509_getm_notBefore(certificate), VALID_BEFORE_S) &&
		X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_FOR_S) &&
		X509_NAME_add_entry_by_txt(
			name, "CN", MBSTRING_ASC, (const unsigned char *)COMMON_NAME, -1, -1, 0) &&
		X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, key) &&
		X509_sign(certificate, key, EVP_sha256());
}

/* To be shown by a server of the context, and the only one that its clients trust. */
static bool use_certificate(SSL_CTX *context, X509 *certificate, EVP_PKEY *key)
{
	return SSL_CTX_use_certificate(context, certificate) == 1 &&
		SSL_CTX_use_PrivateKey(context, key) == 1 &&
		X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate) == 1;
}

static int add_identity(SSL_CTX *context)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	int err = 0;

	if (!key || !certificate || !certify(certificate, key) ||
		!use_certificate(context, certificate, key))
		err = tls_session_fail("making a certificate");
	X509_free(certificate);
	EVP_PKEY_free(key);
	return err;
}

/* Tickets would be sent after the handshake, and be read with the first message. Before 3.2,
 * OpenSSL gives the kernel both directions of TLS 1.2 only: the same cipher, and records a few
 * bytes longer.
 */
static int configure(SSL_CTX *context, bool kernel)
{
	int version = kernel ? TLS1_2_VERSION : TLS1_3_VERSION;

	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET | (kernel ? SSL_OP_ENABLE_KTLS : 0));
	if (!SSL_CTX_set_min_proto_version(context, version) ||
		!SSL_CTX_set_max_proto_version(context, version) ||
		!SSL_CTX_set_cipher_list(context, CIPHER_1_2) ||
		!SSL_CTX_set_ciphersuites(context, CIPHER) || !SSL_CTX_set_num_tickets(context, 0))
		return tls_session_fail(
			kernel ? "TLS 1.2 with " CIPHER_1_2 : "TLS 1.3 with " CIPHER);
	return add_identity(context);
}

int tls_session_context(SSL_CTX **context, bool kernel)
{
	int err;

	*context = NULL;
	if (!OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL))
		return tls_session_fail("OPENSSL_init_ssl");
	*context = SSL_CTX_new(TLS_method());
	if (!*context)
		return tls_session_fail("SSL_CTX_new");
	err = configure(*context, kernel);
	if (err) {
		SSL_CTX_free(*context);
		*context = NULL;
	}
	return err;
}

static int new_end(SSL **end, enum side side, SSL_CTX *context, int fd)
{
	*end = SSL_new(context);
	if (!*end)
		return tls_session_fail("SSL_new");
	if (!SSL_set_fd(*end, fd))
		return tls_session_fail("SSL_set_fd");
	if (side == SIDE_PRODUCER) {
		SSL_set_verify(*end, SSL_VERIFY_PEER, NULL);
		SSL_set_connect_state(*end);
	} else {
		SSL_set_accept_state(*end);
	}
	return 0;
}

/* As far as it goes without the other end. 1: it is complete; 0: not yet; or -errno. */
static int handshake_step(SSL *end)
{
	int result = SSL_do_handshake(end), saved = errno;

	if (result == 1)
		return 1;
	switch (SSL_get_error(end, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE: return 0;
	case SSL_ERROR_SYSCALL: errno = saved; return fail("SSL_do_handshake");
	default: return tls_session_fail("SSL_do_handshake");
	}
}

static int handshake(SSL *const end[SIDES])
{
	int complete[SIDES] = {0, 0};

	while (!complete[SIDE_PRODUCER] || !complete[SIDE_CONSUMER]) {
		for (int side = 0; side < SIDES; side++) {
			if (!complete[side])
				complete[side] = handshake_step(end[side]);
			if (complete[side] < 0)
				return complete[side];
		}
	}
	return 0;
}

int tls_session_open(SSL *end[SIDES], SSL_CTX *const context[SIDES], const int fd[SIDES])
{
	int err = 0;

	for (int side = 0; side < SIDES; side++)
		end[side] = NULL;
	for (enum side side = SIDE_PRODUCER; side < SIDES && !err; side++)
		err = new_end(&end[side], side, context[side], fd[side]);
	if (!err)
		err = handshake(end);
	if (err)
		tls_session_close(end);
	return err;
}

void tls_session_close(SSL *end[SIDES])
{
	for (int side = 0; side < SIDES; side++) {
		SSL_free(end[side]);
		end[side] = NULL;
	}
}

#ifdef OPENSSL_NO_KTLS
#define NO_KERNEL_TLS "this OpenSSL knows no kernel TLS (no-ktls)"
#else
#define NO_KERNEL_TLS "no TLS with AES-GCM in this kernel: load the modules tls and gcm"
#endif

int tls_session_in_kernel(SSL *const end[SIDES])
{
	for (int side = 0; side < SIDES; side++) {
		if (!BIO_get_ktls_send(SSL_get_wbio(end[side])))
			return fail_text(EPROTONOSUPPORT, NO_KERNEL_TLS);
		if (!BIO_get_ktls_recv(SSL_get_rbio(end[side])))
			return fail_text(EPROTONOSUPPORT,
				"OpenSSL %s leaves what is sent to the kernel, and not what is "
				"received",
				OpenSSL_version(OPENSSL_VERSION_STRING));
	}
	return 0;
}

#endif
