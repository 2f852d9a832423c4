#pragma once

#include <stdint.h>

/* One frame as a capture holds it. The data belongs to the reader. */
struct frame {
	int64_t time_ns;   /* since the epoch */
	uint64_t offset;   /* of the record in the unpacked stream */
	uint32_t number;   /* from 1 in its file, as tcpdump -# counts */
	uint32_t caplen;   /* bytes at data */
	uint32_t len;      /* bytes on the wire */
	uint16_t link;     /* LINKTYPE_, see net/link.h */
	uint16_t excess_s; /* seconds that an invalid sub-second part gave */
	const uint8_t *data;
};
