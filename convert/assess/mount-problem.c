/*
 * "mount_options: mount exited with status 32: mount: /sysroot: cannot mount;
 * probably corrupted filesystem on /dev/sdb2.", and a line about dmesg: only the
 * middle is about the guest.
 */
#include "convert/assess/mount-problem.h"

#include <stdio.h>
#include <string.h>

const char *
mount_problem(char text[MOUNT_PROBLEM_BYTES], const char *error)
{
	static const char before[] = "mount: /sysroot";
	const char *at = error == NULL ? NULL : strstr(error, before);
	const char *words = at == NULL ? NULL : strstr(at + sizeof before - 1, ": ");
	const char *device;
	size_t bytes;

	if (error == NULL || *error == '\0')
		error = "no reason given";
	if (words != NULL)
		error = words + 2;
	bytes = strcspn(error, "\n");
	device = words == NULL ? NULL : strstr(error, " on /dev/");
	if (device != NULL && device < error + bytes)
		bytes = (size_t)(device - error);
	while (bytes > 0 && strchr(" .,", error[bytes - 1]) != NULL)
		bytes--;
	snprintf(text, MOUNT_PROBLEM_BYTES, "%.*s", (int)bytes, error);
	return text;
}
