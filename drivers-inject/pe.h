#ifndef DRIVERS_INJECT_PE_H
#define DRIVERS_INJECT_PE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A section of a PE file, such as EFI programs are; borrowed from it. */
struct pe_section {
	const uint8_t *data;
	size_t bytes; /* as its header says */
	size_t there; /* of these, in what was given */
};

/*
 * Find a section by its name in a file, or in how it begins.  False when it is
 * no PE file or has no such section there.
 */
bool pe_find(struct pe_section *section_out, const void *image, size_t bytes,
	const char *name);

/* For which processor the program is, as the file has it; 0: no PE file. */
unsigned pe_machine(const void *image, size_t bytes);

#endif
