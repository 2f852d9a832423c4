#include "probe/stand_in.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/checksum.h"
#include "probe/stand_in_live.h"
#include "probe/stand_in_veth.h"

enum {
	MACS = 12,
	ETHERNET = 14,
	IPV4 = 20,
	IPV6 = 40,
	TCP = 20,
	TCP_SUM = 16,
	UDP = 8,
	UDP_SUM = 6,
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,
	DONT_FRAGMENT = 0x4000,
	SYN = 0x02,
	RST = 0x04,
	WINDOW = 64240, /* as Linux has it, where the MTU is 1500 */
	/* net.ipv4.ip_local_port_range, as it is at first */
	FIRST_PORT = 32768,
	PORTS = 28232,
	LIMIT = 3000, /* ms: it takes a hundredth of that */
	/* Of linux/if_arp.h; libc's knows them not. */
	TYPE_RAWIP = 519,
	TYPE_IP6GRE = 823,
	TYPE_NONE = 0xfffe,
};

/* Those of Linux: MSS 1460, SACK, timestamps, window scale 7 (RFC 9293, 2018,
 * 7323). The first time is at 8. */
static const uint8_t syn_options[] = { 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0,
				       0, 0, 0,    0,    0, 0, 1, 3,  3, 7 };

enum { OPTION_TIME = 8, OPTION_MSS = 2 };

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static size_t ip_length(const struct stand_in *q)
{
	return address_is_v4(&q->client) ? IPV4 : IPV6;
}

/* Of the IP packet. */
static size_t packet_length(const struct stand_in *q, bool taking_back)
{
	if (q->protocol != IPPROTO_TCP)
		return taking_back ? 0 : ip_length(q) + UDP;

	return ip_length(q) + TCP + (taking_back ? 0 : sizeof(syn_options));
}

/* RFC 791, RFC 8200. */
static void put_ip(uint8_t *ip, const struct stand_in *q,
		   const struct stand_in_sent *who, size_t len)
{
	if (address_is_v4(&q->client)) {
		ip[0] = 0x45;
		put16(ip + 2, (unsigned)len);
		put16(ip + 4, who->sequence >> 8 & 0xffff);
		put16(ip + 6, DONT_FRAGMENT);
		ip[8] = q->ttl;
		ip[9] = q->protocol;
		memcpy(ip + 12, q->client.bytes + 12, 4);
		memcpy(ip + 16, q->server.bytes + 12, 4);
		put16(ip + 10, checksum_fold(checksum_add(0, ip, IPV4)));
		return;
	}
	ip[0] = 0x60;
	put16(ip + 4, (unsigned)(len - IPV6));
	ip[6] = q->protocol;
	ip[7] = q->ttl;
	memcpy(ip + 8, q->client.bytes, 16);
	memcpy(ip + 24, q->server.bytes, 16);
}

static void put_tcp(uint8_t *tcp, const struct stand_in *q,
		    const struct stand_in_sent *who, size_t len, bool is_rst)
{
	put16(tcp, who->port);
	put16(tcp + 2, q->port);
	put32(tcp + 4, who->sequence + (is_rst ? 1 : 0));
	tcp[12] = (uint8_t)(len / 4 << 4);
	tcp[13] = is_rst ? RST : SYN;
	if (is_rst)
		return;

	put16(tcp + 14, WINDOW);
	memcpy(tcp + TCP, syn_options, sizeof(syn_options));
	if (!address_is_v4(&q->client))
		put16(tcp + TCP + OPTION_MSS, 1440);
	put32(tcp + TCP + OPTION_TIME, who->sequence ^ 0x5a5a5a5aU);
}

