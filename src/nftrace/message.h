#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

/*
 * Netlink's messages and attributes, out of a file: their lengths and types are
 * in the order of the machine that wrote it, and none is believed.
 */
struct message {
	uint16_t type;
	uint8_t family; /* of nfgenmsg */
	struct cursor attrs;
};

struct message_attr {
	uint16_t type; /* without the flags of nesting and order */
	struct cursor value;
};

/* A word of the writer's order. */
uint16_t message_u16(struct cursor *c, bool is_big);
uint32_t message_u32(struct cursor *c, bool is_big);

/* The next one of a row; false at the end, and where it is damaged (c is bad
 * then). */
bool message_next(struct cursor *c, bool is_big, struct message *ret);
bool message_attr_next(struct cursor *c, bool is_big, struct message_attr *ret);
