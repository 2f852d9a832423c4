#pragma once

#include <stddef.h>

#include "base/arena.h"

/*
 * Services of systemd that were given a network of their own (PrivateNetwork=),
 * where nobody from outside gets.
 */

/* The name of the service that the process belongs to, where that is so; NULL:
 * it is not, or nobody says. In the arena. */
const char *private_unit_of(int pid, struct arena *a);

/* The service of the system's own manager that /proc/PID/cgroup names, with the
 * bytes of its name in *len; NULL: none. */
const char *private_unit_name(const char *cgroup, size_t *len);
