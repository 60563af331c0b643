/*
 * The listener.  It knows machines by name only: whoever connects is handled in
 * a process of its own, where a key has to prove the name before anything is
 * done.  session.c is what the first connection of a machine becomes.
 */
#include "convert/serve/serve.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/capture/generation.h"
#include "convert/serve/crowd.h"
#include "convert/serve/listen.h"
#include "convert/serve/rendezvous.h"
#include "convert/state/machine.h"
#include "wire/channel.h"
#include "wire/key.h"
#include "wire/message.h"

enum {
	CHILDREN_LIMIT = 256,
	UNPROVEN_LIMIT = 64, /* of them */
	PREAMBLE_SECONDS = 10,
	HANDSHAKE_SECONDS = 20,
	STRANGER_SECONDS = 2 /* slows down those who guess names */
};

/* A connection's process. */
struct child {
	pid_t pid;
	int place; /* in the crowd, or -1 */
};

struct server {
	const struct serve_settings *settings;
	int fd;
	sigset_t usual; /* the signal mask outside of the loop */
	struct child children[CHILDREN_LIMIT];
	unsigned count;
	struct crowd crowd; /* of those whose key is not proven */
	unsigned place; /* a child's own */
	/* For each place of the crowd: that its process has proved the key. */
	atomic_bool *proven; /* shared memory */
};

static volatile sig_atomic_t stop_wanted;

static void
on_stop(int number)
{
	(void)number;
	stop_wanted = 1;
}

static void
on_child(int number)
{
	(void)number; /* it only has to end ppoll() */
}

static int
read_enrolment(struct enrolment *enrolment_out, const struct machine *machine,
	struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "enrolment");

	if (path == NULL)
		return error_set(err, ENOMEM, "read the enrolment");
	return key_read(enrolment_out, path, err);
}

/* Its HELLO must be a first lane's. */
static int
hear_first_hello(struct channel *channel, struct hello *hello_out,
	struct error *err)
{
	const uint8_t *payload;
	struct frame frame;

	if (channel_receive(channel, &frame, &payload, HANDSHAKE_SECONDS, err) ==
		-1)
		return -1;
	if (frame.type != FRAME_HELLO)
		return error_set(err, EBADMSG, "%s before HELLO",
			frame_type_name(frame.type));
	if (hello_parse(hello_out, payload, frame.payload_bytes, err) == -1)
		return -1;
	if (hello_out->lane == 0)
		return 0;
	hello_release(hello_out);
	return error_set(err, 0, "there is no session that lane %u could join; "
		"lane 0 comes first", hello_out->lane);
}

/* No session yet: prove the peer, then be the session. */
static int
become_session(const struct server *server, struct machine *machine,
	const struct enrolment *enrolment, int fd, struct error *err)
{
	struct channel *channel;
	struct hello hello;
	int failed;

	if (channel_accept(&channel, fd, enrolment, HANDSHAKE_SECONDS, err) ==
		-1)
		return -1;
	atomic_store(&server->proven[server->place], true);
	if (hear_first_hello(channel, &hello, err) == -1) {
		channel_send_error(channel, err);
		channel_close(channel);
		return -1;
	}
	if (machine_lock(machine, err) == -1) {
		channel_send_error(channel, err);
		channel_close(channel);
		failed = -1;
	} else {
		failed = session_run(machine, enrolment, channel, &hello,
			&server->settings->session, err);
	}
	hello_release(&hello);
	return failed;
}

static int
join_session(const struct machine *machine, int fd, struct error *err)
{
	AUTO(freep) char *path = NULL;

	if (rendezvous_path(&path, machine, "session.sock", err) == -1)
		return -1;
	return rendezvous_send(path, fd, err);
}

/* In the child. */
static int
handle(const struct server *server, int connection, struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(fd_closep) int fd = connection;
	struct enrolment enrolment;
	char name[KEY_NAME_BYTES];

	if (channel_read_preamble(fd, name, PREAMBLE_SECONDS, err) == -1) {
		log_debug("%s", err->text); /* a port scan, a health check */
		return 0;
	}
	if (machine_open(&machine, server->settings->state, name, err) == -1 ||
		read_enrolment(&enrolment, machine, err) == -1) {
		sleep(STRANGER_SECONDS);
		return -1;
	}
	if (join_session(machine, fd, err) == 0)
		return 0;
	if (err->code != ENOENT)
		return -1;
	error_clear(err);
	if (become_session(server, machine, &enrolment, take_fd(&fd), err) ==
		-1)
		return error_add(err, "%s", machine->name);
	return 0;
}

