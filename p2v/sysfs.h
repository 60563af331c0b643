#ifndef P2V_SYSFS_H
#define P2V_SYSFS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/own.h"

/*
 * What the kernel tells in small files.  Every path begins with a root folder,
 * "" on a real machine and the folder of a made-up machine in a test.
 */

/*
 * The trimmed text of a file, freed by the caller.  NULL when it is missing,
 * unreadable or empty: that a fact is not known is no failure.
 */
char *sysfs_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The number in a file, decimal or 0x; `fallback` when there is none. */
int64_t sysfs_number(int64_t fallback, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

bool sysfs_exists(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* The last part of where a link points to; NULL when it is no link. */
char *sysfs_link(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/*
 * The names in a folder, shorter ones first and otherwise by bytes, which puts
 * sdb before sdaa.  A folder that is not there has no names; NULL is returned
 * only when memory is out.
 */
struct names {
	char **items;
	size_t count;
};
struct names *sysfs_list(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
void names_free(struct names *names);
OWN_DEFINE(struct names, names_free)

/*
 * The driver of the hardware that a device hangs on: the nearest device upwards
 * that has one; those of the SCSI and MMC layers (sd, mmcblk) do not count.  NULL
 * when not known.
 */
char *sysfs_driver(const char *device);

/* The folder of the PCI device that a device is or hangs on; or NULL. */
char *sysfs_pci(const char *device);

/* JSON string, or null for NULL and for an empty text.  NULL: out of memory. */
json_t *fact_text(const char *text);
/* JSON integer, or null for a negative number. */
json_t *fact_number(int64_t number);

#endif
