/*
 * The VM's network cards.  vm.c decides everything else about the VM; the
 * isolated network around each card is made by subnet.c.
 */
#include "convert/emit/nics.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/json.h"
#include "convert/emit/vm.h"

enum { NIC_LIMIT = 16, MASTER_DEPTH = 4 };

/* Lower-case copy of an address that one card can have. */
static bool
usable_mac(char mac_out[VM_MAC_BYTES], const char *text)
{
	if (text == NULL || strlen(text) != VM_MAC_BYTES - 1)
		return false;
	for (size_t i = 0; i < VM_MAC_BYTES; i++) {
		if (text[i] != '\0' && (i % 3 == 2 ? text[i] != ':'
			: !isxdigit((unsigned char)text[i])))
			return false;
		mac_out[i] = (char)tolower((unsigned char)text[i]);
	}
	/* The group bit: multicast and broadcast are no station's address. */
	return strchr("13579bdf", mac_out[1]) == NULL &&
		strcmp(mac_out, "00:00:00:00:00:00") != 0;
}

/* The cards of a bond in a running system all show one address. */
static bool
free_mac(char mac_out[VM_MAC_BYTES], const struct vm *vm, const char *text)
{
	if (!usable_mac(mac_out, text))
		return false;
	for (size_t i = 0; i < vm->nic_count; i++)
		if (strcmp(vm->nics[i].mac, mac_out) == 0)
			return false;
	return true;
}

static int
derive_mac(char mac_out[VM_MAC_BYTES], const struct vm *vm, const char *which,
	struct error *err)
{
	uint8_t h[HASH_BYTES];

	if (vm_derive(h, vm, "mac", which, err) == -1)
		return -1;
	snprintf(mac_out, VM_MAC_BYTES, "52:54:00:%02x:%02x:%02x", h[0], h[1],
		h[2]);
	return 0;
}

/* What the guest calls a card and which addresses it has there. */
static const json_t *
guest_interface(const struct vm *vm, const char *mac, const char *name)
{
	const json_t *list = json_object_get(vm->guest, "interfaces");
	const json_t *interface, *named = NULL;
	size_t i;

	json_array_foreach(list, i, interface) {
		const char *its = json_text(interface, "mac", "");

		if (strcasecmp(its, mac) == 0)
			return interface;
		if (*its == '\0' && (json_array_size(list) == 1 ||
			strcmp(json_text(interface, "name", ""), name) == 0))
			named = interface;
	}
	return named;
}

static const json_t *
interface_named(const struct vm *vm, const char *name)
{
	const json_t *interface;
	size_t i;

	json_array_foreach(json_object_get(vm->guest, "interfaces"), i,
		interface)
		if (strcmp(json_text(interface, "name", ""), name) == 0)
			return interface;
	return NULL;
}

/* What has the addresses that frames of this card are for. */
static const json_t *
carrier(const struct vm *vm, const json_t *interface)
{
	for (unsigned depth = 0; depth < MASTER_DEPTH; depth++) {
		const json_t *master = interface_named(vm,
			json_text(interface, "master", ""));

		if (master == NULL ||
			json_array_size(json_object_get(interface,
				"addresses")) > 0)
			break;
		interface = master;
	}
	return interface;
}

static int
add_nic(struct vm *vm, const json_t *card, struct error *err)
{
	struct vm_nic *nic = &vm->nics[vm->nic_count];
	const char *name = json_text(card, "name", "");
	const json_t *address, *interface;
	const char *first = NULL;
	size_t i;

	if (!free_mac(nic->mac, vm, json_text(card, "permanent_mac", NULL)) &&
		!free_mac(nic->mac, vm, json_text(card, "mac", NULL)) &&
		derive_mac(nic->mac, vm, name, err) == -1)
		return -1;
	interface = guest_interface(vm, nic->mac, name);
	snprintf(nic->name, sizeof nic->name, "%.31s",
		json_text(interface, "name", name));
	nic->interface = carrier(vm, interface);
	json_array_foreach(json_object_get(nic->interface, "addresses"), i,
		address)
		if (first == NULL && json_is_string(address) &&
			strchr(json_string_value(address), ':') == NULL)
			first = json_string_value(address);
	subnet_around(&nic->subnet, first,
		json_text(nic->interface, "gateway", NULL),
		(unsigned)vm->nic_count);
	vm->nic_count++;
	return 0;
}

