#include "planned.h"

static const char telnet[] =
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
	":OUTPUT ACCEPT [0:0]\n"
	"-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
	"-A INPUT -p icmp -j ACCEPT\n"
	"-A INPUT -i lo -j ACCEPT\n"
	"-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT\n"
	"-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"
	"-A INPUT -p tcp -m tcp --dport 23 -j ACCEPT\n"
	"COMMIT\n";

static const char to_telnet[] =
	"in=eth0 src=192.168.30.1 dst=192.168.30.2 tcp dport=23";
static const char to_manager[] =
	"in=eth0 src=10.1.0.7 dst=172.16.1.2 tcp dport=5555";

static void summary_is(const struct planned *p, size_t i, const char *expected)
{
	const struct fix_candidate *c = planned_at(p, i);

	assert_non_null(c);
	assert_string_equal(c->summary, expected);
}

static void best_is(const char *rules, const char *packet, const char *client,
		    const char *summary, const char *effect)
{
	const struct fix_candidate *c;
	struct planned p;

	planned_read(&p, rules, packet, client);
	planned_make(&p);
	summary_is(&p, 0, summary);
	c = planned_at(&p, 0);
	assert_true(c->effect.is_known);
	assert_true(c->effect.lets_through);
	assert_string_equal(c->effect.text[0], effect);
	assert_string_equal(c->effect.text[c->effect.text_count - 1],
			    "Nothing else changes.");
	planned_done(&p);
}

static void story_1_is_one_accept_in_the_right_place(void **state)
{
	(void)state;
	best_is(telnet, to_manager, "10.1.0.7",
		"accept it above rule 5 of INPUT: -s 10.1.0.7 -p tcp -m state "
		"--state NEW -m tcp --dport 5555 -j ACCEPT",
		"It accepts exactly tcp/5555 from 10.1.0.7.");
}

static void story_2_is_the_reject_below_the_accept(void **state)
{
	(void)state;
	best_is(telnet, to_telnet, "192.168.30.1",
		"move rule 5 of INPUT below rule 6",
		"It accepts exactly what this rule says, which was never met "
		"before: -p tcp -m tcp --dport 23 -j ACCEPT.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(story_1_is_one_accept_in_the_right_place),
		cmocka_unit_test(story_2_is_the_reject_below_the_accept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
