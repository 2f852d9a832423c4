/* Who may be made to ask for anything gets what kiriwake has to know, and no
 * more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/xfrm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/generic.h"
#include "host/guard.h"
#include "host/netlink.h"
#include "host/secrets.h"

enum { FILE_BYTES = 1 << 20, CTNETLINK = 1 << 8, NF_TABLES = 10 << 8 };

static int ask(enum reader_kind kind, const char *path, struct text *ret)
{
	const struct reader_question q = { .kind = kind,
					   .path = path,
					   .most = FILE_BYTES };

	text_clear(ret);
	return guard_reader()->ask(guard_reader(), &q, ret);
}

static void what_a_verdict_needs_may_be_read(void **state)
{
	static const struct {
		enum reader_kind kind;
		const char *path;
	} good[] = {
		{ READER_FILE, "/proc/net/netstat" },
		{ READER_FILE, "/proc/1/net/tcp" },
		{ READER_FILE, "/proc/self/net/snmp" },
		{ READER_FILE, "/proc/42/status" },
		{ READER_FILE, "/proc/42/fdinfo/7" },
		{ READER_FILE, "/proc/sys/net/ipv4/conf/eth0.7/rp_filter" },
		{ READER_LINKS, "/proc/42/fd" },
		{ READER_LINK, "/proc/42/exe" },
		{ READER_STATUS, "/proc/42/ns/net" },
		{ READER_NAMES, "/proc" },
		{ READER_FILE, "/sys/class/net/eth0/carrier" },
		{ READER_FILE,
		  "/sys/devices/pci0000:00/0000:00:03.0/net/eth0/mtu" },
		{ READER_NAMES, "/etc/xinetd.d" },
		{ READER_FILE, "/etc/hosts.allow" },
		{ READER_FILE, "/etc/sysconfig/iptables" },
		{ READER_FILE, "/run/systemd/units/log" },
		{ READER_LINK, "/usr/lib/systemd/system/a.service" },
		{ READER_FILE, "/etc/..file" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!guard_allows_path(good[i].kind, good[i].path))
			fail_msg("%s", good[i].path);
}

static void what_it_does_not_need_may_not(void **state)
{
	static const struct {
		enum reader_kind kind;
		const char *path;
	} bad[] = {
		{ READER_FILE, "/proc/kcore" },
		{ READER_FILE, "/proc/kmsg" },
		{ READER_FILE, "/proc/1/mem" },
		{ READER_FILE, "/proc/1/environ" },
		{ READER_FILE, "/proc/1/root/etc/shadow" },
		{ READER_FILE, "/proc/1/cwd/x" },
		{ READER_FILE, "/proc/1/fd/3" },
		{ READER_FILE, "/proc/1/exe" },
		{ READER_FILE, "/proc/1/task/1/mem" },
		{ READER_FILE, "/proc/1x/stat" },
		{ READER_NAMES, "/proc/1/map_files" },
		{ READER_FILE, "/proc/sys/net/ipv4/tcp_fastopen_key" },
		{ READER_FILE, "/proc/sys/net/ipv6/conf/all/stable_secret" },
		{ READER_FILE, "/proc/net/rpc/nfs4.idtoname/channel" },
		{ READER_FILE, "/sys/kernel/debug/tracing/trace_pipe" },
		{ READER_FILE, "/sys/kernel/tracing/trace_pipe" },
		{ READER_FILE, "/sys/devices/pci0000:00/0000:00:03.0/rom" },
		{ READER_FILE, "/run/user/1000/bus" },
		{ READER_FILE, "/run/credentials/a.service/key" },
		{ READER_FILE, "/root/.ssh/id_rsa" },
		{ READER_FILE, "/home/a/b" },
		{ READER_FILE, "/dev/mem" },
		{ READER_FILE, "/etc/../root/x" },
		{ READER_FILE, "/etc/x/.." },
		{ READER_FILE, "/proc/net/../kcore" },
		{ READER_FILE, "/etc/./x" },
		{ READER_FILE, "etc/hosts" },
		{ READER_FILE, "" },
		{ READER_FILE, "/etcetera" },
		{ READER_NOTE, "/etc/hosts" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (guard_allows_path(bad[i].kind, bad[i].path))
			fail_msg("%s", bad[i].path);
}

static void it_is_read_as_it_is(void **state)
{
	struct text t = TEXT_NULL;

	(void)state;
	assert_int_equal(ask(READER_FILE, "/proc/net/netstat", &t), 0);
	assert_true(t.len > 0);
	assert_int_equal(ask(READER_FILE, "/proc/sys/net/ipv4/ip_forward", &t),
			 0);
	assert_int_equal(t.len, 2);
	assert_int_equal(ask(READER_FILE, "/etc/mtab", &t), 0);
	assert_int_equal(ask(READER_FILE, "/sys/class/net/lo/mtu", &t), 0);
	assert_int_equal(ask(READER_NAMES, "/etc", &t), 0);
	assert_int_equal(ask(READER_LINKS, "/proc/self/fd", &t), 0);
	assert_int_equal(ask(READER_LINK, "/proc/self/exe", &t), 0);
	assert_non_null(strstr(text_string(&t), "guard"));
	assert_int_equal(ask(READER_STATUS, "/proc/self/ns/net", &t), 0);
	assert_int_equal(t.len, 44);
	assert_int_equal(ask(READER_FILE, "/etc/there/is/none", &t), -ENOENT);
	assert_int_equal(ask(READER_FILE, "/etc/passwd", &t), 0);
	assert_int_equal(ask(READER_FILE, "/etc/shadow", &t), -EACCES);
	assert_int_equal(ask(READER_FILE, "/etc", &t), -EINVAL);
	text_done(&t);
}

static void assert_led(const char *folder, const char *to, int answer)
{
	struct text path = TEXT_NULL, t = TEXT_NULL;

	text_str(&path, folder);
	text_str(&path, "/link");
	assert_int_equal(symlink(to, text_string(&path)), 0);
	assert_int_equal(ask(READER_FILE, text_string(&path), &t), answer);
	assert_int_equal(ask(READER_LINK, text_string(&path), &t), 0);
	assert_string_equal(text_string(&t), to);
	assert_int_equal(unlink(text_string(&path)), 0);
	text_done(&path);
	text_done(&t);
}

static void a_link_leads_to_no_other_place(void **state)
{
	char folder[] = "/run/kiriwake-test-XXXXXX";
	struct text pipe = TEXT_NULL, t = TEXT_NULL;

	(void)state;
	if (!mkdtemp(folder))
		skip();

	assert_led(folder, "/etc/passwd", 0);
	assert_led(folder, "/proc/net/snmp", 0);
	assert_led(folder, "/etc/shadow", -EACCES);
	assert_led(folder, "/proc/self/environ", -EACCES);
	assert_led(folder, "/dev/zero", -EACCES);
	assert_led(folder, "/proc/self/root/etc/shadow", -EACCES);

	text_str(&pipe, folder);
	text_str(&pipe, "/pipe");
	assert_int_equal(mkfifo(text_string(&pipe), 0644), 0);
	assert_int_equal(ask(READER_FILE, text_string(&pipe), &t), -EINVAL);
	assert_int_equal(unlink(text_string(&pipe)), 0);
	assert_int_equal(rmdir(folder), 0);
	text_done(&pipe);
	text_done(&t);
}

static bool allows(int family, uint16_t type)
{
	struct {
		struct nlmsghdr m;
		char rest[64];
	} q = { .m = { .nlmsg_len = sizeof(q), .nlmsg_type = type } };

	return guard_netlink_allows(family, "", &q, sizeof(q));
}

static void netlink_only_reads(void **state)
{
	(void)state;
	for (uint16_t type = 0; type < 512; type++)
		if (allows(NETLINK_ROUTE, type))
			assert_true(type >= RTM_GETLINK && type % 4 == 2);
	assert_true(allows(NETLINK_ROUTE, RTM_GETROUTE));
	assert_false(allows(NETLINK_ROUTE, RTM_SETLINK));
	assert_false(allows(NETLINK_ROUTE, RTM_NEWROUTE));
	assert_false(allows(NETLINK_ROUTE, RTM_DELRULE));
	assert_true(allows(NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY));
	assert_false(allows(NETLINK_SOCK_DIAG, SOCK_DESTROY));
	assert_true(allows(NETLINK_XFRM, XFRM_MSG_GETPOLICY));
	assert_false(allows(NETLINK_XFRM, XFRM_MSG_ALLOCSPI));
	assert_false(allows(NETLINK_XFRM, XFRM_MSG_FLUSHSA));
	assert_true(allows(NETLINK_NETFILTER, CTNETLINK | 1));
	assert_false(allows(NETLINK_NETFILTER, CTNETLINK | 2));
	assert_false(allows(NETLINK_NETFILTER, CTNETLINK | 3));
	assert_true(allows(NETLINK_NETFILTER, NF_TABLES | 7));
	assert_false(allows(NETLINK_NETFILTER, NF_TABLES | 6));
	assert_false(allows(NETLINK_NETFILTER, NF_TABLES | 21));
	assert_false(allows(NETLINK_NETFILTER, NF_TABLES | 25));
	assert_false(allows(NETLINK_NETFILTER, 16)); /* a batch */
	assert_false(allows(NETLINK_AUDIT, 1000));
	assert_false(allows(NETLINK_KOBJECT_UEVENT, 0));
}

