#include "planned.h"

#include "fix/effect.h"
#include "fix/rules_edit.h"

static const char rules[] =
	"*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n"
	":OUTPUT ACCEPT [0:0]\n:own - [0:0]\n"
	"-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
	"-A INPUT -s 10.1.0.9/32 -j DROP\n"
	"-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
	"-A INPUT -j own\n-A FORWARD -j own\n"
	"-A own -p tcp -m tcp --dport 80 -j ACCEPT\n"
	"COMMIT\n";

static const char packet[] =
	"in=eth0 src=10.1.0.7 dst=172.16.1.2 tcp dport=5555";

struct effect_of {
	struct planned p;
	struct fix_candidate c;
	struct rule_edit edit;
	struct fix_change change;
	const struct walk_result *left;
};

static void compute(struct effect_of *e, const char *client,
		    struct rule_edit edit)
{
	memset(e, 0, sizeof(*e));
	planned_read(&e->p, rules, packet, client);
	e->edit = edit;
	e->change = (struct fix_change){
		.kind = CHANGE_RULES,
		.rules = { .engine = ENGINE_LEGACY,
			   .family = TABLE_IP,
			   .table = "filter",
			   .edits = &e->edit,
			   .edit_count = 1 },
	};
	e->c.now = &e->change;
	e->c.now_count = 1;
	assert_int_equal(fix_effect_compute(&e->p.planning, &e->c, &e->left),
			 0);
	assert_true(e->c.effect.is_known);
	assert_true(e->c.effect.comparison.is_complete);
}

static void says(const struct effect_of *e, size_t i, const char *expected)
{
	assert_true(i < e->c.effect.text_count);
	assert_string_equal(e->c.effect.text[i], expected);
}

static void what_was_asked_for_is_exact(void **state)
{
	struct effect_of e;

	(void)state;
	compute(&e, "10.1.0.7",
		(struct rule_edit){ .kind = EDIT_INSERT,
				    .chain = "INPUT",
				    .number = 4,
				    .words = "-s 10.1.0.7 -p tcp --dport 5555 "
					     "-j ACCEPT" });
	assert_true(e.c.effect.is_exact);
	assert_true(e.c.effect.lets_through);
	assert_int_equal(e.c.effect.comparison.count, 1);
	says(&e, 0, "It accepts exactly tcp/5555 from 10.1.0.7.");
	says(&e, 1, "Nothing else changes.");
	planned_done(&e.p);
}

static void what_is_wider_is_told_by_the_biggest(void **state)
{
	struct effect_of e;

	(void)state;
	compute(&e, "10.1.0.7",
		(struct rule_edit){ .kind = EDIT_INSERT,
				    .chain = "own",
				    .number = 1,
				    .words = "-s 10.1.0.6/31 -p tcp --dport "
					     "5555 -j ACCEPT" });
	assert_false(e.c.effect.is_exact);
	assert_true(e.c.effect.lets_through);
	assert_int_equal(e.c.effect.comparison.count, 2);
	says(&e, 0, "It accepts tcp/5555 from 10.1.0.7, and more than that.");
	assert_non_null(strstr(e.c.effect.text[1], "Besides, FORWARD accepts"));
	assert_non_null(strstr(e.c.effect.text[2], "src=10.1.0.6 "));
	planned_done(&e.p);
}

