#pragma once

#include "cli/server_rules.h"
#include "host/links.h"
#include "ruleset/live.h"
#include "ruleset/walk.h"

/*
 * What the files of server_rules share, and nobody else.
 */
enum { SERVER_RULES_ADDRESSES = 512 };

struct netlink;

/* One client's first packet on its way through the rules. */
struct server_way {
	struct look_question question;
	struct point packet;
	struct walk_result result; /* the walk arena's */
	bool is_known;             /* its question was asked */
	enum fact_kind kind;       /* FACT_RULES_* */
	/* What refuses it, where kind is below FACT_RULES_ACCEPT. */
	struct walk_blocker blocker;
	uint32_t device; /* index of that it comes in by; 0: not known */
};

struct server_rules {
	struct check_rights *rights;
	struct case_record *record;
	struct problems *problems;
	struct ruleset *ruleset; /* NULL: not read */
	struct text gathered;    /* the bytes that it was read from */
	struct walk_plan *plan;
	struct live live;
	struct netlink *route;
	struct links links;
	struct walk_address addresses[SERVER_RULES_ADDRESSES];
	struct walk_host host;
	struct arena *arena; /* of the walk at hand */
	struct server_way way;
	int64_t took_ns;
	bool has_step, has_boot_step;
};

/* The source of facts, and the step's id. */
extern const char server_rules_source[];

/* server_rules_walk.c: the packet, and where it gets to; s->way. 0 or
 * -errno. */
int server_rules_walk(struct server_rules *s, const struct look_question *q,
		      const char *in_device);

/* The same of s->way.packet, which is set. */
int server_rules_walk_point(struct server_rules *s);

/* Why that blocker of s->way refuses: FACT_RULES_*. */
enum fact_kind server_rules_walk_why(const struct server_rules *s,
				     const struct walk_blocker *b);

/* The first packet of this question, as far as it is known. */
void server_rules_walk_packet(struct server_rules *s,
			      const struct look_question *q,
			      const char *in_device, struct point *ret,
			      uint32_t *ret_device);

/* "tcp/5555 from 10.1.0.7". */
void server_rules_tell_asked(struct text *out, const struct look_question *q);

/* server_rules_tell.c: s->way as facts, and its words. */
int server_rules_tell(struct server_rules *s, struct facts *facts);

/* The step alone, once. */
void server_rules_tell_step(struct server_rules *s);

/* What was told of the rules' decision is not so. */
void server_rules_tell_forget(struct facts *facts);

/* A refusal in words: "INPUT rule 5: -A INPUT …". */
void server_rules_tell_place(struct text *out, const struct walk_verdict *v);

/* The kind with its culprit, and what it answers. */
void server_rules_tell_kind(struct server_rules *s, enum fact_kind kind,
			    const struct walk_blocker *b, struct facts *facts);

/* server_rules_dnat.c: where the packet is sent on to. */
void server_rules_dnat(struct server_rules *s, struct facts *facts);

/* server_rules_after.c: reads the rules again. Where they are not the same any
 * more, they take the old ones' place, and the packet of s->way is walked
 * through them. 0 or -errno. */
int server_rules_renew(struct server_rules *s, struct facts *facts);

/* server_queue.c: whether the queue of this action has no reader, and packets
 * that come to it are lost. */
bool server_queue_is_deaf(const struct action *a);

/* server_rules_synproxy.c: whether SYNPROXY gets to the service. seen: of the
 * attempt's packets, or NULL. 0 or -errno. */
int server_rules_synproxy(struct server_rules *s, const struct fact_set *seen,
			  struct facts *facts);

/* server_rules_bridge.c: whether the bridge that the packet comes in by drops
 * it. */
void server_rules_bridge(struct server_rules *s, struct facts *facts);
