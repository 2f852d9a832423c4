#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "diag/diag.h"
#include "probe/name_facts.h"

#define HOST "vpn.example.org"

/* What was found out, and the case that it is told in. */
struct given {
	struct name_evidence e;
	struct case_record *c;
	struct text step;
};

static struct address v4(unsigned last)
{
	return address_v4(UINT32_C(0x0a000000) | last);
}

static void begin(struct given *g, const char *resolv_conf)
{
	*g = (struct given){ .c = case_new() };
	assert_non_null(g->c);
	g->c->target.host = HOST;
	g->c->target.protocol = IPPROTO_TCP;
	g->e.host = HOST;
	g->e.family = AF_UNSPEC;
	g->e.has_v4 = g->e.has_conf = true;
	resolv_conf_read(&g->e.conf, resolv_conf, strlen(resolv_conf));
	nsswitch_read(&g->e.nsswitch, "", 0);
	while (resolv_conf_candidate(&g->e.conf, HOST, g->e.candidate_count,
				     g->e.candidates[g->e.candidate_count]))
		g->e.candidate_count++;
}

static void looked_up(struct given *g, int gai, unsigned last)
{
	g->e.lookup.is_over = true;
	g->e.lookup.gai = gai;
	if (!gai)
		g->e.lookup.addresses[g->e.lookup.count++].address = v4(last);
}

/* Server i answers both types of a name so. */
static struct name_result *says(struct given *g, size_t server, size_t name,
				enum name_reply reply, unsigned rcode)
{
	struct name_result *r = g->e.servers[server].results[name];

	r[0] = (struct name_result){ .reply = reply };
	r[0].answer.rcode = rcode;
	r[1] = r[0];
	return r;
}

static void says_address(struct given *g, size_t server, size_t name,
			 unsigned last)
{
	struct name_result *r =
		says(g, server, name, NAME_ANSWERED, DNS_NOERROR);

	r[0].answer.addresses[r[0].answer.count++] = v4(last);
}

static void in_hosts(struct given *g, const char *text)
{
	g->e.host_count = hosts_file_find(g->e.hosts, text, strlen(text), HOST);
}

static enum step_status tell(struct given *g)
{
	return name_facts_tell(g->c, &g->e, &g->step);
}

static void assert_fact(const struct given *g, enum fact_kind kind, bool is)
{
	if (fact_has(&g->c->general.set, kind) != is)
		fail_msg("%s is%s told: %s", fact_id(kind), is ? " not" : "",
			 text_string((struct text *)&g->step));
}

/* The verdict on the name alone; and frees all. */
static void end(struct given *g, const char *cause, enum certainty certainty)
{
	struct diag *d = diag_new();
	const struct verdict *v = diag_judge(d, &g->c->general.set);

	assert_int_equal(v->symptom, SYMPTOM_NAME_NOT_RESOLVED);
	assert_non_null(v->cause);
	assert_string_equal(v->cause->id, cause);
	assert_int_equal(v->certainty, certainty);
	if (certainty == CERTAINTY_PROVEN)
		assert_non_null(facts_get(&g->c->general, v->cause->proven_by)
					->culprit);
	diag_free(d);
	text_done(&g->step);
	case_free(g->c);
}

static void done(struct given *g)
{
	text_done(&g->step);
	case_free(g->c);
}

static void a_resolved_name_is_tried(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	looked_up(&g, 0, 2);
	says_address(&g, 0, 0, 2);
	assert_int_equal(tell(&g), STEP_PASS);
	assert_string_equal(text_string(&g.step), HOST " is 10.0.0.2");
	assert_fact(&g, FACT_NAME_RESOLVED, true);
	assert_fact(&g, FACT_NAME_NOT_IN_HOSTS, true);
	assert_int_equal(g.c->attempt_count, 1);
	done(&g);
}

