#ifndef CONVERT_VERB_H
#define CONVERT_VERB_H

struct error;

/* What main read before the verb. */
struct settings {
	const char *state; /* the state directory */
};

/* Exit statuses of every verb; a verb with more says so in its usage. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* *err says why, unless the output did */
	EXIT_USAGE = 2
};

/*
 * One verb each, in verb-NAME.c.  argv[0] is the verb.  The result is the
 * program's exit status; when it is EXIT_FAILED or EXIT_USAGE and err->text is
 * not empty, main prints it.
 */
int verb_enroll(const struct settings *settings, int argc, char **argv,
	struct error *err);
int verb_serve(const struct settings *settings, int argc, char **argv,
	struct error *err);
int verb_assess(const struct settings *settings, int argc, char **argv,
	struct error *err);
int verb_convert(const struct settings *settings, int argc, char **argv,
	struct error *err);
int verb_verify(const struct settings *settings, int argc, char **argv,
	struct error *err);
int verb_verify_capture(const struct settings *settings, int argc, char **argv,
	struct error *err);
int verb_status(const struct settings *settings, int argc, char **argv,
	struct error *err);
int verb_rate(const struct settings *settings, int argc, char **argv,
	struct error *err);
int verb_report(const struct settings *settings, int argc, char **argv,
	struct error *err);

#endif
