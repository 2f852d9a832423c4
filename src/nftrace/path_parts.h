#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "nftrace/path.h"

/* Between path.c, which joins, and its halves, which decode. */
struct path_string {
	const char *s; /* not terminated; in the file's bytes */
	size_t len;
};

/* What a packet's own bytes say of it. */
struct path_head {
	struct address from, to;
	uint16_t from_port, to_port;
	uint8_t protocol, flags;
	uint32_t seq, ip_id;
	bool is_known;
};

/* One message of the kernel's. */
struct path_event {
	uint32_t id;
	struct path_string table, chain;
	struct nftrace_step step; /* without its names */
	struct path_head head;
};

/* An NFT_MSG_TRACE; false: it is none that says where. */
bool path_nft_event(struct cursor attrs, bool is_big, uint8_t family,
		    struct path_event *ret);

/* A step that says nothing. */
bool path_is_nothing(const struct nftrace_step *s);

/* An NFULNL_MSG_PACKET of iptables-legacy's TRACE; false: it is none. */
bool path_legacy_event(struct cursor attrs, bool is_big, uint8_t family,
		       struct path_event *ret);

/* The headers of an IP packet, as far as they go. */
void path_head_read(struct path_head *ret, const uint8_t *data, size_t length);

/* A rule's place, from a dump. */
struct path_rule {
	uint64_t handle;
	uint8_t family;
	struct path_string table, chain;
	unsigned number;
};

bool path_rule_read(struct cursor attrs, bool is_big, uint8_t family,
		    struct path_rule *ret);

bool path_same(const struct path_string *a, const struct path_string *b);
