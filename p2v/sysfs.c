/*
 * Reading the kernel's small files; every noun of the inventory stands on this.
 * Read inventory.c for how the facts come together.
 */
#include "p2v/sysfs.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"

enum { FACT_LIMIT = 64 << 10 };

#define FORMAT_PATH(path, format)                                              \
	do {                                                                   \
		va_list args_;                                                 \
                                                                               \
		va_start(args_, format);                                       \
		if (vasprintf(&(path), format, args_) == -1)                   \
			(path) = NULL;                                         \
		va_end(args_);                                                 \
	} while (0)

static char *
read_trimmed(const char *path)
{
	AUTO(freep) char *text = NULL;
	size_t bytes, start = 0;

	if (path == NULL ||
		io_read_file(&text, &bytes, path, FACT_LIMIT, NULL) == -1)
		return NULL;
	bytes = strlen(text);
	while (bytes > 0 && isspace((unsigned char)text[bytes - 1]))
		text[--bytes] = '\0';
	while (isspace((unsigned char)text[start]))
		start++;
	memmove(text, text + start, bytes - start + 1);
	return *text == '\0' ? NULL : take(text);
}

char *
sysfs_text(const char *format, ...)
{
	AUTO(freep) char *path = NULL;

	FORMAT_PATH(path, format);
	return read_trimmed(path);
}

int64_t
sysfs_number(int64_t fallback, const char *format, ...)
{
	AUTO(freep) char *path = NULL;
	AUTO(freep) char *text = NULL;
	char *end;
	int64_t number;

	FORMAT_PATH(path, format);
	text = read_trimmed(path);
	if (text == NULL)
		return fallback;
	number = strtoll(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	return end == text || *end != '\0' ? fallback : number;
}

bool
sysfs_exists(const char *format, ...)
{
	AUTO(freep) char *path = NULL;

	FORMAT_PATH(path, format);
	return path != NULL && access(path, F_OK) == 0;
}

char *
sysfs_link(const char *format, ...)
{
	AUTO(freep) char *path = NULL;
	char target[PATH_MAX];
	const char *slash;
	ssize_t bytes;

	FORMAT_PATH(path, format);
	if (path == NULL)
		return NULL;
	bytes = readlink(path, target, sizeof target - 1);
	if (bytes <= 0)
		return NULL;
	target[bytes] = '\0';
	slash = strrchr(target, '/');
	return strdup(slash == NULL ? target : slash + 1);
}

static int
compare_names(const void *a, const void *b)
{
	const char *left = *(char *const *)a, *right = *(char *const *)b;
	size_t n = strlen(left), m = strlen(right);

	if (n != m)
		return n < m ? -1 : 1;
	return strcmp(left, right);
}

static int
names_add(struct names *names, const char *name)
{
	char **larger = realloc(names->items,
		(names->count + 1) * sizeof names->items[0]);

	if (larger == NULL)
		return -1;
	names->items = larger;
	larger[names->count] = strdup(name);
	return larger[names->count] == NULL ? -1 : (names->count++, 0);
}

struct names *
sysfs_list(const char *format, ...)
{
	AUTO(names_freep) struct names *names = calloc(1, sizeof *names);
	AUTO(freep) char *path = NULL;
	const struct dirent *entry;
	DIR *folder;
	int failed = 0;

	FORMAT_PATH(path, format);
	if (names == NULL || path == NULL)
		return NULL;
	folder = opendir(path);
	if (folder == NULL)
		return take(names);
	while (failed == 0 && (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			failed = names_add(names, entry->d_name);
	closedir(folder);
	if (failed)
		return NULL;
	if (names->count > 1)
		qsort(names->items, names->count, sizeof names->items[0],
			compare_names);
	return take(names);
}

void
names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	free(names);
}

/* From a device's folder upwards to the first that `fits`; freed by the caller. */
static char *
climb(const char *device, bool (*fits)(const char *folder))
{
	AUTO(freep) char *folder = realpath(device, NULL);
	char *slash;

	while (folder != NULL && strstr(folder, "/sys/devices/") != NULL) {
		if (fits(folder))
			return take(folder);
		slash = strrchr(folder, '/');
		*slash = '\0';
	}
	return NULL;
}

static bool
subsystem_is(const char *folder, const char *name)
{
	AUTO(freep) char *subsystem = sysfs_link("%s/subsystem", folder);

	return subsystem != NULL && strcmp(subsystem, name) == 0;
}

static bool
is_driven(const char *folder)
{
	/* These layers' drivers are the same whatever the hardware is. */
	return sysfs_exists("%s/driver", folder) &&
		!subsystem_is(folder, "scsi") && !subsystem_is(folder, "mmc");
}

static bool
is_pci(const char *folder)
{
	return subsystem_is(folder, "pci");
}

char *
sysfs_driver(const char *device)
{
	AUTO(freep) char *folder = climb(device, is_driven);

	return folder == NULL ? NULL : sysfs_link("%s/driver", folder);
}

char *
sysfs_pci(const char *device)
{
	return climb(device, is_pci);
}

json_t *
fact_text(const char *text)
{
	if (text == NULL || *text == '\0')
		return json_null();
	return json_safe_string(text, strlen(text));
}

json_t *
fact_number(int64_t number)
{
	return number < 0 ? json_null() : json_integer(number);
}
