#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <stdbool.h>

#include "host/units.h"
#include "tree.h"

static const struct tree_file host[] = {
	{ "/run/systemd/system", "", 0 },
	{ "/etc/systemd/system/",
	  "sockets.target.wants cups.socket rsync.socket.d", 0 },
	{ "/etc/systemd/system/sockets.target.wants/", "telnet.socket", 0 },
	{ "/etc/systemd/system/cups.socket", "->/dev/null", 0 },
	{ "/etc/systemd/system/rsync.socket.d/", "port.conf readme", 0 },
	{ "/etc/systemd/system/rsync.socket.d/port.conf",
	  "[Socket]\nListenStream=\nListenStream=8730\n", 0 },
	{ "/usr/lib/systemd/system/",
	  "telnet.socket cups.socket rsync.socket sshd.service", 0 },
	{ "/usr/lib/systemd/system/telnet.socket",
	  "[Unit]\nDescription=Telnet\n[Socket]\n"
	  "ListenStream = 127.0.0.1:23\nAccept=yes\n",
	  0 },
	{ "/usr/lib/systemd/system/cups.socket",
	  "[Socket]\nListenStream=/run/cups.sock\nListenStream=[::1]:631\n",
	  0 },
	{ "/usr/lib/systemd/system/rsync.socket",
	  "[Socket]\nListenStream=873\n", 0 },
	{ "/usr/lib/systemd/system/sshd.service", "[Service]\n", 0 },
	{ NULL, NULL, 0 },
};

static const struct unit *find(struct arena *a, uint16_t port)
{
	static struct tree tree;
	struct units units;

	tree_use(&tree, host);
	assert_int_equal(units_find(&units, a, IPPROTO_TCP, port), 0);
	assert_true(units.is_running && units.is_there);
	reader_use(NULL);
	return units.list;
}

static void a_socket_tells_its_port_and_that_it_is_wanted(void **state)
{
	struct arena *a = arena_new();
	const struct unit *u = find(a, 23);

	(void)state;
	assert_string_equal(u->name, "telnet.socket");
	assert_string_equal(u->file, "/usr/lib/systemd/system/telnet.socket");
	assert_int_equal(u->line, 4);
	assert_string_equal(u->text, "127.0.0.1:23");
	assert_true(u->is_enabled);
	assert_false(u->is_masked);
	assert_null(u->next);
	arena_free(a);
}

static void a_masked_one_is_known_by_its_vendors_file(void **state)
{
	struct arena *a = arena_new();
	const struct unit *u = find(a, 631);

	(void)state;
	assert_string_equal(u->name, "cups.socket");
	assert_true(u->is_masked);
	assert_null(u->next);
	arena_free(a);
}

static void drop_ins_change_the_port(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_null(find(a, 873));
	assert_string_equal(find(a, 8730)->file,
			    "/etc/systemd/system/rsync.socket.d/port.conf");
	arena_free(a);
}

static void a_service_of_the_ports_name_is_told(void **state)
{
	struct arena *a = arena_new();
	const struct unit *u = find(a, 22);

	(void)state;
	assert_string_equal(u->name, "sshd.service");
	assert_int_equal(u->line, 0);
	assert_false(u->is_enabled);
	arena_free(a);
}

static void ports_are_read_behind_addresses(void **state)
{
	(void)state;
	assert_int_equal(units_port("22"), 22);
	assert_int_equal(units_port("[::]:80"), 80);
	assert_int_equal(units_port("10.0.0.1:443"), 443);
	assert_int_equal(units_port("/run/x.sock"), 0);
	assert_int_equal(units_port("@abstract"), 0);
	assert_int_equal(units_port("70000"), 0);
	assert_int_equal(units_port("vsock::5"), 5);
	assert_int_equal(units_port(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_tells_its_port_and_that_it_is_wanted),
		cmocka_unit_test(a_masked_one_is_known_by_its_vendors_file),
		cmocka_unit_test(drop_ins_change_the_port),
		cmocka_unit_test(a_service_of_the_ports_name_is_told),
		cmocka_unit_test(ports_are_read_behind_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
