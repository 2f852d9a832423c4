#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "host/listeners.h"
#include "host/listeners_proc.h"
#include "host/owners.h"

static struct address address(const char *s)
{
	struct address a = { { 0 } };

	assert_true(address_parse(&a, s, strlen(s)));
	return a;
}

static struct listener bound_to(const char *s)
{
	struct listener l = { .address = address(s),
			      .port = 80,
			      .state = TCP_LISTEN,
			      .protocol = IPPROTO_TCP };

	l.is_v6 = !address_is_v4(&l.address);
	return l;
}

static enum listeners_fit fit(const struct listener *l, const char *asked)
{
	const struct listeners_packet p = { .address = address(asked),
					    .device = 2,
					    .has_address = true };

	return listeners_fit(l, &p);
}

static void a_wildcard_takes_every_address_of_its_family(void **state)
{
	struct listener v4 = bound_to("0.0.0.0"), v6 = bound_to("::");

	(void)state;
	assert_int_equal(fit(&v4, "192.0.2.1"), LISTENERS_HERE);
	assert_int_equal(fit(&v6, "2001:db8::1"), LISTENERS_HERE);
}

static void ipv6_takes_ipv4_unless_it_may_not(void **state)
{
	struct listener l = bound_to("::");

	(void)state;
	assert_int_equal(fit(&l, "192.0.2.1"), LISTENERS_HERE);
	l.is_v6only = true;
	assert_int_equal(fit(&l, "192.0.2.1"), LISTENERS_V6ONLY);
	assert_int_equal(fit(&l, "2001:db8::1"), LISTENERS_HERE);
}

static void ipv4_never_takes_ipv6(void **state)
{
	struct listener any = bound_to("0.0.0.0");
	struct listener one = bound_to("192.0.2.1");

	(void)state;
	assert_int_equal(fit(&any, "2001:db8::1"), LISTENERS_V4ONLY);
	assert_int_equal(fit(&one, "2001:db8::1"), LISTENERS_V4ONLY);
}

static void a_mapped_address_is_one_of_ipv4(void **state)
{
	struct listener l = bound_to("::ffff:192.0.2.1");

	(void)state;
	l.is_v6 = true;
	assert_int_equal(fit(&l, "192.0.2.1"), LISTENERS_HERE);
	assert_int_equal(fit(&l, "192.0.2.2"), LISTENERS_ADDRESS);
	assert_int_equal(fit(&l, "2001:db8::1"), LISTENERS_V4ONLY);
}

static void the_loopback_is_told_from_other_addresses(void **state)
{
	struct listener v4 = bound_to("127.0.0.1"), v6 = bound_to("::1");

	(void)state;
	assert_int_equal(fit(&v4, "192.0.2.1"), LISTENERS_LOOPBACK);
	assert_int_equal(fit(&v6, "192.0.2.1"), LISTENERS_LOOPBACK);
	assert_int_equal(fit(&v4, "2001:db8::1"), LISTENERS_LOOPBACK);
	assert_int_equal(fit(&v4, "127.0.0.1"), LISTENERS_HERE);
	assert_int_equal(fit(&v4, "127.0.0.2"), LISTENERS_LOOPBACK);
}

static void a_device_decides_only_where_the_address_fits(void **state)
{
	struct listener l = bound_to("0.0.0.0");

	(void)state;
	l.device = 2;
	assert_int_equal(fit(&l, "192.0.2.1"), LISTENERS_HERE);
	l.device = 3;
	assert_int_equal(fit(&l, "192.0.2.1"), LISTENERS_DEVICE);
	assert_int_equal(fit(&l, "2001:db8::1"), LISTENERS_V4ONLY);
}

static void an_unknown_device_or_address_is_never_sure(void **state)
{
	struct listeners_packet p = { .address = address("192.0.2.1"),
				      .has_address = true };
	struct listener l = bound_to("0.0.0.0"), one = bound_to("192.0.2.1");

	(void)state;
	l.device = 3;
	assert_int_equal(listeners_fit(&l, &p), LISTENERS_MAYBE);
	p.has_address = false;
	p.device = 2;
	assert_int_equal(listeners_fit(&one, &p), LISTENERS_MAYBE);
}