/* RFC 9293 3.1, RFC 768, RFC 8200 8.1: over addresses, length and protocol too. */
static uint16_t transport_sum(const struct stand_in *q, const uint8_t *data,
			      size_t len)
{
	size_t from = address_is_v4(&q->client) ? 12 : 0;
	uint8_t end[4] = { 0, q->protocol, (uint8_t)(len >> 8), (uint8_t)len };
	uint64_t sum = checksum_add(0, q->client.bytes + from, 16 - from);
	uint16_t folded;

	sum = checksum_add(sum, q->server.bytes + from, 16 - from);
	sum = checksum_add(sum, end, sizeof(end));
	folded = checksum_fold(checksum_add(sum, data, len));
	/* RFC 768: zero would say that there is none. */
	return !folded && q->protocol == IPPROTO_UDP ? 0xffff : folded;
}

size_t stand_in_frame(uint8_t *ret, const struct stand_in *q,
		      const struct stand_in_sent *who, bool taking_back)
{
	bool is_v4 = address_is_v4(&q->client);
	size_t head = ip_length(q), len = packet_length(q, taking_back);
	uint8_t *ip = ret + ETHERNET, *body = ip + head;
	bool is_tcp = q->protocol == IPPROTO_TCP;

	if (!len || is_v4 != address_is_v4(&q->server))
		return 0;

	memset(ret, 0, STAND_IN_FRAME);
	memcpy(ret, q->to_mac, 6);
	memcpy(ret + 6, q->from_mac, 6);
	put16(ret + MACS, is_v4 ? TYPE_IPV4 : TYPE_IPV6);
	put_ip(ip, q, who, len);
	if (is_tcp) {
		put_tcp(body, q, who, len - head, taking_back);
	} else {
		put16(body, who->port);
		put16(body + 2, q->port);
		put16(body + 4, (unsigned)(len - head));
	}
	put16(body + (is_tcp ? TCP_SUM : UDP_SUM),
	      transport_sum(q, body, len - head));
	return ETHERNET + len;
}

/* Links whose packets begin with an Ethernet header, or with IP's. */
static bool is_known_type(uint16_t type)
{
	static const uint16_t types[] = {
		ARPHRD_ETHER, TYPE_NONE,     TYPE_RAWIP,
		ARPHRD_PPP,   ARPHRD_SIT,    ARPHRD_IPGRE,
		TYPE_IP6GRE,  ARPHRD_TUNNEL, ARPHRD_TUNNEL6,
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i] == type)
			return true;

	return false;
}

/* The device's own address, as eth_type_trans() compares it: of a tunnel it is
 * its end's, or zeros. */
static int find_mac(int fd, struct ifreq *r, uint8_t mac[6])
{
	if (ioctl(fd, SIOCGIFHWADDR, r))
		return -errno;
	if (!is_known_type(r->ifr_hwaddr.sa_family))
		return -EOPNOTSUPP;

	for (int i = 0; i < 6; i++)
		if (mac[i])
			return 0;
	memcpy(mac, r->ifr_hwaddr.sa_data, 6);
	return 0;
}

/* Whether a packet can come in by it, and to which station, if that is not said. 0 or -errno. */
static int find_device(uint32_t index, uint8_t mac[6])
{
	struct ifreq r = { 0 };
	int err = 0, fd;

	if (!if_indextoname(index, r.ifr_name))
		return -ENODEV;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;

	if (ioctl(fd, SIOCGIFFLAGS, &r))
		err = -errno;
	else if (!(r.ifr_flags & IFF_UP) || !(r.ifr_flags & IFF_RUNNING))
		err = -ENETDOWN;
	else if (r.ifr_flags & IFF_LOOPBACK)
		err = -EINVAL;
	if (!err)
		err = find_mac(fd, &r, mac);
	(void)close(fd);
	return err;
}

/* Who asks may have been taken over: nothing but what a client could send. */
static int check(const struct stand_in *q)
{
	bool is_known =
		q->protocol == IPPROTO_TCP || q->protocol == IPPROTO_UDP;

	if (!is_known || !q->port || !q->ttl ||
	    address_is_v4(&q->client) != address_is_v4(&q->server) ||
	    address_is_group(&q->client) || address_is_group(&q->server) ||
	    address_is_loopback(&q->client) || address_is_loopback(&q->server))
		return -EINVAL;

	return 0;
}

