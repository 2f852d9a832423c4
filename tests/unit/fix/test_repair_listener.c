#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fix/daemon_conf.h"
#include "planning.h"

static const struct culprit *socket_of(struct planning *t, const char *program,
				       int pid, const char *address, int port)
{
	struct culprit *c = planning_culprit(t, CULPRIT_SOCKET, "tcp");

	culprit_text(c, t->record->arena, "program", program);
	culprit_number(c, "pid", pid);
	culprit_text(c, t->record->arena, "address", address);
	culprit_number(c, "port", port);
	return c;
}

static const struct tree_file with_systemd[] = {
	{ "/run/systemd/system", "", 0 },
	{ "/proc/612/cgroup", "0::/system.slice/ssh.service\n", 0 },
	{ "/proc/612/cmdline", "sshd: /usr/sbin/sshd -D [listener]", 0 },
	{ "/etc/ssh/sshd_config",
	  "# a comment\nPort 22\n#ListenAddress 0.0.0.0\n"
	  "ListenAddress 127.0.0.1\nPermitRootLogin no\n",
	  0 },
	{ NULL, NULL, 0 },
};

static void sshd_listens_on_one_address_more(void **state)
{
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, with_systemd);
	c = planning_make(&t, "listener-loopback-only",
			  socket_of(&t, "sshd", 612, "127.0.0.1", 22));
	assert_non_null(c);
	assert_int_equal(c->now_count, 2);
	assert_string_equal(c->now[0].file.path, "/etc/ssh/sshd_config");
	assert_string_equal(c->now[0].file.after,
			    "# a comment\nPort 22\n#ListenAddress 0.0.0.0\n"
			    "ListenAddress 127.0.0.1\nListenAddress 10.0.0.2\n"
			    "PermitRootLogin no\n");
	assert_string_equal(planning_words(&t, c->now[1].run.argv),
			    "systemctl reload ssh.service");
	assert_false(c->now[1].run.is_restart);
	assert_false(c->effect.is_exact);
	planning_end(&t);
}