static void generic_netlink_is_known_by_name(void **state)
{
	struct {
		struct nlmsghdr m;
		struct genlmsghdr g;
	} q = { .m = { .nlmsg_len = sizeof(q), .nlmsg_type = 40 } };

	(void)state;
	assert_true(guard_netlink_allows(NETLINK_GENERIC, "wireguard", &q,
					 sizeof(q)));
	assert_false(guard_netlink_allows(NETLINK_GENERIC, "", &q, sizeof(q)));
	q.g.cmd = 1;
	assert_false(guard_netlink_allows(NETLINK_GENERIC, "wireguard", &q,
					  sizeof(q)));
	assert_false(guard_netlink_allows(NETLINK_GENERIC, "wireguard", &q,
					  sizeof(q.m)));
}

static void a_second_message_does_not_hide_behind_the_first(void **state)
{
	struct nlmsghdr m[2] = {
		{ .nlmsg_len = sizeof(*m), .nlmsg_type = RTM_GETLINK },
		{ .nlmsg_len = sizeof(*m), .nlmsg_type = RTM_DELLINK },
	};

	(void)state;
	assert_true(guard_netlink_allows(NETLINK_ROUTE, "", m, sizeof(*m)));
	assert_false(guard_netlink_allows(NETLINK_ROUTE, "", m, sizeof(m)));
	assert_false(guard_netlink_allows(NETLINK_ROUTE, "", m, 8));
}