static void a_stale_line_is_named_with_what_dns_says(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	in_hosts(&g, "127.0.0.1 localhost\n10.0.0.2 vpn.example.org\n");
	looked_up(&g, 0, 2);
	says_address(&g, 0, 0, 9);
	assert_int_equal(tell(&g), STEP_PASS);
	assert_string_equal(
		text_string(&g.step), HOST
		" is 10.0.0.2 (by line 2 of /etc/hosts; DNS says 10.0.0.9)");
	assert_fact(&g, FACT_NAME_HOSTS_DIFFERS, true);
	assert_int_equal(g.c->attempt_count, 2);
	assert_true(g.c->attempts[1].is_from_dns_only);

	name_facts_settle(g.c);
	assert_fact(&g, FACT_NAME_HOSTS_STALE, false);
	g.c->attempts[1].is_connected = true;
	name_facts_settle(g.c);
	assert_fact(&g, FACT_NAME_HOSTS_STALE, true);
	assert_non_null(
		facts_get(&g.c->general, FACT_NAME_HOSTS_STALE)->culprit);
	done(&g);
}

static void a_line_that_works_is_not_stale(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	in_hosts(&g, "10.0.0.2 vpn.example.org\n");
	looked_up(&g, 0, 2);
	says_address(&g, 0, 0, 9);
	(void)tell(&g);
	g.c->attempts[0].is_connected = g.c->attempts[1].is_connected = true;
	name_facts_settle(g.c);
	assert_fact(&g, FACT_NAME_HOSTS_STALE, false);
	done(&g);
}

static void a_line_that_agrees_is_not_suspected(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	in_hosts(&g, "10.0.0.2 vpn.example.org\n");
	looked_up(&g, 0, 2);
	says_address(&g, 0, 0, 2);
	(void)tell(&g);
	assert_fact(&g, FACT_NAME_HOSTS_AGREES, true);
	assert_fact(&g, FACT_NAME_HOSTS_DIFFERS, false);
	done(&g);
}

static void nxdomain_is_the_records_fault(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53\nsearch lan");
	looked_up(&g, EAI_NONAME, 0);
	says(&g, 0, 0, NAME_ANSWERED, DNS_NXDOMAIN);
	says(&g, 0, 1, NAME_ANSWERED, DNS_NXDOMAIN);
	assert_int_equal(tell(&g), STEP_FAIL);
	assert_string_equal(text_string(&g.step), HOST
			    " does not exist, says the name server 10.0.0.53");
	end(&g, "dns-nxdomain", CERTAINTY_PROVEN);
}

static void an_alias_of_nothing_is_told_as_that(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	looked_up(&g, EAI_NONAME, 0);
	strcpy(says(&g, 0, 0, NAME_ANSWERED, DNS_NXDOMAIN)[0].answer.alias,
	       "old.example.org");
	(void)tell(&g);
	assert_fact(&g, FACT_NAME_ALIAS_DANGLES, true);
	end(&g, "dns-nxdomain", CERTAINTY_PROVEN);
}

static void a_name_without_addresses_is_not_proven_missing(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	looked_up(&g, EAI_NODATA, 0);
	says(&g, 0, 0, NAME_ANSWERED, DNS_NOERROR);
	(void)tell(&g);
	end(&g, "dns-nxdomain", CERTAINTY_INFERRED);
}

static void addresses_of_the_other_family_only_are_no_use(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	looked_up(&g, EAI_NONAME, 0);
	says_address(&g, 0, 0, 2);
	g.e.has_v4 = false;
	g.e.has_v6 = true;
	(void)tell(&g);
	assert_fact(&g, FACT_NAME_EMPTY, true);
	end(&g, "dns-nxdomain", CERTAINTY_INFERRED);
}

static void the_line_that_keeps_dns_out_is_proven_by_what_dns_says(void **state)
{
	const char *line = "hosts: files";
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	nsswitch_read(&g.e.nsswitch, line, strlen(line));
	looked_up(&g, EAI_NONAME, 0);
	says_address(&g, 0, 0, 2);
	(void)tell(&g);
	assert_int_equal(g.c->attempt_count, 0);
	end(&g, "dns-nsswitch", CERTAINTY_PROVEN);
}

static void a_name_that_dns_does_not_know_is_not_nsswitchs_fault(void **state)
{
	const char *line = "hosts: files";
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	nsswitch_read(&g.e.nsswitch, line, strlen(line));
	looked_up(&g, EAI_NONAME, 0);
	says(&g, 0, 0, NAME_ANSWERED, DNS_NXDOMAIN);
	(void)tell(&g);
	end(&g, "dns-nxdomain", CERTAINTY_PROVEN);
}

