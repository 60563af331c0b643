/*
 * What a session consists of, made and released: the files of its machine, its
 * images, the lanes, and what they call about once a second.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/daytime.h"
#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/capture/generation.h"
#include "convert/serve/disks.h"
#include "convert/serve/lanes.h"
#include "convert/serve/rendezvous.h"
#include "convert/serve/screen.h"
#include "convert/serve/session-parts.h"
#include "convert/serve/throttle.h"
#include "convert/source/blocks.h"
#include "convert/source/image.h"
#include "convert/source/nbd.h"
#include "convert/source/queue.h"
#include "convert/state/machine.h"
#include "wire/message.h"

static int
export_read(void *context, uint64_t offset_bytes, void *data, size_t bytes,
	struct error *err)
{
	return blocks_read(context, offset_bytes, data, bytes, err);
}

/* The operator's limit changed, or the time came for another. */
static void
update_rate(struct session *session)
{
	char text[64], rate[16];
	uint64_t limit;

	if (!throttle_update(session->throttle, daytime_now(), &limit))
		return;
	if (limit == 0)
		snprintf(text, sizeof text, "the wire is not limited any more");
	else
		snprintf(text, sizeof text, "at most %s/s over the wire",
			progress_bytes(rate, limit));
	log_info("%s: %s", session->machine->name, text);
	screen_say(session->screen, "info", text);
}

/* About once a second: what was captured becomes durable. */
static void
session_tick(void *context)
{
	struct session *session = context;
	struct error err;

	update_rate(session);
	meter_tick(&session->meter, &session->progress,
		session->machine->name);
	for (size_t i = 0; i < session->count; i++)
		if (image_flush_old(session->images[i], &err) == -1)
			queue_fail(session->queue, &err);
}

/*
 * The operator ends serve.  Nothing needs an orderly end but the images: helpers
 * die with us, and the next run takes over the rest.
 */
static void
session_stopped(void *context)
{
	const struct session *session = context;
	struct error err;

	log_info("%s: stopped; what was captured is kept",
		session->machine->name);
	for (size_t i = 0; i < session->count; i++)
		if (image_checkpoint(session->images[i], &err) == -1)
			log_error(&err);
	unlink(session->door_path);
	unlink(session->nbd_path);
	_exit(1);
}

/* A generation that is complete stays so until the next one is. */
static int
choose_place(struct session *session, struct error *err)
{
	AUTO(generation_release) struct generation last = {0};

	if (generation_settle(session->machine, err) == -1 ||
		generation_read(&last, session->machine, err) == -1)
		return -1;
	if (last.number == 0)
		return 0;
	if (generation_stage(&session->place, session->machine, err) == -1)
		return -1;
	session->source.place = session->place;
	return 0;
}

/* inventory.json and disks.json: what the source said that it is. */
static int
write_facts(struct session *session, struct error *err)
{
	const struct machine *place = session->place != NULL
		? session->place : session->machine;
	AUTO(freep) char *path = machine_path(place, "inventory.json");

	if (path == NULL)
		return error_set(err, ENOMEM, "write the inventory");
	if (disks_from_inventory(&session->disks, &session->count,
		    session->hello->inventory, err) == -1)
		return -1;
	if (json_file_write(path, session->hello->inventory, err) == -1)
		return -1;
	return machine_write_disks(place, session->disks, session->count, err);
}

static int
open_images(struct session *session, struct error *err)
{
	AUTO(freep) char *folder = machine_path(session->machine, "capture");

	if (folder == NULL)
		return error_set(err, ENOMEM, "open the images");
	if (io_make_folders(folder, err) == -1)
		return -1;
	for (size_t i = 0; i < session->count; i++)
		if (image_open(&session->images[i], folder,
			    session->disks[i].name,
			    session->disks[i].size_bytes,
			    session->hello->session, err) == -1 ||
			blocks_new(&session->blocks[i], session->images[i],
				session->queue, (uint8_t)i, err) == -1)
			return -1;
	return 0;
}

static int
choose_locations(struct session *session, struct error *err)
{
	if (rendezvous_path(&session->door_path, session->machine,
		    "session.sock", err) == -1 ||
		rendezvous_path(&session->nbd_path, session->machine,
			"disks.sock", err) == -1)
		return -1;
	session->rate_path = machine_path(session->machine, "rate");
	if (session->rate_path == NULL)
		return error_set(err, ENOMEM, "begin the session");
	for (size_t i = 0; i < session->count; i++) {
		const char *name = session->disks[i].name;

		/* Neither has a character that a URI would quote. */
		session->locations[i] = io_format("nbd+unix:///%s?socket=%s",
			name, session->nbd_path);
		if (session->locations[i] == NULL)
			return error_set(err, ENOMEM, "begin the session");
		session->exports[i] = (struct nbd_export){name,
			session->disks[i].size_bytes, export_read,
			session->blocks[i]};
	}
	return 0;
}

static struct welcome
make_welcome(const struct session *session)
{
	struct welcome welcome = {.version = FRAME_VERSION, .codec = CODEC_NONE};

	if (session->hello->codecs[CODEC_ZLIB])
		welcome.codec = CODEC_ZLIB;
	if (session->hello->codecs[CODEC_ZSTD])
		welcome.codec = CODEC_ZSTD;
	snprintf(welcome.machine, sizeof welcome.machine, "%s",
		session->machine->name);
	return welcome;
}

static int
start_lanes(struct session *session, const struct enrolment *enrolment,
	struct error *err)
{
	const struct lanes_settings settings = {.enrolment = enrolment,
		.session = session->hello->session,
		.welcome = make_welcome(session),
		.cores = session->hello->cores,
		.fixed_lanes = session->settings->lanes,
		.queue = session->queue,
		.screen = session->screen,
		.throttle = session->throttle,
		.socket_path = session->door_path,
		.patience_seconds = session->settings->patience_seconds,
		.silence_seconds = session->settings->silence_seconds,
		.tick = session_tick,
		.stopped = session_stopped,
		.context = session};

	return lanes_start(&session->lanes, &settings, err);
}

int
session_open(struct session *session, const struct enrolment *enrolment,
	struct error *err)
{
	if (session->settings->no_share &&
		machine_set_apart(session->machine, err) == -1)
		return -1;
	if (queue_new(&session->queue, err) == -1 ||
		screen_new(&session->screen, &session->progress, err) == -1 ||
		choose_place(session, err) == -1 ||
		write_facts(session, err) == -1 ||
		open_images(session, err) == -1 ||
		choose_locations(session, err) == -1 ||
		throttle_new(&session->throttle, session->rate_path,
			&session->settings->rate, err) == -1)
		return -1;
	update_rate(session); /* before the first request */
	return start_lanes(session, enrolment, err);
}

/* The lanes and the queue are over, or never began. */
void
session_release(struct session *session)
{
	for (size_t i = 0; i < session->count; i++) {
		blocks_freep(&session->blocks[i]);
		image_close(session->images[i]);
		free(session->locations[i]);
	}
	screen_freep(&session->screen);
	queue_freep(&session->queue);
	machine_disks_free(session->disks, session->count);
	machine_closep(&session->place);
	free(session->door_path);
	free(session->nbd_path);
	free(session->rate_path);
	throttle_freep(&session->throttle);
}
