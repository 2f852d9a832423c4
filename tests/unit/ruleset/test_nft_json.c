#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nft_given.h"
#include "ruleset/nft.h"

static struct given read_json(const char *text)
{
	struct given g = given_nothing();

	assert_int_equal(
		nft_json_read(g.ruleset, "rules.json", text, strlen(text)), 0);
	return g;
}

#define RULE(expr)                                                              \
	"{\"nftables\": [{\"metainfo\": {}},"                                   \
	"{\"table\": {\"family\": \"ip\", \"name\": \"t\"}},"                   \
	"{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\"}}," \
	"{\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"c\","   \
	"\"handle\": 7, \"comment\": \"why\", \"expr\": [" expr "]}}]}"

static void a_rule_has_its_text_handle_and_comment(void **state)
{
	struct given g = read_json(RULE(
		"{\"match\": {\"op\": \"==\", \"left\": {\"meta\": {\"key\": "
		"\"iifname\"}}, \"right\": \"eth0\"}},"
		"{\"counter\": {\"packets\": 3, \"bytes\": 4}}, {\"accept\": "
		"null}"));
	const struct rule *r = g.ruleset->first->first->first;

	(void)state;
	assert_int_equal(problems_count(g.problems), 0);
	assert_string_equal(r->text,
			    "meta iifname \"eth0\" accept comment \"why\"");
	assert_int_equal(r->handle, 7);
	assert_string_equal(r->comment, "why");
	assert_int_equal(r->counters.packets, 3);
	given_done(&g);
}

static void numbers_are_printed_by_their_names(void **state)
{
	struct given g = read_json(RULE(
		"{\"match\": {\"op\": \"in\", \"left\": {\"ct\": {\"key\": "
		"\"state\"}}, \"right\": [2, 4]}},"
		"{\"match\": {\"op\": \"==\", \"left\": {\"concat\": ["
		"{\"meta\": {\"key\": \"l4proto\"}}, {\"payload\": "
		"{\"protocol\": \"th\", \"field\": \"dport\"}}]}, \"right\": "
		"{\"set\": [{\"concat\": [6, 17]}, {\"concat\": [17, 6]}]}}},"
		"{\"match\": {\"op\": \"==\", \"left\": {\"&\": [{\"payload\": "
		"{\"protocol\": \"tcp\", \"field\": \"flags\"}}, [2, 16]]}, "
		"\"right\": 2}},"
		"{\"reject\": {\"type\": \"icmp\", \"expr\": 3}}"));

	(void)state;
	assert_int_equal(problems_count(g.problems), 0);
	assert_string_equal(g.ruleset->first->first->first->text,
			    "ct state established,related "
			    "meta l4proto . th dport { tcp . 17, udp . 6 } "
			    "tcp flags & syn,ack == syn "
			    "reject with icmp port-unreachable "
			    "comment \"why\"");
	given_done(&g);
}

static void a_jump_without_a_target_may_do_anything(void **state)
{
	struct given g = read_json(RULE("{\"jump\": {\"to\": \"x\"}}"));
	const struct rule *r = g.ruleset->first->first->first;

	(void)state;
	assert_int_equal(problems_count(g.problems), 1);
	assert_int_equal(r->terms[0].action->kind, ACTION_UNKNOWN);
	given_done(&g);
}

static void what_is_no_json_is_located(void **state)
{
	struct given g = read_json("{\"nftables\": [\n  {\"table\": oops}\n]}");
	const struct problem *p = problems_at(g.problems, 0);

	(void)state;
	assert_int_equal(problems_count(g.problems), 1);
	assert_int_equal(p->line, 2);
	assert_string_equal(p->excerpt, "  {\"table\": oops}");
	given_done(&g);
}

static void strange_objects_are_told_and_left_out(void **state)
{
	struct given g = read_json(
		"{\"nftables\": [{\"table\": {\"family\": \"moon\", \"name\": "
		"\"t\"}}, {\"banana\": {}}, 5, null, [], {\"rule\": null}, "
		"{\"table\": {\"family\": \"ip\", \"name\": \"good\"}}]}");

	(void)state;
	assert_true(problems_count(g.problems) >= 4);
	assert_non_null(
		ruleset_find_table(g.ruleset, ENGINE_NFT, TABLE_IP, "good"));
	given_done(&g);
}

