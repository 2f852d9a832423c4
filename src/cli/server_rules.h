#pragma once

#include "cli/check_rights.h"
#include "fact/case.h"
#include "host/look.h"

/*
 * The packet filter of this host, as the server of a client's packets: what it
 * does to them, and which rule did, by its counter.
 */
struct server_rules;
struct links;
struct point;
struct ruleset;
struct walk_host;

/* Of rules that were read from files, which become ours: nothing of this host is
 * asked. host: what is known of theirs; it outlives them. 0 or -errno. */
int server_rules_of(struct server_rules **ret, struct ruleset *rules,
		    const struct walk_host *host, struct case_record *c);

/* As server_rules_client(), of such rules and of this packet. */
int server_rules_packet(struct server_rules *s, const struct look_question *q,
			const struct point *packet, struct facts *facts);

/* Reads all rules with their counters. What may not be read is told as not
 * looked. 0 or -errno. */
int server_rules_new(struct server_rules **ret, struct check_rights *rights,
		     struct case_record *c);
void server_rules_free(struct server_rules *s);

/* How the tools were asked; NULL: none was. */
struct live;
const struct live *server_rules_tools(const struct server_rules *s);

/* What was read, for who goes on with it; it stays ours. Nothing of it is there
 * where the rules could not be read. */
struct server_rules_shown {
	const struct ruleset *ruleset;
	const struct walk_host *host;
	const struct links *links;
	const void *gathered; /* the bytes: ruleset/live.h */
	size_t gathered_len;
	/* Of the last server_rules_client(); NULL: there was none. */
	const struct point *packet;
	enum fact_kind kind; /* FACT_RULES_* */
};

void server_rules_show(const struct server_rules *s,
		       struct server_rules_shown *ret);

/* What becomes of this client's first packet and of the answer; in_device may be
 * NULL: not known. Its step is told once. 0 or -errno. */
int server_rules_client(struct server_rules *s, const struct look_question *q,
			const char *in_device, struct facts *facts);

/* Where they send it on to, of the last server_rules_client(): into q. */
void server_rules_sent_on(const struct server_rules *s,
			  struct look_question *q);

/* Whether rules may send any packet on to another address or port; also where
 * they are not known. */
bool server_rules_may_send_on(const struct server_rules *s);

/* Has the counters read for server_rules_after(), beside what is done until
 * then, where it will ask for them. */
void server_rules_after_begin(struct server_rules *s,
			      const struct fact_set *seen, unsigned packets);

/* So many of its packets came: which rule's counter moved. icmp_sender: of the
 * error, where seen holds one. After server_rules_client() of the same. 0 or
 * -errno. */
int server_rules_after(struct server_rules *s, const struct fact_set *seen,
		       const struct address *icmp_sender, unsigned packets,
		       struct facts *facts);

/* Where a filter was found to keep neighbour discovery away: by which rule. 0 or
 * -errno. */
int server_rules_nd(struct server_rules *s, const struct look_question *q,
		    struct facts *facts);

/* What the next boot would load, against what is in force: for the packet of
 * the last server_rules_client(). Its step is told once. 0 or -errno. */
int server_rules_boot(struct server_rules *s, struct case_record *c);
