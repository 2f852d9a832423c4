/*
 * Writes a capture of whose flows it is known what is wrong with them: as many
 * as asked for, interleaved over ten minutes, with another file that says the
 * truth of each. The seed decides every byte.
 *
 * Only what is still to come of the running flows is held in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "generate/queue.h"
#include "generate/rng.h"
#include "generate/scenario.h"
#include "generate/wire.h"

enum {
	EPOCH_S = 1767225600, /* 2026-01-01T00:00:00Z */
	SPAN_S = 600,
	PORT_FIRST = 32768, /* Linux' ephemeral ports */
	PORTS = 28232,
	SERVERS = 60,
	HOSTS_MAX = 60000,
	OUT_BYTES = 1 << 20,
};

#define SECOND INT64_C(1000000000)

struct options {
	uint32_t flows;
	uint32_t hosts;
	uint32_t snaplen;
	uint32_t seed;
	uint32_t factor;
	bool is_pcapng;
	const char *capture;
	const char *truth;
};

/* The file, and what was written to it. */
struct out {
	int fd;
	int result;
	size_t used;
	uint64_t packets;
	uint64_t bytes;
	uint32_t snaplen;
	bool is_pcapng;
	uint8_t data[OUT_BYTES];
};

/* Which addresses and ports the next flow gets: never the same twice. */
struct cast {
	struct rng *rng;
	uint32_t hosts;
	uint32_t pings;
	uint16_t port[HOSTS_MAX];
};

static void out_flush(struct out *o)
{
	size_t at = 0;

	while (!o->result && at < o->used) {
		ssize_t n = write(o->fd, o->data + at, o->used - at);

		if (n < 0 && errno != EINTR)
			o->result = -errno;
		if (n > 0)
			at += (size_t)n;
	}
	o->bytes += o->used;
	o->used = 0;
}

static void out_put(struct out *o, const void *data, size_t len)
{
	memcpy(o->data + o->used, data, len);
	o->used += len;
}

/* In this machine's byte order, which readers recognize. */
static void out_begin(struct out *o)
{
	const uint32_t pcap[] = { 0xa1b2c3d4, 0x00040002, 0, 0, o->snaplen, 1 };
	const uint32_t section[] = { 0x0a0d0d0a, 28,         0x1a2b3c4d,
				     0x00000001, UINT32_MAX, UINT32_MAX,
				     28 };
	const uint32_t interface[] = { 1, 20, 1, o->snaplen, 20 };

	if (!o->is_pcapng) {
		out_put(o, pcap, sizeof(pcap));
		return;
	}
	out_put(o, section, sizeof(section));
	out_put(o, interface, sizeof(interface));
}

static void out_frame(struct out *o, int64_t time_ns, const uint8_t *frame,
		      uint32_t len)
{
	uint64_t us = (uint64_t)time_ns / 1000 + EPOCH_S * UINT64_C(1000000);
	uint32_t caplen = len < o->snaplen ? len : o->snaplen;
	uint32_t padded = (caplen + 3) / 4 * 4;
	uint32_t total = 32 + padded;
	const uint32_t record[] = { (uint32_t)(us / 1000000),
				    (uint32_t)(us % 1000000), caplen, len };
	const uint32_t block[] = {
		6, total, 0, (uint32_t)(us >> 32), (uint32_t)us, caplen, len
	};

	if (o->used + WIRE_MAX + 64 > sizeof(o->data))
		out_flush(o);

	o->packets++;
	if (!o->is_pcapng) {
		out_put(o, record, sizeof(record));
		out_put(o, frame, caplen);
		return;
	}
	out_put(o, block, sizeof(block));
	out_put(o, frame, caplen);
	out_put(o, "\0\0\0", padded - caplen);
	out_put(o, &total, sizeof(total));
}

static void drain(struct out *o, struct queue *q, const struct wire *w,
		  int64_t before_ns)
{
	const struct wire_segment *s;
	uint8_t frame[WIRE_MAX];

	while ((s = queue_take(q, before_ns))) {
		size_t len = wire_build(w, s, frame);

		out_frame(o, s->time_ns, frame, (uint32_t)len);
		if (!--s->flow->pending)
			free(s->flow);
	}
}

static void set_mac(uint8_t mac[6], uint32_t which)
{
	const uint8_t bytes[6] = { 0x02,
				   0,
				   (uint8_t)(which >> 24),
				   (uint8_t)(which >> 16),
				   (uint8_t)(which >> 8),
				   (uint8_t)which };

	memcpy(mac, bytes, sizeof(bytes));
}

/* The net's host of that number: 10.1.0.0/16 or 2001:db8:1::/64 and so on. */
static void set_ip(uint8_t ip[16], bool v6, const uint8_t net[2], uint32_t n)
{
	const uint8_t ip4[4] = { net[0], net[1], (uint8_t)(n >> 8),
				 (uint8_t)n };
	const uint8_t ip6[16] = { 0x20,
				  0x01,
				  0x0d,
				  0xb8,
				  0,
				  net[1],
				  0,
				  0,
				  0,
				  0,
				  0,
				  0,
				  0,
				  0,
				  [14] = (uint8_t)(n >> 8),
				  [15] = (uint8_t)n };

	memset(ip, 0, 16);
	memcpy(ip, v6 ? ip6 : ip4, v6 ? 16 : 4);
}

