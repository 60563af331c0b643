/*
 * tls.c: who gets in.  Real handshakes with wrong keys, no keys, certificates,
 * other services and nobody at all.
 */
#include "tests/harness.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/wire/lanes.h"
#include "wire/tcp.h"
#include "wire/tls.h"

static void
assert_both_refused(struct enrolment *source, struct host *host,
	const char *source_says, const char *host_says)
{
	struct channel *channel = NULL;
	struct error err = {0};

	assert_int_equal(channel_connect(&channel, source, 30, &err), -1);
	host_join(host);
	assert_null(channel);
	assert_null(host->channel);
	assert_int_equal(err.code, EACCES);
	assert_says(&err, source_says);
	assert_non_null(strstr(err.hint, "enroll it again"));
	assert_int_equal(host->err.code, EACCES);
	assert_says(&host->err, host_says);
	host_stop(host);
}

static void
a_wrong_key_is_refused_with_a_hint(void **state)
{
	struct enrolment source;
	struct host host;

	(void)state;
	host_start(&host, "machine-1", &source);
	source.key[KEY_BYTES - 1] ^= 1;
	assert_both_refused(&source, &host,
		"does not accept the key of machine machine-1", "wrong key");
}

static void
the_right_key_under_another_name_is_refused(void **state)
{
	struct enrolment source;
	struct host host;

	(void)state;
	host_start(&host, "machine-1", &source);
	strcpy(source.machine, "machine-2");
	assert_both_refused(&source, &host,
		"does not accept the key of machine machine-2",
		"another machine than machine-1");
}

static void
the_socket_of_a_refused_source_is_closed(void **state)
{
	struct enrolment source;
	struct host host;
	char end;
	int fd;

	(void)state;
	host_start(&host, "machine-1", &source);
	fd = raw_connect_with_preamble(&source);
	assert_int_equal(send(fd, "nonsense nonsense", 17, MSG_NOSIGNAL), 17);
	host_join(&host);
	assert_null(host.channel);
	assert_int_equal(host.err.code, EPROTO);
	while (recv(fd, &end, 1, 0) > 0)
		;
	close(fd);
	host_stop(&host);
}

/* OpenSSL as somebody else would use it, on a blocking socket. */
static SSL *
foreign_client(SSL_CTX *context, int fd)
{
	SSL *ssl = SSL_new(context);

	SSL_set_fd(ssl, fd);
	SSL_set_connect_state(ssl);
	return ssl;
}

static void
assert_foreign_client_refused(int version)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	struct enrolment source;
	struct host host;
	SSL *ssl;
	int fd;

	SSL_CTX_set_max_proto_version(context, version);
	host_start(&host, "machine-1", &source);
	fd = raw_connect_with_preamble(&source);
	ssl = foreign_client(context, fd);
	assert_int_not_equal(SSL_do_handshake(ssl), 1);
	host_join(&host);
	assert_null(host.channel);
	assert_int_equal(host.err.code, EPROTO);
	SSL_free(ssl);
	SSL_CTX_free(context);
	close(fd);
	host_stop(&host);
}

static void
a_client_without_a_key_is_refused(void **state)
{
	(void)state;
	assert_foreign_client_refused(TLS1_3_VERSION);
}

static void
a_client_of_tls_1_2_is_refused(void **state)
{
	(void)state;
	assert_foreign_client_refused(TLS1_2_VERSION);
}

static const uint8_t *foreign_key;

static int
foreign_offer(SSL *ssl, const EVP_MD *hash, const unsigned char **identity,
	size_t *bytes, SSL_SESSION **session)
{
	static const unsigned char suite[] = {0x13, 0x03};

	(void)hash;
	*identity = (const unsigned char *)"machine-1";
	*bytes = 9;
	*session = SSL_SESSION_new();
	SSL_SESSION_set1_master_key(*session, foreign_key, KEY_BYTES);
	SSL_SESSION_set_cipher(*session, SSL_CIPHER_find(ssl, suite));
	SSL_SESSION_set_protocol_version(*session, TLS1_3_VERSION);
	return 1;
}

static void
host_follows(const char *suites, const char *expected)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	struct enrolment source;
	struct host host;
	SSL *ssl;
	int fd;

	SSL_CTX_set_ciphersuites(context, suites);
	SSL_CTX_set_psk_use_session_callback(context, foreign_offer);
	host_start(&host, "machine-1", &source);
	foreign_key = source.key;
	fd = raw_connect_with_preamble(&source);
	ssl = foreign_client(context, fd);
	assert_int_equal(SSL_do_handshake(ssl), 1);
	host_join(&host);
	assert_string_equal(channel_cipher(host.channel), expected);
	SSL_free(ssl);
	SSL_CTX_free(context);
	close(fd);
	host_stop(&host);
}

static void
the_host_follows_the_order_of_the_source(void **state)
{
	(void)state;
	host_follows(tls_ciphers(true), "TLS_AES_128_GCM_SHA256");
	host_follows(tls_ciphers(false), "TLS_CHACHA20_POLY1305_SHA256");
}

