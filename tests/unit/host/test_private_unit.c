#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/private_unit.h"

static void is_named(const char *cgroup, const char *name)
{
	size_t len = 0;
	const char *found = private_unit_name(cgroup, &len);

	assert_non_null(found);
	assert_int_equal(len, strlen(name));
	assert_memory_equal(found, name, len);
}

static void a_service_of_the_system_is_named(void **state)
{
	(void)state;
	is_named("0::/system.slice/web.service\n", "web.service");
	is_named("0::/lxc/a/system.slice/web@1.service", "web@1.service");
	is_named("12:pids:/system.slice/other.service\n"
		 "1:name=systemd:/system.slice/web.service\n",
		 "web.service");
}

static void what_is_no_service_of_the_system_is_not(void **state)
{
	static const char *const cgroups[] = {
		"",
		"\n",
		"0::/",
		"0::/system.slice",
		"0::/system.slice/.service\n",
		"0::/system.slice/docker-0123.scope\n",
		"0::/system.slice/docker.service/payload\n",
		"0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
		"web.service\n",
		"12:pids:/system.slice/web.service\n",
		"0::/init.scope\n0:/system.slice/web.service\n",
		"system.slice/web.service",
	};

	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(cgroups) / sizeof(*cgroups); i++)
		assert_null(private_unit_name(cgroups[i], &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_of_the_system_is_named),
		cmocka_unit_test(what_is_no_service_of_the_system_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