static void namespaces_are_named_by_their_files(void **state)
{
	(void)state;
	assert_true(guard_allows_namespace("/proc/42/ns/net"));
	assert_true(guard_allows_namespace("/run/netns/blue"));
	assert_false(guard_allows_namespace("/proc/42/ns/mnt"));
	assert_false(guard_allows_namespace("/run/netns/../x"));
	assert_false(guard_allows_namespace("/run/netns/a/b"));
	assert_false(guard_allows_namespace("/tmp/net"));
}

static void keys_of_ipsec_are_blanked(void **state)
{
	struct {
		struct nlmsghdr m;
		struct xfrm_usersa_info info;
		struct nlattr a;
		struct xfrm_algo algo;
		char key[16];
	} q = { .m = { .nlmsg_len = sizeof(q), .nlmsg_type = XFRM_MSG_NEWSA },
		.info = { .reqid = 7 },
		.a = { .nla_len = sizeof(q.a) + sizeof(q.algo) + sizeof(q.key),
		       .nla_type = XFRMA_ALG_CRYPT },
		.algo = { .alg_name = "cbc(aes)", .alg_key_len = 128 },
		.key = "0123456789abcde" };

	(void)state;
	secrets_hide(NETLINK_XFRM, NULL, &q);
	assert_string_equal(q.algo.alg_name, "cbc(aes)");
	assert_int_equal(q.algo.alg_key_len, 128);
	assert_int_equal(q.info.reqid, 7);
	for (size_t i = 0; i < sizeof(q.key); i++)
		assert_int_equal(q.key[i], 0);
}

