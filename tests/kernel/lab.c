#include "lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_tun.h>
#include <linux/securebits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "frame.h"
#include "net/address.h"

static int feed(int in[2], int out[2], int err[2], const char *input,
		struct text *texts[2])
{
	size_t left = input ? strlen(input) : 0;
	struct pollfd fds[3] = { { in[1], POLLOUT, 0 },
				 { out[0], POLLIN, 0 },
				 { err[0], POLLIN, 0 } };
	int open = 2;

	if (!left) {
		close(in[1]);
		fds[0].fd = -1;
	}
	while (open) {
		if (poll(fds, 3, 60000) <= 0)
			return -ETIMEDOUT;
		if (fds[0].fd >= 0 && fds[0].revents) {
			ssize_t n = write(in[1], input, left);

			if (n > 0) {
				input += n;
				left -= (size_t)n;
			}
			if (n <= 0 || !left) {
				close(in[1]);
				fds[0].fd = -1;
			}
		}
		for (int i = 1; i < 3; i++) {
			char buffer[65536];
			ssize_t n;

			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			n = read(fds[i].fd, buffer, sizeof(buffer));
			if (n > 0 && texts[i - 1])
				text_bytes(texts[i - 1], buffer, (size_t)n);
			if (n <= 0) {
				fds[i].fd = -1;
				open--;
			}
		}
	}
	return 0;
}

int lab_run(const char *const argv[], const char *input, struct text *ret_out,
	    struct text *ret_err)
{
	int in[2], out[2], err[2], status = 0, failed;
	struct text *texts[2] = { ret_out, ret_err };
	pid_t child;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) ||
	    pipe2(err, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	failed = feed(in, out, err, input, texts);
	close(out[0]);
	close(err[0]);
	if (waitpid(child, &status, 0) < 0)
		return -errno;
	if (failed)
		return failed;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Lines of ip(8), of IPv4 and of IPv6; says what went wrong. */
struct lines {
	struct text family[2];
};

static int lines_run(struct lines *lines)
{
	static const char *const flags[] = { "-4", "-6" };
	int failed = 0;

	for (int i = 0; i < 2; i++) {
		const char *argv[] = {
			"ip", flags[i], "-force", "-b", "-", NULL
		};
		struct text err = TEXT_NULL;
		int r = lab_run(argv, text_string(&lines->family[i]), NULL,
				&err);

		if (r)
			fprintf(stderr, "ip: %d: %s\n%s\n", r,
				text_string(&err),
				text_string(&lines->family[i]));
		failed |= r;
		text_done(&err);
		text_done(&lines->family[i]);
	}
	return failed ? -EIO : 0;
}

static void set(const char *path, const char *value)
{
	char whole[256];
	int fd;

	snprintf(whole, sizeof(whole), "/proc/sys/net/%s", path);
	fd = open(whole, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	close(fd);
}

static const struct {
	const char *path, *value;
} sysctls[] = {
	{ "ipv4/ip_forward", "1" },
	{ "ipv6/conf/all/forwarding", "1" },
	{ "ipv6/conf/default/forwarding", "1" },
	{ "ipv4/icmp_ratelimit", "0" },
	{ "ipv4/icmp_ratemask", "0" },
	{ "ipv6/icmp/ratelimit", "0" },
	{ "ipv6/icmp/ratemask", "\n" },
	{ "ipv4/icmp_msgs_per_sec", "1000000000" },
	{ "ipv4/icmp_msgs_burst", "1000000000" },
	{ "ipv4/conf/all/rp_filter", "0" },
	{ "ipv4/conf/default/rp_filter", "0" },
	{ "ipv4/conf/all/accept_local", "1" },
	{ "ipv4/conf/default/accept_local", "1" },
	{ "ipv4/conf/all/send_redirects", "0" },
	{ "ipv4/conf/default/send_redirects", "0" },
	{ "ipv4/conf/all/log_martians", "0" },
	{ "ipv4/conf/default/log_martians", "0" },
	{ "ipv6/conf/default/accept_ra", "0" },
	{ "ipv6/conf/default/accept_dad", "0" },
	{ "ipv6/conf/default/dad_transmits", "0" },
	{ "ipv6/conf/default/router_solicitations", "0" },
	{ "ipv6/conf/default/addr_gen_mode", "1" },
	{ "ipv6/conf/default/mldv2_unsolicited_report_interval", "1" },
	{ "ipv6/mld_qrv", "1" },
	{ "ipv4/igmp_qrv", "1" },
	{ "ipv6/conf/default/accept_source_route", "0" },
	{ "netfilter/nf_conntrack_tcp_be_liberal", "1" },
};

static int enter(void)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS))
		return -errno;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/run", "tmpfs", 0, NULL))
		return -errno;
	for (size_t i = 0; i < sizeof(sysctls) / sizeof(*sysctls); i++)
		set(sysctls[i].path, sysctls[i].value);
	return 0;
}

