/*
 * Cards that no configuration names: those that a pattern is for ("en*"), that
 * NetworkManager configures by itself, or that go by their MAC alone.  Their names
 * matter all the same, to patterns, firewalls and programs.  A name that is only
 * guessed would be worse than none.
 */
#include "convert/assess/leftover.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "convert/assess/finding.h"
#include "convert/assess/guest.h"

static struct guest_interface *
interface_of(struct guest *guest, const struct guest_card *card)
{
	for (size_t i = 0; i < guest->interface_count; i++)
		if (strcmp(guest->interfaces[i].mac, card->mac) == 0)
			return &guest->interfaces[i];
	return NULL;
}

static bool
goes_by_hardware(const struct guest *guest, const struct guest_card *card)
{
	for (size_t i = 0; i < guest->match_count; i++)
		if (strcmp(guest->matches[i].mac, card->mac) == 0)
			return true;
	return false;
}

/*
 * Has each card that the guest names the name that udev prefers for it?  Then the
 * others had theirs as well.  Names by rules of its own tell nothing.
 */
static bool
names_as_udev(struct guest *guest)
{
	size_t seen = 0;

	for (size_t i = 0; i < guest->card_count; i++) {
		const struct guest_card *card = &guest->cards[i];
		const struct guest_interface *interface =
			interface_of(guest, card);

		if (interface == NULL || interface->name[0] == '\0' ||
			interface->name_is_kept)
			continue;
		if (card->name_count == 0 ||
			strcmp(interface->name, card->names[0]) != 0)
			return false;
		seen++;
	}
	return seen > 0;
}

/*
 * The file that is for cards of such a name, or NULL.  "*" and "e*" are for eth0 as
 * well, and tell nothing.
 */
static const char *
pattern_for(const struct guest *guest, const char *name)
{
	for (size_t i = 0; i < guest->pattern_count; i++) {
		const struct guest_pattern *pattern = &guest->patterns[i];

		if (fnmatch(pattern->text, name, 0) == 0 &&
			fnmatch(pattern->text, "eth0", 0) != 0)
			return pattern->path;
	}
	return NULL;
}

/* On USB ("enp0s20u1") some distributions name cards by their MAC instead. */
static bool
is_sure(const struct guest *guest, const struct guest_card *card, bool by_udev)
{
	const char *name = card->names[0];

	return card->is_running || (strchr(name, 'u') == NULL &&
		(by_udev || pattern_for(guest, name) != NULL));
}

static bool
is_free(const struct guest *guest, const char *name)
{
	for (size_t i = 0; i < guest->interface_count; i++)
		if (strcmp(guest->interfaces[i].name, name) == 0)
			return false;
	return true;
}

/* Those where a rule needs no file of the interface's own. */
static bool
can_name(const struct guest *guest)
{
	return guest->naming != NAMING_NONE && guest->naming != NAMING_HWADDR;
}

static void
name_card(struct guest *guest, const char *name, const struct guest_card *card)
{
	struct guest_interface *interface = interface_of(guest, card);
	const char *path = pattern_for(guest, name);

	if (interface == NULL) {
		interface = guest_interface(guest, name);
		if (interface == NULL)
			return;
		memcpy(interface->mac, card->mac, sizeof card->mac);
		interface->is_card = true;
	}
	snprintf(interface->name, sizeof interface->name, "%s", name);
	if (interface->file[0] == '\0' && path != NULL)
		snprintf(interface->file, sizeof interface->file, "%s", path);
}

void
leftover_cards_name(struct guest *guest, struct findings *findings)
{
	bool by_udev = names_as_udev(guest);

	for (size_t i = 0; can_name(guest) && i < guest->card_count; i++) {
		const struct guest_card *card = &guest->cards[i];
		const struct guest_interface *interface =
			interface_of(guest, card);
		const char *name = card->name_count == 0 ? "" : card->names[0];

		if (interface != NULL && interface->name[0] != '\0')
			continue;
		if (*name != '\0' && is_free(guest, name) &&
			is_sure(guest, card, by_udev))
			name_card(guest, name, card);
		else if (interface == NULL && card->has_link &&
			!goes_by_hardware(guest, card))
			finding_add(findings, "network.name-unknown",
				card->slot[0] == '\0' ? "the machine"
						      : card->slot,
				0, card->mac, NULL);
	}
}
