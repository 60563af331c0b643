#ifndef CONVERT_SERVE_LISTEN_H
#define CONVERT_SERVE_LISTEN_H

struct error;

/*
 * A listening TCP socket on "ADDR:PORT", "ADDR", "[V6]:PORT" or ":PORT"; NULL is
 * every address, IPv6 and IPv4, with the default port.  Port 0 lets the system
 * choose.
 */
int listen_open(int *fd_out, const char *where, struct error *err);

/* "[::]:7443" */
enum { LISTEN_NAME_BYTES = 80 };
void listen_name(int fd, char name_out[LISTEN_NAME_BYTES]);

#endif
