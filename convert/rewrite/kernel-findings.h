#ifndef CONVERT_REWRITE_KERNEL_FINDINGS_H
#define CONVERT_REWRITE_KERNEL_FINDINGS_H

struct findings;
struct inject_kernel;
struct inject_tool;

/* What a person has to know about one initramfs and what its kernel drives. */
void kernel_findings_add(struct findings *findings,
	const struct inject_kernel *line);

/*
 * The same when it was carried out: an initramfs that could not be extended as
 * planned is not told as one that was.
 */
void kernel_findings_correct(struct findings *findings,
	const struct inject_kernel *line);

/*
 * What a person has to know when the guest's own tool could not be told which
 * drivers its next initramfs needs.
 */
void kernel_findings_add_tool(struct findings *findings,
	const struct inject_tool *tool);

#endif
