/*
 * getaddrinfo() of the static program, which takes the place of libc's when it
 * is linked (--wrap).  libc's would load the machine's own name service modules,
 * made for another libc, into this process.  Here a host is an address, a name
 * in /etc/hosts, or what the name server in /etc/resolv.conf says.
 */
#include "p2v/resolve.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"

enum { HOSTS_LIMIT = 1 << 20, ANSWER_BYTES = 4096 };

/* One allocation each, so that freeing needs no knowledge. */
struct address {
	struct addrinfo info; /* first, so that it can be cast */
	struct sockaddr_storage socket;
};

/* Append to the list that *end terminates. */
static int
add(struct addrinfo ***end, int family, const void *bytes, uint16_t port)
{
	struct address *address = calloc(1, sizeof *address);
	struct sockaddr_in *v4;
	struct sockaddr_in6 *v6;

	if (address == NULL)
		return EAI_MEMORY;
	v4 = (struct sockaddr_in *)&address->socket;
	v6 = (struct sockaddr_in6 *)&address->socket;
	address->socket.ss_family = (sa_family_t)family;
	if (family == AF_INET) {
		memcpy(&v4->sin_addr, bytes, sizeof v4->sin_addr);
		v4->sin_port = htons(port);
	} else {
		memcpy(&v6->sin6_addr, bytes, sizeof v6->sin6_addr);
		v6->sin6_port = htons(port);
	}
	address->info = (struct addrinfo){.ai_family = family,
		.ai_socktype = SOCK_STREAM,
		.ai_addr = (struct sockaddr *)&address->socket,
		.ai_addrlen = family == AF_INET ? sizeof *v4 : sizeof *v6};
	**end = &address->info;
	*end = &address->info.ai_next;
	return 0;
}

/* 0 when the text is an address. */
static int
add_literal(struct addrinfo ***end, const char *text, uint16_t port)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, text, bytes) == 1)
		return add(end, AF_INET, bytes, port);
	if (inet_pton(AF_INET6, text, bytes) == 1)
		return add(end, AF_INET6, bytes, port);
	return EAI_NONAME;
}

/* A line of /etc/hosts: an address, then names. */
static int
add_line(struct addrinfo ***end, char *line, const char *host, uint16_t port)
{
	char *rest = NULL, *word, *address;

	line[strcspn(line, "#")] = '\0';
	address = strtok_r(line, " \t\r", &rest);
	if (address == NULL)
		return EAI_NONAME;
	while ((word = strtok_r(NULL, " \t\r", &rest)) != NULL)
		if (strcasecmp(word, host) == 0)
			return add_literal(end, address, port);
	return EAI_NONAME;
}

static int
add_from_hosts(struct addrinfo ***end, const char *path, const char *host,
	uint16_t port)
{
	AUTO(freep) char *table = NULL;
	char *rest = NULL;
	int code = EAI_NONAME;

	if (io_read_file(&table, NULL, path, HOSTS_LIMIT, NULL) == -1)
		return EAI_NONAME;
	for (char *line = strtok_r(table, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		if (add_line(end, line, host, port) == 0)
			code = 0;
	return code;
}

/* The records of one type in the answer section. */
int
resolve_add_answer(struct addrinfo ***end, const unsigned char *answer,
	size_t bytes, int family, uint16_t port)
{
	size_t wanted = family == AF_INET ? 4 : 16;
	int type = family == AF_INET ? ns_t_a : ns_t_aaaa;
	int code = EAI_NONAME;
	ns_msg message;
	ns_rr record;

	if (ns_initparse(answer, (int)bytes, &message) == -1)
		return EAI_FAIL;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		if (ns_parserr(&message, ns_s_an, i, &record) == -1)
			return EAI_FAIL;
		if ((int)ns_rr_type(record) == type && ns_rr_rdlen(record) == wanted)
			code = add(end, family, ns_rr_rdata(record), port);
	}
	return code;
}

static int
add_from_dns(struct addrinfo ***end, const char *host, uint16_t port)
{
	static const struct {
		int family, type;
	} kinds[] = {{AF_INET, ns_t_a}, {AF_INET6, ns_t_aaaa}};
	unsigned char answer[ANSWER_BYTES];
	int code = EAI_NONAME;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		int bytes = res_search(host, ns_c_in, kinds[i].type, answer,
			sizeof answer);

		if (bytes > 0 && bytes <= (int)sizeof answer &&
			resolve_add_answer(end, answer, (size_t)bytes,
				kinds[i].family, port) == 0)
			code = 0;
		else if (bytes == -1 && h_errno == TRY_AGAIN && code != 0)
			code = EAI_AGAIN;
	}
	return code;
}

int
resolve_find(struct addrinfo **list_out, const char *host, const char *port,
	const char *hosts_path)
{
	struct addrinfo *list = NULL, **end = &list;
	char *rest;
	unsigned long number = strtoul(port, &rest, 10);
	int code;

	if (*port == '\0' || *rest != '\0' || number > UINT16_MAX)
		return EAI_SERVICE;
	code = add_literal(&end, host, (uint16_t)number);
	if (code == EAI_NONAME)
		code = add_from_hosts(&end, hosts_path, host, (uint16_t)number);
	if (code == EAI_NONAME)
		code = add_from_dns(&end, host, (uint16_t)number);
	if (code != 0) {
		resolve_free(list);
		return code;
	}
	*list_out = list;
	return 0;
}

void
resolve_free(struct addrinfo *list)
{
	while (list != NULL) {
		struct addrinfo *next = list->ai_next;

		free(list);
		list = next;
	}
}
