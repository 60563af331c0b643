/*
 * The boot proof.  prepare.c makes the throw-away overlay, boot.c starts QEMU,
 * watch.c and pcap.c understand what comes, proof.c judges; here they meet in
 * one loop that ends as soon as everything is proven, or cannot be any more.
 */
#include "convert/verify/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/accelerator.h"
#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "convert/assess/luks-keys.h"
#include "convert/assess/secret.h"
#include "convert/emit/vm.h"
#include "convert/state/machine.h"
#include "convert/verify/boot.h"
#include "convert/verify/console.h"
#include "convert/verify/expect.h"
#include "convert/verify/pcap.h"
#include "convert/verify/ping.h"
#include "convert/verify/prepare.h"
#include "convert/verify/proof.h"
#include "convert/verify/qmp.h"
#include "convert/verify/typist.h"
#include "convert/verify/watch.h"
#include "convert/verify/witness.h"

enum {
	LOG_LIMIT = 64 << 20,	  /* a guest that says more ends its proof */
	WITNESS_LIMIT = 16 << 20,
	PACKET_LIMIT = 64 << 20,
	TIMEOUT_KVM = 180,
	TIMEOUT_TCG = 600
};

/* How long a guest that is up may take to answer and to report. */
static const double grace_kvm = 30, grace_tcg = 90;
/* After a failure: what else the console has to say. */
static const double failure_grace = 3;

/* A log file of which more and more is read. */
struct tail {
	const char *path;
	uint64_t offset;
};

/* One proof under way. */
struct watchman {
	const struct machine *machine;
	const struct verify_options *options;
	struct vm *vm;
	char *report, *folder; /* report/, and the throw-away folder */
	enum accelerator accelerator;
	struct preparation preparation;
	struct expectation expectations[EXPECT_LIMIT];
	size_t expectation_count;
	struct boot *boot;
	struct watch watch;
	struct tail serial, firmware;
	struct pcap_facts *packets;
	json_t *facts;
	struct ping agent;
	struct typist typist;
	double start, up_seconds;
	time_t started;
	bool announced[WATCH_MILESTONE_COUNT];
	char stop_reason[64];
};

static void
say(const struct watchman *man, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
say(const struct watchman *man, const char *format, ...)
{
	char text[256];
	va_list list;

	if (man->options->say == NULL)
		return;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	man->options->say(man->options->cookie, text);
}

static struct observation
observe(const struct watchman *man, double seconds)
{
	return (struct observation){
		.vm = man->vm,
		.watch = &man->watch,
		.expectations = man->expectations,
		.expectation_count = man->expectation_count,
		.nic = boot_outer_nic(man->vm),
		.packets = man->packets,
		.facts = man->facts,
		.has_witness = man->preparation.witness,
		.agent_answered = man->agent.answered,
		.stop_reason = *man->stop_reason ? man->stop_reason : NULL,
		.accelerator = accelerator_name(man->accelerator),
		.started = man->started,
		.seconds = seconds,
	};
}

/* Feed what a log has grown by since the last time. */
static void
read_tail(struct watchman *man, struct tail *tail, enum watch_source source,
	double seconds)
{
	AUTO(fd_closep) int fd = open(tail->path, O_RDONLY | O_CLOEXEC);
	char data[16384];
	ssize_t got;

	while (fd != -1 && man->watch.bytes < LOG_LIMIT &&
		(got = pread(fd, data, sizeof data, (off_t)tail->offset)) > 0) {
		tail->offset += (uint64_t)got;
		watch_feed(&man->watch, source, data, (size_t)got, seconds);
	}
}

/* Until the kernel talks to the serial port, the screen is what there is. */
static void
read_screen(struct watchman *man, double seconds)
{
	char text[QMP_SCREEN_BYTES];
	struct error ignored;
	size_t bytes = man->watch.bytes;

	if (man->watch.reached[WATCH_KERNEL] ||
		qmp_screen(man->boot->qmp, text, man->boot->scratch,
			&ignored) == -1)
		return;
	watch_feed(&man->watch, WATCH_SCREEN, text, strlen(text), seconds);
	man->watch.bytes = bytes;
}

static void
read_witness(struct watchman *man)
{
	AUTO(freep) char *text = NULL;
	struct error ignored;
	json_t *facts;

	if (io_read_file(&text, NULL, man->boot->witness, WITNESS_LIMIT,
		    &ignored) == -1)
		return;
	facts = witness_parse(text);
	if (facts == NULL)
		return;
	json_decref(man->facts);
	man->facts = facts;
}

static void
add_mac(struct pcap_facts *facts, const char *text)
{
	uint8_t *m = facts->macs[facts->mac_count];

	if (facts->mac_count < PCAP_MAC_LIMIT &&
		sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &m[0], &m[1],
			&m[2], &m[3], &m[4], &m[5]) == 6)
		facts->mac_count++;
}

