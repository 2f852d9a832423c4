#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/links.h"

static struct links_link list[] = {
	{ .index = 1, .name = "lo", .kind = "" },
	{ .index = 2,
	  .name = "br0",
	  .kind = "bridge",
	  .mac = { 2, 0, 0, 0, 0, 1 },
	  .has_mac = true },
	{ .index = 3,
	  .name = "eth0",
	  .kind = "",
	  .master = 2,
	  .mac = { 2, 0, 0, 0, 0, 2 },
	  .has_mac = true },
	{ .index = 4, .name = "bond0", .kind = "bond" },
	{ .index = 5, .name = "eth1", .kind = "", .master = 4 },
};

static const struct links links = {
	.links = list,
	.count = sizeof(list) / sizeof(*list),
};

static void a_bridge_is_its_own_and_its_ports(void **state)
{
	(void)state;
	assert_ptr_equal(links_bridge(&links, 2), &list[1]);
	assert_ptr_equal(links_bridge(&links, 3), &list[1]);
	assert_null(links_bridge(&links, 1));
	assert_null(links_bridge(&links, 5));
	assert_null(links_bridge(&links, 9));
}

static void only_its_own_stations_are_the_hosts(void **state)
{
	static const uint8_t own[] = { 2, 0, 0, 0, 0, 2 };
	static const uint8_t other[] = { 2, 0, 0, 0, 0, 3 };
	static const uint8_t none[6] = { 0 };

	(void)state;
	assert_true(links_has_mac(&links, own));
	assert_false(links_has_mac(&links, other));
	assert_false(links_has_mac(&links, none));
}

static void what_is_none_of_the_hosts_may_be_for_its_bridge(void **state)
{
	struct links_address own = { .index = 2, .prefix = 24 };
	struct address other;
	struct links with = links;

	(void)state;
	assert_true(address_parse(&own.address, "10.1.0.1", 8));
	assert_true(address_parse(&other, "10.1.0.7", 8));
	with.addresses = &own;
	with.address_count = 1;
	assert_true(links_may_bridge(&with, &other));
	assert_false(links_may_bridge(&with, &own.address));
	with.count = 1;
	assert_false(links_may_bridge(&with, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bridge_is_its_own_and_its_ports),
		cmocka_unit_test(only_its_own_stations_are_the_hosts),
		cmocka_unit_test(
			what_is_none_of_the_hosts_may_be_for_its_bridge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
