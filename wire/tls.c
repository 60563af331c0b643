/*
 * TLS 1.3 with the machine's key as external PSK, always with a Diffie-Hellman
 * exchange, so that a key that leaks later opens no recorded session.  There
 * are no certificates: a legacy server's clock is often wrong, and the key
 * proves both sides at once.  Read channel.c next.
 */
#include "wire/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <string.h>
#include <sys/auxv.h>

#include "common/error.h"
#include "common/own.h"
#include "wire/bio.h"
#include "wire/key.h"
#include "wire/tcp.h"

OWN_DEFINE(SSL, SSL_free)
OWN_DEFINE(SSL_CTX, SSL_CTX_free)

enum { READ_BUFFER_BYTES = 64 << 10 };

/* What the callbacks of one handshake know and learn. */
struct proof {
	const struct enrolment *enrolment;
	bool offered; /* the peer came with an identity */
	bool matched; /* and it was this machine's */
};

/*
 * The key in the form of a session that could have been.  Its cipher only names
 * the hash, SHA-256, and so serves both suites.
 */
static SSL_SESSION *
session_of_key(SSL *ssl, const uint8_t key[KEY_BYTES])
{
	static const unsigned char aes_128_gcm_sha256[] = {0x13, 0x01};
	const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, aes_128_gcm_sha256);
	SSL_SESSION *session = SSL_SESSION_new();

	if (session != NULL && cipher != NULL &&
		SSL_SESSION_set1_master_key(session, key, KEY_BYTES) == 1 &&
		SSL_SESSION_set_cipher(session, cipher) == 1 &&
		SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) == 1)
		return session;
	SSL_SESSION_free(session);
	return NULL;
}

static int
offer_key(SSL *ssl, const EVP_MD *hash, const unsigned char **identity_out,
	size_t *bytes_out, SSL_SESSION **session_out)
{
	const struct proof *proof = SSL_get_app_data(ssl);
	const struct enrolment *enrolment = proof->enrolment;

	*session_out = NULL;
	if (hash != NULL && EVP_MD_get_type(hash) != NID_sha256)
		return 1; /* a suite that we did not offer */
	*identity_out = (const unsigned char *)enrolment->machine;
	*bytes_out = strlen(enrolment->machine);
	*session_out = session_of_key(ssl, enrolment->key);
	return *session_out != NULL;
}

static int
find_key(SSL *ssl, const unsigned char *identity, size_t bytes,
	SSL_SESSION **session_out)
{
	struct proof *proof = SSL_get_app_data(ssl);
	const char *machine = proof->enrolment->machine;

	*session_out = NULL;
	proof->offered = true;
	if (bytes != strlen(machine) || memcmp(identity, machine, bytes) != 0)
		return 1;
	proof->matched = true;
	*session_out = session_of_key(ssl, proof->enrolment->key);
	return *session_out != NULL;
}

/* Does this processor have instructions for AES-GCM? */
static bool
has_aes(void)
{
#if defined(__x86_64__) || defined(__i386__)
	return __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
#elif defined(__aarch64__)
	return (getauxval(AT_HWCAP) & 1 << 3) != 0;
#else
	return false;
#endif
}

const char *
tls_ciphers(bool aes)
{
	return aes ? "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"
		   : "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
}

/*
 * A host without a certificate can do nothing but PSK; a source checks
 * certificates and trusts none, so that it can do nothing else either.
 */
