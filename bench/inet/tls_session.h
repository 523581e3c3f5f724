/* Two ends of one TLS 1.3 connection in one process: a certificate made for the occasion, and the
 * handshake. Only where the build has OpenSSL. */
#ifndef IPCMARK_TLS_SESSION_H
#define IPCMARK_TLS_SESSION_H

#include <openssl/ssl.h>

#include "transport.h"

/* A fresh self-signed certificate (EC P-256), the only one that a client of the context accepts;
 * TLS 1.3 with TLS_AES_128_GCM_SHA256 and nothing else, no session tickets; with `kernel`, TLS 1.2
 * with the same cipher, and OpenSSL hands the records to the kernel where it can. Nothing is read
 * from the machine's openssl.cnf. 0 and *context for SSL_CTX_free, or -errno with a note and NULL.
 */
int tls_session_context(SSL_CTX **context, bool kernel);

/* The ends of a connection over two connected non-blocking stream sockets, after the handshake: the
 * producer is the client, each side with the context of its own. The ends hold on to the contexts,
 * and the sockets stay the caller's. 0, or -errno with a note; then the ends are NULL. */
int tls_session_open(SSL *end[SIDES], SSL_CTX *const context[SIDES], const int fd[SIDES]);

/* Frees both without a word to the peer; NULL is fine, and they are NULL afterwards. */
void tls_session_close(SSL *end[SIDES]);

/* Whether the kernel does both directions of both ends: 0, or -EPROTONOSUPPORT with what is
 * missing. */
int tls_session_in_kernel(SSL *const end[SIDES]);

/* Notes "call: what OpenSSL says" and empties its queue of errors. -EPROTO. */
int tls_session_fail(const char *call);

#endif
