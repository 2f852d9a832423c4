#include "../ruleset/walked.h"

#include <errno.h>

#include "fix/rules_edit.h"
#include "ruleset/save.h"

static const char telnet[] =
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
	":OUTPUT ACCEPT [0:0]\n:own - [0:0]\n"
	"[1:10] -A INPUT -i lo -j ACCEPT\n"
	"[2:20] -A INPUT -j REJECT --reject-with icmp-host-prohibited\n"
	"[3:30] -A INPUT -p tcp -m tcp --dport 23 -j ACCEPT\n"
	"[4:40] -A INPUT -s 10.0.0.0/8 -j DROP\n"
	"[5:50] -A INPUT -s 10.0.0.0/8 -j DROP\n"
	"[0:0] -A own -m limit --limit 1/sec -j RETURN\n"
	"COMMIT\n";

static const char table[] =
	"table inet filter {\n chain input {\n"
	"  type filter hook input priority 0; policy drop;\n"
	"  ct state established accept # handle 3\n"
	"  ip saddr 10.0.0.0/8 counter packets 3 bytes 30 drop # handle 4\n"
	"  tcp dport { 22, 80 } counter packets 5 bytes 300 accept comment "
	"\"a b\" # handle 6\n"
	" }\n}\n";

struct edited {
	struct walked w;
	struct rules_change change;
};

static void begin(struct edited *e, const char *rules, struct rule_edit *edit)
{
	bool is_nft = rules == table;

	walked_read(&e->w, rules);
	e->change = (struct rules_change){
		.engine = is_nft ? ENGINE_NFT : ENGINE_LEGACY,
		.family = is_nft ? TABLE_INET : TABLE_IP,
		.table = "filter",
		.edits = edit,
		.edit_count = 1,
	};
}

static void scripts_are(const char *rules, struct rule_edit edit,
			const char *script, const char *undo)
{
	struct edited e;

	begin(&e, rules, &edit);
	assert_int_equal(rules_edit_script(e.w.ruleset, e.w.arena, &e.change),
			 0);
	assert_string_equal(e.change.script, script);
	assert_string_equal(e.change.undo, undo);
	walked_done(&e.w);
}

static void command_is(const char *rules, struct rule_edit edit, bool is_undo,
		       const char *expected)
{
	struct text t = TEXT_NULL;
	struct edited e;

	begin(&e, rules, &edit);
	assert_int_equal(rules_edit_script(e.w.ruleset, e.w.arena, &e.change),
			 0);
	assert_int_equal(rules_edit_command(&t, &e.change, is_undo), 0);
	assert_string_equal(text_string(&t), expected);
	text_done(&t);
	walked_done(&e.w);
}

static void chain_is(const struct chain *c, const char *expected)
{
	struct text t = TEXT_NULL;
	unsigned number = 0;

	for (const struct rule *r = c->first; r; r = r->next) {
		assert_int_equal(r->number, ++number);
		text_str(&t, rules_edit_words(r));
		text_char(&t, '\n');
	}
	assert_int_equal(c->rule_count, number);
	assert_string_equal(text_string(&t), expected);
	text_done(&t);
}

static void applied_gives(const char *rules, struct rule_edit edit,
			  const char *expected)
{
	struct edited e;

	begin(&e, rules, &edit);
	assert_int_equal(rules_edit_apply(e.w.ruleset, &e.change), 0);
	chain_is(ruleset_find_chain(e.w.ruleset->first, edit.chain), expected);
	walked_done(&e.w);
}

static void fails_with(const char *rules, struct rule_edit edit, int err)
{
	struct edited e;

	begin(&e, rules, &edit);
	assert_int_equal(rules_edit_apply(e.w.ruleset, &e.change), err);
	walked_done(&e.w);
	begin(&e, rules, &edit);
	assert_int_equal(rules_edit_script(e.w.ruleset, e.w.arena, &e.change),
			 err);
	walked_done(&e.w);
}

static const struct rule_edit move = {
	.kind = EDIT_MOVE, .chain = "INPUT", .number = 2, .to_number = 4
};

