/*
 * What rules see of what makes a machine this one.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/strings.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"

/* The first line of a file, empty when there is none. */
static const char *
first_line(struct line *line, const struct examination *examination,
	const char *path)
{
	*line = (struct line){.next = files_text(examination->files, path)};
	return line_next(line) ? line->text : "";
}

/* An empty file is how images are made; without the file it is no systemd. */
void
machine_id_missing_look(struct examination *examination,
	const struct rule *rule)
{
	const struct file *file =
		files_find(examination->files, "/etc/machine-id");
	struct line line;
	const char *id;

	if (file == NULL || file->text == NULL)
		return;
	id = first_line(&line, examination, "/etc/machine-id");
	if (*id == '\0' || strcmp(id, "uninitialized") == 0)
		examine_note(examination, rule, "/etc/machine-id", 0,
			*id == '\0' ? "empty" : id);
}

/* The id itself is kept out of reports: programs derive secrets from it. */
void
machine_id_shared_look(struct examination *examination,
	const struct rule *rule)
{
	static const char *const known[] = {"00000000000000000000000000000000",
		"ffffffffffffffffffffffffffffffff",
		"01234567890123456789012345678901",
		"0123456789abcdef0123456789abcdef"};
	struct line line, other_line;
	const char *id = first_line(&line, examination, "/etc/machine-id");
	const char *other = first_line(&other_line, examination,
		"/var/lib/dbus/machine-id");

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcasecmp(id, known[i]) == 0)
			examine_note(examination, rule, "/etc/machine-id", 1,
				"an id that images come with");
	}
	if (strlen(id) == 32 && strlen(other) == 32 && strcmp(id, other) != 0)
		examine_note(examination, rule, "/var/lib/dbus/machine-id", 1,
			"not that of /etc/machine-id");
}

bool
domain_accept(const struct examination *examination, const struct hit *hit)
{
	const char *value = strchr(hit->text, '=') + 1;

	value += strspn(value, " \t");
	if (string_starts(hit->text, "id_provider"))
		return string_starts(value, "ad") ||
			string_starts(value, "ipa");
	while (*value != '\0') {
		value += strspn(value, ", \t");
		if (strstr(hit->match, "_server") != NULL &&
			!string_starts(value, "_srv_"))
			examine_depend(examination, "ldap", value, hit->path,
				hit->line);
		value += strcspn(value, ", \t");
	}
	return true;
}
