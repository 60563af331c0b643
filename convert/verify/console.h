#ifndef CONVERT_VERIFY_CONSOLE_H
#define CONVERT_VERIFY_CONSOLE_H

struct error;

/*
 * Hide secrets in what a guest wrote on its console.  The file is replaced
 * whole; when that fails it is removed, because it is meant to be shown.
 */
int console_mask(const char *path, struct error *err);

#endif
