/* Clocks: an old server's is often wrong, and may keep local time. */
#include "p2v/clock.h"

#include "p2v/sysfs.h"

json_t *
clock_facts(const char *root, time_t now)
{
	int64_t rtc = sysfs_number(-1, "%s/sys/class/rtc/rtc0/since_epoch",
		root);

	return json_pack("{s:o, s:n}", "rtc_offset_seconds",
		rtc < 0 ? json_null() : json_integer(rtc - (int64_t)now),
		"offset_to_host_seconds");
}

void
clock_text(char text_out[32], time_t now)
{
	struct tm parts;

	if (gmtime_r(&now, &parts) == NULL ||
		strftime(text_out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		text_out[0] = '\0';
}