/* A card rather than a bond, a bridge, a VLAN or an alias upon one. */
static bool
is_card(const json_t *interface)
{
	static const char *const prefixes[] = {"eth", "en", "em", "p"};
	const char *name = json_text(interface, "name", "");
	const char *kind = json_text(interface, "kind", NULL);

	if (kind != NULL)
		return strcmp(kind, "card") == 0 &&
			!json_flag(interface, "missing", 0);
	if (json_text(interface, "mac", NULL) != NULL)
		return true;
	if (strpbrk(name, ":.") != NULL)
		return false;
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* The number of "eth3"; -1 for any other name. */
static int
number_of(const struct vm_nic *nic)
{
	int number, end = 0;

	if (sscanf(nic->name, "eth%3d%n", &number, &end) != 1 || number < 0 ||
		nic->name[end] != '\0')
		return -1;
	return number;
}

/* By number; those without one come last, as they were. */
static int
by_number(const void *a, const void *b)
{
	const struct vm_nic *const *x = a, *const *y = b;
	int first = number_of(*x), second = number_of(*y);

	if (first != second && first != -1 && second != -1)
		return first < second ? -1 : 1;
	if ((first == -1) != (second == -1))
		return first == -1 ? 1 : -1;
	return *x < *y ? -1 : *x > *y;
}

/*
 * Kernels number cards in the order of their slots.  eth2 goes to the third
 * place where there is one; the others fill what is left.
 */
static int
sort(struct vm *vm, struct error *err)
{
	const struct vm_nic *order[NIC_LIMIT], *places[NIC_LIMIT] = {NULL};
	struct vm_nic *sorted = calloc(NIC_LIMIT, sizeof *sorted);
	size_t place = 0;

	if (sorted == NULL)
		return error_set(err, ENOMEM, "machine %s", vm->name);
	for (size_t i = 0; i < vm->nic_count; i++)
		order[i] = &vm->nics[i];
	qsort(order, vm->nic_count, sizeof *order, by_number);
	for (size_t i = 0; i < vm->nic_count; i++) {
		int number = number_of(order[i]);

		if (number < 0 || number >= (int)vm->nic_count ||
			places[number] != NULL)
			continue;
		places[number] = order[i];
		order[i] = NULL;
	}
	for (size_t i = 0; i < vm->nic_count; i++) {
		while (order[i] != NULL && places[place] != NULL)
			place++;
		if (order[i] != NULL)
			places[place] = order[i];
	}
	for (size_t i = 0; i < vm->nic_count; i++)
		sorted[i] = *places[i];
	free(vm->nics);
	vm->nics = sorted;
	return 0;
}

int
nics_find(struct vm *vm, struct error *err)
{
	bool known = true; /* to be cards */
	const json_t *cards = json_object_get(vm->inventory, "nics"), *card;
	size_t i;

	/* Without an inventory, the guest's configuration is what there is. */
	if (json_array_size(cards) == 0) {
		cards = json_object_get(vm->guest, "interfaces");
		known = false;
	}
	vm->nics = calloc(NIC_LIMIT, sizeof *vm->nics);
	if (vm->nics == NULL)
		return error_set(err, ENOMEM, "machine %s", vm->name);
	json_array_foreach(cards, i, card)
		if (vm->nic_count < NIC_LIMIT && (known || is_card(card)) &&
			add_nic(vm, card, err) == -1)
			return -1;
	if (vm->nic_count == 0)
		return add_nic(vm, NULL, err);
	return sort(vm, err);
}
