#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nft_given.h"
#include "ruleset/nft.h"

static struct given read_text(const char *text)
{
	struct given g = given_nothing();

	assert_int_equal(
		nft_text_read(g.ruleset, "rules.nft", text, strlen(text)), 0);
	return g;
}

/* Both texts are read without problems and are one model. */
static void same(const char *one, const char *other)
{
	struct given a = read_text(one), b = read_text(other);

	assert_int_equal(problems_count(a.problems), 0);
	assert_int_equal(problems_count(b.problems), 0);
	assert_string_equal(given_dump(&a), given_dump(&b));
	given_done(&a);
	given_done(&b);
}

#define CHAIN(rules)                                                             \
	"table inet t {\n chain c {\n type filter hook input priority 0\n" rules \
	"\n }\n}\n"

static void definitions_stand_for_their_values(void **state)
{
	(void)state;
	same("define ports = { 22, 80-90 }\ndefine lan = 10.0.0.0/8\n"
	     "define all = { $ports, 443 }\n" CHAIN(
		     "ip saddr $lan tcp dport $all accept"),
	     CHAIN("ip saddr 10.0.0.0/8 tcp dport { 22, 80-90, 443 } accept"));
}

static void a_definition_in_a_block_ends_with_it(void **state)
{
	struct given g = read_text("table ip t {\n define x = 22\n"
				   " chain a { tcp dport $x drop\n }\n}\n"
				   "table ip u { chain a { tcp dport $x drop\n"
				   "}\n}\n");

	(void)state;
	assert_int_equal(problems_count(g.problems), 1);
	assert_int_equal(problems_at(g.problems, 0)->line, 6);
	given_done(&g);
}

static void commands_make_what_blocks_make(void **state)
{
	(void)state;
	same("add table inet t\nadd chain inet t c { type filter hook input "
	     "priority filter; policy drop; }\n"
	     "add set inet t s { type ipv4_addr; }\n"
	     "add element inet t s { 1.1.1.1, 2.2.2.2, 3.3.3.3 }\n"
	     "delete element inet t s { 2.2.2.2 }\n"
	     "add rule inet t c ip saddr @s accept\n"
	     "insert rule inet t c iif lo accept\n",
	     "table inet t { set s { type ipv4_addr; elements = { 3.3.3.3, "
	     "1.1.1.1 }; }\n"
	     "chain c { type filter hook input priority 0; policy drop; iif "
	     "\"lo\" accept; ip saddr @s accept; }; }\n");
}

static void rules_are_placed_by_handle_and_index(void **state)
{
	(void)state;
	same(CHAIN("accept # handle 4\ndrop # handle 5\n") "add rule inet t c position 4 return\n"
							   "insert rule inet t c index 2 jump x\n"
							   "replace rule inet t c handle 5 reject\n"
							   "delete rule inet t c handle 4\n"
							   "add chain inet t x\n",
	     CHAIN("return; jump x; reject") "add chain inet t x\n");
}

static void flush_ruleset_starts_anew(void **state)
{
	struct given g = read_text(CHAIN("drop"));
	const char *more =
		"flush ruleset\ntable ip t { chain c { accept\n}\n}\n";

	(void)state;
	assert_int_equal(
		nft_text_read(g.ruleset, "more.nft", more, strlen(more)), 0);
	assert_string_equal(given_dump(&g),
			    "table nft ip t\n  chain c\n    1: accept\n");
	assert_int_equal(g.ruleset->rule_count, 1);
	given_done(&g);
}

static void a_table_may_be_deleted_and_made_again(void **state)
{
	(void)state;
	same("table inet t\ndelete table inet t\n" CHAIN("drop"),
	     CHAIN("drop"));
	same(CHAIN("accept") "destroy table inet t\n" CHAIN("drop"),
	     CHAIN("drop"));
}

static void lines_go_on_behind_a_backslash(void **state)
{
	(void)state;
	same(CHAIN("tcp dport \\\n 22 \\\n accept # because"),
	     CHAIN("tcp dport 22 accept"));
	same(CHAIN("tcp dport {\n 22,\n # not this\n 23,\n } accept"),
	     CHAIN("tcp dport { 22, 23 } accept"));
}

