#ifndef CONVERT_REPORT_FLEET_H
#define CONVERT_REPORT_FLEET_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "convert/report/parts.h"

struct error;

/* A machine that another one's configuration names. */
struct fleet_link {
	size_t from, to; /* indices of machines; FLEET_OUTSIDE: not of these */
	const char *host, *kind, *where; /* borrowed from the parts */
	unsigned port; /* 0: not told */
};
#define FLEET_OUTSIDE ((size_t)-1)

/* A rule, and the machines on which it was met. */
struct fleet_rule {
	const json_t *finding; /* the first of them; borrowed */
	size_t *machines;
	size_t count;
};

struct fleet {
	struct machine **machines; /* parts[i] is of machines[i] */
	struct parts *parts;
	size_t count;
	struct fleet_link *links;
	size_t link_count;
	struct fleet_rule *rules; /* the most common first */
	size_t rule_count;
};

/* The machines of these names, or all when there is none (NULL-terminated). */
int fleet_read(struct fleet *fleet_out, const char *state,
	char *const *names, struct error *err);
void fleet_release(struct fleet *fleet);

/*
 * Does `host`, from a configuration, mean this machine?  By its name, its host
 * name (in full, or either side without a domain) or an address.
 */
bool fleet_is_meant(const struct parts *parts, const char *host);

/* Is it "text", "html", "json" or "csv"? */
int fleet_check_format(const char *format, struct error *err);

/* In one of these on `out`. */
int fleet_print(const struct fleet *fleet, const char *format, FILE *out,
	struct error *err);

/* In fleet-page.c and fleet-graph.c. */
void fleet_page_print(FILE *out, const struct fleet *fleet);
void fleet_graph_print(FILE *out, const struct fleet *fleet);

/* The tier's name in JSON, or "" for a machine that has none. */
const char *fleet_tier(const struct fleet *fleet, size_t machine);

#endif