static void keys_of_tcp_are_blanked_and_not_whose_they_are(void **state)
{
	struct {
		struct nlmsghdr m;
		struct inet_diag_msg d;
		struct nlattr a;
		struct tcp_diag_md5sig keys[2];
	} q = { .m = { .nlmsg_len = sizeof(q),
		       .nlmsg_type = SOCK_DIAG_BY_FAMILY },
		.a = { .nla_len = sizeof(q.a) + sizeof(q.keys),
		       .nla_type = INET_DIAG_MD5SIG } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		q.keys[i].tcpm_prefixlen = 32;
		q.keys[i].tcpm_addr[0] = 0x0100000a;
		memset(q.keys[i].tcpm_key, 'k', sizeof(q.keys[i].tcpm_key));
	}
	secrets_hide(NETLINK_SOCK_DIAG, NULL, &q);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(q.keys[i].tcpm_prefixlen, 32);
		assert_int_equal(q.keys[i].tcpm_addr[0], 0x0100000a);
		assert_int_equal(q.keys[i].tcpm_key[0], 0);
		assert_int_equal(q.keys[i].tcpm_key[79], 0);
	}
}

static void keys_of_wireguard_are_blanked(void **state)
{
	struct key {
		struct nlattr a;
		char bytes[32];
	};

	struct {
		struct nlmsghdr m;
		struct genlmsghdr g;
		struct key own, known;
		struct nlattr peers, peer;
		struct key public, shared;
	} q = { .m = { .nlmsg_len = sizeof(q), .nlmsg_type = 40 },
		.own = { { sizeof(q.own), 3 }, "private" },
		.known = { { sizeof(q.known), 4 }, "public" },
		.peers = { sizeof(q.peers) + sizeof(q.peer) + sizeof(q.public) +
				   sizeof(q.shared),
			   8 | NLA_F_NESTED },
		.peer = { sizeof(q.peer) + sizeof(q.public) + sizeof(q.shared),
			  0 | NLA_F_NESTED },
		.public = { { sizeof(q.public), 1 }, "public" },
		.shared = { { sizeof(q.shared), 2 }, "shared" } };

	(void)state;
	secrets_hide(NETLINK_GENERIC, "wireguard", &q);
	assert_string_equal(q.own.bytes, "");
	assert_string_equal(q.known.bytes, "public");
	assert_string_equal(q.public.bytes, "public");
	assert_string_equal(q.shared.bytes, "");
}

static void a_family_is_found_by_its_name(void **state)
{
	struct netlink *n;
	uint16_t type = 0;

	(void)state;
	reader_use(guard_reader());
	assert_int_equal(netlink_open(&n, NETLINK_GENERIC), 0);
	assert_int_equal(generic_family(n, "nlctrl", &type), 0);
	assert_int_equal(type, GENL_ID_CTRL);
	assert_int_equal(generic_family(n, "no-such-family", &type), -ENOENT);
	netlink_close(n);
	reader_use(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_verdict_needs_may_be_read),
		cmocka_unit_test(what_it_does_not_need_may_not),
		cmocka_unit_test(it_is_read_as_it_is),
		cmocka_unit_test(a_link_leads_to_no_other_place),
		cmocka_unit_test(netlink_only_reads),
		cmocka_unit_test(generic_netlink_is_known_by_name),
		cmocka_unit_test(
			a_second_message_does_not_hide_behind_the_first),
		cmocka_unit_test(namespaces_are_named_by_their_files),
		cmocka_unit_test(keys_of_ipsec_are_blanked),
		cmocka_unit_test(
			keys_of_tcp_are_blanked_and_not_whose_they_are),
		cmocka_unit_test(keys_of_wireguard_are_blanked),
		cmocka_unit_test(a_family_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
