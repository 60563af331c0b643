/*
 * One table says what can be given, where, and what --help tells of it.
 */
#include "p2v/options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"

enum { KERNEL_LINE_LIMIT = 64 << 10 };

enum kind { TEXT, LIST, FLAG };

static const char *const modes[] = {"capture", "assess", NULL};
static const char *const finishes[] = {"poweroff", "reboot", "shell", NULL};

static const struct rule {
	const char *name;
	char letter;	   /* 0: none */
	enum kind kind;
	size_t at;	   /* of the member in struct options */
	bool in_kernel;	   /* may stand on the kernel's command line */
	const char *value; /* its name in --help */
	const char *const *choices;
	const char *help;
} rules[] = {
#define AT(member) offsetof(struct options, member)
	{"server", 's', TEXT, AT(server), true, "HOST[:PORT]", NULL,
		"where `unrack serve` listens; overrides the enrolment"},
	{"key", 'k', TEXT, AT(key), true, "FILE", NULL,
		"the enrolment that `unrack enroll` made"},
	{"disk", 'd', LIST, AT(disks), true, "DEV", NULL,
		"offer only this disk (repeatable); else all that are not used"},
	{"mode", 'm', TEXT, AT(mode), true, "capture|assess", modes,
		"what to ask the host for; assess copies nothing"},
	{"assess", 0, FLAG, AT(assess), false, NULL, NULL,
		"the same as --mode assess"},
	{"live", 0, FLAG, AT(live), false, NULL, NULL,
		"on the running legacy system: serve disks that are in use, to "
		"pre-copy or assess them"},
	{"finish", 0, TEXT, AT(finish), true, "poweroff|reboot|shell", finishes,
		"what the live image does at the end; else the host says"},
	{"to", 't', LIST, AT(to), true, "DIR", NULL,
		"write the disks there instead, to be carried to the host "
		"(repeatable: when one is full, the next)"},
	{"continue", 0, LIST, AT(continued), false, "DIR", NULL,
		"with --to: go on from the part that is there"},
	{"encrypt", 'e', FLAG, AT(encrypt), true, NULL, NULL,
		"with --to: encrypt with the enrolment's key"},
	{"screen", 0, LIST, AT(screens), false, "TTY", NULL,
		"show what happens there (repeatable); else on stderr"},
	{"inventory", 'i', FLAG, AT(inventory), false, NULL, NULL,
		"print the hardware's facts as JSON and exit"},
	{"file", 'f', LIST, AT(files), false, "PATH", NULL,
		"serve an image file or device, not the disks (repeatable)"},
	{"facts", 0, TEXT, AT(facts), false, "FILE", NULL,
		"with --file: the inventory of the machine it came from"},
	{"once", '1', FLAG, AT(once), false, NULL, NULL,
		"do not connect again when the session ends or is lost"},
	{"verbose", 'v', FLAG, AT(verbose), false, NULL, NULL,
		"say more"},
	{"help", 'h', FLAG, AT(help), false, NULL, NULL, "this text"},
	{"version", 'V', FLAG, AT(version), false, NULL, NULL,
		"print the version"},
#undef AT
};

enum { RULES = sizeof rules / sizeof rules[0] };

static int
check_choice(const struct rule *rule, const char *value, struct error *err)
{
	if (rule->choices == NULL)
		return *value == '\0' ? error_set(err, EINVAL, "--%s is empty",
						rule->name)
				      : 0;
	for (const char *const *choice = rule->choices; *choice; choice++)
		if (strcmp(value, *choice) == 0)
			return 0;
	error_set(err, 0, "--%s cannot be '%s'", rule->name, value);
	return error_hint(err, "It is one of %s.", rule->value);
}

static int
apply(struct options *options, const struct rule *rule, const char *value,
	struct error *err)
{
	char *member = (char *)options + rule->at;
	struct words *words;

	if (rule->kind == FLAG) {
		*(bool *)member = true;
		return 0;
	}
	if (check_choice(rule, value, err) == -1)
		return -1;
	if (rule->kind == TEXT) {
		*(const char **)(void *)member = value;
		return 0;
	}
	words = (struct words *)(void *)member;
	if (words->count == OPTION_WORDS)
		return error_set(err, E2BIG, "--%s is given more than %d times",
			rule->name, OPTION_WORDS);
	words->items[words->count++] = value;
	return 0;
}

static int
read_arguments(struct options *options, bool given[RULES], int argc,
	char *argv[], struct error *err)
{
	struct option longs[RULES + 1] = {0};
	char shorts[2 * RULES + 2] = ":";
	size_t used = 1;
	int got;

	for (int i = 0; i < RULES; i++) {
		longs[i] = (struct option){rules[i].name,
			rules[i].kind == FLAG ? no_argument : required_argument,
			NULL, 256 + i};
		if (rules[i].letter == 0)
			continue;
		shorts[used++] = rules[i].letter;
		if (rules[i].kind != FLAG)
			shorts[used++] = ':';
	}
	opterr = 0;
	optind = 0;
	while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		int i = got - 256;

		for (int n = 0; i < 0 && n < RULES; n++)
			if (rules[n].letter == got)
				i = n;
		if (i < 0 || got == '?' || got == ':') {
			error_set(err, 0, got == ':' ? "%s needs a value"
						     : "%s is no option",
				argv[optind - 1]);
			return error_hint(err, "See unrack-capture --help.");
		}
		if (apply(options, &rules[i], optarg, err) == -1)
			return -1;
		given[i] = true;
	}
	if (optind == argc)
		return 0;
	error_set(err, 0, "'%s' is one word too many", argv[optind]);
	return error_hint(err, "See unrack-capture --help.");
}

