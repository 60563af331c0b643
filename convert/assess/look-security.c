/*
 * What rules see of security software beyond its packages.
 */
#include <stdio.h>
#include <string.h>

#include "convert/assess/examine.h"
#include "convert/assess/looks.h"

void
security_driver_look(struct examination *examination, const struct rule *rule)
{
	/* Wherever a product keeps the modules that it built. */
	static const char *const drivers[] = {"/talpa_*.ko*", "/symev*.ko*",
		"/symap*.ko*", "/mfe_*.ko*", "/linuxshield*.ko*", "/tmhook*.ko*",
		"/bmhook*.ko*", "/dsa_filter*.ko*", "/gsch*.ko*",
		"/redirfs*.ko*", "/falcon_*.ko*", "/cbsensor*.ko*",
		"/event_collector*.ko*", "/cbproxy*.ko*", "/savonaccess*.ko*",
		"/kl*_oas.ko*", "/eset_rtp*.ko*", "/dazuko*.ko*", "/tmevw*.ko*",
		"/sisevt*.ko*", "/sisips*.ko*", "/sisfim*.ko*",
		"/vormetric*.ko*", "/secfs2*.ko*", "/seckvm*.ko*",
		"/guardium*.ko*", "/ktap*.ko*", "/actifio*.ko*"};
	const struct file *file;
	char pattern[64];

	for (size_t d = 0; d < sizeof drivers / sizeof *drivers; d++) {
		snprintf(pattern, sizeof pattern, "*%s", drivers[d]);
		for (size_t i = 0; (file = files_match(examination->files,
					    pattern, &i)) != NULL;)
			examine_note(examination, rule, file->path, 0,
				strrchr(file->path, '/') + 1);
	}
}
