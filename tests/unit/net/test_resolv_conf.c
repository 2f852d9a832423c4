#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "net/resolv_conf.h"

static void given(struct resolv_conf *c, const char *text)
{
	resolv_conf_read(c, text, strlen(text));
}

static void assert_server(const struct resolv_conf *c, size_t i,
			  const char *address, unsigned line)
{
	struct text t = TEXT_NULL;

	assert_in_range(i, 0, c->server_count - 1);
	address_text(&t, &c->servers[i].address);
	assert_string_equal(text_string(&t), address);
	assert_int_equal(c->servers[i].line, line);
	text_done(&t);
}

static void assert_candidates(const char *text, const char *host,
			      const char *wanted)
{
	struct resolv_conf c;
	struct text t = TEXT_NULL;
	char name[DNS_NAME_SIZE];

	given(&c, text);
	for (size_t i = 0; resolv_conf_candidate(&c, host, i, name); i++)
		text_format(&t, "%s ", name);
	assert_string_equal(text_string(&t), wanted);
	text_done(&t);
}

static void servers_come_with_their_lines(void **state)
{
	struct resolv_conf c;

	(void)state;
	given(&c, "# made by hand\nnameserver 10.0.0.53\n\n"
		  "nameserver\tfe80::1%eth0\nnameserver 10.1 # short\n"
		  "nameserver 10.0.0.4\n");
	assert_int_equal(c.server_count, 3);
	assert_server(&c, 0, "10.0.0.53", 2);
	assert_server(&c, 1, "fe80::1", 4);
	assert_string_equal(c.servers[1].zone, "eth0");
	assert_server(&c, 2, "10.0.0.1", 5);
	assert_int_equal(c.ignored, 1);
}

static void lines_that_glibc_skips_are_skipped(void **state)
{
	struct resolv_conf c;

	(void)state;
	given(&c,
	      " nameserver 10.0.0.1\nnameserver10.0.0.2\nnameserver\n"
	      ";nameserver 10.0.0.3\nnameserver ten\nNameserver 10.0.0.4\n");
	assert_int_equal(c.server_count, 1);
	assert_server(&c, 0, "127.0.0.1", 0);
}

static void options_are_bounded(void **state)
{
	struct resolv_conf c;

	(void)state;
	given(&c, "options ndots:99 timeout:1 attempts:x edns0 use-vc rotate");
	assert_int_equal(c.ndots, 15);
	assert_int_equal(c.timeout_s, 1);
	assert_int_equal(c.attempts, 0);
	assert_true(c.has_edns && c.is_tcp_only && c.rotates);
	resolv_conf_options(&c, "ndots:2", 7);
	assert_int_equal(c.ndots, 2);
}

static void names_are_asked_for_in_the_resolvers_order(void **state)
{
	(void)state;
	assert_candidates("", "vpn", "vpn ");
	assert_candidates("search a.example b.example", "vpn",
			  "vpn.a.example vpn.b.example vpn ");
	assert_candidates("search lan", "vpn.example.org",
			  "vpn.example.org vpn.example.org.lan ");
	assert_candidates("search lan\noptions ndots:5", "vpn.example.org",
			  "vpn.example.org.lan vpn.example.org ");
	assert_candidates("search lan", "vpn.example.org.",
			  "vpn.example.org. ");
	assert_candidates("search a\nsearch b\ndomain c d\n", "x", "x.c x ");
	assert_candidates("search .", "x", "x x ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_come_with_their_lines),
		cmocka_unit_test(lines_that_glibc_skips_are_skipped),
		cmocka_unit_test(options_are_bounded),
		cmocka_unit_test(names_are_asked_for_in_the_resolvers_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