static SSL_CTX *
make_context(enum tls_side side)
{
	int groups[] = {NID_X25519, NID_X9_62_prime256v1};
	AUTO(SSL_CTX_freep) SSL_CTX *context = SSL_CTX_new(TLS_method());
	bool is_source = side == TLS_SOURCE;

	if (context == NULL ||
		SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
		SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1 ||
		SSL_CTX_set_ciphersuites(context,
			tls_ciphers(!is_source || has_aes())) != 1 ||
		SSL_CTX_set1_groups(context, groups, 2) != 1 ||
		SSL_CTX_set_num_tickets(context, 0) != 1)
		return NULL;
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
	SSL_CTX_clear_options(context,
		SSL_OP_ALLOW_NO_DHE_KEX | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
			SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_default_read_buffer_len(context, READ_BUFFER_BYTES);
	SSL_CTX_set_verify(context,
		is_source ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	if (is_source)
		SSL_CTX_set_psk_use_session_callback(context, offer_key);
	else
		SSL_CTX_set_psk_find_session_callback(context, find_key);
	return take(context);
}

static SSL *
make_ssl(int fd, enum tls_side side, struct proof *proof)
{
	AUTO(SSL_CTX_freep) SSL_CTX *context = make_context(side);
	AUTO(SSL_freep) SSL *ssl = context == NULL ? NULL : SSL_new(context);
	BIO *bio = ssl == NULL ? NULL : bio_open(fd);

	if (bio == NULL || SSL_set_app_data(ssl, proof) != 1) {
		BIO_free(bio);
		return NULL;
	}
	SSL_set_bio(ssl, bio, bio);
	if (side == TLS_SOURCE)
		SSL_set_connect_state(ssl);
	else
		SSL_set_accept_state(ssl);
	return take(ssl);
}

int
tls_wait(SSL *ssl, int fd, int result, int64_t deadline_ms, struct error *err)
{
	int lost = errno, ready;
	unsigned long reason;
	const char *text;

	switch (SSL_get_error(ssl, result)) {
	case SSL_ERROR_WANT_READ:
		ready = tcp_wait(fd, POLLIN, deadline_ms);
		break;
	case SSL_ERROR_WANT_WRITE:
		ready = tcp_wait(fd, POLLOUT, deadline_ms);
		break;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		return error_set(err, lost == 0 ? ECONNRESET : lost,
			"connection lost");
	default:
		reason = ERR_peek_error();
		text = ERR_reason_error_string(reason);
		error_set(err, 0, "TLS: %s", text == NULL ? "failure" : text);
		if (err != NULL)
			err->code = EPROTO;
		return -1;
	}
	if (ready == 0)
		return error_set(err, ETIMEDOUT, "no answer");
	return ready == 1 ? 1 : error_set(err, errno, "connection lost");
}

/* What a host says to a source whose key it does not take. */
static bool
is_refusal(int reason)
{
	static const int refusals[] = {
		SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
		SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER,
		SSL_R_TLSV1_ALERT_DECRYPT_ERROR,
		SSL_R_TLSV1_ALERT_ACCESS_DENIED,
		SSL_R_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY,
	};

	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		if (refusals[i] == reason)
			return true;
	return false;
}

/* A refusal; nobody is helped by "Permission denied" behind its text. */
static int
mark_refused(struct error *err)
{
	err->code = EACCES;
	return -1;
}

/* Say what a failed handshake means to the person at the source. */
static int
explain_to_source(const struct proof *proof, int reason, struct error *err)
{
	const char *machine = proof->enrolment->machine;
	int code = err->code;

	if (code == EPROTO && is_refusal(reason)) {
		error_set(err, 0,
			"the host does not accept the key of machine %s",
			machine);
		mark_refused(err);
		return error_hint(err, "enroll it again on the host (unrack "
				       "enroll %s) and use the new file here",
			machine);
	}
	if (code == ECONNRESET || code == EPIPE) {
		error_add(err, "the host ended the handshake");
		return error_hint(err, "check that unrack serve runs there and "
				       "that machine %s is enrolled on it "
				       "(unrack enroll %s)", machine, machine);
	}
	error_add(err, code == ETIMEDOUT ? "handshake"
					 : "this is not an unrack host");
	return error_hint(err, "check the host's address and port: unrack serve "
			       "must answer there");
}

/* The same for the log of the host. */
static int
explain_to_host(const struct proof *proof, int reason, struct error *err)
{
	const char *machine = proof->enrolment->machine;

	if (reason == SSL_R_BINDER_DOES_NOT_VERIFY)
		error_set(err, 0, "a wrong key for machine %s", machine);
	else if (proof->offered && !proof->matched)
		error_set(err, 0, "the key of another machine than %s",
			machine);
	else
		return error_add(err, "handshake with machine %s", machine);
	mark_refused(err);
	return error_hint(err, "its enrolment file is an old one or a copy of "
			       "another machine's: unrack enroll %s makes a new "
			       "one", machine);
}

static int
handshake(SSL *ssl, int fd, int64_t deadline_ms, int *reason_out,
	struct error *err)
{
	int result;

	for (;;) {
		ERR_clear_error();
		errno = 0;
		result = SSL_do_handshake(ssl);
		if (result == 1)
			return 0;
		result = tls_wait(ssl, fd, result, deadline_ms, err);
		if (result == 1)
			continue;
		*reason_out = ERR_GET_REASON(ERR_peek_error());
		ERR_clear_error();
		if (result == 0)
			error_set(err, ECONNRESET, "connection lost");
		return -1;
	}
}

int
tls_open(SSL **ssl_out, int fd, enum tls_side side,
	const struct enrolment *enrolment, int64_t deadline_ms,
	struct error *err)
{
	struct proof proof = {.enrolment = enrolment};
	AUTO(SSL_freep) SSL *ssl = make_ssl(fd, side, &proof);
	struct error own_error = {0};
	int reason = 0;

	if (err == NULL)
		err = &own_error;
	if (ssl == NULL) {
		ERR_clear_error();
		return error_set(err, ENOMEM, "start TLS");
	}
	if (handshake(ssl, fd, deadline_ms, &reason, err) == -1)
		return side == TLS_SOURCE ? explain_to_source(&proof, reason, err)
					  : explain_to_host(&proof, reason, err);
	/* Nothing else can come out of it; this is what all else rests on. */
	if (!SSL_session_reused(ssl) || SSL_version(ssl) != TLS1_3_VERSION ||
		SSL_get0_peer_certificate(ssl) != NULL) {
		error_set(err, 0,
			"the other side did not prove the key of machine %s",
			enrolment->machine);
		return mark_refused(err);
	}
	SSL_set_app_data(ssl, NULL);
	*ssl_out = take(ssl);
	return 0;
}