static void priorities_have_names_and_offsets(void **state)
{
	struct given g = read_text(
		"define p = -7\n"
		"table ip t {\n"
		"chain a { type filter hook input priority mangle - 5; }\n"
		"chain b { type filter hook input priority -5; }\n"
		"chain c { type nat hook prerouting priority dstnat+ 10; }\n"
		"chain d { type filter hook input priority $p; }\n}\n"
		"table bridge t {\n"
		"chain a { type filter hook input priority filter + 1; }\n}\n");
	static const int wanted[] = { -155, -5, -90, -7, -199 };
	size_t n = 0;

	(void)state;
	assert_int_equal(problems_count(g.problems), 0);
	for (const struct table *t = g.ruleset->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			assert_int_equal(c->priority, wanted[n++]);
	assert_int_equal(n, 5);
	given_done(&g);
}

static void handles_comments_counters_and_places_are_kept(void **state)
{
	struct given g = read_text("table ip t { # handle 1\n"
				   " chain c { # handle 2\n"
				   "  tcp dport 22  counter packets 5 bytes 6 "
				   "accept comment \"ssh\" # handle 8\n"
				   " }\n}\n");
	const struct rule *r = g.ruleset->first->first->first;

	(void)state;
	assert_int_equal(r->handle, 8);
	assert_string_equal(r->comment, "ssh");
	assert_int_equal(r->counters.packets, 5);
	assert_int_equal(r->counters.bytes, 6);
	assert_true(r->counters.known);
	assert_string_equal(r->text, "tcp dport 22 accept comment \"ssh\"");
	assert_int_equal(r->place.line, 3);
	given_done(&g);
}

static void bad_lines_are_told_and_the_rest_is_read(void **state)
{
	struct given g = read_text("table ip t {\n chain c {\n"
				   "  tcp dport 22 accept\n"
				   "  tcp dport ) accept\n"
				   "  tcp dport 99999 drop\n"
				   "  drop\n }\n nonsense\n}\nmore nonsense\n"
				   "table ip6 u { }\n");
	const struct problem *p = problems_at(g.problems, 0);

	(void)state;
	assert_int_equal(problems_count(g.problems), 4);
	assert_int_equal(p->line, 4);
	assert_int_equal(p->column, 13);
	assert_string_equal(p->excerpt, "  tcp dport ) accept");
	assert_int_equal(g.ruleset->rule_count, 4);
	assert_non_null(
		ruleset_find_table(g.ruleset, ENGINE_NFT, TABLE_IP6, "u"));
	given_done(&g);
}

static void a_rule_that_is_not_understood_may_do_anything(void **state)
{
	struct given g = read_text("table ip t {\n chain c {\n"
				   "  frobnicate now\n }\n}\n");

	(void)state;
	assert_non_null(strstr(given_dump(&g), "unknown \"frobnicate now\""));
	given_done(&g);
}

static void unknown_questions_are_named_once(void **state)
{
	struct given g = read_text(CHAIN("meta novelty 5 accept\n"
					 "meta novelty 6 accept"));

	(void)state;
	assert_int_equal(problems_count(g.problems), 0);
	assert_int_equal(problems_count(g.ruleset->notes), 1);
	assert_non_null(strstr(given_dump(&g), "?8\"meta novelty 5\"; accept"));
	given_done(&g);
}

static void limits_are_each_their_own(void **state)
{
	struct given g = read_text(CHAIN("limit rate 1/second accept\n"
					 "limit rate 1/second accept\n"
					 "ct zone 1 accept\nct zone 1 drop"));

	(void)state;
	assert_int_equal(g.ruleset->variable_count, 3);
	given_done(&g);
}

static void what_a_match_needs_is_asked_first(void **state)
{
	(void)state;
	same(CHAIN("ip saddr 1.1.1.1 tcp dport 22 accept"),
	     CHAIN("meta nfproto ipv4 ip saddr 1.1.1.1 meta l4proto tcp tcp "
		   "dport 22 accept"));
	same(CHAIN("icmp type echo-request drop"),
	     CHAIN("meta nfproto ipv4 meta l4proto icmp icmp type 8 drop"));
}

static void what_a_reject_needs_is_asked_before_it_is_counted(void **state)
{
	struct given g = read_text(CHAIN("meta length < 9 counter reject with "
					 "icmpv6 no-route\n"
					 "counter reject with tcp reset"));
	const char *dump = given_dump(&g);

	(void)state;
	assert_non_null(strstr(dump, "1: family={0xa}; length={0x0-0x8}; none "
				     "\"counter\"; reject 2/0"));
	assert_non_null(strstr(dump, "2: proto={0x6}; none \"counter\"; "
				     "reject 0/0"));
	given_done(&g);
}

static void flags_without_an_operator_mean_one_of_them(void **state)
{
	(void)state;
	same(CHAIN("tcp flags syn,ack drop"),
	     CHAIN("tcp flags & (syn|ack) != 0 drop"));
	same(CHAIN("ct state established,related drop"),
	     CHAIN("ct state { established, related } drop"));
	same(CHAIN("tcp flags syn / syn,ack drop"),
	     CHAIN("tcp flags & (syn|ack) == syn drop"));
}

/* What is written into a folder of its own. */
static void put(const char *folder, const char *name, const char *text)
{
	char path[100];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
}

static void includes_are_read_from_the_same_folder_only(void **state)
{
	char folder[] = "/tmp/kiriwake-include-XXXXXX", inner[60], main[60];
	static const char text[] =
		"include \"one.nft\"\ninclude \"parts/*.nft\"\n"
		"include \"/etc/passwd\"\ninclude \"missing.nft\"\n"
		"table ip t { chain c { tcp dport $x accept\n}\n}\n";
	struct given g = given_nothing();

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(inner, sizeof(inner), "%s/parts", folder);
	assert_int_equal(mkdir(inner, 0700), 0);
	put(folder, "one.nft", "define x = 22\n");
	put(inner, "two.nft", "table ip t { chain c { drop\n}\n}\n)\n");
	put(folder, "rules.nft", text);
	(void)snprintf(main, sizeof(main), "%s/rules.nft", folder);
	assert_int_equal(nft_text_read(g.ruleset, main, text, strlen(text)), 0);

	assert_int_equal(problems_count(g.problems), 3);
	assert_non_null(strstr(problems_at(g.problems, 0)->file, "two.nft"));
	assert_int_equal(problems_at(g.problems, 0)->line, 4);
	assert_non_null(strstr(problems_at(g.problems, 1)->text, "outside"));
	assert_int_equal(problems_at(g.problems, 2)->line, 4);
	assert_int_equal(g.ruleset->rule_count, 2);
	given_done(&g);

	(void)snprintf(inner, sizeof(inner), "rm -r %s", folder);
	assert_int_equal(system(inner), 0);
}

static void tables_of_iptables_nft_are_not_read_twice(void **state)
{
	struct given g = given_nothing();
	static const char text[] =
		"table ip filter { chain INPUT { drop\n}\n}\n"
		"table ip6 filter { chain INPUT { drop\n}\n}\n";

	(void)state;
	(void)ruleset_table(g.ruleset, ENGINE_IPTABLES_NFT, TABLE_IP, "filter");
	assert_int_equal(nft_text_read(g.ruleset, "x", text, strlen(text)), 0);
	assert_int_equal(g.ruleset->rule_count, 1);
	given_done(&g);
}

static void no_memory_is_told_and_nothing_leaks(void **state)
{
	static const char text[] = CHAIN(
		"tcp dport { 22, 80 } ip saddr . tcp dport { 1.1.1.1 . 5 } "
		"limit rate 1/second ct state vmap { new : accept } counter "
		"meta mark set 1 log prefix \"x\" reject");
	bool done = false;

	(void)state;
	for (uint64_t n = 1; n < 400 && !done; n++) {
		struct given g = given_nothing();
		int err;

		arena_fail_at(g.ruleset->arena, n);
		err = nft_text_read(g.ruleset, "x", text, sizeof(text) - 1);
		assert_true(err == 0 || err == -12);
		done = err == 0;
		given_done(&g);
	}
	assert_true(done);
}

static void a_field_that_nft_has_not_is_located(void **state)
{
	struct given g = read_text(CHAIN("  tcp dporrt 22 accept\n"
					 "  tcp window 22 accept\n"
					 "  ct original prott 6 accept\n"
					 "  ip6 saddrr ::1 accept\n"
					 "  tcp option maxseg size 5 accept"));
	const struct problem *p = problems_at(g.problems, 0);
	const struct rule *r = g.ruleset->first->first->first;

	(void)state;
	assert_int_equal(problems_count(g.problems), 2);
	assert_int_equal(p->line, 4);
	assert_int_equal(p->column, 7);
	assert_string_equal(p->excerpt, "  tcp dporrt 22 accept");
	assert_int_equal(problems_at(g.problems, 1)->line, 7);
	/* The rule stays: whether it matches is open. */
	assert_int_equal(r->chain->rule_count, 5);
	assert_int_equal(r->terms[r->term_count - 2].cond.kind, COND_VARIABLE);
	given_done(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions_stand_for_their_values),
		cmocka_unit_test(a_definition_in_a_block_ends_with_it),
		cmocka_unit_test(commands_make_what_blocks_make),
		cmocka_unit_test(rules_are_placed_by_handle_and_index),
		cmocka_unit_test(flush_ruleset_starts_anew),
		cmocka_unit_test(a_table_may_be_deleted_and_made_again),
		cmocka_unit_test(lines_go_on_behind_a_backslash),
		cmocka_unit_test(priorities_have_names_and_offsets),
		cmocka_unit_test(handles_comments_counters_and_places_are_kept),
		cmocka_unit_test(bad_lines_are_told_and_the_rest_is_read),
		cmocka_unit_test(a_rule_that_is_not_understood_may_do_anything),
		cmocka_unit_test(unknown_questions_are_named_once),
		cmocka_unit_test(a_field_that_nft_has_not_is_located),
		cmocka_unit_test(limits_are_each_their_own),
		cmocka_unit_test(what_a_match_needs_is_asked_first),
		cmocka_unit_test(
			what_a_reject_needs_is_asked_before_it_is_counted),
		cmocka_unit_test(flags_without_an_operator_mean_one_of_them),
		cmocka_unit_test(includes_are_read_from_the_same_folder_only),
		cmocka_unit_test(tables_of_iptables_nft_are_not_read_twice),
		cmocka_unit_test(no_memory_is_told_and_nothing_leaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