static int open_device(struct lab_device *d, const char *name)
{
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	memcpy(d->name, name, sizeof(d->name));
	memcpy(r.ifr_name, name, sizeof(r.ifr_name));
	d->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (d->fd < 0)
		return -errno;
	return ioctl(d->fd, TUNSETIFF, &r) ? -errno : 0;
}

static void name_device(struct lines *lines, struct lab_device *d, unsigned k)
{
	struct text *t = &lines->family[0], *t6 = &lines->family[1];
	struct address v4 = address_v4(UINT32_C(0xc6120001) | k << 8);
	struct address v6 = { { 0x20, 0x01, 0, 2, 0, 0, 0, (uint8_t)k } };

	v6.bytes[15] = 1;
	d->mac = UINT64_C(0x020000004b00) + k;
	d->v4 = field_from_address(&v4);
	d->v6 = field_from_address(&v6);
	text_format(t, "link set dev %s address 02:00:00:00:4b:%02x mtu %d\n",
		    d->name, k, LAB_MTU);
	text_format(t, "link set dev %s arp off txqueuelen 20000\n", d->name);
	text_format(t, "link set dev %s multicast off\n", d->name);
	text_format(t, "link set dev %s up\n", d->name);
	text_format(t, "addr add 198.18.%u.1/24 brd + dev %s\n", k, d->name);
	text_format(t, "route add default dev %s metric %u\n", d->name, k + 1);
	text_format(t6, "addr add 2001:2:0:%x::1/64 dev %s nodad\n", k,
		    d->name);
	text_format(t6, "route add default dev %s metric %u\n", d->name, k + 1);
}

static int open_raw(struct lab *lab, unsigned user, unsigned device)
{
	static const struct {
		int family, level, option;
	} kinds[2] = { { AF_INET, IPPROTO_IP, IP_HDRINCL },
		       { AF_INET6, IPPROTO_IPV6, IPV6_HDRINCL } };

	const char *name = lab->device[device].name;
	int on = 1;

	for (int i = 0; i < 2; i++) {
		int fd = socket(kinds[i].family, SOCK_RAW | SOCK_CLOEXEC,
				IPPROTO_RAW);

		if (fd < 0)
			return -errno;
		lab->raw[user][device][i] = fd;
		setsockopt(fd, kinds[i].level, kinds[i].option, &on,
			   sizeof(on));
		setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
		if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
			       (socklen_t)strlen(name) + 1))
			return -errno;
	}
	return 0;
}

/* A socket belongs to who made it, so each is made as its user. */
static int open_senders(struct lab *lab, const uint32_t users[LAB_USERS])
{
	prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP);
	for (unsigned i = 0; i < LAB_USERS; i++) {
		int r = 0;

		lab->user[i] = users[i];
		if (setegid(users[i]) || seteuid(users[i]))
			return -errno;
		for (unsigned k = 0; k <= lab->count && !r; k++)
			r = open_raw(lab, i, k);
		if (seteuid(0) || setegid(0))
			return -errno;
		if (r)
			return r;
	}
	return 0;
}

/* Before connections are confirmed: IPv6's at input are so one step earlier
 * than all others (nf_conntrack_proto.c, ipv6_conntrack_ops[]). Or behind: of
 * equal priority the hook that was registered first runs last, and connection
 * tracking registers its own when the first rule asks for it. */
int lab_swallow(struct lab *lab, bool postrouting)
{
	const char *argv[] = { "nft", "-f", "-", NULL };
	struct text t = TEXT_NULL, err = TEXT_NULL;
	int priority = lab->is_late ? INT_MAX : INT_MAX - 2;
	int r;

	text_str(&t, "table inet " LAB_TABLE " {}\n"
		     "delete table inet " LAB_TABLE "\n"
		     "table inet " LAB_TABLE " {\n"
		     "chain input {\n");
	text_format(&t,
		    "type filter hook input priority %d\n"
		    "counter drop\n}\n",
		    priority);
	if (postrouting)
		text_format(&t,
			    "chain postrouting {\n"
			    "type filter hook postrouting priority %d\n"
			    "oifname lo accept\n"
			    "iif != 0 counter drop\n"
			    "meta skuid >= 0 counter drop\n}\n",
			    priority);
	text_str(&t, "}\n");
	r = lab_run(argv, text_string(&t), NULL, &err);
	if (r)
		fprintf(stderr, "nft: %s", text_string(&err));
	text_done(&t);
	text_done(&err);
	lab->is_swallowing = postrouting;
	return r ? -EIO : 0;
}

