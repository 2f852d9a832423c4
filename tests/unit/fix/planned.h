#pragma once

/* Rules in a string, a client's first packet in words, and what is proposed. */
#include "../ruleset/walked.h"

#include "fix/image.h"
#include "fix/repair.h"

enum { PLANNED_PARTS = 2 };

struct planned {
	struct walked w;
	struct arena *arena;
	struct fix_plan plan;
	struct fix_planning planning;
	struct fix_rules_source source;
	const char *names[PLANNED_PARTS], *texts[PLANNED_PARTS];
	char *save;
};

/* "10.1.0.7" or "10.1.0.0/24"; NULL: everyone. */
static inline void planned_client(struct fix_ask *ask, const char *client)
{
	size_t len = client ? strcspn(client, "/") : 0;
	bool is_v6 = client && strchr(client, ':');

	if (!client)
		return;

	assert_true(address_parse(&ask->client, client, len));
	ask->has_client = true;
	ask->client_prefix =
		client[len] ? (unsigned)strtoul(client + len + 1, NULL, 10)
		: is_v6     ? 128
			    : 32;
}

static inline void planned_read(struct planned *p, const char *rules,
				const char *packet, const char *client)
{
	const char *nft = strstr(rules, "table ");
	size_t save = nft ? (size_t)(nft - rules) : strlen(rules);

	memset(p, 0, sizeof(*p));
	walked_read(&p->w, rules);
	p->arena = arena_new();
	p->plan.arena = p->arena;
	p->save = strndup(rules, save);
	if (save) {
		p->names[p->source.count] = "rules";
		p->texts[p->source.count++] = p->save;
	}
	if (nft) {
		p->names[p->source.count] = "nft";
		p->texts[p->source.count++] = nft;
	}
	p->source.names = p->names;
	p->source.texts = p->texts;
	p->planning = (struct fix_planning){
		.plan = &p->plan,
		.ruleset = p->w.ruleset,
		.source = &p->source,
		.packet = walked_point(&p->w, packet),
		.has_packet = true,
	};
	p->plan.ask = (struct fix_ask){
		.protocol = (uint8_t)p->planning.packet.value[FIELD_PROTO],
		.port = (uint16_t)p->planning.packet.value[FIELD_DPORT],
	};
	planned_client(&p->plan.ask, client);
}

static inline void planned_done(struct planned *p)
{
	image_forget(&p->planning);
	free(p->save);
	arena_free(p->arena);
	walked_done(&p->w);
}

/* Asks the repair of rules alone. */
static inline void planned_make(struct planned *p)
{
	static const struct culprit rule = { .kind = CULPRIT_FIREWALL_RULE };

	p->plan.faults[0] = (struct fix_fault){ .culprit = &rule };
	p->plan.fault_count = 1;
	assert_int_equal(fix_plan_make(&p->planning), 0);
}

/* The nth candidate, from 0; NULL. */
static inline const struct fix_candidate *planned_at(const struct planned *p,
						     size_t i)
{
	const struct fix_candidate *c = p->plan.first;

	while (c && i--)
		c = c->next;
	return c;
}
