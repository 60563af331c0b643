/*
 * What the kernel knows of a connection.  Apart from tcp.c, because this header
 * of the kernel and the library's define the same names.
 */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#include "wire/tcp.h"

int
tcp_wire_us(int fd, uint64_t *microseconds_out)
{
	struct tcp_info info = {0};
	socklen_t bytes = sizeof info;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &bytes) == -1 ||
		bytes < offsetof(struct tcp_info, tcpi_sndbuf_limited))
		return -1;
	*microseconds_out = info.tcpi_busy_time > info.tcpi_rwnd_limited
		? info.tcpi_busy_time - info.tcpi_rwnd_limited
		: 0;
	return 0;
}
