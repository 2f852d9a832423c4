#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "diag/next.h"
#include "report/words.h"
#include "told.h"

static struct text out;

static int without_text(void **state)
{
	(void)state;
	text_done(&out);
	return 0;
}

static const char *end_of(const char *address, bool has_port)
{
	struct report_flow f = told_flow("10.1.0.7", address);

	f.has_ports = has_port;
	text_clear(&out);
	words_end(&out, &f, true);
	return text_string(&out);
}

static void an_ipv6_end_has_brackets_before_its_port(void **state)
{
	(void)state;
	assert_string_equal(end_of("172.16.1.2", true), "172.16.1.2:5555");
	assert_string_equal(end_of("172.16.1.2", false), "172.16.1.2");
	assert_string_equal(end_of("2001:db8::1", true), "[2001:db8::1]:5555");
	assert_string_equal(end_of("2001:db8::1", false), "2001:db8::1");
	assert_string_equal(end_of("::ffff:10.1.0.7", true), "10.1.0.7:5555");
}

static void the_client_s_end_has_its_own_port(void **state)
{
	const struct report_flow f = told_flow("2001:db8::7", "2001:db8::1");

	(void)state;
	text_clear(&out);
	words_end(&out, &f, false);
	assert_string_equal(text_string(&out), "[2001:db8::7]:50502");
}

/* As the input had it: without brackets, and clean. */
static void a_name_stands_in_the_place_of_its_address(void **state)
{
	struct report_flow f = told_flow("2001:db8::7", "2001:db8::1");

	(void)state;
	f.server_name = "a\x1b[2Jb.example";
	text_clear(&out);
	words_end(&out, &f, true);
	assert_string_equal(text_string(&out), "a?[2Jb.example:5555");
	text_clear(&out);
	words_host(&out, &f, true);
	assert_string_equal(text_string(&out), "a?[2Jb.example");
	text_clear(&out);
	words_host(&out, &f, false);
	assert_string_equal(text_string(&out), "2001:db8::7");
	text_clear(&out);
	words_service(&out, &f);
	assert_string_equal(text_string(&out), "tcp/5555 on a?[2Jb.example");
}

static const char *service_of(const struct report_flow *f)
{
	text_clear(&out);
	words_service(&out, f);
	return text_string(&out);
}

static void a_service_is_its_port_and_host(void **state)
{
	struct report_flow f = told_flow("10.1.0.7", "172.16.1.2");

	(void)state;
	assert_string_equal(service_of(&f), "tcp/5555 on 172.16.1.2");
	f.server_port = 65535;
	f.transport = "udp";
	assert_string_equal(service_of(&f), "udp/65535 on 172.16.1.2");
	f.has_ports = false;
	assert_string_equal(service_of(&f), "172.16.1.2");
	f = told_flow("2001:db8::7", "2001:db8::1");
	assert_string_equal(service_of(&f), "tcp/5555 on 2001:db8::1");
}

static const char *verdict_of(struct report_flow *f, enum symptom s)
{
	const struct verdict v = { .symptom = s };

	f->verdict = &v;
	text_clear(&out);
	words_verdict(&out, f);
	f->verdict = NULL;
	return text_string(&out);
}

static void every_verdict_names_the_service_once(void **state)
{
	struct report_flow f = told_flow("10.1.0.7", "172.16.1.2");

	(void)state;
	for (int s = 0; s < SYMPTOMS; s++) {
		const char *told = verdict_of(&f, (enum symptom)s);
		const char *at = strstr(told, "tcp/5555 on 172.16.1.2");

		assert_non_null(at);
		assert_null(strstr(at + strlen("tcp/5555 on 172"), "172"));
		assert_null(strchr(told, '%'));
		assert_int_equal(told[strlen(told) - 1], '.');
	}
}

static void a_name_that_is_not_resolved_is_told(void **state)
{
	struct report_flow f = told_flow("10.1.0.7", "172.16.1.2");

	(void)state;
	f.name = "no\x1b[2Jsuch.example";
	assert_string_equal(
		verdict_of(&f, SYMPTOM_NAME_NOT_RESOLVED),
		"The name is not resolved: no?[2Jsuch.example gives no address.");
	assert_null(strstr(verdict_of(&f, SYMPTOM_SYN_UNANSWERED), "such"));
}

