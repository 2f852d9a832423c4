#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "host/audit_log.h"

#define CONTEXTS                                                               \
	"scontext=system_u:system_r:httpd_t:s0 "                               \
	"tcontext=system_u:object_r:unreserved_port_t:s0 "

static struct arena *arena;

static const struct audit_denial *parse(const char *text)
{
	const struct audit_denial *list;

	assert_int_equal(audit_log_parse(&list, arena, text, strlen(text)), 0);
	return list;
}

static void a_denial_of_selinux_is_read(void **state)
{
	const struct audit_denial *d = parse(
		"type=AVC msg=audit(1700000000.123:456): avc:  denied  "
		"{ name_bind } for  pid=1234 comm=\"nginx\" src=8888 " CONTEXTS
		"tclass=tcp_socket permissive=0\n");

	(void)state;
	assert_non_null(d);
	assert_null(d->next);
	assert_true(d->at_ms == 1700000000123);
	assert_int_equal(d->pid, 1234);
	assert_int_equal(d->port, 8888);
	assert_false(d->is_permissive || d->is_apparmor);
	assert_string_equal(d->command, "nginx");
	assert_string_equal(d->permission, "name_bind");
	assert_string_equal(d->class, "tcp_socket");
	assert_string_equal(d->source, "system_u:system_r:httpd_t:s0");
	assert_string_equal(d->target,
			    "system_u:object_r:unreserved_port_t:s0");
}

static void the_newest_comes_first(void **state)
{
	const struct audit_denial *d = parse(
		"type=AVC msg=audit(1.000:1): avc:  denied  { name_bind } for "
		" pid=1 comm=\"a\" src=1 tclass=tcp_socket permissive=1\n"
		"type=SYSCALL msg=audit(1.000:1): denied pid=3 src=7\n"
		"node=x type=AVC msg=audit(2.500:2): avc:  denied  { "
		"name_connect } for  pid=2 comm=62 dest=443 tclass=tcp_socket");

	(void)state;
	assert_int_equal(d->pid, 2);
	assert_int_equal(d->port, 443);
	assert_string_equal(d->command, "62");
	assert_int_equal(d->next->pid, 1);
	assert_true(d->next->is_permissive);
	assert_null(d->next->next);
}

static void a_denial_of_apparmor_is_read(void **state)
{
	const struct audit_denial *d = parse(
		"type=AVC msg=audit(3.000:3): apparmor=\"DENIED\" "
		"operation=\"create\" profile=\"/usr/sbin/x\" pid=5 comm=\"x\" "
		"family=\"inet\" sock_type=\"stream\" protocol=6\n");

	(void)state;
	assert_true(d->is_apparmor);
	assert_string_equal(d->permission, "create");
	assert_string_equal(d->source, "/usr/sbin/x");
	assert_int_equal(d->port, 0);
}

static void what_was_allowed_or_is_broken_is_no_denial(void **state)
{
	(void)state;
	assert_null(parse("type=AVC msg=audit(1.0:1): avc:  granted  { "
			  "name_bind } for  pid=1 src=22\n"));
	assert_null(parse("type=AVC msg=audit(x.0:1): avc:  denied  { a }\n"));
	assert_null(parse("type=USER_AVC msg=audit(1.000:1): pid=1 denied\n"));
	assert_null(parse("type=AVC msg=audit(1.000:1): apparmor=\"ALLOWED\" "
			  "operation=\"bind\" pid=1\n"));
	assert_null(parse(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_denial_of_selinux_is_read),
		cmocka_unit_test(the_newest_comes_first),
		cmocka_unit_test(a_denial_of_apparmor_is_read),
		cmocka_unit_test(what_was_allowed_or_is_broken_is_no_denial),
	};
	int failed;

	arena = arena_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