static void a_moved_rule_keeps_its_counters_and_is_named_by_its_words(void **s)
{
	(void)s;
	scripts_are(telnet, move,
		    "*filter\n-D INPUT -j REJECT --reject-with "
		    "icmp-host-prohibited\n"
		    "-C INPUT -s 10.0.0.0/8 -j DROP\n"
		    "[2:20] -I INPUT 3 -j REJECT --reject-with "
		    "icmp-host-prohibited\nCOMMIT\n",
		    "*filter\n-D INPUT -j REJECT --reject-with "
		    "icmp-host-prohibited\n"
		    "-C INPUT -p tcp -m tcp --dport 23 -j ACCEPT\n"
		    "[2:20] -I INPUT 2 -j REJECT --reject-with "
		    "icmp-host-prohibited\nCOMMIT\n");
	applied_gives(telnet, move,
		      "-i lo -j ACCEPT\n-p tcp -m tcp --dport 23 -j ACCEPT\n"
		      "-j REJECT --reject-with icmp-host-prohibited\n"
		      "-s 10.0.0.0/8 -j DROP\n-s 10.0.0.0/8 -j DROP\n");
}

static void a_move_is_typed_as_one_transaction(void **s)
{
	(void)s;
	command_is(telnet, move, false,
		   "iptables-restore -c --noflush <<'EOF'\n*filter\n"
		   "-D INPUT -j REJECT --reject-with icmp-host-prohibited\n"
		   "-C INPUT -s 10.0.0.0/8 -j DROP\n"
		   "[2:20] -I INPUT 3 -j REJECT --reject-with "
		   "icmp-host-prohibited\nCOMMIT\nEOF");
}

static void one_of_two_equal_rules_is_named_by_its_number(void **s)
{
	(void)s;
	scripts_are(telnet,
		    (struct rule_edit){ .kind = EDIT_DELETE,
					.chain = "INPUT",
					.number = 5 },
		    "*filter\n-C INPUT -s 10.0.0.0/8 -j DROP\n-D INPUT 5\n"
		    "COMMIT\n",
		    "*filter\n-C INPUT -s 10.0.0.0/8 -j DROP\n"
		    "[5:50] -A INPUT -s 10.0.0.0/8 -j DROP\nCOMMIT\n");
}

static void a_rule_that_prints_in_many_ways_is_named_by_its_number(void **s)
{
	(void)s;
	scripts_are(telnet,
		    (struct rule_edit){
			    .kind = EDIT_DELETE, .chain = "own", .number = 1 },
		    "*filter\n-D own 1\nCOMMIT\n",
		    "*filter\n[0:0] -A own -m limit --limit 1/sec -j RETURN\n"
		    "COMMIT\n");
}

static const struct rule_edit insertion = {
	.kind = EDIT_INSERT,
	.chain = "INPUT",
	.number = 2,
	.words = "-s 10.1.0.7 -p tcp --dport 5555 -j ACCEPT",
};

static void an_inserted_rule_is_found_again_as_it_is_printed(void **s)
{
	(void)s;
	scripts_are(telnet, insertion,
		    "*filter\n-C INPUT -j REJECT --reject-with "
		    "icmp-host-prohibited\n"
		    "-I INPUT 2 -s 10.1.0.7/32 -p tcp -m tcp --dport 5555 -j "
		    "ACCEPT\nCOMMIT\n",
		    "*filter\n-D INPUT -s 10.1.0.7/32 -p tcp -m tcp --dport "
		    "5555 -j ACCEPT\nCOMMIT\n");
	applied_gives(telnet, insertion,
		      "-i lo -j ACCEPT\n"
		      "-s 10.1.0.7/32 -p tcp -m tcp --dport 5555 -j ACCEPT\n"
		      "-j REJECT --reject-with icmp-host-prohibited\n"
		      "-p tcp -m tcp --dport 23 -j ACCEPT\n"
		      "-s 10.0.0.0/8 -j DROP\n-s 10.0.0.0/8 -j DROP\n");
	command_is(telnet, insertion, false,
		   "iptables -I INPUT 2 -s 10.1.0.7/32 -p tcp -m tcp --dport "
		   "5555 -j ACCEPT");
	command_is(telnet, insertion, true,
		   "iptables -D INPUT -s 10.1.0.7/32 -p tcp -m tcp --dport "
		   "5555 -j ACCEPT");
}

static void one_behind_the_last_is_the_end(void **s)
{
	struct rule_edit e = insertion;

	(void)s;
	e.number = 6;
	command_is(telnet, e, false,
		   "iptables -A INPUT -s 10.1.0.7/32 -p tcp -m tcp --dport "
		   "5555 -j ACCEPT");
	e.number = 7;
	fails_with(telnet, e, -ENOENT);
}

