#ifndef CONVERT_VERIFY_VERIFY_H
#define CONVERT_VERIFY_VERIFY_H

struct error;
struct luks_keys;
struct machine;

struct verify_options {
	const char *const *expect;  /* "tcp:PORT", NULL-terminated; or NULL */
	unsigned timeout_seconds;   /* 0: 600 without KVM, 180 with */
	void (*say)(void *cookie, const char *text); /* progress; may be NULL */
	void *cookie;
	const struct luks_keys *luks_keys; /* typed when it asks; may be NULL */
};

struct verify_verdict {
	char verdict[32]; /* boots, boots-with-problems, does-not-boot */
	char reason[256];
};

/*
 * Boot the emitted VM on a throw-away overlay in an isolated network, watch it,
 * and write report/proof.json, boot.png, serial.log, guest.pcap.  A VM that does
 * not boot is a verdict, not a failure; fails when no proof could be made.
 */
int verify_run(const struct machine *machine,
	const struct verify_options *options, struct verify_verdict *verdict_out,
	struct error *err);

#endif
