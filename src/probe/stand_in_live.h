#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Frames into this kernel as if a device had received them: an XDP program that
 * passes everything is run on them by BPF_PROG_TEST_RUN with
 * BPF_F_TEST_XDP_LIVE_FRAMES (Linux 5.18, net/bpf/test_run.c), which hands what
 * is passed to netif_receive_skb() of that device. The program is attached to
 * nothing; no device, address, route or setting is made or changed.
 */

/* A descriptor, for stand_in_live_send(); -EOPNOTSUPP: this kernel has no XDP;
 * -EPERM; -errno. */
int stand_in_live_open(void);

/* One frame, with its Ethernet header. When this returns, the kernel has
 * processed it as far as it does so at once. 0; -EOPNOTSUPP: this kernel runs no
 * frames so; -errno. */
int stand_in_live_send(int program, uint32_t device, const uint8_t *frame,
		       size_t len);