static void servers_that_are_all_silent_are_to_blame(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53\nnameserver 10.0.0.54");
	says(&g, 0, 0, NAME_SILENT, 0);
	says(&g, 1, 0, NAME_CLOSED, 0)[0].err = 111;
	assert_int_equal(tell(&g), STEP_FAIL);
	assert_fact(&g, FACT_NAME_SERVER_DEAD, true);
	end(&g, "dns-server-unreachable", CERTAINTY_PROVEN);
}

static void what_could_not_be_sent_proves_nothing_of_the_server(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	looked_up(&g, EAI_AGAIN, 0);
	says(&g, 0, 0, NAME_NOT_SENT, 0)[0].err = 101;
	(void)tell(&g);
	assert_fact(&g, FACT_NAME_SERVER_DEAD, false);
	end(&g, "dns-server-unreachable", CERTAINTY_INFERRED);
}

static void a_server_that_refuses_is_named(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	looked_up(&g, EAI_AGAIN, 0);
	says(&g, 0, 0, NAME_ANSWERED, DNS_REFUSED);
	(void)tell(&g);
	end(&g, "dns-refused", CERTAINTY_PROVEN);
}

static void a_truncated_answer_needs_tcp(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53");
	looked_up(&g, EAI_AGAIN, 0);
	says(&g, 0, 0, NAME_TCP_BLOCKED, 0)[0].err = 110;
	(void)tell(&g);
	end(&g, "dns-tcp-fallback-blocked", CERTAINTY_INFERRED);
}

static void a_silent_first_server_makes_names_slow(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53\nnameserver 10.0.0.54");
	/* The resolver still waits for the first. */
	g.e.took_ns = 3500 * (int64_t)CLOCK_MILLISECOND;
	says(&g, 0, 0, NAME_SILENT, 0);
	says_address(&g, 1, 0, 2);
	assert_int_equal(tell(&g), STEP_PASS);
	assert_fact(&g, FACT_NAME_SLOW, true);
	assert_fact(&g, FACT_NAME_SERVER_DEAD, true);
	assert_int_equal(g.c->attempt_count, 1);
	done(&g);
}

static void servers_that_disagree_are_told(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53\nnameserver 10.0.0.54");
	looked_up(&g, 0, 2);
	says_address(&g, 0, 0, 2);
	says_address(&g, 1, 0, 9);
	(void)tell(&g);
	assert_fact(&g, FACT_NAME_SERVERS_DIFFER, true);
	assert_int_equal(g.c->attempt_count, 2);
	assert_false(g.c->attempts[0].is_from_dns_only);
	assert_true(g.c->attempts[1].is_from_dns_only);
	done(&g);
}

static void a_search_domain_that_catches_a_name_is_told(void **state)
{
	struct given g;

	(void)state;
	begin(&g, "nameserver 10.0.0.53\nsearch lan\noptions ndots:5");
	looked_up(&g, 0, 2);
	says_address(&g, 0, 0, 2);
	says_address(&g, 0, 1, 9);
	(void)tell(&g);
	assert_fact(&g, FACT_NAME_SEARCH_DIFFERS, true);
	assert_string_equal(text_string(&g.step), HOST
			    " was taken for " HOST ".lan, which is 10.0.0.2");
	done(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_resolved_name_is_tried),
		cmocka_unit_test(a_stale_line_is_named_with_what_dns_says),
		cmocka_unit_test(a_line_that_works_is_not_stale),
		cmocka_unit_test(a_line_that_agrees_is_not_suspected),
		cmocka_unit_test(nxdomain_is_the_records_fault),
		cmocka_unit_test(an_alias_of_nothing_is_told_as_that),
		cmocka_unit_test(
			a_name_without_addresses_is_not_proven_missing),
		cmocka_unit_test(addresses_of_the_other_family_only_are_no_use),
		cmocka_unit_test(
			the_line_that_keeps_dns_out_is_proven_by_what_dns_says),
		cmocka_unit_test(
			a_name_that_dns_does_not_know_is_not_nsswitchs_fault),
		cmocka_unit_test(servers_that_are_all_silent_are_to_blame),
		cmocka_unit_test(
			what_could_not_be_sent_proves_nothing_of_the_server),
		cmocka_unit_test(a_server_that_refuses_is_named),
		cmocka_unit_test(a_truncated_answer_needs_tcp),
		cmocka_unit_test(a_silent_first_server_makes_names_slow),
		cmocka_unit_test(servers_that_disagree_are_told),
		cmocka_unit_test(a_search_domain_that_catches_a_name_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
