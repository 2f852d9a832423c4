#pragma once

#include <stdint.h>

/*
 * Settings of the kernel, read of /proc/sys. Of this network namespace where
 * they are of one.
 */

/* A number by its name ("net.ipv4.tcp_syn_retries"; a device's name may hold
 * dots, so slashes are taken too). 0; -ENOENT; -errno; -EINVAL: no number. */
int sysctl_number(const char *name, int64_t *ret);

/* Two numbers ("net.ipv4.ip_local_port_range"). */
int sysctl_pair(const char *name, int64_t ret[2]);
