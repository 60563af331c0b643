#ifndef WIRE_TLS_H
#define WIRE_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

struct enrolment;
struct error;

enum tls_side { TLS_SOURCE, TLS_HOST };

/*
 * The handshake on a connected, non-blocking socket, over before the deadline:
 * TLS 1.3 in which both sides proved that they hold the enrolment's key, or a
 * failure.  The socket stays the caller's.  Free *ssl_out with SSL_free().
 */
int tls_open(SSL **ssl_out, int fd, enum tls_side side,
	const struct enrolment *enrolment, int64_t deadline_ms,
	struct error *err);

/*
 * After an OpenSSL call on a non-blocking connection yielded `result` <= 0: wait
 * for what it needs.  Returns 1 to call again, 0 when the peer closed in order,
 * or -1: ETIMEDOUT at the deadline, an errno value when the connection is lost
 * (ECONNRESET when it just ended), EPROTO when it is not the TLS it should be.
 */
int tls_wait(SSL *ssl, int fd, int result, int64_t deadline_ms,
	struct error *err);

/* What a source offers, best first; the host follows. */
const char *tls_ciphers(bool has_aes);

#endif