static void cast_systems(struct cast *c, struct wire_flow *f)
{
	static const uint8_t scale[] = {
		[WIRE_LINUX] = 7, [WIRE_WINDOWS] = 8, [WIRE_MACOS] = 6
	};
	static const uint8_t ttl[] = {
		[WIRE_LINUX] = 64, [WIRE_WINDOWS] = 128, [WIRE_MACOS] = 64
	};
	uint32_t dice = rng_below(c->rng, 100);

	f->host[CLIENT].style = dice < 50   ? WIRE_LINUX
				: dice < 80 ? WIRE_WINDOWS
					    : WIRE_MACOS;
	f->host[SERVER].style = WIRE_LINUX;
	f->stamps = f->host[CLIENT].style != WIRE_WINDOWS;
	for (int side = 0; side < 2; side++) {
		struct wire_host *h = &f->host[side];

		h->hops = (uint8_t)(side ? 1 + rng_below(c->rng, 15)
					 : rng_below(c->rng, 3));
		h->ttl = (uint8_t)(ttl[h->style] - h->hops);
		h->scale = scale[h->style];
		h->mss = f->v6 ? 1440 : 1460;
		h->label = 1 + rng_below(c->rng, 0xfffff);
	}
}

static uint16_t service_port(struct cast *c, int transport)
{
	static const uint16_t tcp[] = { 80, 80, 80, 5555, 9000, 10050 };
	static const uint16_t udp[] = { 53, 53, 53, 53, 27015 };

	if (transport == SCENARIO_TCP)
		return tcp[rng_below(c->rng, 6)];
	return transport == SCENARIO_DNS ? 53 : udp[rng_below(c->rng, 5)];
}

static struct wire_flow *cast_flow(struct cast *c, const struct scenario *what)
{
	static const uint8_t nets[][2] = { { 10, 1 }, { 172, 16 }, { 10, 9 } };
	struct wire_flow *f = calloc(1, sizeof(*f));
	uint32_t client = rng_below(c->rng, c->hosts);
	uint32_t server = rng_below(c->rng, SERVERS);

	if (!f)
		return NULL;

	f->v6 = rng_below(c->rng, 100) < 30;
	f->host[SERVER].port = service_port(c, what->transport);
	if (what->transport == SCENARIO_ICMP) {
		/* Told apart by their addresses as long as possible. */
		client = c->pings % c->hosts;
		server = c->pings++ / c->hosts % SERVERS;
	}
	f->host[CLIENT].port = (uint16_t)(PORT_FIRST + c->port[client]);
	c->port[client] = (uint16_t)((c->port[client] + 1) % PORTS);
	set_ip(f->host[CLIENT].ip, f->v6, nets[0], client + 1);
	set_ip(f->host[SERVER].ip, f->v6, nets[1], 256 + server + 1);
	set_ip(f->router, f->v6, nets[2], 1 + server % 4);
	set_mac(f->host[CLIENT].mac, client + 1);
	set_mac(f->host[SERVER].mac, 0xffffff01);
	cast_systems(c, f);
	return f;
}

static void print_ip(FILE *to, const uint8_t ip[16], bool v6)
{
	if (!v6) {
		(void)fprintf(to, "%u.%u.%u.%u\t", ip[0], ip[1], ip[2], ip[3]);
		return;
	}
	(void)fprintf(to, "2001:db8:%x::%x\t", ip[5], ip[14] * 256U + ip[15]);
}

static void print_truth(FILE *to, const struct wire_flow *f,
			const struct scenario *what, int64_t start_ns)
{
	static const char *const names[] = { [SCENARIO_TCP] = "tcp",
					     [SCENARIO_UDP] = "udp",
					     [SCENARIO_DNS] = "udp",
					     [SCENARIO_ICMP] = "icmp" };
	int64_t us = start_ns / 1000;
	bool ports = what->transport != SCENARIO_ICMP;

	(void)fprintf(to, "%s\t", names[what->transport]);
	for (int side = 0; side < 2; side++) {
		print_ip(to, f->host[side].ip, f->v6);
		if (ports) {
			(void)fprintf(to, "%u\t", f->host[side].port);
		} else {
			(void)fputs("-\t", to);
		}
	}
	(void)fprintf(to, "%" PRId64 ".%06" PRId64 "\t%s\t%s\n",
		      EPOCH_S + us / 1000000, us % 1000000, what->name,
		      what->symptom);
}

