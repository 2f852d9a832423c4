#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "net/xinetd_conf.h"

static struct arena *arena;
static struct problems *problems;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	problems = problems_new();
	return arena && problems ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	problems_free(problems);
	return 0;
}

static int include(void *with, struct xinetd_conf *c, const char *path,
		   bool is_folder)
{
	static const char lab[] =
		"service lab\n{\n type = UNLISTED\n port = 5555\n"
		" socket_type = stream\n disable = yes\n}\n";

	(void)with;
	if (!is_folder || strcmp(path, "/etc/xinetd.d") != 0)
		return -ENOENT;

	return xinetd_conf_read(c, "/etc/xinetd.d/lab", lab, sizeof(lab) - 1);
}

static const struct xinetd_service *read_text(const char *text)
{
	struct xinetd_conf *c = xinetd_conf_new(arena, problems, include, NULL);

	assert_non_null(c);
	assert_int_equal(xinetd_conf_read(c, "xinetd.conf", text, strlen(text)),
			 0);
	return xinetd_conf_end(c);
}

static struct xinetd_decision decide(const struct xinetd_service *s,
				     const char *client, const char *name)
{
	struct xinetd_ask ask = { .has_name = name != NULL,
				  .name = name,
				  .minute = 600 };
	struct xinetd_decision d;

	assert_true(address_parse(&ask.client, client, strlen(client)));
	xinetd_conf_decide(&d, s, &ask);
	return d;
}

/* Of only_from with these words. */
static bool lets_in(const char *words, const char *client)
{
	char text[256] = "service telnet\n{\nonly_from = ";

	strcat(strcat(text, words), "\n}\n");
	return decide(read_text(text), client, "").answer == XINETD_ALLOWED;
}

static void a_service_takes_what_the_defaults_say(void **state)
{
	const struct xinetd_service *s = read_text(
		"defaults\n{\n\tinstances = 5\n\tonly_from = 10.0.0.0\n}\n"
		"service telnet\n{\n"
		"\tsocket_type = stream\n"
		"\twait = no\n"
		"\tserver = /usr/sbin/in.telnetd\n"
		"\tonly_from += 192.168.7.0/24\n"
		"\tflags = IPv6 REUSE\n"
		"}\n");

	(void)state;
	assert_string_equal(s->name, "telnet");
	assert_int_equal(s->line, 6);
	assert_true(s->has_port);
	assert_int_equal(s->port, 23);
	assert_int_equal(s->protocol, IPPROTO_TCP);
	assert_string_equal(s->daemon, "in.telnetd");
	assert_string_equal(s->instances.words->text, "5");
	assert_int_equal(s->flags, XINETD_V6);
	assert_int_equal(decide(s, "10.1.2.3", NULL).answer, XINETD_ALLOWED);
	assert_int_equal(decide(s, "192.168.7.9", NULL).answer, XINETD_ALLOWED);
	assert_int_equal(decide(s, "192.168.8.9", NULL).answer, XINETD_DENIED);
	assert_int_equal(decide(s, "192.168.8.9", NULL).line, 4);
	assert_int_equal(problems_count(problems), 0);
}

static void what_is_switched_off_stays_known(void **state)
{
	const struct xinetd_service *s = read_text(
		"defaults\n{\n disabled = echo\n}\n"
		"includedir /etc/xinetd.d\n"
		"service echo\n{\n socket_type = stream\n type = INTERNAL\n}\n"
		"include /nowhere\n");

	(void)state;
	assert_string_equal(s->file, "/etc/xinetd.d/lab");
	assert_true(s->is_off);
	assert_int_equal(s->off_line, 6);
	assert_int_equal(s->port, 5555);
	s = s->next;
	assert_true(s->is_off);
	assert_string_equal(s->off_file, "xinetd.conf");
	assert_int_equal(s->off_line, 3);
	assert_int_equal(problems_count(problems), 1);
}