static const char *clean(const char *s)
{
	text_clear(&out);
	words_clean(&out, s);
	return text_string(&out);
}

static void nothing_moves_the_readers_cursor(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "", "" },
		{ "plain text, 100 %", "plain text, 100 %" },
		{ "\x1b[31mred\x1b[0m", "?[31mred?[0m" },
		{ "a\r\nb\tc\bd\ae", "a??b c?d?e" },
		{ "\x01\x1f\x7f", "???" },
		{ "csi \xc2\x9b"
		  "2J",
		  "csi ?2J" },
		{ "\xc2\x80\xc2\x9f", "??" },
		{ "\xc2\xa0\xc3\xa9", "\xc2\xa0\xc3\xa9" },
		{ "\xe6\x9d\xb1\xe4\xba\xac", "\xe6\x9d\xb1\xe4\xba\xac" },
		{ "cut \xc2", "cut ?" },
		{ "8-bit \x9b"
		  "2J",
		  "8-bit ?2J" },
		{ "turned \xe2\x80\xae", "turned ?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(clean(rows[i].from), rows[i].to);
	for (char c = 1; c < 0x20; c++) {
		const char s[] = { 'x', c, 'y', '\0' };

		assert_string_equal(clean(s), c == '\t' ? "x y" : "x?y");
	}
}

static const char *filled(const struct report_flow *f, const char *pattern)
{
	text_clear(&out);
	words_fill(&out, pattern, f);
	return text_string(&out);
}

static void the_gaps_of_a_command_are_filled(void **state)
{
	struct report_flow f = told_flow("10.1.0.7", "172.16.1.2");

	(void)state;
	assert_string_equal(filled(&f, "'host CLIENT and PROTO port PORT'"),
			    "'host 10.1.0.7 and tcp port 5555'");
	assert_string_equal(filled(&f, "ping -c 4 SERVER"),
			    "ping -c 4 172.16.1.2");
	assert_string_equal(filled(&f, "SERVER:PORT"), "172.16.1.2:5555");
	assert_string_equal(filled(&f, "CLIENT"), "10.1.0.7");
	assert_string_equal(filled(&f, ""), "");
	f = told_flow("2001:db8::7", "2001:db8::1");
	assert_string_equal(filled(&f, "host SERVER and port PORT"),
			    "host 2001:db8::1 and port 5555");
}

static void only_whole_words_are_gaps(void **state)
{
	static const char *const others[] = {
		"SERVERS",      "MYSERVER", "PORTAL",   "REPORT", "SPORT",
		"PORT_FORWARD", "MY_PORT",  "HOSTNAME", "NAMES",  "PORT8",
		"server",       "Port",     "PROTOCOL"
	};
	const struct report_flow f = told_flow("10.1.0.7", "172.16.1.2");

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_string_equal(filled(&f, others[i]), others[i]);
}

static void a_name_is_filled_in_once_and_clean(void **state)
{
	struct report_flow f = told_flow("10.1.0.7", "172.16.1.2");

	(void)state;
	assert_string_equal(filled(&f, "dig NAME"), "dig NAME");
	f.name = "www.example.org";
	assert_string_equal(filled(&f, "dig NAME"), "dig www.example.org");
	f.name = "SERVER";
	assert_string_equal(filled(&f, "dig NAME"), "dig SERVER");
	f.name = "a\x1b]0;b\n";
	assert_null(strpbrk(filled(&f, "dig NAME"), "\x1b\n"));
}

/* No reader is to find a gap in what was meant to be copied. */
static void no_gap_is_left_in_any_command(void **state)
{
	static const char *const gaps[] = { "CLIENT", "SERVER", "PROTO" };
	struct report_flow f = told_flow("10.1.0.7", "172.16.1.2");

	(void)state;
	for (size_t i = 0; i < cause_count; i++)
		for (size_t k = 0; k < sizeof(gaps) / sizeof(*gaps); k++)
			if (strstr(filled(&f, cause_list[i]->separate_by),
				   gaps[k]))
				fail_msg("%s: %s", cause_list[i]->id,
					 text_string(&out));
}