static void
child(const struct server *server, int fd)
{
	struct error err = {0};
	int failed;

	close(server->fd);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &server->usual, NULL);
	failed = handle(server, fd, &err);
	if (failed)
		log_error(&err);
	exit(failed ? 1 : 0);
}

/* The places of those that proved their key are free again. */
static void
note_proven(struct server *server)
{
	for (unsigned i = 0; i < server->count; i++) {
		struct child *one = &server->children[i];

		if (one->place == -1 ||
			!atomic_load(&server->proven[one->place]))
			continue;
		crowd_leave(&server->crowd, (unsigned)one->place);
		one->place = -1;
	}
}

/* A place for the connection; who has to leave it is ended. */
static unsigned
find_place(struct server *server, int fd)
{
	unsigned place;
	int victim;

	note_proven(server);
	place = crowd_enter(&server->crowd, fd, &victim);
	for (unsigned i = 0; i < server->count; i++)
		if (victim != -1 && server->children[i].place == victim) {
			kill(server->children[i].pid, SIGKILL);
			server->children[i].place = -1;
		}
	atomic_store(&server->proven[place], false);
	return place;
}

static void
accept_one(struct server *server)
{
	int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
	pid_t pid;

	if (fd == -1)
		return;
	server->place = find_place(server, fd);
	pid = fork();
	if (pid == 0)
		child(server, fd);
	close(fd);
	if (pid != -1) {
		server->children[server->count++] =
			(struct child){pid, (int)server->place};
		return;
	}
	log_warn("serve a connection: %s", strerror(errno));
	crowd_leave(&server->crowd, server->place);
}

static void
forget(struct server *server, pid_t pid)
{
	for (unsigned i = 0; i < server->count; i++) {
		struct child *one = &server->children[i];

		if (one->pid != pid)
			continue;
		if (one->place != -1)
			crowd_leave(&server->crowd, (unsigned)one->place);
		*one = server->children[--server->count];
		return;
	}
}

static void
reap(struct server *server)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		forget(server, pid);
}

/* Signals arrive only while ppoll() waits, so that none is missed. */
static void
hold_signals(struct server *server)
{
	struct sigaction stop = {.sa_handler = on_stop};
	struct sigaction ended = {.sa_handler = on_child};
	sigset_t held;

	sigemptyset(&stop.sa_mask);
	sigemptyset(&ended.sa_mask);
	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGCHLD);
	sigprocmask(SIG_BLOCK, &held, &server->usual);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGCHLD, &ended, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
end_children(struct server *server)
{
	for (unsigned i = 0; i < server->count; i++)
		kill(server->children[i].pid, SIGTERM);
	while (server->count > 0) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);

		if (pid == -1 && errno != EINTR)
			break;
		if (pid != -1)
			forget(server, pid);
	}
}

static int
serve(struct server *server, struct error *err)
{
	while (!stop_wanted) {
		/* Full: the kernel's backlog waits for us. */
		struct pollfd listening = {
			server->count < CHILDREN_LIMIT ? server->fd : -1,
			POLLIN, 0};

		if (ppoll(&listening, 1, NULL, &server->usual) == -1 &&
			errno != EINTR)
			return error_set(err, errno, "wait for connections");
		reap(server);
		if (listening.revents != 0 && !stop_wanted)
			accept_one(server);
	}
	return 0;
}

/*
 * What a session frees goes back to the system: left to itself, the C library
 * keeps the largest buffer of each thread.
 */
static void
bound_memory(void)
{
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_MMAP_THRESHOLD, 128 << 10);
	mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

int
serve_run(const struct serve_settings *settings, struct error *err)
{
	struct server server = {.settings = settings,
		.crowd = {.limit = UNPROVEN_LIMIT}};
	AUTO(fd_closep) int fd = -1;
	char name[LISTEN_NAME_BYTES];
	int failed;

	if (listen_open(&fd, settings->listen, err) == -1)
		return -1;
	server.fd = fd;
	server.proven = mmap(NULL, CROWD_MOST * sizeof *server.proven,
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (server.proven == MAP_FAILED)
		return error_set(err, errno, "serve");
	bound_memory();
	hold_signals(&server);
	listen_name(fd, name);
	log_info("listening on %s, machines in %s", name, settings->state);
	generation_recover_all(settings->state); /* the host may have crashed */
	failed = serve(&server, err);
	end_children(&server);
	munmap(server.proven, CROWD_MOST * sizeof *server.proven);
	sigprocmask(SIG_SETMASK, &server.usual, NULL);
	return failed;
}
