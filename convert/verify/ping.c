/*
 * Does the guest agent answer?  Its protocol is JSON, a line each way.  What it
 * says is not kept: that it speaks is the proof.
 */
#include "convert/verify/ping.h"

#include <string.h>
#include <sys/socket.h>


/* Until the agent runs, QEMU keeps what it is asked. */
static const double patience_seconds = 5;

void
ping_try(struct ping *ping, double seconds)
{
	static const char question[] = "{\"execute\": \"guest-ping\"}\n";
	char answer[512];
	ssize_t got;

	if (ping->fd == -1 || ping->answered)
		return;
	while ((got = recv(ping->fd, answer, sizeof answer - 1,
			MSG_DONTWAIT)) > 0) {
		answer[got] = '\0';
		ping->answered |= strstr(answer, "\"return\"") != NULL;
	}
	if (ping->answered || (ping->asked_seconds > 0 &&
		seconds - ping->asked_seconds < patience_seconds))
		return;
	if (send(ping->fd, question, sizeof question - 1,
		    MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		ping->asked_seconds = seconds;
}