static const char *fact_of(const struct report_flow *f, enum fact_kind kind)
{
	text_clear(&out);
	words_fact(&out, f, kind);
	return text_string(&out);
}

static void a_fact_has_its_detail(void **state)
{
	struct report_flow f = told_flow("10.1.0.7", "172.16.1.2");

	(void)state;
	f.icmp_version = 4;
	f.icmp_type = 3;
	f.icmp_code = 10;
	f.icmp_sender = told_address("172.16.1.2");
	f.icmp_after_ns = 250 * INT64_C(1000000);
	f.syns = 4;
	f.tls_alert = 48;
	f.packets[0] = 4;
	f.packets[1] = 3;
	f.name = "a\x1b.example";
	assert_non_null(strstr(fact_of(&f, FACT_ICMP_ERROR),
			       "(172.16.1.2: host unreachable - admin "
			       "prohibited, icmp-host-prohibited)"));
	assert_non_null(strstr(fact_of(&f, FACT_ICMP_AT_ONCE), "(250.0 ms)"));
	assert_non_null(strstr(fact_of(&f, FACT_SYN_REPEATED), "3)"));
	assert_non_null(
		strstr(fact_of(&f, FACT_TLS_ALERT_CLIENT), "(unknown_ca, 48)"));
	assert_non_null(strstr(fact_of(&f, FACT_PING_LOST), "(3/4)"));
	assert_non_null(strstr(fact_of(&f, FACT_DNS_NXDOMAIN), "(a?.example)"));
	f.icmp_code = 200;
	f.icmp_mtu = 1400;
	assert_non_null(strstr(fact_of(&f, FACT_ICMP_ERROR),
			       "(172.16.1.2: type 3 code 200, mtu 1400)"));
	assert_string_equal(fact_of(&f, FACT_SYN_SEEN),
			    fact_sentence(FACT_SYN_SEEN));
}

static const char *culprit_of(struct report_flow *f, struct verdict v)
{
	f->verdict = &v;
	text_clear(&out);
	words_culprit(&out, f);
	f->verdict = NULL;
	return text_string(&out);
}

static void a_culprit_is_named_as_far_as_it_is_known(void **state)
{
	const struct cause *cause = cause_find("no-listener");
	struct report_flow f = told_flow("10.1.0.7", "172.16.1.2");
	struct verdict v = { .culprit = CULPRIT_FIREWALL_RULE, .cause = cause };

	(void)state;
	assert_non_null(strstr(culprit_of(&f, v), "172.16.1.2"));
	f.icmp_version = 4;
	f.icmp_type = 3;
	f.icmp_code = 13;
	f.icmp_sender = told_address("10.1.0.254");
	assert_non_null(strstr(culprit_of(&f, v), "icmp-admin-prohibited"));
	assert_non_null(strstr(text_string(&out), "10.1.0.254"));
	assert_null(strstr(text_string(&out), "172.16.1.2"));
	v.culprit = CULPRIT_ROUTER;
	assert_string_equal(culprit_of(&f, v), "10.1.0.254");
	v.culprit = CULPRIT_SOCKET;
	assert_string_equal(culprit_of(&f, v), cause->title);
	v.culprit = CULPRIT_NAME_RECORD;
	f.name = "x\ny";
	assert_string_equal(culprit_of(&f, v), "x?y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv6_end_has_brackets_before_its_port),
		cmocka_unit_test(the_client_s_end_has_its_own_port),
		cmocka_unit_test(a_name_stands_in_the_place_of_its_address),
		cmocka_unit_test(a_service_is_its_port_and_host),
		cmocka_unit_test(every_verdict_names_the_service_once),
		cmocka_unit_test(a_name_that_is_not_resolved_is_told),
		cmocka_unit_test(nothing_moves_the_readers_cursor),
		cmocka_unit_test(the_gaps_of_a_command_are_filled),
		cmocka_unit_test(only_whole_words_are_gaps),
		cmocka_unit_test(a_name_is_filled_in_once_and_clean),
		cmocka_unit_test(no_gap_is_left_in_any_command),
		cmocka_unit_test(a_fact_has_its_detail),
		cmocka_unit_test(a_culprit_is_named_as_far_as_it_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, without_text);
}
