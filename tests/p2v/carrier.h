#ifndef TESTS_P2V_CARRIER_H
#define TESTS_P2V_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "wire/key.h"

enum { CARRIER_DISKS = 6, CARRIER_DIRS = 4 };

/* A source with disks in memory, and removable disks to carry them on. */
struct carrier {
	char *folder;		  /* temporary */
	char *dirs[CARRIER_DIRS]; /* in it, where parts may be written */
	struct enrolment enrolment;
	bool encrypt;
	bool is_strange; /* its inventory is a list */
	unsigned boot; /* another number is another boot of the source */
	uint8_t *disks[CARRIER_DISKS];
	uint64_t bytes[CARRIER_DISKS];
	unsigned count;
	uint64_t bad_offset; /* of disk 0: this sector cannot be read; 0: none */
	uint64_t read_bytes; /* from the disks, by all runs in this process */
};

void carrier_make(struct carrier *carrier);
void carrier_remove(struct carrier *carrier);

/* A disk of blocks of all kinds; `seed` chooses what they hold. */
void carrier_add_disk(struct carrier *carrier, uint64_t bytes, unsigned seed);
void carrier_fill(uint8_t *data, size_t bytes, unsigned seed);

/* unrack-capture --to dirs[first] ... --continue from (or NULL). */
int carrier_run(struct carrier *carrier, unsigned first, unsigned count,
	const char *from, struct error *err);

/* Read the set in these folders back, and compare all of it with the disks. */
int carrier_check(struct carrier *carrier, unsigned first, unsigned count,
	struct error *err);

#endif
