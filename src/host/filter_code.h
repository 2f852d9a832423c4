#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a classic BPF program (bpf(4), linux/filter.h) makes of a packet of which
 * only a part is known: of a socket's filter or one of traffic control. Where
 * its answer depends on what is not known, it is said that it cannot be told.
 */
struct sock_filter;

struct filter_code_packet {
	const uint8_t *bytes;
	const uint8_t *known; /* the bits that are, byte by byte */
	size_t len;           /* the rest is not known either */
	size_t network;       /* SKF_NET_OFF counts from there */
	uint16_t protocol;    /* as an EtherType */
};

/* True with *ret what it returns; false where that cannot be told. */
bool filter_code_run(const struct sock_filter *code, size_t count,
		     const struct filter_code_packet *p, uint32_t *ret);