static void a_socket_is_written_as_ss_writes_it(void **state)
{
	struct listener l = bound_to("::");
	struct text t = TEXT_NULL;

	(void)state;
	listeners_text(&t, &l, NULL);
	assert_string_equal(text_string(&t), "[::]:80");
	l.device = 4;
	text_clear(&t);
	listeners_text(&t, &l, "eth0");
	assert_string_equal(text_string(&t), "[::]%eth0:80");
	text_done(&t);
}

/* Of this machine: what the kernel says of a socket of our own. */
static int own_listener(uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_false(bind(fd, (struct sockaddr *)&a, len));
	assert_false(listen(fd, 7));
	assert_false(getsockname(fd, (struct sockaddr *)&a, &len));
	*port = ntohs(a.sin_port);
	return fd;
}

static void an_own_listener_is_found_with_its_backlog(void **state)
{
	struct listeners found;
	uint16_t port;
	int fd = own_listener(&port);

	(void)state;
	assert_int_equal(
		listeners_read_open("", IPPROTO_TCP, port, NULL, &found), 0);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].port, port);
	assert_int_equal(found.list[0].backlog, 7);
	assert_int_equal(found.list[0].queued, 0);
	assert_true(address_is_loopback(&found.list[0].address));
	listeners_done(&found);
	(void)close(fd);
}

static void the_owner_of_an_own_socket_is_this_process(void **state)
{
	struct listeners found;
	struct owners owners;
	uint16_t port;
	int fd = own_listener(&port);

	(void)state;
	assert_int_equal(
		listeners_read_open("", IPPROTO_TCP, port, NULL, &found), 0);
	assert_int_equal(owners_find(&found.list[0].inode, 1, &owners), 0);
	assert_int_equal(owners.count, 1);
	assert_int_equal(owners.list[0].pid, getpid());
	assert_int_equal(owners.list[0].fd, fd);
	owners_done(&owners);
	listeners_done(&found);
	(void)close(fd);
}

static void a_connection_that_nobody_took_has_no_owner(void **state)
{
	struct listeners_question q = { .where = "",
					.protocol = IPPROTO_TCP,
					.states = 1 << TCP_ESTABLISHED };
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int client = socket(AF_INET, SOCK_STREAM, 0);
	struct listeners found;
	int fd = own_listener(&q.port);

	(void)state;
	a.sin_port = htons(q.port);
	assert_false(connect(client, (struct sockaddr *)&a, sizeof(a)));
	assert_int_equal(listeners_read(&q, &found), 0);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].inode, 0);
	listeners_done(&found);
	assert_int_equal(
		listeners_read_open("", IPPROTO_TCP, q.port, NULL, &found), 0);
	assert_int_equal(found.list[0].queued, 1);
	listeners_done(&found);
	(void)close(client);
	(void)close(fd);
}

static void udp_that_is_connected_takes_no_new_client(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct listeners found;
	int error;

	(void)state;
	assert_false(bind(fd, (struct sockaddr *)&a, len));
	assert_false(getsockname(fd, (struct sockaddr *)&a, &len));
	error = listeners_read_open("", IPPROTO_UDP, ntohs(a.sin_port), NULL,
				    &found);
	if (error) {
		(void)close(fd);
		skip(); /* a kernel without udp_diag */
	}
	assert_int_equal(found.count, 1);
	listeners_done(&found);
	assert_false(connect(fd, (struct sockaddr *)&a, sizeof(a)));
	assert_int_equal(listeners_read_open("", IPPROTO_UDP, ntohs(a.sin_port),
					     NULL, &found),
			 0);
	assert_int_equal(found.count, 0);
	listeners_done(&found);
	(void)close(fd);
}

