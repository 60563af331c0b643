#include "tests/harness.h"

#include "tests/drivers-inject/guest-fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define SHELL ". \"$SOURCE\"/tests/drivers-inject/functions\n"

/* Made once, copied for each test. */
static struct scratch *template;
static bool template_usable;

int
guest_make_template(void **state)
{
	(void)state;
	if (scratch_setup((void **)&template) == -1)
		return -1;
	template_usable = scratch_shell_holds(template,
		"\"$SOURCE\"/tests/drivers-inject/make-guest . >log 2>&1 || {\n"
		"test $? = 77 || cat log; exit 1; }");
	return 0;
}

int
guest_remove_template(void **state)
{
	(void)state;
	return scratch_teardown((void **)&template);
}

int
guest_setup(void **state)
{
	struct guest *guest = calloc(1, sizeof *guest);
	char script[1000], root[300];
	struct error err;

	if (scratch_setup((void **)&guest->scratch) == -1)
		return -1;
	*state = guest;
	if (!template_usable)
		return 0;
	snprintf(script, sizeof script, "cp -a %s/guest %s/unpacked %s/version .",
		template->path, template->path, template->path);
	scratch_shell(guest->scratch, script);
	snprintf(root, sizeof root, "%s/guest", guest->scratch->path);
	assert_ok(guest_folder_open(&guest->files, root, &err), &err);
	return 0;
}

int
guest_teardown(void **state)
{
	struct guest *guest = *state;
	int result = scratch_teardown((void **)&guest->scratch);

	guest_folder_close(&guest->files);
	free(guest);
	return result;
}

/* `script` makes $image from unpacked/. */
void
guest_make_image(const struct guest *guest, const char *script)
{
	char whole[4096];

	if (!template_usable)
		skip();
	snprintf(whole, sizeof whole, SHELL "%s\ncp $image original", script);
	scratch_shell(guest->scratch, whole);
}

void
guest_holds(const struct guest *guest, const char *script)
{
	char whole[4096];

	snprintf(whole, sizeof whole, SHELL "%s", script);
	scratch_shell(guest->scratch, whole);
}

void
guest_run(struct guest *guest, const struct inject_options *options,
	struct inject_report *report)
{
	struct error err;

	assert_ok(inject_run(&guest->files, options, report, &err), &err);
}

void
guest_assert_status(const struct inject_report *report, size_t i,
	enum inject_status status)
{
	assert_true(i < report->count);
	if (report->kernels[i].status != status)
		fail_msg("%s: %s", inject_status_name(report->kernels[i].status),
			report->kernels[i].text);
}

void
guest_inject(struct guest *guest, struct inject_report *report)
{
	guest_run(guest, &(struct inject_options){.dry_run = false}, report);
	assert_int_equal(report->count, 1);
	guest_assert_status(report, 0, INJECT_INJECTED);
}