/* Those of the cards, and of what the guest has made of them since. */
static void
add_macs(struct pcap_facts *facts, const struct watchman *man)
{
	const json_t *interface;
	size_t i;

	for (i = 0; i < man->vm->nic_count; i++)
		add_mac(facts, man->vm->nics[i].mac);
	json_array_foreach(json_object_get(man->facts, "interfaces"), i,
		interface)
		add_mac(facts, json_text(interface, "mac", ""));
}

/* The whole file again each time: an isolated network carries little. */
static void
read_packets(struct watchman *man, size_t nic)
{
	struct pcap_facts *facts = &man->packets[nic];
	struct pcap_facts fresh = {.network = facts->network};
	AUTO(freep) char *name = boot_packets_name(nic);
	AUTO(freep) char *path = name == NULL
		? NULL : io_format("%s/%s", man->report, name);
	AUTO(freep) char *data = NULL;
	struct error why;
	size_t bytes;

	add_macs(&fresh, man);
	if (path == NULL || io_read_file(&data, &bytes, path, PACKET_LIMIT,
		&why) == -1 || pcap_read(&fresh, (const uint8_t *)data, bytes,
		&why) == -1) {
		log_debug("%s", why.text);
		return;
	}
	*facts = fresh;
}

static void
note_answers(struct watchman *man)
{
	const struct pcap_facts *facts =
		&man->packets[boot_outer_nic(man->vm)];

	for (size_t i = 0; i < man->expectation_count; i++) {
		struct expectation *expectation = &man->expectations[i];

		for (size_t j = 0; j < facts->service_count; j++) {
			if (facts->services[j].port != expectation->port ||
				expectation->answered)
				continue;
			expectation->answered = true;
			say(man, "tcp:%u answers", expectation->port);
		}
	}
}

static void
announce(struct watchman *man)
{
	for (size_t i = 0; i < WATCH_MILESTONE_COUNT; i++) {
		if (!man->watch.reached[i] || man->announced[i])
			continue;
		man->announced[i] = true;
		say(man, "%s after %.0f s", watch_name((enum watch_milestone)i),
			man->watch.seconds[i]);
	}
}

/*
 * systemd starts a login on each console of the kernel, so it is worth waiting
 * for; other inits do so only where they were told to.
 */
static bool
login_will_come(const struct watchman *man)
{
	return man->preparation.console && (man->facts == NULL ||
		json_text(man->facts, "state", NULL) != NULL);
}

/* Everything that is asked for was seen, and nothing is wrong. */
static bool
is_proven(const struct watchman *man, double seconds)
{
	struct observation seen = observe(man, seconds);
	AUTO(json_decrefpp) json_t *problems = NULL;
	AUTO(json_decrefpp) json_t *excused = json_array();

	if (!proof_is_up(&seen))
		return false;
	if (!man->watch.reached[WATCH_LOGIN] && login_will_come(man))
		return false;
	problems = proof_problems(&seen, excused);
	return json_array_size(problems) == 0;
}

/* Whether more watching could change the verdict. */
static bool
is_over(struct watchman *man, double seconds)
{
	struct observation seen = observe(man, seconds);
	bool kvm = man->accelerator == ACCELERATOR_KVM;
	double grace = kvm ? grace_kvm : grace_tcg;
	double limit = man->options->timeout_seconds;

	if (limit <= 0)
		limit = kvm ? TIMEOUT_KVM : TIMEOUT_TCG;
	if (seconds > limit || man->watch.bytes >= LOG_LIMIT)
		return true;
	if (man->watch.failure != NULL &&
		seconds > man->watch.failed_seconds + failure_grace)
		return true;
	if (proof_is_up(&seen) && man->up_seconds == 0)
		man->up_seconds = seconds;
	return man->up_seconds > 0 && seconds > man->up_seconds + grace;
}

