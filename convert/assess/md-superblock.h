#ifndef CONVERT_ASSESS_MD_SUPERBLOCK_H
#define CONVERT_ASSESS_MD_SUPERBLOCK_H

#include <stddef.h>
#include <stdint.h>

enum { MD_SUPERBLOCK_BYTES = 48 };

/* Where metadata of version 0.90 lies on a member of this size; 0: nowhere. */
uint64_t md_superblock_offset(uint64_t size_bytes);

/* The N of /dev/mdN that the array last was; -1 when it is no such metadata. */
int md_superblock_minor(const uint8_t *superblock, size_t bytes);

#endif
