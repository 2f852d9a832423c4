#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/device.h"

/* eth0 and veth1 are ports of br0; vlan5 stands on br0; eth9 is aside. */
enum { ETH0 = 2, VETH1, BR0, VLAN5, ETH9 };

static struct device list[] = {
	{ .index = ETH0, .master = BR0 },
	{ .index = VETH1, .master = BR0 },
	{ .index = BR0 },
	{ .index = VLAN5, .lower = BR0 },
	{ .index = ETH9 },
};

static const struct devices devices = { list, sizeof(list) / sizeof(*list) };

static void a_device_and_what_it_is_a_part_of_carry(void **state)
{
	(void)state;
	assert_int_equal(devices_carry(&devices, ETH0, ETH0), DEVICE_CARRIES);
	assert_int_equal(devices_carry(&devices, BR0, ETH0), DEVICE_CARRIES);
	assert_int_equal(devices_carry(&devices, VETH1, ETH0), DEVICE_ASIDE);
}

static void of_the_ports_any_may_carry(void **state)
{
	(void)state;
	assert_int_equal(devices_carry(&devices, ETH0, BR0), DEVICE_MAY);
	assert_int_equal(devices_carry(&devices, VETH1, BR0), DEVICE_MAY);
	assert_int_equal(devices_carry(&devices, ETH9, BR0), DEVICE_ASIDE);
}

static void what_it_stands_on_carries(void **state)
{
	(void)state;
	assert_int_equal(devices_carry(&devices, BR0, VLAN5), DEVICE_CARRIES);
	assert_int_equal(devices_carry(&devices, ETH0, VLAN5), DEVICE_MAY);
}

static void rings_of_masters_end(void **state)
{
	struct device ring[] = { { .index = 1, .master = 2, .lower = 2 },
				 { .index = 2, .master = 1, .lower = 1 } };
	const struct devices d = { ring, 2 };

	(void)state;
	assert_int_equal(devices_carry(&d, 3, 1), DEVICE_ASIDE);
	assert_null(devices_find(&d, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_and_what_it_is_a_part_of_carry),
		cmocka_unit_test(of_the_ports_any_may_carry),
		cmocka_unit_test(what_it_stands_on_carries),
		cmocka_unit_test(rings_of_masters_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
