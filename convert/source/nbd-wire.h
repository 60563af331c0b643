#ifndef CONVERT_SOURCE_NBD_WIRE_H
#define CONVERT_SOURCE_NBD_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "convert/source/nbd.h"

/* The numbers of doc/proto.md that this server needs; big endian on the wire. */
#define NBD_MAGIC UINT64_C(0x4e42444d41474943)
#define NBD_OPTION_MAGIC UINT64_C(0x49484156454f5054)
#define NBD_OPTION_REPLY_MAGIC UINT64_C(0x0003e889045565a9)
#define NBD_REQUEST_MAGIC UINT32_C(0x25609513)
#define NBD_REPLY_MAGIC UINT32_C(0x67446698)

enum nbd_handshake_flag { NBD_FIXED_NEWSTYLE = 1, NBD_NO_ZEROES = 2 };

enum nbd_transmission_flag {
	NBD_HAS_FLAGS = 1,
	NBD_READ_ONLY = 2,
	NBD_SEND_FLUSH = 4,
	NBD_CAN_MULTI_CONN = 256
};

enum nbd_option {
	NBD_OPT_EXPORT_NAME = 1,
	NBD_OPT_ABORT = 2,
	NBD_OPT_LIST = 3,
	NBD_OPT_INFO = 6,
	NBD_OPT_GO = 7
};

#define NBD_REP_ACK UINT32_C(1)
#define NBD_REP_SERVER UINT32_C(2)
#define NBD_REP_INFO UINT32_C(3)
#define NBD_REP_ERR_UNSUP UINT32_C(0x80000001)
#define NBD_REP_ERR_INVALID UINT32_C(0x80000003)
#define NBD_REP_ERR_UNKNOWN UINT32_C(0x80000006)
#define NBD_REP_ERR_TOO_BIG UINT32_C(0x80000009)

enum nbd_info { NBD_INFO_EXPORT = 0, NBD_INFO_BLOCK_SIZE = 3 };

enum nbd_command {
	NBD_CMD_READ = 0,
	NBD_CMD_WRITE = 1,
	NBD_CMD_DISC = 2,
	NBD_CMD_FLUSH = 3
};

enum nbd_errno { NBD_EPERM = 1, NBD_EIO = 5, NBD_EINVAL = 22 };

static inline uint8_t *
nbd_put(uint8_t *at, uint64_t value, int bytes)
{
	for (int i = bytes; i-- > 0;)
		*at++ = (uint8_t)(value >> (8 * i));
	return at;
}

/*
 * Negotiate with a new client.  Yields the export it chose, or fails: EPIPE when
 * it went away in order, EPROTO when it does not speak NBD.
 */
int nbd_negotiate(const struct nbd_export **export_out, int fd,
	const struct nbd_export *exports, size_t count, struct error *err);

#endif
