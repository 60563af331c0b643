#ifndef P2V_HEALTH_ASK_H
#define P2V_HEALTH_ASK_H

struct health;

enum health_way { HEALTH_ATA, HEALTH_SCSI, HEALTH_NVME };

/*
 * Ask the disk at `path`, which is opened for reading alone, how it is.  Only
 * commands that read and change nothing on the disk are sent; SMART that is off
 * stays off.  What is not answered stays unknown; the first command that takes
 * too long is the last one.
 */
void health_ask(struct health *health_out, const char *path,
	enum health_way way);

#endif
