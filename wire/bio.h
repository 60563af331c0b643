#ifndef WIRE_BIO_H
#define WIRE_BIO_H

#include <openssl/bio.h>

/*
 * A BIO on a non-blocking socket, which stays the caller's.  NULL when out of
 * memory.
 */
BIO *bio_open(int fd);

#endif