static void a_file_named_on_the_command_line_is_the_one(void **state)
{
	static const struct tree_file files[] = {
		{ "/proc/7/cmdline", "/usr/sbin/sshd\0-f\0/tmp/my.conf", 31 },
		{ "/tmp/my.conf", "  listenaddress 127.0.0.1:22\n", 0 },
		{ "/etc/ssh/sshd_config", "ListenAddress 127.0.0.1\n", 0 },
		{ "/etc/init.d/ssh", "", 0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	c = planning_make(&t, "listener-wrong-address",
			  socket_of(&t, "sshd", 7, "127.0.0.1", 22));
	assert_non_null(c);
	assert_string_equal(c->now[0].file.path, "/tmp/my.conf");
	assert_string_equal(c->now[0].file.after,
			    "  listenaddress 127.0.0.1:22\n"
			    "  listenaddress 10.0.0.2:22\n");
	assert_string_equal(planning_words(&t, c->now[1].run.argv),
			    "kill -HUP 7");
	planning_end(&t);
}

static void what_takes_one_address_takes_all(void **state)
{
	static const struct tree_file files[] = {
		{ "/etc/mysql/my.cnf", "[mysqld]\n", 0 },
		{ "/etc/mysql/mariadb.conf.d/", "50-server.cnf", 0 },
		{ "/etc/mysql/mariadb.conf.d/50-server.cnf",
		  "[mysqld]\nbind-address            = 127.0.0.1  # local\n",
		  0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	t.plan.ask.port = 3306;
	c = planning_make(&t, "listener-loopback-only",
			  socket_of(&t, "mariadbd", 8, "127.0.0.1", 3306));
	assert_non_null(c);
	assert_string_equal(
		c->now[0].file.after,
		"[mysqld]\nbind-address            = 0.0.0.0  # local\n");
	/* How it is restarted nobody knows: that is said. */
	assert_int_equal(c->now_count, 1);
	assert_true(t.plan.remark_count);
	planning_end(&t);
}

static void lists_grow_as_the_daemon_writes_them(void **state)
{
	static const struct tree_file files[] = {
		{ "/etc/redis/redis.conf", "bind 127.0.0.1 -::1\n", 0 },
		{ "/etc/postgresql/", "13 15", 0 },
		{ "/etc/postgresql/15/main/postgresql.conf",
		  "#listen_addresses = 'localhost'\nport = 5432\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	c = planning_make(&t, "listener-loopback-only",
			  socket_of(&t, "redis-server", 8, "127.0.0.1", 6379));
	assert_non_null(c);
	assert_string_equal(c->now[0].file.after,
			    "bind 127.0.0.1 10.0.0.2 -::1\n");
	c = planning_make(&t, "listener-loopback-only",
			  socket_of(&t, "postgres", 8, "127.0.0.1", 5432));
	assert_non_null(c);
	assert_string_equal(c->now[0].file.after,
			    "#listen_addresses = 'localhost'\nport = 5432\n"
			    "listen_addresses = 'localhost,10.0.0.2'\n");
	planning_end(&t);
}

static void nginx_gets_a_line_of_the_other_family(void **state)
{
	static const struct tree_file files[] = {
		{ "/etc/nginx/nginx.conf",
		  "http { server {\n    listen [::]:80 ipv6only=on;\n} }\n",
		  0 },
		{ NULL, NULL, 0 },
	};
	static const struct tree_file v4only[] = {
		{ "/etc/nginx/nginx.conf", "http { server { listen 80; } }\n",
		  0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	c = planning_make(&t, "listener-v6only",
			  socket_of(&t, "nginx", 8, "::", 80));
	assert_non_null(c);
	assert_string_equal(c->now[0].file.after,
			    "http { server {\n    listen [::]:80 ipv6only=on;\n"
			    "    listen 10.0.0.2:80;\n} }\n");
	planning_end(&t);

	/* All on one line is not for us to take apart. */
	planning_begin(&t, v4only);
	t.plan.ask.server = planning_address("2001:db8::2");
	c = planning_make(&t, "ipv6-no-listener",
			  socket_of(&t, "nginx", 8, "0.0.0.0", 80));
	assert_null(c);
	assert_true(t.plan.remark_count);
	planning_end(&t);
}

static void a_unit_s_command_line_gets_a_drop_in(void **state)
{
	static const struct tree_file files[] = {
		{ "/run/systemd/system", "", 0 },
		{ "/proc/9/cgroup", "0::/system.slice/exporter.service\n", 0 },
		{ "/usr/lib/systemd/system/exporter.service",
		  "[Service]\n"
		  "ExecStart=/usr/bin/exporter --listen=127.0.0.1:9100\n",
		  0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	c = planning_make(&t, "listener-loopback-only",
			  socket_of(&t, "exporter", 9, "127.0.0.1", 9100));
	assert_non_null(c);
	assert_int_equal(c->now_count, 3);
	assert_string_equal(
		c->now[0].file.path,
		"/etc/systemd/system/exporter.service.d/90-kiriwake.conf");
	assert_string_equal(
		c->now[0].file.after,
		"[Service]\nExecStart=\n"
		"ExecStart=/usr/bin/exporter --listen=0.0.0.0:9100\n");
	assert_true(c->now[2].run.is_restart);
	planning_end(&t);
}

static void a_program_at_home_elsewhere_is_not_moved(void **state)
{
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, with_systemd);
	t.plan.ask.port = 5555;
	assert_null(planning_make(&t, "listener-wrong-port",
				  socket_of(&t, "sshd", 612, "0.0.0.0", 22)));
	assert_true(t.plan.remark_count);
	planning_end(&t);

	planning_begin(&t, with_systemd);
	t.plan.ask.port = 22;
	c = planning_make(&t, "listener-wrong-port",
			  socket_of(&t, "sshd", 612, "0.0.0.0", 2222));
	assert_null(c);
	planning_end(&t);
}

static void an_unknown_program_is_told_where_it_was_told(void **state)
{
	static const struct tree_file files[] = {
		{ "/proc/9/cmdline",
		  "mine\0--bind\0"
		  "127.0.0.1",
		  21 },
		{ NULL, NULL, 0 },
	};
	struct planning t;

	(void)state;
	planning_begin(&t, files);
	assert_null(planning_make(&t, "listener-loopback-only",
				  socket_of(&t, "mine", 9, "127.0.0.1", 22)));
	assert_true(t.plan.remark_count);
	assert_non_null(strstr(t.plan.remarks[0], "mine --bind 127.0.0.1"));
	planning_end(&t);
}

static void a_comment_and_another_address_are_no_hit(void **state)
{
	struct conf_place at;

	(void)state;
	assert_false(daemon_conf_find("#bind 127.0.0.1\n", "bind", "127.0.0.1",
				      &at));
	assert_false(daemon_conf_find("bind 127.0.0.11\nbind 1127.0.0.1\n",
				      "bind", "127.0.0.1", &at));
	assert_false(daemon_conf_find("unbind 127.0.0.1\n", "bind", "127.0.0.1",
				      &at));
	assert_false(daemon_conf_find("listen [fe80::1]:80;\n", "listen", "::1",
				      &at));
	assert_true(daemon_conf_find("listen-on port 53 {\n 127.0.0.1;\n};\n",
				     "listen-on", "127.0.0.1", &at));
	assert_int_equal(at.line, 2);
	assert_true(daemon_conf_find("a\r\nbind\t127.0.0.1\r\n", "bind",
				     "127.0.0.1", &at));
	assert_int_equal(at.line, 2);
	assert_int_equal(at.at, 5);
}

static const struct fix_candidate *shut_in(struct planning *t,
					   const struct tree_file *files)
{
	struct culprit *c;

	planning_begin(t, files);
	c = planning_culprit(t, CULPRIT_SOCKET, "tcp *:22 web (pid 7)");
	culprit_text(c, t->record->arena, "unit", "web.service");
	return planning_make(t, "listener-other-netns", c);
}

static void a_unit_is_let_out_of_its_own_network(void **state)
{
	static const struct tree_file files[] = {
		{ "/run/systemd/system", "", 0 },
		{ "/etc/systemd/system/web.service",
		  "[Service]\nPrivateNetwork=yes\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	c = shut_in(&t, files);
	assert_non_null(c);
	assert_int_equal(c->now_count, 3);
	assert_string_equal(c->now[0].file.path,
			    "/etc/systemd/system/web.service.d/"
			    "90-kiriwake.conf");
	assert_null(c->now[0].file.before);
	assert_string_equal(c->now[0].file.after,
			    "[Service]\nPrivateNetwork=no\n");
	assert_string_equal(planning_words(&t, c->now[1].run.argv),
			    "systemctl daemon-reload");
	assert_string_equal(planning_words(&t, c->now[2].run.argv),
			    "systemctl restart web.service");
	assert_true(c->now[2].run.is_restart);
	/* The near miss: a container's, or somebody's own. */
	assert_null(planning_make(&t, "listener-other-netns",
				  planning_culprit(&t, CULPRIT_SOCKET, "tcp")));
	planning_end(&t);
}

static void a_drop_in_that_shuts_it_in_is_edited(void **state)
{
	static const struct tree_file files[] = {
		{ "/run/systemd/system", "", 0 },
		{ "/etc/systemd/system/web.service.d/", "override.conf", 0 },
		{ "/etc/systemd/system/web.service.d/override.conf",
		  "[Service]\nPrivateNetwork=true\nNice=5\n", 0 },
		{ NULL, NULL, 0 },
	};
	static const struct tree_file others[] = {
		{ "/run/systemd/system", "", 0 },
		{ "/run/systemd/system/web.service.d/", "a.conf", 0 },
		{ "/run/systemd/system/web.service.d/a.conf",
		  "[Service]\nPrivateNetwork=yes\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	c = shut_in(&t, files);
	assert_non_null(c);
	assert_string_equal(c->now[0].file.path,
			    "/etc/systemd/system/web.service.d/override.conf");
	assert_string_equal(c->now[0].file.after,
			    "[Service]\nPrivateNetwork=no\nNice=5\n");
	planning_end(&t);

	/* Ours would come before it, and have no effect. */
	assert_null(shut_in(&t, others));
	assert_true(t.plan.remark_count);
	planning_end(&t);
}

static const struct culprit *bound_to(struct planning *t, const char *device,
				      int port)
{
	struct culprit *k = planning_culprit(t, CULPRIT_SOCKET, "tcp");

	culprit_text(k, t->record->arena, "program", "haproxy");
	culprit_text(k, t->record->arena, "device", device);
	culprit_number(k, "pid", 7);
	culprit_number(k, "port", port);
	return k;
}

static void haproxy_gets_a_line_for_the_right_device(void **state)
{
	static const struct tree_file files[] = {
		{ "/proc/7/cmdline", "haproxy\0-f\0/etc/haproxy.lab", 27 },
		{ "/etc/haproxy.lab",
		  "listen stats\n bind :8404 interface mgmt0\n"
		  "listen web\n bind :::80 v4v6 interface mgmt0\n",
		  0 },
		{ NULL, NULL, 0 },
	};
	struct links_link link = { .index = 2, .name = "eth0" };
	struct links_address own = { .address = planning_address("10.0.0.2"),
				     .index = 2 };
	const struct links links = { .links = &link,
				     .addresses = &own,
				     .count = 1,
				     .address_count = 1 };
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	t.plan.ask.port = 80;
	t.p.links = &links;
	c = planning_make(&t, "listener-bound-to-device",
			  bound_to(&t, "mgmt0", 80));
	assert_non_null(c);
	assert_string_equal(c->now[0].file.after,
			    "listen stats\n bind :8404 interface mgmt0\n"
			    "listen web\n bind :::80 v4v6 interface mgmt0\n"
			    " bind :::80 v4v6 interface eth0\n");

	/* The near miss: that port's line names another device, or none. */
	assert_null(planning_make(&t, "listener-bound-to-device",
				  bound_to(&t, "mgmt1", 80)));
	planning_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sshd_listens_on_one_address_more),
		cmocka_unit_test(a_file_named_on_the_command_line_is_the_one),
		cmocka_unit_test(what_takes_one_address_takes_all),
		cmocka_unit_test(lists_grow_as_the_daemon_writes_them),
		cmocka_unit_test(nginx_gets_a_line_of_the_other_family),
		cmocka_unit_test(a_unit_s_command_line_gets_a_drop_in),
		cmocka_unit_test(a_program_at_home_elsewhere_is_not_moved),
		cmocka_unit_test(an_unknown_program_is_told_where_it_was_told),
		cmocka_unit_test(a_unit_is_let_out_of_its_own_network),
		cmocka_unit_test(a_drop_in_that_shuts_it_in_is_edited),
		cmocka_unit_test(haproxy_gets_a_line_for_the_right_device),
		cmocka_unit_test(a_comment_and_another_address_are_no_hit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
