#pragma once

#include "ruleset/packet_words.h"
#include "ruleset/walk.h"

struct firewall;
struct json;
struct text;

/* What `firewall trace' tells: as text, and as JSON. */
struct firewall_traced {
	const struct packet_words *packet;
	struct walk_result result;
	/* Of what was assumed, the fields that matter: the packet's outline, and
	 * what a rule on the way asked for. */
	uint64_t assumed;
	/* The fields that the packet is described by. */
	uint64_t shown;
};

void firewall_trace_text(const struct firewall *f,
			 const struct firewall_traced *t, struct text *out);
void firewall_trace_json(const struct firewall *f,
			 const struct firewall_traced *t, struct text *out);

/* "icmp-host-prohibited" … of what the packet depends on: the condition, the
 * set or the action, in words. */
void firewall_trace_doubt(struct text *out, const struct walk_doubt *d);
const char *firewall_trace_doubt_kind(const struct walk_doubt *d);
