/* What people type for a target, and what is answered to what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/arena.h"
#include "cli/target.h"

struct parsed {
	struct arena *arena;
	struct target target;
	struct text why;
	int err;
};

static struct parsed parse(const char *text, const char *port)
{
	struct parsed p = { .arena = arena_new() };

	assert_non_null(p.arena);
	p.err = target_parse(&p.target, p.arena, text, port, &p.why);
	return p;
}

static void done(struct parsed *p)
{
	text_done(&p->why);
	arena_free(p->arena);
}

static void all_spellings_mean_host_and_port(void **state)
{
	static const struct {
		const char *text, *second, *host;
		uint16_t port;
		uint8_t protocol;
	} cases[] = {
		{ "10.1.0.7:5555", NULL, "10.1.0.7", 5555, IPPROTO_TCP },
		{ "10.1.0.7", "5555", "10.1.0.7", 5555, IPPROTO_TCP },
		{ "10.1.0.7", "tcp/5555", "10.1.0.7", 5555, IPPROTO_TCP },
		{ "10.1.0.7", "udp/53", "10.1.0.7", 53, IPPROTO_UDP },
		{ "10.1.0.7", "UDP/53", "10.1.0.7", 53, IPPROTO_UDP },
		{ "10.1", "1", "10.1", 1, IPPROTO_TCP },
		{ "[2001:db8::1]:22", NULL, "2001:db8::1", 22, IPPROTO_TCP },
		{ "2001:db8::1", "22", "2001:db8::1", 22, IPPROTO_TCP },
		{ "[2001:db8::1]", "22", "2001:db8::1", 22, IPPROTO_TCP },
		{ "[fe80::1%eth0]:22", NULL, "fe80::1%eth0", 22, IPPROTO_TCP },
		{ "::1", "65535", "::1", 65535, IPPROTO_TCP },
		{ "www.example.org:https", NULL, "www.example.org", 443,
		  IPPROTO_TCP },
		{ "host", "ssh", "host", 22, IPPROTO_TCP },
		{ "host", "personal-agent", "host", 5555, IPPROTO_TCP },
		{ "my_host-1.local:1", NULL, "my_host-1.local", 1,
		  IPPROTO_TCP },
		{ "b\xc3\xbc"
		  "cher.example:80",
		  NULL,
		  "b\xc3\xbc"
		  "cher.example",
		  80, IPPROTO_TCP },
		{ "tcp://host:7", NULL, "host", 7, IPPROTO_TCP },
		{ "TCP://host:7/", NULL, "host", 7, IPPROTO_TCP },
		{ "udp://host:7", NULL, "host", 7, IPPROTO_UDP },
		{ "udp://[::1]:domain", NULL, "::1", 53, IPPROTO_UDP },
		{ "tcp://host", "7", "host", 7, IPPROTO_TCP },
		{ "https://host/", NULL, "host", 443, IPPROTO_TCP },
		{ "https://host", NULL, "host", 443, IPPROTO_TCP },
		{ "https://user:word@host:8443/a?b#c", NULL, "host", 8443,
		  IPPROTO_TCP },
		{ "http://[::1]/x", NULL, "::1", 80, IPPROTO_TCP },
		{ "ssh://me@host", NULL, "host", 22, IPPROTO_TCP },
		{ "me@host:22", NULL, "host", 22, IPPROTO_TCP },
		{ "softether://host", NULL, "host", 443, IPPROTO_TCP },
		{ "softether://host:5555", NULL, "host", 5555, IPPROTO_TCP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct parsed p = parse(cases[i].text, cases[i].second);

		if (p.err)
			fail_msg("%s: %s", cases[i].text, text_string(&p.why));
		assert_string_equal(p.target.host, cases[i].host);
		assert_int_equal(p.target.protocol, cases[i].protocol);
		if (strncmp(cases[i].text, "softether://host", 17) != 0)
			assert_int_equal(p.target.port, cases[i].port);
		assert_int_equal(p.why.len, 0);
		done(&p);
	}
}

static void a_url_says_service_path_and_certainty(void **state)
{
	struct parsed p = parse("https://www.example.org/a/b?c=d#e", NULL);

	(void)state;
	assert_int_equal(p.err, 0);
	assert_string_equal(p.target.scheme, "https");
	assert_string_equal(p.target.service, "https");
	assert_true(p.target.is_service_sure);
	assert_true(p.target.is_verified);
	assert_int_equal(strncmp(p.target.path, "/a/b?c=d", 8), 0);
	assert_string_equal(p.target.text, "https://www.example.org/a/b?c=d#e");
	done(&p);

	p = parse("http://host", NULL);
	assert_string_equal(p.target.path, "/");
	assert_false(p.target.is_verified);
	done(&p);
}

static void a_port_only_suggests_its_service(void **state)
{
	struct parsed p = parse("host:22", NULL);

	(void)state;
	assert_string_equal(p.target.service, "ssh");
	assert_false(p.target.is_service_sure);
	assert_null(p.target.scheme);
	done(&p);

	p = parse("host:60001", NULL);
	assert_null(p.target.service);
	done(&p);

	/* What was said outweighs what the port suggests. */
	p = parse("ssh://host:443", NULL);
	assert_string_equal(p.target.service, "ssh");
	assert_false(p.target.is_verified);
	done(&p);
}

