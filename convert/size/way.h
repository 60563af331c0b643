#ifndef CONVERT_SIZE_WAY_H
#define CONVERT_SIZE_WAY_H

#include <stdint.h>

/* What the way of a machine into its VM is chosen by. */
struct way_facts {
	const char *tier;	   /* of the assessment, or NULL */
	uint64_t used_bytes;	   /* 0: not known */
	double copy_seconds;	   /* 0: the link was not measured */
	double wire_bytes_per_second; /* 0: not measured */
};

struct way {
	const char *mode; /* "offline", "precopy", "carry" or "rebuild" */
	char reason[256];
};

/* By the first rule of the table in way.c that holds. */
void way_choose(struct way *way_out, const struct way_facts *facts);

#endif
