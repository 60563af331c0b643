#ifndef CONVERT_VERB_H
#define CONVERT_VERB_H

struct error;

/* What main read before the verb. */
struct settings {
	const char *state; /* the state directory */
};

/* Exit statuses of every verb but `assess`. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* *err says why, unless the output did */
	EXIT_USAGE = 2
};

/* Those of `assess`, which judges a machine. */
enum {
	EXIT_READY = 0, /* or will be, by the changes that unrack makes */
	EXIT_NEEDS_DECISIONS = 1,
	EXIT_NOT_READY = 2,
	EXIT_NOT_ASSESSED = 3 /* *err says why */
};

/*
 * One verb each, in verb-NAME.c.  argv[0] is the verb.  The result is the
 * program's exit status; when it is EXIT_FAILED or EXIT_USAGE and err->text is
 * not empty, main prints it.  The help is what main prints for --help: synopsis,
 * an empty line, the rest.  A wrong usage is followed by the synopsis.
 */
int verb_enroll(const struct settings *settings, int argc, char **argv,
	struct error *err);
extern const char verb_enroll_help[];
int verb_serve(const struct settings *settings, int argc, char **argv,
	struct error *err);
extern const char verb_serve_help[];
int verb_assess(const struct settings *settings, int argc, char **argv,
	struct error *err);
extern const char verb_assess_help[];
int verb_convert(const struct settings *settings, int argc, char **argv,
	struct error *err);
extern const char verb_convert_help[];
int verb_unconvert(const struct settings *settings, int argc, char **argv,
	struct error *err);
extern const char verb_unconvert_help[];
int verb_import(const struct settings *settings, int argc, char **argv,
	struct error *err);
extern const char verb_import_help[];
int verb_verify(const struct settings *settings, int argc, char **argv,
	struct error *err);
extern const char verb_verify_help[];
int verb_verify_capture(const struct settings *settings, int argc, char **argv,
	struct error *err);
extern const char verb_verify_capture_help[];
int verb_status(const struct settings *settings, int argc, char **argv,
	struct error *err);
extern const char verb_status_help[];
int verb_rate(const struct settings *settings, int argc, char **argv,
	struct error *err);
extern const char verb_rate_help[];
int verb_report(const struct settings *settings, int argc, char **argv,
	struct error *err);
extern const char verb_report_help[];

#endif