/*
 * Cut the next word off the kernel's line, as the kernel does it: spaces
 * separate, but not within double quotes, which are taken away.
 */
static char *
next_word(char **line)
{
	char *at = *line + strspn(*line, " \t\n"), *word = at, *to = at;
	bool quoted = false;

	if (*at == '\0')
		return NULL;
	for (; *at != '\0' && (quoted || strchr(" \t\n", *at) == NULL); at++) {
		if (*at == '"')
			quoted = !quoted;
		else
			*to++ = *at;
	}
	*line = *at == '\0' ? at : at + 1;
	*to = '\0';
	return word;
}

static int
read_kernel_line(struct options *options, const bool given[RULES],
	struct error *err)
{
	static const char prefix[] = "unrack.";
	char *rest = options->kernel_line, *word;

	while ((word = next_word(&rest)) != NULL) {
		char *value = strchr(word, '=');

		if (strncmp(word, prefix, sizeof prefix - 1) != 0 ||
			value == NULL)
			continue;
		word += sizeof prefix - 1;
		*value++ = '\0';
		for (int i = 0; i < RULES; i++)
			if (rules[i].in_kernel && !given[i] &&
				strcmp(rules[i].name, word) == 0 &&
				apply(options, &rules[i], value, err) == -1)
				return error_add(err, "kernel command line");
	}
	return 0;
}

static int
check_carry(const struct options *options, struct error *err)
{
	if (options->to.count == 0 &&
		(options->encrypt || options->continued.count > 0))
		return error_set(err, 0, "--encrypt and --continue go with "
			"--to");
	if (options->to.count > 0 && strcmp(options->mode, "assess") == 0)
		return error_set(err, 0, "--to does not go with --mode assess");
	if (options->to.count > 0 && options->live) {
		error_set(err, 0, "--to does not go with --live");
		return error_hint(err, "What is read of a running system is "
			"never whole: boot the live image to carry it.");
	}
	if (options->encrypt && options->key == NULL) {
		error_set(err, 0, "--encrypt needs --key");
		return error_hint(err, "The key is that of the enrolment which "
			"`unrack enroll` made.");
	}
	return 0;
}

int
options_read(struct options *options_out, int argc, char *argv[],
	const char *kernel_path, struct error *err)
{
	bool given[RULES] = {false};

	*options_out = (struct options){0};
	if (read_arguments(options_out, given, argc, argv, err) == -1)
		return -1;
	if (options_out->facts != NULL && options_out->files.count == 0)
		return error_set(err, 0, "--facts goes with --file");
	if (io_read_file(&options_out->kernel_line, NULL, kernel_path,
		    KERNEL_LINE_LIMIT, NULL) == 0 &&
		read_kernel_line(options_out, given, err) == -1) {
		options_release(options_out);
		return -1;
	}
	if (options_out->assess)
		options_out->mode = modes[1];
	if (options_out->mode == NULL)
		options_out->mode = modes[0];
	if (check_carry(options_out, err) == -1) {
		options_release(options_out);
		return -1;
	}
	return 0;
}

void
options_release(struct options *options)
{
	free(options->kernel_line);
	options->kernel_line = NULL;
}

void
options_print_help(FILE *out)
{
	fputs("Usage: unrack-capture --server HOST[:PORT] --key FILE [OPTION]...\n"
	      "       unrack-capture --to DIR [--key FILE [--encrypt]] [OPTION]...\n"
	      "Serve this machine's disks, read-only, to an unrack host, or write "
	      "them to a\nremovable disk for it.\n\n",
		out);
	for (int i = 0; i < RULES; i++) {
		char left[64], letter[] = {'-', rules[i].letter, ',', ' ', 0};

		snprintf(left, sizeof left, "%s--%s%s%s",
			rules[i].letter == 0 ? "    " : letter, rules[i].name,
			rules[i].value == NULL ? "" : " ",
			rules[i].value == NULL ? "" : rules[i].value);
		if (strlen(left) > 26)
			fprintf(out, "  %s\n  %-26s  %s\n", left, "",
				rules[i].help);
		else
			fprintf(out, "  %-26s  %s\n", left, rules[i].help);
	}
	fputs("\nOn the kernel command line, which yields to the real one:", out);
	for (int i = 0; i < RULES; i++)
		if (rules[i].in_kernel)
			fprintf(out, " unrack.%s=", rules[i].name);
	fputc('\n', out);
}
