#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Frames into this kernel as if a device had received them (stand_in.h says how
 * and what they meet). Nothing is attached and nothing stays.
 */

/* A descriptor, for stand_in_live_send(); -EOPNOTSUPP: this kernel has no XDP;
 * -EPERM; -errno. */
int stand_in_live_open(void);

/* One frame, with its Ethernet header. When this returns, the kernel has
 * processed it as far as it does so at once. 0; -EOPNOTSUPP: this kernel runs no
 * frames so; -errno. */
int stand_in_live_send(int program, uint32_t device, const uint8_t *frame,
		       size_t len);