static void a_replaced_rule_goes_by_its_words(void **s)
{
	(void)s;
	scripts_are(telnet,
		    (struct rule_edit){ .kind = EDIT_REPLACE,
					.chain = "INPUT",
					.number = 3,
					.words = "-p tcp --dport 24 -j "
						 "ACCEPT" },
		    "*filter\n-C INPUT -p tcp -m tcp --dport 23 -j ACCEPT\n"
		    "-I INPUT 3 -p tcp -m tcp --dport 24 -j ACCEPT\n"
		    "-D INPUT -p tcp -m tcp --dport 23 -j ACCEPT\nCOMMIT\n",
		    "*filter\n-C INPUT -s 10.0.0.0/8 -j DROP\n"
		    "[3:30] -I INPUT 4 -p tcp -m tcp --dport 23 -j ACCEPT\n"
		    "-D INPUT -p tcp -m tcp --dport 24 -j ACCEPT\nCOMMIT\n");
}

static void words_that_are_no_rule_are_refused(void **s)
{
	struct rule_edit e = insertion;

	(void)s;
	e.words = "-p tcp --dport 99999 -j ACCEPT";
	fails_with(telnet, e, -EINVAL);
	e.words = "-j ACCEPT\n-F";
	fails_with(telnet, e, -EINVAL);
	e.chain = "NONE";
	fails_with(telnet, e, -ENOENT);
}

static void nft_names_rules_by_their_handles(void **s)
{
	(void)s;
	scripts_are(table,
		    (struct rule_edit){ .kind = EDIT_MOVE,
					.chain = "input",
					.handle = 6,
					.to_handle = 4 },
		    "insert rule inet filter input handle 4 tcp dport { 22, 80 "
		    "} counter packets 5 bytes 300 accept comment \"a b\"\n"
		    "delete rule inet filter input handle 6\n",
		    "add rule inet filter input handle 4 tcp dport { 22, 80 } "
		    "counter packets 5 bytes 300 accept comment \"a b\"\n"
		    "delete rule inet filter input handle {1}\n");
	applied_gives(table,
		      (struct rule_edit){ .kind = EDIT_MOVE,
					  .chain = "input",
					  .handle = 6,
					  .to_handle = 4 },
		      "ct state established accept\n"
		      "tcp dport { 22, 80 } counter packets 5 bytes 300 accept "
		      "comment \"a b\"\n"
		      "ip saddr 10.0.0.0/8 counter packets 3 bytes 30 drop\n");
}

static const struct rule_edit nft_insertion = {
	.kind = EDIT_INSERT,
	.chain = "input",
	.handle = 4,
	.words = "ip saddr 10.1.0.7 tcp dport 5555 accept",
};

static void nft_is_typed_with_a_handle(void **s)
{
	(void)s;
	command_is(table, nft_insertion, false,
		   "nft insert rule inet filter input handle 4 ip saddr "
		   "10.1.0.7 tcp dport 5555 accept");
	command_is(table, nft_insertion, true,
		   "nft 'delete rule inet filter input handle {1}'\n"
		   "# {1}: the new rule's handle, as \"nft -a list table inet "
		   "filter\" shows it");
}

static void the_undo_takes_the_handles_that_nft_told(void **s)
{
	static const char echo[] =
		"insert rule inet filter input handle 4 ip saddr 10.1.0.7 tcp "
		"dport 5555 accept # handle 12\n# new generation 3\n";
	struct rule_edit edit = nft_insertion;
	struct text t = TEXT_NULL;
	struct edited e;

	(void)s;
	begin(&e, table, &edit);
	assert_int_equal(rules_edit_script(e.w.ruleset, e.w.arena, &e.change),
			 0);
	assert_int_equal(rules_edit_undo(&t, &e.change, echo), 0);
	assert_string_equal(text_string(&t),
			    "delete rule inet filter input handle 12\n");
	text_clear(&t);
	assert_int_equal(rules_edit_undo(&t, &e.change, ""), -EINVAL);
	text_done(&t);
	walked_done(&e.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_moved_rule_keeps_its_counters_and_is_named_by_its_words),
		cmocka_unit_test(a_move_is_typed_as_one_transaction),
		cmocka_unit_test(one_of_two_equal_rules_is_named_by_its_number),
		cmocka_unit_test(
			a_rule_that_prints_in_many_ways_is_named_by_its_number),
		cmocka_unit_test(
			an_inserted_rule_is_found_again_as_it_is_printed),
		cmocka_unit_test(one_behind_the_last_is_the_end),
		cmocka_unit_test(a_replaced_rule_goes_by_its_words),
		cmocka_unit_test(words_that_are_no_rule_are_refused),
		cmocka_unit_test(nft_names_rules_by_their_handles),
		cmocka_unit_test(nft_is_typed_with_a_handle),
		cmocka_unit_test(the_undo_takes_the_handles_that_nft_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
