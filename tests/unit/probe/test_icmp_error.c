#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/errqueue.h>

#include "base/clock.h"
#include "net/icmp.h"
#include "probe/icmp_error.h"
#include "probe/local_error.h"

#define MS ((int64_t)CLOCK_MILLISECOND)

static struct icmp_error unreachable(uint8_t code, int64_t after_ms)
{
	return (struct icmp_error){ .version = 4,
				    .type = ICMP_UNREACHABLE,
				    .code = code,
				    .after_ns = after_ms * MS };
}

/* A message as the kernel hands it over. */
struct queued {
	_Alignas(struct cmsghdr) unsigned char control[128];
	struct msghdr msg;
};

static void queue(struct queued *q, const struct sock_extended_err *e,
		  const void *offender, size_t len)
{
	struct cmsghdr *c;

	memset(q, 0, sizeof(*q));
	q->msg.msg_control = q->control;
	q->msg.msg_controllen = CMSG_SPACE(sizeof(*e) + len);
	c = CMSG_FIRSTHDR(&q->msg);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_RECVERR;
	c->cmsg_len = CMSG_LEN(sizeof(*e) + len);
	memcpy(CMSG_DATA(c), e, sizeof(*e));
	if (len)
		memcpy(CMSG_DATA(c) + sizeof(*e), offender, len);
}

static void an_icmp_error_names_its_sender(void **state)
{
	const struct sock_extended_err given = {
		.ee_errno = EHOSTUNREACH,
		.ee_origin = SO_EE_ORIGIN_ICMP,
		.ee_type = ICMP_UNREACHABLE,
		.ee_code = ICMP_HOST_UNREACHABLE,
	};
	const struct sockaddr_in from = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(0xc0000201) },
	};
	const struct address sender = address_v4(0xc0000201);
	struct icmp_error e;
	struct queued q;

	(void)state;
	queue(&q, &given, &from, sizeof(from));
	assert_true(icmp_error_parse(&e, &q.msg));
	assert_int_equal(e.version, 4);
	assert_int_equal(e.code, ICMP_HOST_UNREACHABLE);
	assert_int_equal(e.err, EHOSTUNREACH);
	assert_true(address_equal(&e.sender, &sender));
}

static void an_error_without_a_sender_is_read_too(void **state)
{
	const struct sock_extended_err given = {
		.ee_errno = EMSGSIZE,
		.ee_origin = SO_EE_ORIGIN_LOCAL,
	};
	struct icmp_error e;
	struct queued q;

	(void)state;
	queue(&q, &given, NULL, 0);
	assert_true(icmp_error_parse(&e, &q.msg));
	assert_int_equal(e.version, 0);
	assert_int_equal(e.err, EMSGSIZE);
}

static void a_time_stamp_is_no_error(void **state)
{
	const struct sock_extended_err given = {
		.ee_origin = SO_EE_ORIGIN_TIMESTAMPING,
	};
	struct icmp_error e;
	struct queued q;

	(void)state;
	queue(&q, &given, NULL, 0);
	assert_false(icmp_error_parse(&e, &q.msg));
}

static void a_prohibition_comes_at_once(void **state)
{
	const struct icmp_error e = unreachable(ICMP_ADMIN_PROHIBITED, 2);

	(void)state;
	assert_int_equal(icmp_error_lateness(&e, NULL), ICMP_CAME_AT_ONCE);
}

static void a_neighbour_is_given_up_late(void **state)
{
	const struct icmp_error e = unreachable(ICMP_HOST_UNREACHABLE, 3050);

	(void)state;
	assert_int_equal(icmp_error_lateness(&e, NULL), ICMP_CAME_LATE);
}

static void an_early_host_unreachable_alone_tells_nothing(void **state)
{
	const struct icmp_error e = unreachable(ICMP_HOST_UNREACHABLE, 1);

	(void)state;
	assert_int_equal(icmp_error_lateness(&e, NULL), ICMP_CAME_SOMETIME);
}

static void a_second_early_one_is_a_rule_or_a_route(void **state)
{
	const struct icmp_error first = unreachable(ICMP_HOST_UNREACHABLE, 1);
	const struct icmp_error second =
		unreachable(ICMP_HOST_UNREACHABLE, 1030);

	(void)state;
	assert_int_equal(icmp_error_lateness(&first, &second),
			 ICMP_CAME_AT_ONCE);
}

static void a_second_late_one_is_a_neighbour(void **state)
{
	const struct icmp_error first = unreachable(ICMP_HOST_UNREACHABLE, 400);
	const struct icmp_error second =
		unreachable(ICMP_HOST_UNREACHABLE, 3040);

	(void)state;
	assert_int_equal(icmp_error_lateness(&first, &second), ICMP_CAME_LATE);
}

static void refusals_of_the_own_kernel_are_kept_apart(void **state)
{
	(void)state;
	assert_int_equal(local_error_fact(KNOCK_CONNECT, EINVAL),
			 FACT_CONNECT_EINVAL);
	assert_int_equal(local_error_fact(KNOCK_CONNECT, EADDRNOTAVAIL),
			 FACT_CONNECT_EADDRNOTAVAIL);
	assert_int_equal(local_error_fact(KNOCK_BIND, EADDRNOTAVAIL),
			 FACT_BIND_EADDRNOTAVAIL);
	assert_int_equal(local_error_fact(KNOCK_SOCKET, EMFILE),
			 FACT_CONNECT_EMFILE);
	assert_int_equal(local_error_fact(KNOCK_CONNECT, EIO), FACT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_icmp_error_names_its_sender),
		cmocka_unit_test(an_error_without_a_sender_is_read_too),
		cmocka_unit_test(a_time_stamp_is_no_error),
		cmocka_unit_test(a_prohibition_comes_at_once),
		cmocka_unit_test(a_neighbour_is_given_up_late),
		cmocka_unit_test(an_early_host_unreachable_alone_tells_nothing),
		cmocka_unit_test(a_second_early_one_is_a_rule_or_a_route),
		cmocka_unit_test(a_second_late_one_is_a_neighbour),
		cmocka_unit_test(refusals_of_the_own_kernel_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