/* The VM stopped by itself (-no-reboot: a restart counts) or QEMU is gone. */
static bool
has_stopped(struct watchman *man)
{
	struct error why;
	const char *reason;

	if (qmp_poll(man->boot->qmp, &why) == -1 || !boot_is_running(man->boot))
		snprintf(man->stop_reason, sizeof man->stop_reason, "%s",
			"QEMU ended");
	reason = qmp_stop_reason(man->boot->qmp);
	if (reason != NULL)
		snprintf(man->stop_reason, sizeof man->stop_reason, "%s",
			reason);
	return *man->stop_reason != '\0';
}

/* Look at the slower sources. */
static void
look_around(struct watchman *man, double seconds)
{
	read_screen(man, seconds);
	read_witness(man);
	for (size_t i = 0; i < man->vm->nic_count; i++)
		read_packets(man, i);
	note_answers(man);
}

/* Returns the seconds that it took. */
static double
watch_boot(struct watchman *man)
{
	const struct timespec pause = {0, 200000000};
	double seconds = 0, next_look = 0;
	bool stopped = false;

	while (!stopped && !is_over(man, seconds) &&
		!(seconds > 0 && is_proven(man, seconds))) {
		nanosleep(&pause, NULL);
		stopped = has_stopped(man);
		seconds = monotonic_seconds() - man->start;
		read_tail(man, &man->serial, WATCH_SERIAL, seconds);
		read_tail(man, &man->firmware, WATCH_FIRMWARE, seconds);
		typist_step(&man->typist, man->watch.reached[WATCH_LOGIN] ? 0
			: man->watch.asked, seconds);
		if (!stopped)
			expect_knock(man->expectations, man->expectation_count,
				seconds);
		if (!stopped && man->up_seconds > 0)
			ping_try(&man->agent, seconds);
		if (seconds >= next_look || stopped) {
			if (!stopped)
				look_around(man, seconds);
			next_look = seconds + 1;
		}
		announce(man);
	}
	return seconds;
}

/* The screen as it is at the end; a picture is evidence, not a condition. */
static bool
take_picture(struct watchman *man)
{
	const struct timespec pause = {1, 0};
	AUTO(freep) char *path = io_format("%s/boot.png", man->report);
	struct error why;

	if (path == NULL || *man->stop_reason != '\0')
		return false;
	nanosleep(&pause, NULL); /* let the screen's login appear as well */
	if (qmp_picture(man->boot->qmp, path, &why) == 0)
		return true;
	log_debug("%s", why.text);
	return false;
}

/* Evidence of an earlier proof must not be taken for this one's. */
static int
clear_evidence(struct watchman *man, struct error *err)
{
	static const char *const names[] = {"boot.png", "serial.log",
		"guest.pcap", "proof.json"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO(freep) char *path = io_format("%s/%s", man->report,
			names[i]);

		if (path == NULL)
			return error_set(err, ENOMEM, "clear the evidence");
		if (unlink(path) == -1 && errno != ENOENT)
			return error_set(err, errno, "remove %s", path);
	}
	return 0;
}

/* A later conversion that failed took what is known of the guest with it. */
static int
check_converted(const struct watchman *man, struct error *err)
{
	AUTO(freep) char *path = machine_path(man->machine, "report/guest.json");

	if (path == NULL)
		return error_set(err, ENOMEM, "verify %s", man->machine->name);
	if (access(path, R_OK) == 0)
		return 0;
	error_set(err, errno, "open %s", path);
	return error_hint(err, "Run `unrack convert %s` first; the last one did "
		"not end well.", man->machine->name);
}

