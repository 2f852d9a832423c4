#pragma once

#include <stdint.h>

/*
 * In which cgroup a socket is (sock_diag(7), since Linux 5.9): that of its maker
 * when it was made, wherever its program is now. No privilege is needed.
 */

/* Of a TCP socket that listens on the port, or a UDP one that has it, with that
 * inode. 0; -ENOENT: there is none, or the kernel does not tell; -errno. */
int socket_cgroup_read(uint8_t protocol, uint16_t port, uint32_t inode,
		       uint64_t *ret);
