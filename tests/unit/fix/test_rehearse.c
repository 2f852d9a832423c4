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
#include <grp.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/problem.h"
#include "fix/rehearse.h"
#include "fix/room.h"
#include "ruleset/packet_words.h"

/* A host as of the second story: eth0, a server, a client behind a router. */
struct stage {
	struct fix_plan plan;
	struct fix_planning planning;
	struct fix_candidate candidate;
	struct fix_change change;
	struct rule_edit edits[4];
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

static void set_change(struct stage *s, enum engine engine,
		       enum table_family family, const char *table)
{
	s->change = (struct fix_change){
		.kind = CHANGE_RULES,
		.text = "changes the rules",
		.rules = { .engine = engine,
			   .family = family,
			   .table = table,
			   .edits = s->edits },
	};
}

static void add_insert(struct stage *s, const char *chain, unsigned number,
		       const char *words)
{
	s->edits[s->change.rules.edit_count++] = (struct rule_edit){
		.kind = EDIT_INSERT,
		.chain = chain,
		.number = number,
		.words = words,
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
	assert_int_equal(
		rehearse(&s->planning, &s->candidate, s->room, is_experiment),
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

/* As iptables-nft-save begins. */
#define NFT_HEAD "# Generated by iptables-nft-save v1.8.9\n"
#define NFT_STORY                                                              \
	"table inet filter {\n"                                                \
	"\tset admins { type ipv4_addr; elements = { 10.1.0.50 } }\n"          \
	"\tchain input {\n"                                                    \
	"\t\ttype filter hook input priority filter; policy accept;\n"         \
	"\t\tct state established,related counter packets 3 bytes 4 accept\n"  \
	"\t\tmeta l4proto { icmp, ipv6-icmp } accept\n"                        \
	"\t\tiif \"lo\" accept\n"                                              \
	"\t\tip saddr @admins tcp dport 22 accept\n"                           \
	"\t\treject with icmpx admin-prohibited\n"                             \
	"\t\tip saddr 10.1.0.0/24 tcp dport 5555 accept\n"                     \
	"\t}\n}\n"

static void set_admin(struct stage *s)
{
	s->admin = (struct fix_admin){ .client = address("10.1.0.50"),
				       .server = address("172.16.1.2"),
				       .client_port = 50022,
				       .server_port = 22 };
	s->planning.admins = &s->admin;
	s->planning.admin_count = 1;
}

static void set_story(struct stage *s, const char *rules)
{
	set_stage(s, "172.16.1.2", "10.1.0.7", rules);
	set_admin(s);
}

/* The REJECT goes below the ACCEPT. */
static void set_move(struct stage *s, const char *chain, const char *words)
{
	s->edits[0] = (struct rule_edit){
		.kind = EDIT_MOVE,
		.chain = chain,
		.number = 5,
		.to_number = 7,
		.words = words,
	};
	s->change.rules.edit_count = 1;
	s->plan.ask.client_prefix = 24;
}

static void assert_proven(const struct rehearsal *r)
{
	static const enum rehearsal_check all[] = {
		REHEARSED_BEFORE,
		REHEARSED_APPLIED,
		REHEARSED_AFTER,
		REHEARSED_SESSION,
		REHEARSED_SESSION_FORGOTTEN,
		REHEARSED_NEW_SESSION,
		REHEARSED_WITNESSES,
		REHEARSED_UNDONE,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		assert_row(r, all[i], REHEARSAL_PASS);
	assert_true(r->is_proven);
}

static void a_rule_that_moves_is_proven(void **state)
{
	struct stage s;
	const struct rehearsal *r;

	(void)state;
	set_story(&s, STORY);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	set_move(&s, "INPUT", "-j REJECT --reject-with icmp-host-prohibited");
	r = perform(&s, true);
	assert_proven(r);
	assert_row(r, REHEARSED_EXPERIMENT, REHEARSAL_PASS);
	strike_stage(&s);
}

static void so_is_one_of_the_newer_iptables(void **state)
{
	struct stage s;

	(void)state;
	set_story(&s, NFT_HEAD STORY);
	set_change(&s, ENGINE_IPTABLES_NFT, TABLE_IP, "filter");
	set_move(&s, "INPUT", "-j REJECT --reject-with icmp-host-prohibited");
	assert_proven(perform(&s, false));
	strike_stage(&s);
}

static void so_is_one_of_nft_whose_handles_are_others_in_the_room(void **state)
{
	struct stage s;

	(void)state;
	set_story(&s, NFT_STORY);
	set_change(&s, ENGINE_NFT, TABLE_INET, "filter");
	set_move(&s, "input", "reject with icmpx admin-prohibited");
	s.edits[0].handle = 4711;
	s.edits[0].to_handle = 4712;
	assert_proven(perform(&s, false));
	strike_stage(&s);
}

/* The packets that a wrong change lets in, or keeps out. */
static const struct rehearsal_witness *turned(const struct rehearsal *r,
					      const char *words)
{
	for (size_t i = 0; i < r->turned_count; i++)
		if (strstr(r->turned[i].packet, words))
			return &r->turned[i];

	return NULL;
}

static void what_opens_too_much_is_caught_by_a_witness(void **state)
{
	const struct rehearsal_witness *w;
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_story(&s, STORY);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	add_insert(&s, "INPUT", 5, "-p tcp -j ACCEPT");
	r = perform(&s, false);
	assert_row(r, REHEARSED_AFTER, REHEARSAL_PASS);
	assert_row(r, REHEARSED_WITNESSES, REHEARSAL_FAIL);
	assert_row(r, REHEARSED_UNDONE, REHEARSAL_PASS);
	assert_false(r->is_proven);
	w = turned(r, "dport=5556");
	assert_non_null(w);
	assert_string_equal(w->before, "reject");
	assert_string_equal(w->after, "accept");
	assert_false(w->is_meant);
	strike_stage(&s);
}

static void what_opens_to_others_is_caught_too(void **state)
{
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_story(&s, STORY);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	add_insert(&s, "INPUT", 5, "-p tcp --dport 5555 -j ACCEPT");
	r = perform(&s, false);
	assert_row(r, REHEARSED_WITNESSES, REHEARSAL_FAIL);
	assert_false(r->is_proven);
	strike_stage(&s);
}

static void what_does_not_help_fails(void **state)
{
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_story(&s, STORY);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	add_insert(&s, "INPUT", 5, "-s 10.1.0.7 -p tcp --dport 5556 -j ACCEPT");
	r = perform(&s, false);
	assert_row(r, REHEARSED_APPLIED, REHEARSAL_PASS);
	assert_row(r, REHEARSED_AFTER, REHEARSAL_FAIL);
	assert_false(r->is_proven);
	strike_stage(&s);
}

static void what_cannot_be_applied_fails(void **state)
{
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_story(&s, STORY);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	add_insert(&s, "INPUT", 5, "-p tcp --dport 5555 -j NO_SUCH_CHAIN");
	r = perform(&s, false);
	assert_row(r, REHEARSED_APPLIED, REHEARSAL_FAIL);
	assert_int_equal(r->row[REHEARSED_AFTER].result, REHEARSAL_NOT_TRIED);
	assert_false(r->is_proven);
	strike_stage(&s);
}

/* An open session lives by its entry; once that is gone, by nothing. */
static void who_locks_the_administrator_out_fails(void **state)
{
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_story(&s, STORY);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	add_insert(&s, "INPUT", 2, "-p tcp --dport 22 -j DROP");
	add_insert(&s, "INPUT", 5,
		   "-s 10.1.0.7/32 -p tcp --dport 5555 -j ACCEPT");
	r = perform(&s, false);
	assert_row(r, REHEARSED_AFTER, REHEARSAL_PASS);
	assert_row(r, REHEARSED_SESSION, REHEARSAL_PASS);
	assert_row(r, REHEARSED_SESSION_FORGOTTEN, REHEARSAL_FAIL);
	assert_row(r, REHEARSED_NEW_SESSION, REHEARSAL_FAIL);
	assert_false(r->is_proven);
	strike_stage(&s);
}

#define POLICY_V6                                                              \
	"*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"                  \
	":OUTPUT ACCEPT [0:0]\n"                                               \
	"-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"      \
	"-A INPUT -p ipv6-icmp -j ACCEPT\nCOMMIT\n"

static void silence_of_ipv6_is_mended(void **state)
{
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_stage(&s, "2001:db8:1::2", "2001:db8:2::7",
		  "# Generated by ip6tables-save v1.8.9\n" POLICY_V6);
	set_change(&s, ENGINE_LEGACY, TABLE_IP6, "filter");
	add_insert(&s, "INPUT", 3,
		   "-s 2001:db8:2::7/128 -p tcp --dport 5555 -j ACCEPT");
	r = perform(&s, false);
	assert_row(r, REHEARSED_BEFORE, REHEARSAL_PASS);
	assert_row(r, REHEARSED_AFTER, REHEARSAL_PASS);
	assert_row(r, REHEARSED_WITNESSES, REHEARSAL_PASS);
	assert_true(r->witnesses > 5);
	assert_true(r->is_proven);
	strike_stage(&s);
}

/* Such an error comes back while connect() still works. */
static void refusal_of_ipv6_is_seen(void **state)
{
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_stage(&s, "2001:db8:1::2", "2001:db8:2::7",
		  "table ip6 filter {\n chain input {\n type filter hook input "
		  "priority 0;\n tcp dport 5555 reject with icmpv6 "
		  "admin-prohibited\n }\n}\n");
	set_change(&s, ENGINE_NFT, TABLE_IP6, "filter");
	add_insert(&s, "input", 1, "ip6 saddr 2001:db8:2::7 accept");
	r = perform(&s, false);
	assert_row(r, REHEARSED_BEFORE, REHEARSAL_PASS);
	assert_row(r, REHEARSED_AFTER, REHEARSAL_PASS);
	strike_stage(&s);
}

static void datagrams_are_answered(void **state)
{
	const struct rehearsal_witness *w;
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_story(&s, STORY);
	s.plan.ask.protocol = IPPROTO_UDP;
	point_set(&s.planning.packet, FIELD_PROTO, IPPROTO_UDP);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	add_insert(&s, "INPUT", 5,
		   "-s 10.1.0.7/32 -p udp --dport 5555 -j ACCEPT");
	r = perform(&s, false);
	assert_proven(r);
	w = turned(r, "src=10.1.0.7 dst=172.16.1.2 udp");
	assert_non_null(w);
	assert_true(w->is_meant);
	strike_stage(&s);
}

#define LED                                                                    \
	"*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n"                \
	":OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n"                    \
	"-A PREROUTING -d 172.16.1.2/32 -p tcp -m tcp --dport 5555 -j DNAT "   \
	"--to-destination 10.9.0.5:80\nCOMMIT\n"                               \
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n"                  \
	":OUTPUT ACCEPT [0:0]\n"                                               \
	"-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"    \
	"COMMIT\n"

static void what_is_led_on_to_another_host_is_tried_there(void **state)
{
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_stage(&s, "172.16.1.2", "10.1.0.7", LED);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	add_insert(&s, "FORWARD", 2,
		   "-s 10.1.0.7/32 -d 10.9.0.5/32 -p tcp --dport 80 -j ACCEPT");
	r = perform(&s, false);
	assert_row(r, REHEARSED_BEFORE, REHEARSAL_PASS);
	assert_row(r, REHEARSED_AFTER, REHEARSAL_PASS);
	assert_row(r, REHEARSED_WITNESSES, REHEARSAL_PASS);
	assert_true(r->is_proven);
	strike_stage(&s);
}

#define OUT                                                                    \
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"                \
	":OUTPUT DROP [0:0]\n"                                                 \
	"-A OUTPUT -p tcp -m tcp --sport 22 -j ACCEPT\n"                       \
	"-A OUTPUT -p udp -m udp --dport 53 -j ACCEPT\nCOMMIT\n"

static void answers_that_get_out_are_tried_as_well(void **state)
{
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_story(&s, OUT);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	add_insert(&s, "OUTPUT", 3,
		   "-s 172.16.1.2/32 -d 10.1.0.7/32 -p tcp -m tcp --sport 5555 "
		   "-j ACCEPT");
	r = perform(&s, false);
	assert_proven(r);
	strike_stage(&s);

	set_story(&s, OUT);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	add_insert(&s, "OUTPUT", 3, "-p tcp -j ACCEPT");
	r = perform(&s, false);
	assert_row(r, REHEARSED_AFTER, REHEARSAL_PASS);
	assert_row(r, REHEARSED_WITNESSES, REHEARSAL_FAIL);
	strike_stage(&s);
}

/* Rules without a place for established connections: the session that is open
 * on the host cannot be in the room, and that is not the change's fault. */
static void who_is_out_already_is_not_counted(void **state)
{
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_story(&s, "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		      ":OUTPUT ACCEPT [0:0]\n"
		      "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\nCOMMIT\n");
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	add_insert(&s, "INPUT", 2,
		   "-s 10.1.0.7/32 -p tcp -m tcp --dport 5555 -j ACCEPT");
	r = perform(&s, false);
	assert_row(r, REHEARSED_SESSION, REHEARSAL_NOT_TRIED);
	assert_row(r, REHEARSED_NEW_SESSION, REHEARSAL_NOT_TRIED);
	assert_int_equal(r->stand_in_count, 2);
	assert_true(r->is_proven);
	strike_stage(&s);
}

/* What the second one counts is what the first one left. */
static void one_change_comes_after_the_other(void **state)
{
	struct fix_change changes[2];
	struct rule_edit second = {
		.kind = EDIT_INSERT,
		.chain = "INPUT",
		.number = 3,
		.words = "-s 10.1.0.7/32 -p tcp -m tcp --dport 5555 -j ACCEPT",
	};
	struct stage s;

	(void)state;
	set_story(&s, NFT_HEAD
		  "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		  ":OUTPUT ACCEPT [0:0]\n"
		  "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n");
	set_change(&s, ENGINE_IPTABLES_NFT, TABLE_IP, "filter");
	add_insert(&s, "INPUT", 2,
		   "-s 10.1.0.7/32 -p tcp -m tcp --dport 5555 "
		   "-m conntrack --ctstate NEW -j ACCEPT");
	changes[0] = changes[1] = s.change;
	changes[1].rules.edits = &second;
	s.candidate.now = changes;
	s.candidate.now_count = 2;
	assert_proven(perform(&s, false));
	strike_stage(&s);
}

static const char *const forward[] = { "sysctl", "-w", "net.ipv4.ip_forward=1",
				       NULL };
static const char *const forward_not[] = { "sysctl", "-w",
					   "net.ipv4.ip_forward=0", NULL };
static const char *const manager[] = { "ufw", "allow", "5555", NULL };

static void what_no_room_can_try_is_not_proven(void **state)
{
	struct fix_change changes[2];
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_story(&s, STORY);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	set_move(&s, "INPUT", "-j REJECT --reject-with icmp-host-prohibited");
	changes[0] = s.change;
	changes[1] = (struct fix_change){
		.kind = CHANGE_RUN,
		.text = "has ufw do it",
		.run = { .argv = manager },
	};
	s.candidate.now = changes;
	s.candidate.now_count = 2;
	r = perform(&s, false);
	assert_row(r, REHEARSED_AFTER, REHEARSAL_PASS);
	assert_int_equal(r->stand_in_count, 1);
	assert_non_null(strstr(r->stand_ins[0], "has ufw do it"));
	assert_false(r->is_proven);
	strike_stage(&s);

	set_story(&s, STORY);
	s.candidate.now = changes + 1;
	assert_int_equal(room_start(&s.room), 0);
	assert_int_equal(rehearse(&s.planning, &s.candidate, s.room, false),
			 -EOPNOTSUPP);
	assert_null(s.candidate.rehearsal);
	strike_stage(&s);
}

static void a_setting_is_changed_and_put_back(void **state)
{
	const struct rehearsal *r;
	struct stage s;

	(void)state;
	set_story(&s, STORY);
	s.change = (struct fix_change){
		.kind = CHANGE_RUN,
		.text = "forwards",
		.run = { .argv = forward, .undo = forward_not },
	};
	r = perform(&s, false);
	assert_row(r, REHEARSED_APPLIED, REHEARSAL_PASS);
	assert_row(r, REHEARSED_AFTER, REHEARSAL_FAIL);
	assert_row(r, REHEARSED_UNDONE, REHEARSAL_PASS);
	assert_false(r->is_proven);
	strike_stage(&s);
}

/* What the tools of a host print, by a room that was filled before. False: none
 * can be had. */
static bool gather(const struct room_command *commands, size_t count,
		   struct text *ret)
{
	struct room_command copies[8];
	struct arena *a = arena_new();
	struct room *r;

	if (room_start(&r)) {
		arena_free(a);
		return false;
	}
	memcpy(copies, commands, count * sizeof(*copies));
	assert_int_equal(room_run(r, a, copies, count), 0);
	for (size_t i = 0; i < count; i++) {
		if (copies[i].status)
			print_message("%s\n", copies[i].complaint);
		assert_int_equal(copies[i].status, 0);
	}
	assert_int_equal(room_rules(r, ret), 0);
	room_end(r);
	arena_free(a);
	return true;
}

/* The stage's rules are what was gathered, with handles and counters. */
static void set_gathered(struct stage *s, const struct text *t)
{
	set_story(s, STORY);
	ruleset_free(s->rules);
	s->source = (struct fix_rules_source){ .gathered = t->data,
					       .gathered_len = t->len };
	assert_int_equal(fix_rules_read(&s->source, s->problems, &s->rules), 0);
	s->planning.ruleset = s->rules;
}

static const char *const run_ipset[] = { "ipset", "restore", NULL };
static const char *const run_legacy[] = { "iptables-legacy-restore", NULL };
static const char *const run_newer[] = { "iptables-nft-restore", NULL };
static const char *const run_nft[] = { "nft", "-f", "-", NULL };

static void all_engines_of_a_host_come_together(void **state)
{
	static const struct room_command commands[] = {
		{ .argv = run_ipset,
		  .input = "create friends hash:ip timeout 600\n"
			   "add friends 10.1.0.7\nadd friends 10.1.0.9\n" },
		{ .argv = run_legacy, .input = STORY },
		{ .argv = run_newer,
		  .input = "*filter\n:INPUT ACCEPT [0:0]\n:own - [0:0]\n"
			   "-A INPUT -m set --match-set friends src -j own\n"
			   "-A own -m comment --comment \"} a # handle 7\" "
			   "-j RETURN\nCOMMIT\n" },
		{ .argv = run_nft,
		  .input = "table ip6 mine {\n chain in {\n type filter hook "
			   "input priority 0; policy accept;\n"
			   " tcp dport { 22, 80 } counter accept comment \"a # "
			   "handle 9\"\n }\n}\n"
			   "table inet more {\n map ways { type inet_service : "
			   "verdict; elements = { 7 : drop } }\n chain in {\n "
			   "type filter hook input priority 10;\n tcp dport "
			   "vmap @ways\n limit rate 5/second log prefix \"x\"\n"
			   " }\n}\n" },
	};
	struct text t = TEXT_NULL;
	struct stage s;

	(void)state;
	if (!gather(commands, 4, &t))
		skip();
	set_gathered(&s, &t);
	assert_int_equal(s.rules->rule_count, 6 + 2 + 1 + 2);
	set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
	set_move(&s, "INPUT", "-j REJECT --reject-with icmp-host-prohibited");
	assert_proven(perform(&s, true));
	strike_stage(&s);
	text_done(&t);
}

static void many_rules_of_nft_are_loaded_in_pieces(void **state)
{
	struct text rules = TEXT_NULL, t = TEXT_NULL;
	struct room_command command = { .argv = run_nft };
	struct stage s;

	(void)state;
	text_str(&rules, "table inet filter {\n set bad { type ipv4_addr; "
			 "elements = { 192.0.2.1");
	for (unsigned i = 0; i < 900; i++)
		text_format(&rules, ", 198.18.%u.%u", i / 250, i % 250 + 1);
	text_str(&rules, " } }\n chain input { type filter hook input "
			 "priority 0; policy drop;\n ct state established,"
			 "related accept\n tcp dport 22 accept\n"
			 " ip saddr @bad drop\n");
	for (unsigned i = 0; i < 320; i++)
		text_format(&rules,
			    " ip saddr 10.3.%u.0/24 tcp dport %u "
			    "counter accept\n",
			    i % 250, 1000 + i);
	text_str(&rules, " }\n}\n");
	command.input = text_string(&rules);
	if (!gather(&command, 1, &t))
		skip();
	set_gathered(&s, &t);
	set_change(&s, ENGINE_NFT, TABLE_INET, "filter");
	add_insert(&s, "input", 324, "ip saddr 10.1.0.7 tcp dport 5555 accept");
	assert_proven(perform(&s, false));
	assert_true(s.candidate.rehearsal->witnesses > 100);
	strike_stage(&s);
	text_done(&rules);
	text_done(&t);
}

/* Whoever may make namespaces may rehearse. */
static void nobody_can_rehearse_too(void **state)
{
	struct stage s;
	int status;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip();
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
		    setresuid(65534, 65534, 65534))
			_exit(77);
		set_story(&s, STORY);
		set_change(&s, ENGINE_LEGACY, TABLE_IP, "filter");
		set_move(&s, "INPUT",
			 "-j REJECT --reject-with icmp-host-prohibited");
		if (room_start(&s.room))
			_exit(77);
		if (rehearse(&s.planning, &s.candidate, s.room, false))
			_exit(3);
		tell(s.candidate.rehearsal);
		_exit(!s.candidate.rehearsal->is_proven);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static const char *const sleep_long[] = { "sleep", "100", NULL };
static const char *const who[] = { "sh", "-c",
				   "id -u; cat /proc/sys/net/ipv4/ip_forward; "
				   "grep NoNewPrivs /proc/self/status; "
				   "touch /usr/kiriwake-was-here; "
				   "ls /sys/class/net >/dev/null; cat",
				   NULL };
static const char *const missing[] = { "no-such-tool", NULL };

static void a_room_runs_what_it_is_given(void **state)
{
	struct room_command commands[] = {
		{ .argv = who, .input = "to be read\n" },
		{ .argv = missing },
	};
	struct arena *a = arena_new();
	struct text rules = TEXT_NULL;
	struct room *r;

	(void)state;
	if (room_start(&r)) {
		arena_free(a);
		skip();
	}
	assert_int_equal(room_run(r, a, commands, 2), 0);
	assert_int_equal(commands[0].status, 0);
	assert_string_equal(commands[0].output,
			    "0\n0\nNoNewPrivs:\t1\nto be read\n");
	assert_non_null(strstr(commands[0].complaint, "kiriwake-was-here"));
	assert_int_equal(access("/usr/kiriwake-was-here", F_OK), -1);
	assert_int_equal(WEXITSTATUS(commands[1].status), 127);
	assert_int_equal(room_rules(r, &rules), 0);
	assert_true(rules.len > 0);
	text_done(&rules);
	room_end(r);
	arena_free(a);
}

/* Whom the killed one leaves becomes ours: there must be nobody after a while. */
static bool all_are_gone(void)
{
	for (int i = 0; i < 200; i++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return true;
		(void)usleep(10000);
	}

	return false;
}

static void nothing_outlives_who_is_killed(void **state)
{
	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	for (unsigned round = 0; round < 12; round++) {
		struct room_command c = { .argv = sleep_long };
		struct room *r;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid) {
			if (room_start(&r))
				_exit(77);
			(void)room_run(r, arena_new(), &c, 1);
			_exit(0);
		}
		(void)usleep(round * 8000);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_true(all_are_gone());
	}
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

static void a_room_that_nobody_asked_ends(void **state)
{
	struct room *r;

	(void)state;
	if (room_start(&r))
		skip();
	room_end(r);
	room_end(NULL);
	assert_true(all_are_gone());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_that_moves_is_proven),
		cmocka_unit_test(so_is_one_of_the_newer_iptables),
		cmocka_unit_test(
			so_is_one_of_nft_whose_handles_are_others_in_the_room),
		cmocka_unit_test(what_opens_too_much_is_caught_by_a_witness),
		cmocka_unit_test(what_opens_to_others_is_caught_too),
		cmocka_unit_test(what_does_not_help_fails),
		cmocka_unit_test(what_cannot_be_applied_fails),
		cmocka_unit_test(who_locks_the_administrator_out_fails),
		cmocka_unit_test(silence_of_ipv6_is_mended),
		cmocka_unit_test(refusal_of_ipv6_is_seen),
		cmocka_unit_test(datagrams_are_answered),
		cmocka_unit_test(what_is_led_on_to_another_host_is_tried_there),
		cmocka_unit_test(answers_that_get_out_are_tried_as_well),
		cmocka_unit_test(who_is_out_already_is_not_counted),
		cmocka_unit_test(what_no_room_can_try_is_not_proven),
		cmocka_unit_test(one_change_comes_after_the_other),
		cmocka_unit_test(a_setting_is_changed_and_put_back),
		cmocka_unit_test(all_engines_of_a_host_come_together),
		cmocka_unit_test(many_rules_of_nft_are_loaded_in_pieces),
		cmocka_unit_test(nobody_can_rehearse_too),
		cmocka_unit_test(a_room_runs_what_it_is_given),
		cmocka_unit_test(nothing_outlives_who_is_killed),
		cmocka_unit_test(a_room_that_nobody_asked_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