/* A server that is none of ours: what it does once it got the preamble. */
struct impostor {
	struct enrolment enrolment;
	int listener;
	pthread_t thread;
	void (*act)(int fd);
};

static void *
run_impostor(void *argument)
{
	struct impostor *impostor = argument;
	int fd = accept(impostor->listener, NULL, NULL);
	char preamble[PREAMBLE_BYTES];

	if (tcp_receive(fd, preamble, sizeof preamble, -1, NULL) == 0)
		impostor->act(fd);
	close(fd);
	return NULL;
}

static void
assert_source_refuses(void (*act)(int fd), unsigned timeout_seconds, int code,
	const char *says)
{
	struct impostor impostor = {.act = act};
	struct channel *channel = NULL;
	struct error err = {0};

	assert_ok(key_make(&impostor.enrolment, "machine-1", NULL, &err), &err);
	impostor.listener = listen_on_loopback(&impostor.enrolment);
	pthread_create(&impostor.thread, NULL, run_impostor, &impostor);
	assert_int_equal(channel_connect(&channel, &impostor.enrolment,
				 timeout_seconds, &err), -1);
	pthread_join(impostor.thread, NULL);
	close(impostor.listener);
	assert_null(channel);
	assert_says(&err, says);
	assert_int_equal(err.code, code);
	assert_string_not_equal(err.hint, "");
}

static void
wait_for_peer_to_end(int fd)
{
	char dropped[512];

	while (recv(fd, dropped, sizeof dropped, 0) > 0)
		;
}

static X509 *
self_signed(EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);

	X509_set_version(certificate, X509_VERSION_3);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		(const unsigned char *)"machine-1", -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	X509_sign(certificate, key, EVP_sha256());
	return certificate;
}

static void
present_a_certificate(int fd)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = self_signed(key);
	SSL *ssl;

	SSL_CTX_use_certificate(context, certificate);
	SSL_CTX_use_PrivateKey(context, key);
	ssl = SSL_new(context);
	SSL_set_fd(ssl, fd);
	SSL_accept(ssl);
	wait_for_peer_to_end(fd);
	SSL_free(ssl);
	X509_free(certificate);
	EVP_PKEY_free(key);
	SSL_CTX_free(context);
}

static void
a_certificate_is_no_proof(void **state)
{
	(void)state;
	assert_source_refuses(present_a_certificate, 30, EPROTO,
		"not an unrack host");
}

static void
answer_as_ssh(int fd)
{
	assert_int_equal(send(fd, "SSH-2.0-OpenSSH_9.2p1\r\n", 23, MSG_NOSIGNAL),
		23);
	wait_for_peer_to_end(fd);
}

static void
another_service_is_recognised(void **state)
{
	(void)state;
	assert_source_refuses(answer_as_ssh, 30, EPROTO, "not an unrack host");
}

static void
hang_up(int fd)
{
	shutdown(fd, SHUT_WR);
	wait_for_peer_to_end(fd);
}

static void
a_host_that_hangs_up_is_told_from_one_that_refuses(void **state)
{
	(void)state;
	assert_source_refuses(hang_up, 30, ECONNRESET, "ended the handshake");
}

static void
a_silent_host_is_a_timeout(void **state)
{
	(void)state;
	assert_source_refuses(wait_for_peer_to_end, 1, ETIMEDOUT, "handshake");
}

/* Extension 45 with its one value: psk_dhe_ke and not psk_ke. */
static const uint8_t only_with_diffie_hellman[] = {0, 45, 0, 2, 1, 1};
static atomic_bool offers_only_diffie_hellman;

static void
look_at_the_offer(int fd)
{
	char hello[2048];
	ssize_t got = recv(fd, hello, sizeof hello, 0);

	atomic_store(&offers_only_diffie_hellman,
		got > 0 && memmem(hello, (size_t)got, only_with_diffie_hellman,
				   sizeof only_with_diffie_hellman) != NULL);
}

static void
a_key_is_never_offered_without_diffie_hellman(void **state)
{
	(void)state;
	assert_source_refuses(look_at_the_offer, 30, ECONNRESET, "");
	assert_true(atomic_load(&offers_only_diffie_hellman));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_key_is_refused_with_a_hint),
		cmocka_unit_test(the_right_key_under_another_name_is_refused),
		cmocka_unit_test(the_socket_of_a_refused_source_is_closed),
		cmocka_unit_test(a_client_without_a_key_is_refused),
		cmocka_unit_test(a_client_of_tls_1_2_is_refused),
		cmocka_unit_test(the_host_follows_the_order_of_the_source),
		cmocka_unit_test(a_certificate_is_no_proof),
		cmocka_unit_test(another_service_is_recognised),
		cmocka_unit_test(
			a_host_that_hangs_up_is_told_from_one_that_refuses),
		cmocka_unit_test(a_silent_host_is_a_timeout),
		cmocka_unit_test(
			a_key_is_never_offered_without_diffie_hellman),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