static int run(const struct options *o, struct out *out, FILE *truth)
{
	struct rng rng = { .state = o->seed };
	struct cast *cast = calloc(1, sizeof(*cast));
	struct queue *queue = queue_new();
	struct wire *wire = wire_new();
	struct story_stage stage = { .queue = queue,
				     .rng = &rng,
				     .end_ns = SPAN_S * SECOND,
				     .more = 1 + (o->factor - 1) * 2.92 };
	int r = cast && queue && wire ? 0 : -ENOMEM;

	if (!r) {
		cast->rng = &rng;
		cast->hosts = o->hosts;
		for (uint32_t i = 0; i < o->hosts; i++)
			cast->port[i] = (uint16_t)rng_below(&rng, PORTS);
		out_begin(out);
	}
	for (uint32_t i = 0; !r && i < o->flows; i++) {
		int64_t slot = (SPAN_S - 4) * SECOND / o->flows;
		int64_t start = i * slot + rng_between(&rng, 0, slot - 1);
		const struct scenario *what =
			scenario_pick(&rng, stage.end_ns - start);
		struct wire_flow *f = cast_flow(cast, what);

		if (!f) {
			r = -ENOMEM;
			break;
		}
		drain(out, queue, wire, start);
		if (truth)
			print_truth(truth, f, what, start);
		r = scenario_tell(what, &stage, f, start);
		if (!r)
			r = out->result;
	}
	if (!r) {
		drain(out, queue, wire, INT64_MAX);
		out_flush(out);
		r = out->result;
	}

	wire_free(wire);
	queue_free(queue);
	free(cast);
	return r;
}

static int usage(void)
{
	(void)fputs("usage: generate [--flows N] [--seed S] [--hosts N]\n"
		    "\t[--format pcap|pcapng] [--snaplen N] "
		    "[--packets-factor N] CAPTURE [TRUTH]\n",
		    stderr);
	return 2;
}

static bool read_option(struct options *o, int option, const char *text)
{
	static const struct {
		char option;
		uint32_t low, high;
	} ranges[] = {
		{ 'n', 1, 10000000 }, { 'h', 1, HOSTS_MAX },
		{ 's', 1, 262144 },   { 'r', 0, UINT32_MAX },
		{ 'x', 1, 100 },
	};

	uint32_t *const numbers[] = { &o->flows, &o->hosts, &o->snaplen,
				      &o->seed, &o->factor };
	const size_t count = sizeof(ranges) / sizeof(ranges[0]);

	for (size_t i = 0; i < count; i++) {
		unsigned long n;
		char *end;

		if (option != ranges[i].option)
			continue;
		errno = 0;
		n = strtoul(text, &end, 10);
		if (errno || end == text || *end || n < ranges[i].low ||
		    n > ranges[i].high)
			return false;
		*numbers[i] = (uint32_t)n;
		return true;
	}

	o->is_pcapng = !strcmp(text, "pcapng");
	return option == 'f' && (o->is_pcapng || !strcmp(text, "pcap"));
}

static bool read_options(struct options *o, int argc, char *argv[])
{
	static const struct option names[] = {
		{ "flows", required_argument, NULL, 'n' },
		{ "hosts", required_argument, NULL, 'h' },
		{ "snaplen", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'r' },
		{ "packets-factor", required_argument, NULL, 'x' },
		{ "format", required_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	/* No other thread runs. NOLINTNEXTLINE(concurrency-mt-unsafe) */
	while ((option = getopt_long(argc, argv, "", names, NULL)) >= 0) {
		if (option == '?' || !read_option(o, option, optarg))
			return false;
	}

	if (argc - optind < 1 || argc - optind > 2)
		return false;
	o->capture = argv[optind];
	o->truth = argv[optind + 1];
	return true;
}

int main(int argc, char *argv[])
{
	struct options o = { .flows = 580000,
			     .hosts = 400,
			     .snaplen = 262144,
			     .seed = 1,
			     .factor = 1 };
	struct out *out;
	FILE *truth = NULL;
	int r;

	if (!read_options(&o, argc, argv))
		return usage();
	if (o.flows / o.hosts > PORTS * 9 / 10) {
		(void)fputs(
			"generate: more flows than ports: more --hosts, please\n",
			stderr);
		return 2;
	}

	out = calloc(1, sizeof(*out));
	if (!out)
		return 1;
	out->snaplen = o.snaplen;
	out->is_pcapng = o.is_pcapng;
	out->fd =
		open(o.capture, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (o.truth)
		truth = fopen(o.truth, "we");
	r = out->fd < 0 || (o.truth && !truth) ? -errno : run(&o, out, truth);
	if (truth && (ferror(truth) | fclose(truth)) && !r)
		r = -EIO;
	if (out->fd >= 0 && close(out->fd) && !r)
		r = -errno;
	if (r < 0) {
		errno = -r;
		perror(o.capture);
	} else {
		(void)printf("%" PRIu64 " packets, %" PRIu32 " flows, %" PRIu64
			     " bytes\n",
			     out->packets, o.flows, out->bytes);
	}
	free(out);
	return r < 0;
}
