#ifndef CONVERT_REWRITE_KERNEL_FINDINGS_H
#define CONVERT_REWRITE_KERNEL_FINDINGS_H

struct findings;
struct inject_kernel;

/* What a person has to know about one initramfs and what its kernel drives. */
void kernel_findings_add(struct findings *findings,
	const struct inject_kernel *line);

#endif
