/* Rehearsals on the real kernel; skipped where no namespace can be made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <string.h>

#include "base/problem.h"
#include "base/tool.h"
#include "fix/rehearse.h"
#include "fix/room.h"
#include "ruleset/packet_words.h"

/* A host as of the second story: eth0, a server, a client behind a router. */
struct stage {
	struct fix_plan plan;
	struct fix_planning planning;
	struct fix_candidate candidate;
	struct fix_change change;
	struct rule_edit edits[2];
	struct fix_rules_source source;
	const char *names[2], *texts[2];
	struct links links;
	struct links_link link[3];
	struct links_address address[4];
	struct walk_address own[3];
	struct walk_host host;
	struct fix_admin admin;
	struct problems *problems;
	struct ruleset *rules;
	struct room *room;
};

static struct address address(const char *s)
{
	struct address a;

	assert_true(address_parse(&a, s, strlen(s)));
	return a;
}

static void add_address(struct stage *s, const char *text, uint32_t index,
			uint8_t prefix)
{
	struct links_address *a = &s->address[s->links.address_count];
	struct walk_address *own = &s->own[s->host.count++];
	const char *name = s->link[index - 1].name;

	a->address = address(text);
	a->index = index;
	a->prefix = prefix;
	s->links.address_count++;
	own->interface = field_from_name(name, strlen(name));
	own->address = field_from_address(&a->address);
	own->prefix = (address_is_v4(&a->address) ? 96U : 0U) + prefix;
}

static void set_stage(struct stage *s, const char *server, const char *client,
		      const char *rules)
{
	struct packet_words w;
	char words[256];

	memset(s, 0, sizeof(*s));
	s->plan.arena = arena_new();
	s->problems = problems_new();
	s->planning.plan = &s->plan;
	s->planning.links = &s->links;
	s->planning.host = &s->host;
	s->planning.source = &s->source;
	s->links.links = s->link;
	s->links.addresses = s->address;
	s->links.count = 3;
	s->host.addresses = s->own;
	s->link[0] = (struct links_link){ .index = 1,
					  .name = "lo",
					  .flags = IFF_UP | IFF_LOOPBACK,
					  .mtu = 65536,
					  .type = ARPHRD_LOOPBACK };
	s->link[1] = (struct links_link){ .index = 2,
					  .name = "eth0",
					  .flags = IFF_UP,
					  .mtu = 1500,
					  .type = ARPHRD_ETHER };
	s->link[2] = (struct links_link){ .index = 3,
					  .name = "eth1",
					  .flags = IFF_UP,
					  .mtu = 1500,
					  .type = ARPHRD_ETHER };
	add_address(s, "172.16.1.2", 2, 24);
	add_address(s, "2001:db8:1::2", 2, 64);
	add_address(s, "10.9.0.1", 3, 24);

	s->names[0] = "rules";
	s->texts[0] = rules;
	s->source = (struct fix_rules_source){ .names = s->names,
					       .texts = s->texts,
					       .count = 1 };
	assert_int_equal(fix_rules_read(&s->source, s->problems, &s->rules), 0);
	assert_int_equal(problems_count(s->problems), 0);
	s->planning.ruleset = s->rules;

	s->plan.ask = (struct fix_ask){
		.protocol = IPPROTO_TCP,
		.port = 5555,
		.server = address(server),
		.has_server = true,
		.client = address(client),
		.client_prefix = strchr(client, ':') ? 128 : 32,
		.has_client = true,
	};
	(void)snprintf(words, sizeof(words),
		       "in=eth0 src=%s dst=%s tcp dport=5555", client, server);
	assert_int_equal(packet_words_parse(&w, s->plan.arena, "packet", words,
					    strlen(words), s->problems),
			 0);
	packet_words_assume(&w);
	s->planning.packet = w.point;
	s->planning.has_packet = true;
	s->candidate.id = "test";
	s->candidate.now = &s->change;
	s->candidate.now_count = 1;
}

static void set_rules_change(struct stage *s, enum engine engine,
			     enum table_family family, const char *script,
			     const char *undo)
{
	s->change = (struct fix_change){
		.kind = CHANGE_RULES,
		.text = "changes the rules",
		.rules = { .engine = engine,
			   .family = family,
			   .table = "filter",
			   .script = script,
			   .undo = undo },
	};
}

static void strike_stage(struct stage *s)
{
	room_end(s->room);
	ruleset_free(s->rules);
	problems_free(s->problems);
	arena_free(s->plan.arena);
}