int lab_open(struct lab *lab, const char names[][16], unsigned count,
	     const uint32_t users[LAB_USERS])
{
	struct lines lines = { 0 };
	int r = enter();

	if (r)
		return r;
	*lab = (struct lab){ .count = count };
	text_str(&lines.family[0], "link set dev lo up\n");
	memcpy(lab->device[count].name, "lo", 3);
	lab->device[count].fd = -1;
	for (unsigned k = 0; k < count; k++) {
		r = open_device(&lab->device[k], names[k]);
		if (r)
			return r;
		name_device(&lines, &lab->device[k], k);
		lab->device[k].index = if_nametoindex(names[k]);
	}
	for (int i = 0; i < 2; i++)
		text_str(&lines.family[i], "rule add pref 60 lookup 100\n");
	r = lines_run(&lines);
	if (!r)
		r = open_senders(lab, users);
	if (!r)
		r = lab_route(lab, NULL, 0, 0);
	return r ? r : lab_swallow(lab, true);
}

void lab_close(struct lab *lab)
{
	for (unsigned k = 0; k < lab->count; k++)
		close(lab->device[k].fd);
	for (unsigned u = 0; u < LAB_USERS; u++)
		for (unsigned k = 0; k <= lab->count; k++)
			for (int i = 0; i < 2; i++)
				close(lab->raw[u][k][i]);
}

static void text_route(struct lines *lines, const char *verb, u128 address)
{
	struct address a = field_to_address(address);
	struct text *t = &lines->family[!address_is_v4(&a)];

	text_format(t, "route %s local ", verb);
	address_text(t, &a);
	text_str(t, " dev lo table local\n");
}

int lab_route(struct lab *lab, const u128 *local, unsigned count, unsigned out)
{
	const char *name = lab->device[out].name;
	struct lines lines = { 0 };

	for (unsigned i = 0; i < lab->local_count; i++)
		text_route(&lines, "del", lab->local[i]);
	for (unsigned i = 0; i < count; i++) {
		lab->local[i] = local[i];
		text_route(&lines, "add", local[i]);
	}
	lab->local_count = count;
	lab->out = out;
	for (int i = 0; i < 2; i++)
		text_format(&lines.family[i],
			    "route flush table 100\n"
			    "route add default dev %s table 100\n",
			    name);
	return lines_run(&lines);
}

bool lab_is_local(const struct lab *lab, u128 address)
{
	for (unsigned i = 0; i < lab->local_count; i++)
		if (lab->local[i] == address)
			return true;
	for (unsigned k = 0; k < lab->count; k++)
		if (lab->device[k].v4 == address ||
		    lab->device[k].v6 == address)
			return true;
	return false;
}

int lab_inject(struct lab *lab, unsigned device, const struct frame *f)
{
	ssize_t n = write(lab->device[device].fd, f->data, f->len);

	return n < 0 ? -errno : 0;
}

int lab_send(struct lab *lab, unsigned user, unsigned device,
	     const struct frame *f)
{
	const uint8_t *ip = f->data + FRAME_ETHER;
	bool v6 = ip[0] >> 4 == 6;
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	ssize_t n;

	memcpy(&to4.sin_addr, ip + 16, 4);
	memcpy(&to6.sin6_addr, ip + 24, 16);
	n = sendto(lab->raw[user][device][v6], ip, f->len - FRAME_ETHER, 0,
		   v6 ? (struct sockaddr *)&to6 : (struct sockaddr *)&to4,
		   v6 ? sizeof(to6) : sizeof(to4));
	return n < 0 ? -errno : 0;
}

size_t lab_receive(struct lab *lab, unsigned device, uint8_t *data, size_t size)
{
	ssize_t n = read(lab->device[device].fd, data, size);

	return n < 0 ? 0 : (size_t)n;
}

/* The counters of one chain of ours, all rules added. */
static uint64_t add_counters(const char *text)
{
	uint64_t sum = 0;

	while ((text = strstr(text, "packets "))) {
		text += strlen("packets ");
		sum += strtoull(text, NULL, 10);
	}
	return sum;
}

int lab_swallowed(uint64_t *ret_input, uint64_t *ret_postrouting)
{
	const char *argv[] = {
		"nft", "list", "table", "inet", LAB_TABLE, NULL
	};
	struct text t = TEXT_NULL;
	int r = lab_run(argv, NULL, &t, NULL);
	char *all = t.data ? strdup(text_string(&t)) : strdup("");
	char *post = strstr(all, "chain postrouting");

	*ret_postrouting = post ? add_counters(post) : 0;
	if (post)
		*post = 0;
	*ret_input = add_counters(all);
	free(all);
	text_done(&t);
	return r ? -EIO : 0;
}