/* Of a kernel without sock_diag. */
static void parse(const char *content, uint16_t port, struct listeners *ret)
{
	const struct listeners_question q = { .where = "",
					      .port = port,
					      .protocol = IPPROTO_TCP,
					      .states = 1 << TCP_LISTEN };
	struct text t = TEXT_NULL;

	*ret = (struct listeners){ 0 };
	text_str(&t, content);
	assert_int_equal(listeners_proc_parse(&q, &t, ret), 0);
	text_done(&t);
}

/* As a machine of this order of bytes would write it. */
static void put_word(struct text *out, uint32_t network_order)
{
	struct text digits = TEXT_NULL;

	text_hex(&digits, network_order, 8);
	text_str(out, text_string(&digits));
	text_done(&digits);
}

static void proc_tells_address_queue_user_and_inode(void **state)
{
	struct text t = TEXT_NULL;
	struct listeners found;

	(void)state;
	text_str(&t, "  sl  local_address rem_address   st tx_queue …\n   0: ");
	put_word(&t, htonl(0xc0000201));
	text_str(&t, ":0050 00000000:0000 0A 00000000:00000003 00:00000000 "
		     "00000000    33        0 4711 1 0000000000000000 100 0\n"
		     "   1: 00000000:0050 00000000:0000 01 00000000:00000000 "
		     "00:00000000 00000000 0 0 4712 1\n");
	parse(text_string(&t), 80, &found);
	text_done(&t);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].queued, 3);
	assert_int_equal(found.list[0].uid, 33);
	assert_int_equal(found.list[0].inode, 4711);
	assert_int_equal(fit(&found.list[0], "192.0.2.1"), LISTENERS_MAYBE);
	assert_int_equal(fit(&found.list[0], "192.0.2.2"), LISTENERS_ADDRESS);
	listeners_done(&found);
}

static void what_proc_does_not_tell_is_never_sure(void **state)
{
	struct listeners found;

	(void)state;
	parse("0: 00000000000000000000000000000000:0016 "
	      "00000000000000000000000000000000:0000 0A 00000000:00000000 "
	      "00:00000000 00000000 0 0 9 1\n",
	      22, &found);
	assert_int_equal(found.count, 1);
	assert_true(found.list[0].is_v6);
	assert_int_equal(fit(&found.list[0], "192.0.2.1"), LISTENERS_MAYBE);
	assert_int_equal(fit(&found.list[0], "2001:db8::1"), LISTENERS_MAYBE);
	listeners_done(&found);
}

static void lines_that_are_none_are_passed_over(void **state)
{
	struct listeners found;

	(void)state;
	parse("", 0, &found);
	assert_int_equal(found.count, 0);
	listeners_done(&found);
	parse("\n0:\n0: 1:2 3:4\n0: 00000000:0016\nx x x x x x x x\n"
	      "0: 00000000:0016 00000000:0000 0A 0",
	      0, &found);
	assert_int_equal(found.count, 0);
	listeners_done(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wildcard_takes_every_address_of_its_family),
		cmocka_unit_test(ipv6_takes_ipv4_unless_it_may_not),
		cmocka_unit_test(ipv4_never_takes_ipv6),
		cmocka_unit_test(a_mapped_address_is_one_of_ipv4),
		cmocka_unit_test(the_loopback_is_told_from_other_addresses),
		cmocka_unit_test(a_device_decides_only_where_the_address_fits),
		cmocka_unit_test(an_unknown_device_or_address_is_never_sure),
		cmocka_unit_test(a_socket_is_written_as_ss_writes_it),
		cmocka_unit_test(an_own_listener_is_found_with_its_backlog),
		cmocka_unit_test(the_owner_of_an_own_socket_is_this_process),
		cmocka_unit_test(a_connection_that_nobody_took_has_no_owner),
		cmocka_unit_test(udp_that_is_connected_takes_no_new_client),
		cmocka_unit_test(proc_tells_address_queue_user_and_inode),
		cmocka_unit_test(what_proc_does_not_tell_is_never_sure),
		cmocka_unit_test(lines_that_are_none_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
