#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "net/service.h"
#include "net/services_table.h"

static int port_of(const char *name, uint8_t protocol)
{
	uint16_t port = 0;

	return service_port(name, strlen(name), protocol, &port) ? port : -1;
}

static void names_of_the_stories_have_their_ports(void **state)
{
	(void)state;
	assert_int_equal(port_of("personal-agent", IPPROTO_TCP), 5555);
	assert_int_equal(port_of("telnet", IPPROTO_TCP), 23);
	assert_int_equal(port_of("ssh", IPPROTO_TCP), 22);
	assert_int_equal(port_of("domain", IPPROTO_TCP), 53);
	assert_int_equal(port_of("domain", IPPROTO_UDP), 53);
	assert_int_equal(port_of("http", IPPROTO_TCP), 80);
	assert_int_equal(port_of("https", IPPROTO_TCP), 443);
}

static void names_of_old_distributions_have_their_ports(void **state)
{
	static const struct {
		const char *name;
		uint8_t protocol;
		int port;
	} rows[] = {
		{ "www", IPPROTO_TCP, 80 },
		{ "webcache", IPPROTO_TCP, 8080 },
		{ "http-alt", IPPROTO_TCP, 8080 },
		{ "http-alt", IPPROTO_UDP, 8080 },
		{ "http-proxy", IPPROTO_TCP, 8080 },
		{ "ircd", IPPROTO_TCP, 6667 },
		{ "mdns", IPPROTO_UDP, 5353 },
		{ "bootps", IPPROTO_UDP, 67 },
		{ "bootpc", IPPROTO_UDP, 68 },
		{ "microsoft-ds", IPPROTO_TCP, 445 },
		{ "netbios-ssn", IPPROTO_TCP, 139 },
		{ "ms-wbt-server", IPPROTO_TCP, 3389 },
		{ "postgresql", IPPROTO_TCP, 5432 },
		{ "mysql", IPPROTO_TCP, 3306 },
		{ "ssmtp", IPPROTO_TCP, 465 },
		{ "syslog", IPPROTO_UDP, 514 },
		{ "ntp", IPPROTO_UDP, 123 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(port_of(rows[i].name, rows[i].protocol),
				 rows[i].port);
}

static void case_does_not_matter(void **state)
{
	(void)state;
	assert_int_equal(port_of("SSH", IPPROTO_TCP), 22);
	assert_int_equal(port_of("Personal-Agent", IPPROTO_TCP), 5555);
}

static void a_name_of_the_other_protocol_is_taken(void **state)
{
	(void)state;
	assert_int_equal(port_of("bootps", IPPROTO_TCP), 67);
	assert_int_equal(port_of("ssh", IPPROTO_SCTP), 22);
}

static void what_nobody_knows_is_not_found(void **state)
{
	uint16_t port = 7;

	(void)state;
	assert_int_equal(port_of("no-such-service-at-all", IPPROTO_TCP), -1);
	assert_int_equal(port_of("", IPPROTO_TCP), -1);
	assert_int_equal(port_of("ss", IPPROTO_TCP), -1);
	assert_int_equal(port_of("sshx", IPPROTO_TCP), -1);
	assert_false(service_port("ssh\0x", 5, IPPROTO_TCP, &port));
	assert_int_equal(port, 7);
}

static void only_len_bytes_are_read(void **state)
{
	uint16_t port = 0;

	(void)state;
	assert_true(service_port("sshx", 3, IPPROTO_TCP, &port));
	assert_int_equal(port, 22);
}

static void a_port_has_the_registry_s_name(void **state)
{
	(void)state;
	assert_string_equal(service_iana_name(5555, IPPROTO_TCP),
			    "personal-agent");
	assert_string_equal(service_iana_name(8080, IPPROTO_TCP), "http-alt");
	assert_string_equal(service_iana_name(80, IPPROTO_TCP), "http");
	assert_string_equal(service_iana_name(53, IPPROTO_UDP), "domain");
	assert_null(service_iana_name(0, IPPROTO_TCP));
	assert_null(service_iana_name(65535, IPPROTO_TCP));
}

static void the_table_is_sorted_and_finds_itself(void **state)
{
	(void)state;
	for (size_t i = 1; i < services_table_count; i++)
		assert_true(strcasecmp(services_table[i - 1].name,
				       services_table[i].name) <= 0);
	for (size_t i = 0; i < services_table_count; i++)
		assert_true(port_of(services_table[i].name, IPPROTO_TCP) > 0);
	for (size_t i = 0; i < services_table_by_port_count; i++) {
		const struct services_row *row =
			&services_table[services_table_by_port[i]];

		assert_non_null(service_iana_name(
			row->port, row->printed & SERVICES_TCP ? IPPROTO_TCP
							       : IPPROTO_UDP));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_the_stories_have_their_ports),
		cmocka_unit_test(names_of_old_distributions_have_their_ports),
		cmocka_unit_test(case_does_not_matter),
		cmocka_unit_test(a_name_of_the_other_protocol_is_taken),
		cmocka_unit_test(what_nobody_knows_is_not_found),
		cmocka_unit_test(only_len_bytes_are_read),
		cmocka_unit_test(a_port_has_the_registry_s_name),
		cmocka_unit_test(the_table_is_sorted_and_finds_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
