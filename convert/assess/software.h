#ifndef CONVERT_ASSESS_SOFTWARE_H
#define CONVERT_ASSESS_SOFTWARE_H

#include <stdbool.h>

struct examination;
struct file;
struct rule;
struct software;

/* Note a rule's software by its first trace: package, unit, path. */
void software_look(struct examination *examination, const struct rule *rule,
	const struct software *software);

/*
 * The first unit or init script whose name without ending matches one of the
 * patterns; NULL when there is none.
 */
const struct file *software_unit(const struct examination *examination,
	const char *patterns);

#endif