static void tell(const struct rehearsal *r)
{
	static const char *const results[] = { "not tried", "pass", "fail",
					       "blocked" };

	for (unsigned i = 0; i < REHEARSAL_CHECKS; i++)
		print_message("%-18s %-9s %6.1f ms  %s\n",
			      rehearsal_check_names[i],
			      results[r->row[i].result], r->row[i].ms,
			      r->row[i].text ? r->row[i].text : "");
	print_message("witnesses %zu, kept %zu, proven %d, %.1f ms\n",
		      r->witnesses, r->kept, r->is_proven, r->ms);
	for (size_t i = 0; i < r->turned_count; i++)
		print_message("  turned: %s: %s -> %s%s\n", r->turned[i].packet,
			      r->turned[i].before, r->turned[i].after,
			      r->turned[i].is_meant ? " (meant)" : "");
	for (size_t i = 0; i < r->stand_in_count; i++)
		print_message("  stand-in: %s\n", r->stand_ins[i]);
}

static const struct rehearsal *perform(struct stage *s, bool is_experiment)
{
	if (room_start(&s->room)) {
		strike_stage(s);
		skip();
	}
	assert_int_equal(rehearse(&s->planning, &s->candidate, s->room,
				  is_experiment),
			 0);
	tell(s->candidate.rehearsal);
	return s->candidate.rehearsal;
}

static void assert_row(const struct rehearsal *r, enum rehearsal_check check,
		       enum rehearsal_result result)
{
	assert_non_null(r->row[check].text);
	assert_int_equal(r->row[check].result, result);
}

/* The second story: REJECT stands above ACCEPT. */
#define STORY                                                                  \
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"                \
	":OUTPUT ACCEPT [0:0]\n"                                               \
	"[3:4] -A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"      \
	"-A INPUT -p icmp -j ACCEPT\n"                                         \
	"-A INPUT -i lo -j ACCEPT\n"                                           \
	"-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT\n"   \
	"-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"              \
	"-A INPUT -s 10.1.0.0/24 -p tcp -m state --state NEW -m tcp "          \
	"--dport 5555 -j ACCEPT\n"                                             \
	"COMMIT\n"
#define REJECT_RULE "-j REJECT --reject-with icmp-host-prohibited\n"

static void set_move(struct stage *s, enum engine engine)
{
	set_rules_change(s, engine, TABLE_IP,
			 "*filter\n-D INPUT 5\n-A INPUT " REJECT_RULE
			 "COMMIT\n",
			 "*filter\n-D INPUT 6\n-I INPUT 5 " REJECT_RULE
			 "COMMIT\n");
	s->edits[0] = (struct rule_edit){
		.kind = EDIT_MOVE,
		.chain = "INPUT",
		.number = 5,
		.to_number = 7,
		.words = "-j REJECT --reject-with icmp-host-prohibited",
	};
	s->change.rules.edits = s->edits;
	s->change.rules.edit_count = 1;
	s->plan.ask.client_prefix = 24;
	s->admin = (struct fix_admin){ .client = address("10.1.0.50"),
				       .server = address("172.16.1.2"),
				       .client_port = 50022,
				       .server_port = 22 };
	s->planning.admins = &s->admin;
	s->planning.admin_count = 1;
}

static void a_rule_that_moves_is_proven(void **state)
{
	struct stage s;
	const struct rehearsal *r;

	(void)state;
	set_stage(&s, "172.16.1.2", "10.1.0.7", STORY);
	set_move(&s, ENGINE_LEGACY);
	r = perform(&s, true);
	assert_row(r, REHEARSED_BEFORE, REHEARSAL_PASS);
	assert_row(r, REHEARSED_APPLIED, REHEARSAL_PASS);
	assert_row(r, REHEARSED_AFTER, REHEARSAL_PASS);
	assert_row(r, REHEARSED_SESSION, REHEARSAL_PASS);
	assert_row(r, REHEARSED_SESSION_FORGOTTEN, REHEARSAL_PASS);
	assert_row(r, REHEARSED_NEW_SESSION, REHEARSAL_PASS);
	assert_row(r, REHEARSED_WITNESSES, REHEARSAL_PASS);
	assert_row(r, REHEARSED_UNDONE, REHEARSAL_PASS);
	assert_row(r, REHEARSED_EXPERIMENT, REHEARSAL_PASS);
	assert_true(r->is_proven);
	strike_stage(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_that_moves_is_proven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
