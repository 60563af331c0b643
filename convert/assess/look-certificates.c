/*
 * Certificates that end.  Those of authorities that come with the system stand
 * in bundles, which are passed over.
 */
#include <stdio.h>
#include <string.h>

#include "convert/assess/certificate.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"

enum { SOON_DAYS = 90, FILE_LIMIT = 400 };

/* What distributions bring; nobody of the machine's renews them. */
static const char bundles[] =
	"/etc/ssl/certs/ca-* /etc/ssl/certs/*.[0-9] /etc/pki/ca-trust/extracted/* "
	"/etc/pki/tls/certs/ca-bundle* /etc/ca-certificates/* "
	"*/site-packages/certifi/* */cacert.pem";

static void
note(struct examination *examination, const struct rule *rule,
	const struct file *file, const struct certificate *certificate)
{
	char what[200];

	snprintf(what, sizeof what, "%s, until %s", certificate->subject,
		certificate->ends);
	examine_note(examination, rule, file->path, certificate->line, what);
}

static void
look_in_file(struct examination *examination, const struct rule *rule,
	const struct file *file, long from_days, long to_days)
{
	struct certificate certificate;
	const char *at = file->text;
	unsigned line = 1;

	for (int count = 0; count < CERTIFICATE_COUNT_LIMIT &&
		certificate_next(&certificate, &at, &line) == 0; count++) {
		long days = certificate_days(examination->today,
			certificate.ends);

		if (days >= from_days && days < to_days)
			note(examination, rule, file, &certificate);
	}
}

static void
look(struct examination *examination, const struct rule *rule, long from_days,
	long to_days)
{
	const struct file *file;
	int looked_at = 0;

	for (size_t i = 0; looked_at < FILE_LIMIT &&
		(file = files_match(examination->files, "/*", &i)) != NULL;) {
		if (file->text == NULL ||
			packages_name_matches(file->path, bundles) ||
			strstr(file->text, "BEGIN CERTIFICATE") == NULL)
			continue;
		looked_at++;
		look_in_file(examination, rule, file, from_days, to_days);
	}
}

void
certificate_expired_look(struct examination *examination,
	const struct rule *rule)
{
	look(examination, rule, -1000000, 0);
}

void
certificate_expiring_look(struct examination *examination,
	const struct rule *rule)
{
	look(examination, rule, 0, SOON_DAYS);
}
