#pragma once

#include <stddef.h>
#include <stdint.h>

/* The table that tools/embed-services makes of data/services.txt; only
 * net/service.c looks at it. */
enum {
	SERVICES_TCP = 1 << 0,
	SERVICES_UDP = 1 << 1,
};

struct services_row {
	char name[20];
	uint16_t port;
	uint8_t protocols; /* SERVICES_…: what the name stands for */
	uint8_t printed; /* SERVICES_…: where it is the registry's own name */
};

/* Sorted by name regardless of case, of several ports the one meant first. */
extern const struct services_row services_table[];
extern const size_t services_table_count;

/* Rows that have printed, sorted by port. */
extern const uint16_t services_table_by_port[];
extern const size_t services_table_by_port_count;
