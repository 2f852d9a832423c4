#pragma once

#include <stdint.h>

/* A packet that is shown as evidence. */
struct packet_line {
	const char *file; /* NULL: there is no such packet */
	uint32_t frame;
	const char *line; /* as tcpdump prints it; NULL when not at hand */
	int64_t at_ns;
};