/* What xinetd 2.3.15.3 answered to these clients, one letter each. */
static void addresses_are_matched_as_xinetd_does(void **state)
{
	static const char *const clients[] = { "10.1.0.7", "10.1.99.9",
					       "10.3.5.6", "2001:db8::7",
					       "2001:db9::7" };

	static const struct {
		const char *words, *answers;
	} rows[] = {
		{ "10.1.0.0", "11000" },
		{ "10.1.0.7", "10000" },
		{ "10.1.0.0/24", "10000" },
		{ "10.1", "00000" },
		{ "10", "00000" },
		{ "10.{1,3}", "11100" },
		{ "10.1.0.{5,7}", "10000" },
		{ "0.0.0.0", "11100" },
		{ "0.0.0.0/0", "11100" },
		{ "10.1.0.0/16", "11000" },
		{ "2001:db8::/32", "00010" },
		{ "2001:db8::7", "00010" },
		{ "2001:db8::7/128", "00000" },
		{ "::", "00000" },
		{ "::/0", "11111" },
		{ "", "00000" },
		{ "10.1.0", "11000" },
		{ "nosuch.example", "00000" },
		{ "10.1.0.7 - ", "10000" },
		{ "10.1.{0}", "10000" },
		{ "2001:db8::0", "00000" },
		{ "10.1.0.0/255.255.255.0", "00000" },
		{ "!10.1.0.7", "00000" },
		{ "10.3.0.0/8", "11100" },
		{ "10.1.0.7/31", "10000" },
		{ "010.1.0.7", "00000" },
		{ "10.1.0.{7}", "10000" },
		{ "0xa.1.0.7", "10000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t k = 0; k < 5; k++)
			assert_int_equal(lets_in(rows[i].words, clients[k]),
					 rows[i].answers[k] == '1');
}

static void names_make_the_answer_unknown_until_asked(void **state)
{
	const struct xinetd_service *s = read_text(
		"service telnet\n{\n only_from = .example.org pc.lab\n}\n");

	(void)state;
	assert_int_equal(decide(s, "10.1.0.7", NULL).answer, XINETD_UNKNOWN);
	assert_int_equal(decide(s, "10.1.0.7", "a.example.org").answer,
			 XINETD_ALLOWED);
	assert_int_equal(decide(s, "10.1.0.7", "PC.lab").answer,
			 XINETD_ALLOWED);
	assert_int_equal(decide(s, "10.1.0.7", "pc.other").answer,
			 XINETD_DENIED);
}

static void who_is_on_both_lists_stays_out(void **state)
{
	const struct xinetd_service *s =
		read_text("service telnet\n{\n only_from = 10.1.0.0\n"
			  " no_access = 10.1.0.9\n"
			  " access_times = 8:00-12:30\n}\n");
	struct xinetd_decision d = decide(s, "10.1.0.9", NULL);
	struct xinetd_ask late = { .minute = 751 };

	(void)state;
	assert_int_equal(d.answer, XINETD_DENIED);
	assert_string_equal(d.attribute, "no_access");
	assert_int_equal(d.line, 4);
	assert_int_equal(decide(s, "10.1.0.8", NULL).answer, XINETD_ALLOWED);
	assert_true(address_parse(&late.client, "10.1.0.8", 8));
	xinetd_conf_decide(&d, s, &late);
	assert_int_equal(d.answer, XINETD_DENIED);
	assert_string_equal(d.attribute, "access_times");
}

static void what_xinetd_ignores_is_a_problem(void **state)
{
	const struct xinetd_service *s = read_text(
		"service a\n{\n port = 70\n port = 71\n bind = 1 2\n}\n"
		"service b\n{\n what is this\n}\n"
		"nonsense\n"
		"service c {\n}\n"
		"service d\n{\n port = x\n}\n"
		"service e\n{\n}\nservice f\n{\nport=7\n}\nservice g\n{\n");

	(void)state;
	assert_string_equal(s->name, "a");
	assert_int_equal(s->port, 70);
	assert_string_equal(s->next->name, "d");
	assert_true(s->next->is_off);
	assert_string_equal(s->next->next->name, "e");
	assert_null(s->next->next->next);
	assert_int_equal(problems_count(problems), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_service_takes_what_the_defaults_say, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_switched_off_stays_known, setup, teardown),
		cmocka_unit_test_setup_teardown(
			addresses_are_matched_as_xinetd_does, setup, teardown),
		cmocka_unit_test_setup_teardown(
			names_make_the_answer_unknown_until_asked, setup,
			teardown),
		cmocka_unit_test_setup_teardown(who_is_on_both_lists_stays_out,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_xinetd_ignores_is_a_problem, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
