#ifndef CONVERT_VERIFY_CONSOLE_H
#define CONVERT_VERIFY_CONSOLE_H

struct error;
struct luks_keys;

/*
 * Hide secrets in what a guest wrote on its console, and the passphrases that
 * were typed there (`keys` may be NULL).  The file is replaced
 * whole; when that fails it is removed, because it is meant to be shown.
 */
int console_mask(const char *path, const struct luks_keys *keys,
	struct error *err);

#endif
