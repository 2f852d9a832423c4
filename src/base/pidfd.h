#pragma once

#include <sys/types.h>

/* A copy of a descriptor that another process has open (pidfd_getfd(2)); the
 * caller closes it. It takes the right to trace that process. The descriptor, or
 * -errno: -ESRCH and -EBADF as they are; -ENOSYS before Linux 5.6. */
int pidfd_borrow(pid_t pid, int fd);
