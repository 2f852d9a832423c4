#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <string.h>

#include "host/ipvs.h"

#define HEAD                                                                   \
	"IP Virtual Server version 1.2.1 (size=4096)\n"                        \
	"Prot LocalAddress:Port Scheduler Flags\n"                             \
	"  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n"

static enum ipvs_found ask(const char *text, const char *address, uint16_t port)
{
	struct ipvs_question q = { .port = port, .protocol = IPPROTO_TCP };

	assert_true(address_parse(&q.address, address, strlen(address)));
	return ipvs_parse(&q, text);
}

static void a_service_without_destinations_is_empty(void **state)
{
	static const char text[] =
		HEAD "TCP  AC100102:15B3 rr\n"
		     "TCP  AC100102:0050 rr\n"
		     "  -> C0A80002:0050      Masq    1      "
		     "0          0         \n";

	(void)state;
	assert_int_equal(ask(text, "172.16.1.2", 5555), IPVS_EMPTY);
	assert_int_equal(ask(text, "172.16.1.2", 80), IPVS_SERVED);
}

static void destinations_without_weight_get_nothing(void **state)
{
	static const char text[] =
		HEAD "TCP  AC100102:15B3 wlc persistent 9\n"
		     "  -> C0A80002:0050      Masq    0      "
		     "0          0         \n";

	(void)state;
	assert_int_equal(ask(text, "172.16.1.2", 5555), IPVS_EMPTY);
}

static void other_addresses_ports_and_protocols_are_none(void **state)
{
	static const char text[] = HEAD "UDP  AC100102:15B3 rr\n"
					"TCP  AC100103:15B3 rr\n"
					"TCP  AC100102:15B4 rr\n";

	(void)state;
	assert_int_equal(ask(text, "172.16.1.2", 5555), IPVS_NONE);
	assert_int_equal(ask("", "172.16.1.2", 5555), IPVS_NONE);
}

static void a_service_by_mark_may_be_meant(void **state)
{
	static const char text[] = HEAD "FWM  00000001 rr\n";

	(void)state;
	assert_int_equal(ask(text, "172.16.1.2", 5555), IPVS_MAYBE);
}

static void ipv6_stands_in_brackets(void **state)
{
	static const char text[] =
		HEAD "TCP  [2001:0db8:0000:0000:0000:0000:0000:0001]:0050 rr\n";

	(void)state;
	assert_int_equal(ask(text, "2001:db8::1", 80), IPVS_EMPTY);
	assert_int_equal(ask(text, "2001:db8::2", 80), IPVS_NONE);
}

static void broken_lines_are_passed_over(void **state)
{
	static const char *const broken[] = {
		"TCP  ", "TCP  AC10", "TCP  [::1", "TCP  zz:zz", "  ->",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		assert_int_equal(ask(broken[i], "172.16.1.2", 5555), IPVS_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_without_destinations_is_empty),
		cmocka_unit_test(destinations_without_weight_get_nothing),
		cmocka_unit_test(other_addresses_ports_and_protocols_are_none),
		cmocka_unit_test(a_service_by_mark_may_be_meant),
		cmocka_unit_test(ipv6_stands_in_brackets),
		cmocka_unit_test(broken_lines_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
