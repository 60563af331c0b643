/* Tables of texts before and after. */
#include "tests/rewrite/rewriting.h"

#include <stdlib.h>

#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "tests/assess/disks.h"
#include "tests/harness.h"

static void
check(const char *path, struct references *references,
	rewrite_function *rewrite, const struct rewriting *rewriting)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(freep) char *after = NULL;
	const struct rewrite how = {path, references, findings};
	struct error err = {0};

	assert_non_null(findings);
	assert_ok(rewrite(&after, rewriting->before, &how, &err), &err);
	if (rewriting->after == NULL && after != NULL)
		fail_msg("changed to <%s>", after);
	if (rewriting->after != NULL && after == NULL)
		fail_msg("unchanged: <%s>", rewriting->before);
	if (after != NULL)
		assert_string_equal(after, rewriting->after);
	if (rewriting->rule == NULL)
		assert_int_equal(findings_count(findings, SEVERITY_WARNING), 0);
	else if (!findings_have(findings, rewriting->rule))
		fail_msg("no finding %s for <%s>", rewriting->rule,
			rewriting->before);
}

void
check_rewriting_by(struct references *references, rewrite_function *rewrite,
	const struct rewriting *rewriting)
{
	check("/a/file", references, rewrite, rewriting);
}

void
check_rewriting_of(const char *path, rewrite_function *rewrite,
	const struct rewriting *rewriting)
{
	AUTO(references_freep) struct references *references =
		references_new(&one_disk, NULL, disk_names, 1);

	assert_non_null(references);
	reference_pin(references, "/dev/sda1", &one_disk.list[1]);
	check(path, references, rewrite, rewriting);
}

void
check_rewriting(rewrite_function *rewrite, const struct rewriting *rewriting)
{
	check_rewriting_of("/a/file", rewrite, rewriting);
}
