#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The same for kernels that run no frames (stand_in_live.h): a veth whose other
 * end is in a network namespace of this process alone. A program of traffic
 * control on the end here redirects what comes out of it into the receive path
 * of the device (bpf_redirect() with BPF_F_INGRESS, Linux 4.2; clsact, 4.5), as
 * if that had received it: on the device itself nothing is changed.
 *
 * The namespace is nobody's but this process's, so it ends with it, SIGKILL or
 * not, and takes the veth with both ends, the program and its hook along.
 * Meanwhile `ip link' of the host shows one more device, "kw" and a number, and
 * udev is told of it; it has no address, and asks for nothing.
 */

/* Moves the calling process into the namespace. A descriptor for
 * stand_in_veth_send(); -EOPNOTSUPP: this kernel cannot; -EPERM; -errno. */
int stand_in_veth_open(uint32_t device);

/* One frame, with its Ethernet header; the kernel takes it up soon after. 0 or
 * -errno. */
int stand_in_veth_send(int fd, const uint8_t *frame, size_t len);