static void two_words_are_one_target(void **state)
{
	struct parsed p = parse("10.1.0.7", "5555");

	(void)state;
	assert_string_equal(p.target.text, "10.1.0.7:5555");
	done(&p);

	p = parse("::1", "22");
	assert_string_equal(p.target.text, "[::1]:22");
	done(&p);
}

static void what_is_wrong_is_told_with_what_was_meant(void **state)
{
	static const struct {
		const char *text, *second, *says;
	} cases[] = {
		{ "", NULL, "no host" },
		{ ":22", NULL, "no host" },
		{ "http://", NULL, "no host" },
		{ "host", NULL, "host:PORT" },
		{ "10.1.0.7", NULL, "10.1.0.7:22" },
		{ "2001:db8::1", NULL, "[2001:db8::1]:PORT" },
		{ "tcp://host", NULL, "host:PORT" },
		{ "host:", NULL, "no service" },
		{ "host:0", NULL, "65535" },
		{ "host:65536", NULL, "65535" },
		{ "host:99999999999999999999", NULL, "65535" },
		{ "host:-1", NULL, "no service" },
		{ "host:12x", NULL, "12x" },
		{ "host", "22/tcp", "tcp/22" },
		{ "host", "53/UDP", "UDP/53" },
		{ "host:22/tcp", NULL, "tcp://host:22?" },
		{ "host/udp", NULL, "udp://host:PORT?" },
		{ "10.0.0.0/8", NULL, "path" },
		{ "host/path", NULL, "https://HOST/PATH" },
		{ "host:22", "23", "twice" },
		{ "nosuch://host", NULL, "tcp://HOST:PORT" },
		{ "[::1", NULL, "[ADDRESS]:PORT" },
		{ "[::1]22", NULL, "[ADDRESS]:PORT" },
		{ "300.1.1.1:22", NULL, "neither a name nor" },
		{ "1.2.3.4.5:22", NULL, "neither a name nor" },
		{ "a b:22", NULL, "neither a name nor" },
		{ "-host:22", NULL, "neither a name nor" },
		{ "ho\x1bst:22", NULL, "neither a name nor" },
		{ "host,22", NULL, "neither a name nor" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct parsed p = parse(cases[i].text, cases[i].second);

		if (p.err != -EINVAL ||
		    !strstr(text_string(&p.why), cases[i].says))
			fail_msg("%s: %d, %s", cases[i].text, p.err,
				 text_string(&p.why));
		done(&p);
	}
}

static void a_name_longer_than_dns_has_is_none(void **state)
{
	char name[300];
	struct parsed p;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	p = parse(name, "22");
	assert_int_equal(p.err, -EINVAL);
	done(&p);
}

static void a_port_has_a_number_a_name_or_a_transport(void **state)
{
	static const struct {
		const char *word;
		uint8_t protocol;
		uint16_t port; /* 0: none */
	} cases[] = {
		{ "5555", IPPROTO_TCP, 5555 },
		{ "ssh", IPPROTO_TCP, 22 },
		{ "tcp/5555", IPPROTO_TCP, 5555 },
		{ "udp/53", IPPROTO_UDP, 53 },
		{ "udp/domain", IPPROTO_UDP, 53 },
		{ "0", IPPROTO_TCP, 0 },
		{ "65536", IPPROTO_TCP, 0 },
		{ "", IPPROTO_TCP, 0 },
		{ "tcp/", IPPROTO_TCP, 0 },
		{ "no such", IPPROTO_TCP, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t protocol = IPPROTO_TCP;
		uint16_t port = 0;
		bool is_port = target_port(cases[i].word, &protocol, &port);

		assert_int_equal(is_port, cases[i].port != 0);
		if (!is_port)
			continue;
		assert_int_equal(port, cases[i].port);
		assert_int_equal(protocol, cases[i].protocol);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_spellings_mean_host_and_port),
		cmocka_unit_test(a_url_says_service_path_and_certainty),
		cmocka_unit_test(a_port_only_suggests_its_service),
		cmocka_unit_test(two_words_are_one_target),
		cmocka_unit_test(what_is_wrong_is_told_with_what_was_meant),
		cmocka_unit_test(a_name_longer_than_dns_has_is_none),
		cmocka_unit_test(a_port_has_a_number_a_name_or_a_transport),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
