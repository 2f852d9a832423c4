#pragma once

#include <stddef.h>
#include <stdint.h>

/* The Internet checksum (RFC 1071) in pieces: start with 0, add each piece of
 * even length but the last, fold at the end. A packet whose own checksum field
 * is among the pieces is right when the fold gives 0. */
uint64_t checksum_add(uint64_t sum, const uint8_t *data, size_t len);
uint16_t checksum_fold(uint64_t sum);