static int choose(struct stand_in_sent *ret)
{
	uint32_t chance[2];

	if (getrandom(chance, sizeof(chance), 0) != sizeof(chance))
		return -EIO;

	ret->sequence = chance[0];
	ret->port = (uint16_t)(FIRST_PORT + chance[1] % PORTS);
	return 0;
}

/* How frames are put there. */
struct way {
	int fd;
	bool is_veth;
};

static int send_one(const struct way *w, const struct stand_in *q,
		    const struct stand_in_sent *who, bool taking_back)
{
	uint8_t frame[STAND_IN_FRAME];
	size_t len = stand_in_frame(frame, q, who, taking_back);

	if (!len)
		return 0;

	return w->is_veth ? stand_in_veth_send(w->fd, frame, len)
			  : stand_in_live_send(w->fd, q->device, frame, len);
}

/* The way that changes nothing; else the other. */
static int open_and_send(struct way *w, const struct stand_in *q,
			 const struct stand_in_sent *who)
{
	int err = stand_in_live_open();

	*w = (struct way){ .fd = err };
	if (err >= 0)
		err = send_one(w, q, who, false);
	if (err != -EOPNOTSUPP)
		return err;

	if (w->fd >= 0)
		(void)close(w->fd);
	err = stand_in_veth_open(q->device);
	*w = (struct way){ .fd = err, .is_veth = true };
	return err < 0 ? err : send_one(w, q, who, false);
}

/* What the process that sends has to tell. */
struct told {
	int error;
	bool is_veth;
};

/* Sends, tells, and waits for the end of who asked for it, or for his word that
 * nothing came of it. A terminal's signals are not for us. */
__attribute__((noreturn)) static void
stand(const struct stand_in *q, const struct stand_in_sent *who, int control)
{
	struct told told = { 0 };
	struct way w;
	char c;
	ssize_t n;

	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	told.error = open_and_send(&w, q, who);
	told.is_veth = w.is_veth;
	(void)send(control, &told, sizeof(told), MSG_NOSIGNAL);
	if (told.error)
		_exit(1);
	do {
		n = read(control, &c, 1);
	} while (n < 0 && errno == EINTR);

	_exit(n != 1 && send_one(&w, q, who, true) ? 1 : 0);
}

/* A process of its own, which nobody has to wait for. */
static int begin(const struct stand_in *q, const struct stand_in_sent *who,
		 int *control)
{
	int ends[2], err = 0;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;

	pid = fork();
	if (!pid) {
		(void)close(ends[0]);
		if (!fork())
			stand(q, who, ends[1]);
		_exit(0);
	}
	if (pid < 0)
		err = -errno;
	(void)close(ends[1]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (err)
		(void)close(ends[0]);
	else
		*control = ends[0];
	return err;
}

/* 0 or -errno: what became of it. */
static int wait_sent(int control, bool *is_veth)
{
	struct pollfd fd = { control, POLLIN, 0 };
	struct told told;

	if (poll(&fd, 1, LIMIT) <= 0)
		return -ETIMEDOUT;
	if (recv(control, &told, sizeof(told), MSG_WAITALL) != sizeof(told))
		return -EIO;

	*is_veth = told.is_veth;
	return told.error;
}

int stand_in_begin(const struct stand_in *asked, struct stand_in_sent *sent,
		   int *control)
{
	struct stand_in copy = *asked, *q = &copy;
	int err = check(q);

	*control = -1;
	*sent = (struct stand_in_sent){ 0 };
	if (!err)
		err = find_device(q->device, q->to_mac);
	if (!err)
		err = choose(sent);
	if (!err)
		err = begin(q, sent, control);
	if (err)
		return err;

	err = wait_sent(*control, &sent->is_by_veth);
	if (err) {
		(void)close(*control);
		*control = -1;
	}
	return err;
}
