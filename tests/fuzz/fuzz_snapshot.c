/* Snapshots of elsewhere: as a file; as the unpacked inside of one, which no
 * checksum guards here; and as the answer to everything that is asked. All that
 * reads answers must stand what comes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <linux/netlink.h>
#include <sys/socket.h>

#include "host/counters.h"
#include "host/limits.h"
#include "host/links.h"
#include "host/lookup.h"
#include "host/neighbour.h"
#include "host/netlink.h"
#include "host/own_policy.h"
#include "host/policy_rule.h"
#include "host/reader_record.h"
#include "host/route.h"
#include "host/security.h"
#include "host/sockets.h"
#include "host/sysctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int put_route(const struct route *r, void *context)
{
	route_text(context, r, NULL);
	return 0;
}

static int put_rule(const struct policy_rule *r, void *context)
{
	policy_rule_text(context, r);
	return 0;
}

static void put_links(struct text *out, struct netlink *n)
{
	struct links l;

	(void)links_read(n, &l);
	for (size_t i = 0; i < l.count; i++)
		text_str(out, l.links[i].name);
	links_done(&l);
}

static void put_route_ways(struct text *out, struct netlink *n, int family)
{
	struct route_question q = {
		.destination = { { [10] = 0xff, [11] = 0xff, 10, 0, 0, 9 } },
	};
	struct neighbour neighbour = { 0 };
	struct route route = { 0 };
	struct lookup lookup;
	int refusal;

	if (family == AF_INET6)
		q.destination.bytes[0] = 0xfd;
	(void)route_dump(n, family, put_route, out);
	(void)policy_rule_dump(n, family, put_rule, out);
	if (!route_get(n, &q, &route, &refusal))
		(void)put_route(&route, out);
	if (!neighbour_get(n, &q.destination, 2, &neighbour))
		neighbour_text(out, &neighbour);
	(void)lookup_replay(n, &q, "eth0", &lookup);
}

static void put_sockets(int family)
{
	const struct sockets_tuple tuple = {
		.destination = { { [10] = 0xff, [11] = 0xff, 10, 0, 0, 9 } },
		.port = 80,
	};
	const int64_t range[2] = { 1, 65535 };
	struct sockets_syn syn;
	unsigned ports;

	(void)sockets_ports_used(family, range, &ports);
	(void)sockets_syn(&tuple, &syn);
}

static void put_policy(struct text *out)
{
	struct own_policy *p = malloc(sizeof(*p));

	if (!p)
		abort();
	own_policy_read(p);
	for (size_t i = 0; i < p->bpf.count; i++) {
		text_str(out, cgroup_bpf_hook_name(p->bpf.programs[i].hook));
		text_str(out, p->bpf.programs[i].name);
		text_str(out, p->bpf.programs[i].cgroup);
	}
	free(p);
}

static void read_all(void)
{
	struct text t = TEXT_NULL;
	struct counters_taken taken;
	struct security security;
	struct limits limits;
	int64_t pair[2] = { 0 };
	struct netlink *n;

	if (netlink_open(&n, NETLINK_ROUTE))
		abort();
	put_links(&t, n);
	for (int i = 0; i < 2; i++) {
		put_route_ways(&t, n, i ? AF_INET6 : AF_INET);
		put_sockets(i ? AF_INET6 : AF_INET);
	}
	(void)counters_read(&taken);
	(void)limits_read(&limits);
	(void)sysctl_pair("net.ipv4.ip_local_port_range", pair);
	security_read(&security);
	put_policy(&t);
	netlink_close(n);
	text_done(&t);
}

static void replay(struct snapshot *s)
{
	struct reader *r = reader_record_replay(s);

	if (!r)
		abort();
	reader_use(r);
	read_all();
	reader_use(NULL);
	reader_free(r);
}

/* Written again it is the same. */
static void check_file(const void *data, size_t size)
{
	struct snapshot *s = NULL, *again = NULL;
	struct text file = TEXT_NULL;

	if (snapshot_read(&s, data, size))
		return;
	if (snapshot_write(s, &file) ||
	    snapshot_read(&again, file.data, file.len) ||
	    snapshot_count(s) != snapshot_count(again))
		abort();

	replay(again);
	snapshot_free(s);
	snapshot_free(again);
	text_done(&file);
}

static void put_number(uint8_t *at, uint64_t value, unsigned bytes)
{
	while (bytes--)
		*at++ = (uint8_t)(value >> bytes * 8);
}

static void check_body(const uint8_t *data, size_t size)
{
	const uint16_t one = 1;
	uLongf packed = compressBound(size);
	uint8_t *file = calloc(1, 24 + packed);

	if (!file || compress(file + 24, &packed, data, size) != Z_OK)
		abort();
	memcpy(file, "kwsnap\r\n\1", 9);
	file[9] = *(const uint8_t *)&one ? 1 : 2;
	put_number(file + 12, crc32(0, data, (uInt)size), 4);
	put_number(file + 16, size, 8);
	check_file(file, 24 + packed);
	free(file);
}

struct parrot {
	struct reader reader;
	const uint8_t *data;
	size_t size;
};

static int say(struct reader *r, const struct reader_question *q,
	       struct text *answer)
{
	const struct parrot *p = (const struct parrot *)r;

	(void)q;
	text_bytes(answer, p->data, p->size);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parrot parrot = { { .ask = say }, data, size };

	check_file(data, size);
	check_body(data, size);
	reader_use(&parrot.reader);
	read_all();
	reader_use(NULL);
	return 0;
}
