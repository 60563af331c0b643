/*
 * X.509 certificates in a guest's files: whose they are and until when.  OpenSSL
 * parses what is between the marks, and nothing else.
 */
#include "convert/assess/certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/own.h"

static const char begin[] = "-----BEGIN CERTIFICATE-----";
static const char end[] = "-----END CERTIFICATE-----";

static void
bio_freep(BIO **bio)
{
	BIO_free(*bio);
}

static void
x509_freep(X509 **x509)
{
	X509_free(*x509);
}

static int
describe(struct certificate *certificate, X509 *x509)
{
	X509_NAME *name = X509_get_subject_name(x509);
	struct tm until;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(x509), &until) != 1)
		return -1;
	strftime(certificate->ends, sizeof certificate->ends, "%Y-%m-%d",
		&until);
	if (X509_NAME_get_text_by_NID(name, NID_commonName,
		    certificate->subject, sizeof certificate->subject) > 0)
		return 0;
	X509_NAME_oneline(name, certificate->subject,
		sizeof certificate->subject);
	return 0;
}

static int
read_pem(struct certificate *certificate, const char *text, size_t bytes)
{
	AUTO(bio_freep) BIO *bio = BIO_new_mem_buf(text, (int)bytes);
	AUTO(x509_freep) X509 *x509 = NULL;

	if (bio == NULL)
		return -1;
	x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	return x509 == NULL ? -1 : describe(certificate, x509);
}

static unsigned
count_lines(const char *from, const char *to)
{
	unsigned lines = 0;

	for (; from < to; from++)
		lines += *from == '\n';
	return lines;
}

int
certificate_next(struct certificate *certificate, const char **text,
	unsigned *line)
{
	const char *start, *stop;

	while ((start = strstr(*text, begin)) != NULL &&
		(stop = strstr(start, end)) != NULL) {
		unsigned at = *line + count_lines(*text, start);

		stop += strlen(end);
		*line = at + count_lines(start, stop);
		*text = stop;
		if (stop - start > CERTIFICATE_FILE_LIMIT ||
			read_pem(certificate, start, (size_t)(stop - start)) ==
				-1)
			continue;
		certificate->line = at;
		return 0;
	}
	return -1;
}

char *
certificate_text(const char *data, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)data;
	AUTO(x509_freep) X509 *x509 = NULL;
	AUTO(bio_freep) BIO *bio = NULL;
	char *text;
	long length;

	if (bytes < 4 || bytes > CERTIFICATE_FILE_LIMIT || at[0] != 0x30)
		return NULL;
	x509 = d2i_X509(NULL, &at, (long)bytes);
	if (x509 == NULL || (bio = BIO_new(BIO_s_mem())) == NULL ||
		PEM_write_bio_X509(bio, x509) != 1)
		return NULL;
	length = BIO_get_mem_data(bio, &text);
	return length <= 0 ? NULL : strndup(text, (size_t)length);
}

/* Days since some day long ago. */
static long
day_number(const char *date)
{
	struct tm day = {0};

	if (sscanf(date, "%4d-%2d-%2d", &day.tm_year, &day.tm_mon,
		    &day.tm_mday) != 3)
		return 0;
	day.tm_year -= 1900;
	day.tm_mon--;
	return (long)(timegm(&day) / (24 * 60 * 60));
}

long
certificate_days(const char *from, const char *to)
{
	return day_number(to) - day_number(from);
}