static void one_address_more_is_not_exact(void **state)
{
	static const struct {
		const char *words;
		bool is_exact;
	} tries[] = {
		{ "-s 10.1.0.7 -p tcp --dport 5555 -j ACCEPT", true },
		{ "-s 10.1.0.7 -p tcp --dport 5555 -m state --state NEW -j "
		  "ACCEPT",
		  true },
		{ "-s 10.1.0.7 -d 172.16.1.2 -p tcp --dport 5555 -j ACCEPT",
		  true },
		{ "-s 10.1.0.6/31 -p tcp --dport 5555 -j ACCEPT", false },
		{ "-s 10.1.0.7 -p tcp --dport 5555:5556 -j ACCEPT", false },
		{ "-s 10.1.0.7 -p tcp -j ACCEPT", false },
		{ "-p tcp --dport 5555 -j ACCEPT", false },
		{ "-s 10.1.0.7 -p udp --dport 5555 -j ACCEPT", false },
		{ "-s 10.1.0.7 -p tcp --dport 5555 -j REJECT", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		struct effect_of e;

		compute(&e, "10.1.0.7",
			(struct rule_edit){ .kind = EDIT_INSERT,
					    .chain = "INPUT",
					    .number = 4,
					    .words = tries[i].words });
		if (e.c.effect.is_exact != tries[i].is_exact)
			fail_msg("%s", tries[i].words);
		planned_done(&e.p);
	}
}

static void a_refusal_that_was_not_asked_for_is_told(void **state)
{
	struct effect_of e;

	(void)state;
	compute(&e, "10.1.0.7",
		(struct rule_edit){
			.kind = EDIT_DELETE, .chain = "INPUT", .number = 3 });
	assert_false(e.c.effect.is_exact);
	assert_false(e.c.effect.lets_through);
	says(&e, 0, "It does not let the connection through by itself.");
	assert_non_null(strstr(e.c.effect.text[1], "Besides, INPUT refuses"));
	assert_int_equal(e.left->blocker_count, 1);
	/* The rules after are gone; what is told of them is not. */
	assert_string_equal(e.left->blockers[0].verdict.chain->name, "INPUT");
	assert_string_equal(e.left->blockers[0].verdict.chain->table->name,
			    "filter");
	planned_done(&e.p);
}

static void of_many_clients_those_that_are_still_refused_are_told(void **state)
{
	struct effect_of e;

	(void)state;
	compute(&e, "10.1.0.0/24",
		(struct rule_edit){ .kind = EDIT_INSERT,
				    .chain = "INPUT",
				    .number = 4,
				    .words = "-s 10.1.0.0/24 -p tcp --dport "
					     "5555 -j ACCEPT" });
	assert_true(e.c.effect.is_exact);
	assert_non_null(strstr(e.c.effect.text[1], "src=10.1.0.9 "));
	planned_done(&e.p);
	compute(&e, "10.1.0.0/24",
		(struct rule_edit){ .kind = EDIT_INSERT,
				    .chain = "INPUT",
				    .number = 2,
				    .words = "-s 10.1.0.0/24 -p tcp --dport "
					     "5555 -j ACCEPT" });
	says(&e, 0, "It accepts exactly tcp/5555 from 10.1.0.0/24.");
	says(&e, 1, "Nothing else changes.");
	planned_done(&e.p);
}

static void rules_that_somebody_else_changed_are_compared_whole(void **state)
{
	struct problems *problems = problems_new();
	struct fix_candidate c = { 0 };
	struct ruleset *after;
	struct planned p;

	(void)state;
	planned_read(&p, rules, packet, "10.1.0.7");
	assert_int_equal(fix_rules_read(&p.source, problems, &after), 0);
	ruleset_flush_chain(after, ruleset_find_chain(after->first, "INPUT"));
	assert_int_equal(fix_effect_of(&p.planning, &c, after, NULL), 0);
	ruleset_free(after);
	problems_free(problems);
	assert_true(c.effect.comparison.count >= 2);
	assert_false(c.effect.is_exact);
	assert_true(c.effect.outside > 0);
	assert_int_equal(c.effect.comparison.first->hook, HOOK_INPUT);
	planned_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_asked_for_is_exact),
		cmocka_unit_test(what_is_wider_is_told_by_the_biggest),
		cmocka_unit_test(one_address_more_is_not_exact),
		cmocka_unit_test(a_refusal_that_was_not_asked_for_is_told),
		cmocka_unit_test(
			of_many_clients_those_that_are_still_refused_are_told),
		cmocka_unit_test(
			rules_that_somebody_else_changed_are_compared_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