static int
open_man(struct watchman *man, struct error *err)
{
	if (check_converted(man, err) == -1 ||
		vm_read(&man->vm, man->machine, err) == -1 ||
		accelerator_find(&man->accelerator, err) == -1 ||
		expect_parse(man->expectations, &man->expectation_count,
			man->options->expect, err) == -1)
		return -1;
	man->report = machine_path(man->machine, "report");
	man->folder = machine_path(man->machine, "vm/proof");
	man->packets = calloc(man->vm->nic_count, sizeof *man->packets);
	if (man->report == NULL || man->folder == NULL || man->packets == NULL)
		return error_set(err, ENOMEM, "verify %s", man->machine->name);
	for (size_t i = 0; i < man->vm->nic_count; i++)
		man->packets[i].network = man->vm->nics[i].subnet.network;
	/* What a proof that was interrupted left is of no use. */
	return io_remove_tree(man->folder, err) == -1 ||
		io_make_folders(man->folder, err) == -1 ||
		io_make_folders(man->report, err) == -1 ||
		clear_evidence(man, err) == -1 ? -1 : 0;
}

static void
close_man(struct watchman *man)
{
	AUTO(freep) char *console = man->report == NULL
		? NULL
		: io_format("%s/serial.log", man->report);
	struct error ignored;

	boot_stop(man->boot);
	if (console != NULL && console_mask(console,
		man->options->luks_keys, &ignored) == -1)
		log_warn("%s", ignored.text);
	expect_close(man->expectations, man->expectation_count);
	if (man->folder != NULL)
		io_remove_tree(man->folder, &ignored);
	if (man->vm != NULL)
		vm_free(man->vm);
	json_decref(man->facts);
	free(man->packets);
	free(man->report);
	free(man->folder);
}

static int
write_proof(struct watchman *man, double seconds, bool picture,
	struct verify_verdict *verdict_out, struct error *err)
{
	struct observation seen = observe(man, seconds);
	AUTO(freep) char *path = io_format("%s/proof.json", man->report);
	AUTO(json_decrefpp) json_t *proof = proof_compose(&seen, verdict_out);
	json_t *evidence = json_pack("{s:s, s:s}", "serial", "serial.log",
		"packets", "guest.pcap");

	if (path == NULL || proof == NULL || evidence == NULL)
		return error_set(err, ENOMEM, "write the proof");
	json_set_text(evidence, "screen", picture ? "boot.png" : NULL);
	json_object_set_new(proof, "evidence", evidence);
	return json_file_write(path, proof, err);
}

static int
prove(struct watchman *man, struct verify_verdict *verdict_out,
	struct error *err)
{
	double seconds;
	bool picture;

	if (open_man(man, err) == -1)
		return -1;
	say(man, "preparing a throw-away copy");
	if (prepare_overlays(&man->preparation, man->machine, man->vm,
		    man->folder, man->options->luks_keys, err) == -1)
		return -1;
	say(man, "booting, isolated (%s)", accelerator_name(man->accelerator));
	man->start = monotonic_seconds();
	man->started = time(NULL);
	if (boot_start(&man->boot, man->vm, man->folder, man->report,
		    man->accelerator, man->options->luks_keys != NULL,
		    man->expectations, man->expectation_count, err) == -1)
		return -1;
	man->agent.fd = man->boot->agent;
	man->typist.fd = man->boot->keyboard;
	man->typist.keys = man->options->luks_keys;
	man->serial.path = man->boot->serial;
	man->firmware.path = man->boot->firmware;
	seconds = watch_boot(man);
	luks_keys_mask(man->options->luks_keys, man->watch.evidence);
	secret_mask(man->watch.evidence);
	picture = take_picture(man);
	return write_proof(man, seconds, picture, verdict_out, err);
}

int
verify_run(const struct machine *machine, const struct verify_options *options,
	struct verify_verdict *verdict_out, struct error *err)
{
	static const struct verify_options none;
	struct watchman *man = calloc(1, sizeof *man);
	int result;

	if (man == NULL)
		return error_set(err, ENOMEM, "verify %s", machine->name);
	man->machine = machine;
	man->options = options == NULL ? &none : options;
	result = prove(man, verdict_out, err);
	close_man(man);
	free(man);
	return result == -1 ? error_add(err, "verify %s", machine->name) : 0;
}
