/* Both ways of a stand-in, with this kernel, in a network of its own: a veth
 * "eth0" whose other end is watched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/stand_in.h"
#include "probe/stand_in_live.h"
#include "probe/stand_in_veth.h"

enum {
	SKIPPED = 77,
	PATIENCE = 1000 /* ms */,
	IPV4 = 0x0800,
	SYN = 2,
	RST = 4,
	ACK = 16
};

static const struct stand_in_sent who = { .sequence = 1000, .port = 40000 };

static struct stand_in question(void)
{
	return (struct stand_in){
		.client = address_v4(0x0a010007),
		.server = address_v4(0x0a010001),
		.device = if_nametoindex("eth0"),
		.port = 5555,
		.protocol = IPPROTO_TCP,
		.ttl = 64,
		.to_mac = { 2, 0, 0, 0, 0, 1 },
		.from_mac = { 2, 0, 0, 0, 0, 7 },
	};
}

static int watch(void)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(IPV4),
				  .sll_ifindex = (int)if_nametoindex("cl0") };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(IPV4));

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* The flags of what left for the client; 0: nothing did. */
static unsigned answer(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };
	uint8_t bytes[256];
	ssize_t n;

	if (poll(&p, 1, PATIENCE) <= 0)
		return 0;
	n = recv(fd, bytes, sizeof(bytes), 0);
	assert_true(n > 47); /* Ethernet, IP, TCP up to its flags */
	assert_int_equal(bytes[34] << 8 | bytes[35], 5555);
	return bytes[47];
}

/* In a process of its own, which is ended as nothing else is. */
static unsigned by(bool is_veth)
{
	const struct stand_in q = question();
	uint8_t frame[STAND_IN_FRAME];
	size_t len = stand_in_frame(frame, &q, &who, false);
	int fd = watch();
	unsigned flags;
	pid_t pid = fork();

	if (!pid) {
		int way = is_veth ? stand_in_veth_open(q.device)
				  : stand_in_live_open();
		int err = way < 0   ? way
			  : is_veth ? stand_in_veth_send(way, frame, len)
				    : stand_in_live_send(way, q.device, frame,
							 len);

		if (err)
			_exit(-err);
		(void)pause();
	}
	assert_true(pid > 0);
	flags = answer(fd);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	(void)close(fd);
	return flags;
}

static void wait_alone(void)
{
	for (int i = 0; i < 100; i++) {
		if (!system("test $(ip -o link | wc -l) = 3"))
			return;
		(void)usleep(20000);
	}
	fail_msg("a device was left");
}

static void live_frames_come_in_by_that_device(void **state)
{
	(void)state;
	assert_int_equal(by(false) & RST, RST);
}

static void a_veths_frames_come_in_by_that_device(void **state)
{
	(void)state;
	assert_int_equal(by(true) & RST, RST);
}

/* A rule of another device's is none of theirs. */
static void rules_see_the_name_of_that_device(void **state)
{
	static const char rules[] = "nft 'add table ip t; add chain ip t c "
				    "{ type filter hook input priority 0; }; ";

	char text[512];

	(void)state;
	for (int k = 0; k < 2; k++) {
		(void)snprintf(text, sizeof(text),
			       "%s add rule ip t c iifname %s drop'", rules,
			       k ? "eth0" : "kw*");
		if (system(text))
			skip();
		assert_int_equal(by(false), k ? 0 : RST | ACK);
		assert_int_equal(by(true), k ? 0 : RST | ACK);
		assert_int_equal(system("nft delete table ip t"), 0);
	}
}

static void nothing_is_left_of_who_was_killed(void **state)
{
	(void)state;
	(void)by(false);
	(void)by(true);
	wait_alone();
	assert_int_not_equal(system("tc qdisc show dev eth0 | grep -q clsact"),
			     0);
}

/* It stays until its owner goes, and is taken back then. */
static void what_was_answered_is_taken_back(void **state)
{
	const struct stand_in q = question();
	struct stand_in_sent sent;
	int control, fd = watch(), on = 1;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(5555) };

	(void)state;
	(void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listener, 5), 0);
	assert_int_equal(stand_in_begin(&q, &sent, &control), 0);
	assert_int_equal(answer(fd), SYN | ACK);
	assert_int_equal(system("test -n \"$(ss -Htn state syn-recv)\""), 0);
	(void)close(control);
	(void)usleep(200000);
	assert_int_equal(system("test -z \"$(ss -Htn state syn-recv)\""), 0);
	(void)close(listener);
	(void)close(fd);
}

static int is_possible(void)
{
	const char *const commands[] = {
		"ip link add eth0 address 02:00:00:00:00:01 type veth peer name "
		"cl0 >/dev/null 2>&1",
		"ip addr add 10.1.0.1/24 dev eth0",
		"ip link set lo up; ip link set cl0 up; ip link set eth0 up",
		"ip neigh add 10.1.0.7 lladdr 02:00:00:00:00:07 dev eth0",
	};
	int program;

	if (geteuid() || unshare(CLONE_NEWNET))
		return 0;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (system(commands[i]))
			return 0;
	program = stand_in_live_open();
	if (program >= 0)
		(void)close(program);
	return program >= 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(live_frames_come_in_by_that_device),
		cmocka_unit_test(a_veths_frames_come_in_by_that_device),
		cmocka_unit_test(rules_see_the_name_of_that_device),
		cmocka_unit_test(nothing_is_left_of_who_was_killed),
		cmocka_unit_test(what_was_answered_is_taken_back),
	};

	if (!is_possible())
		return SKIPPED;

	return cmocka_run_group_tests(tests, NULL, NULL);
}