static void
unknown_statements_and_questions_are_kept_by_their_json(void **state)
{
	struct given g = read_json(RULE(
		"{\"match\": {\"op\": \"==\", \"left\": {\"novel\": {\"a\": "
		"1}}, \"right\": 5}}, {\"newer\": {\"b\": 2}}"));
	const char *dump;

	(void)state;
	assert_int_equal(problems_count(g.problems), 0);
	assert_int_equal(problems_count(g.ruleset->notes), 2);
	dump = given_dump(&g);
	assert_non_null(strstr(dump, "?8\"{\"novel\":{\"a\":1}} 5\""));
	assert_non_null(strstr(dump, "unknown \"{\"newer\":{\"b\":2}}\""));
	given_done(&g);
}

static void deep_nesting_does_no_harm(void **state)
{
	struct text t = TEXT_NULL;
	struct given g;

	(void)state;
	text_str(&t, "{\"nftables\": [{\"rule\": {\"family\": \"ip\", "
		     "\"table\": \"t\", \"chain\": \"c\", \"expr\": "
		     "[{\"match\": {\"op\": \"==\", \"right\": 1, \"left\": ");
	for (unsigned i = 0; i < 500; i++)
		text_str(&t, "{\"&\": [");
	text_str(&t, "1");
	for (unsigned i = 0; i < 500; i++)
		text_str(&t, ", 1]}");
	text_str(&t, "}}]}}]}");
	g = read_json(text_string(&t));
	assert_int_equal(g.ruleset->rule_count, 1);
	given_done(&g);
	text_done(&t);
}

static const struct action *last_action(const struct rule *r)
{
	return r->terms[r->term_count - 1].action;
}

/* JSON names no family but in tables of both (nft's nat_stmt_json()). */
static void a_translation_is_of_its_tables_family(void **state)
{
	struct given g =
		read_json("{\"nftables\": [{\"metainfo\": {}},"
			  "{\"table\": {\"family\": \"ip6\", \"name\": \"t\"}},"
			  "{\"chain\": {\"family\": \"ip6\", \"table\": \"t\","
			  " \"name\": \"c\"}},"
			  "{\"rule\": {\"family\": \"ip6\", \"table\": \"t\","
			  " \"chain\": \"c\", \"handle\": 7, \"expr\": ["
			  "{\"dnat\": {\"addr\": \"fd09::1\"}}]}}]}");
	const struct rule *r = g.ruleset->first->first->first;

	(void)state;
	assert_int_equal(problems_count(g.problems), 0);
	assert_int_equal(r->term_count, 1);
	assert_int_equal(last_action(r)->kind, ACTION_NAT);
	given_done(&g);
}

static void flags_of_a_translation_by_a_map_are_kept(void **state)
{
	struct given g = read_json(
		RULE("{\"snat\": {\"addr\": {\"map\": {\"key\": {\"payload\":"
		     " {\"protocol\": \"ip\", \"field\": \"saddr\"}},"
		     "\"data\": {\"set\": [[\"10.1.0.1\", \"10.2.0.1\"]]}}},"
		     "\"flags\": \"fully-random\"}}"));
	const struct rule *r = g.ruleset->first->first->first;

	(void)state;
	assert_non_null(last_action(r)->map);
	assert_true(last_action(r)->random);
	given_done(&g);
}

static void commands_are_read_too(void **state)
{
	struct given g = read_json(
		"{\"nftables\": [{\"flush\": {\"ruleset\": null}},"
		"{\"add\": {\"table\": {\"family\": \"ip\", \"name\": \"t\"}}},"
		"{\"add\": {\"chain\": {\"family\": \"ip\", \"table\": \"t\", "
		"\"name\": \"c\"}}},"
		"{\"add\": {\"rule\": {\"family\": \"ip\", \"table\": \"t\", "
		"\"chain\": \"c\", \"expr\": [{\"drop\": null}]}}},"
		"{\"insert\": {\"rule\": {\"family\": \"ip\", \"table\": "
		"\"t\", \"chain\": \"c\", \"expr\": [{\"accept\": null}]}}}]}");

	(void)state;
	assert_int_equal(problems_count(g.problems), 0);
	assert_string_equal(given_dump(&g), "table nft ip t\n  chain c\n"
					    "    1: accept\n    2: drop\n");
	given_done(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_has_its_text_handle_and_comment),
		cmocka_unit_test(numbers_are_printed_by_their_names),
		cmocka_unit_test(a_jump_without_a_target_may_do_anything),
		cmocka_unit_test(what_is_no_json_is_located),
		cmocka_unit_test(strange_objects_are_told_and_left_out),
		cmocka_unit_test(
			unknown_statements_and_questions_are_kept_by_their_json),
		cmocka_unit_test(deep_nesting_does_no_harm),
		cmocka_unit_test(commands_are_read_too),
		cmocka_unit_test(a_translation_is_of_its_tables_family),
		cmocka_unit_test(flags_of_a_translation_by_a_map_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
