/*
 * The yardstick: what it costs to be handed every packet of a file by libpcap
 * and to do nothing with it but count. No reader that stands on libpcap can be
 * quicker. Prints the counts, so that nothing can be left out.
 */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

struct counts {
	uint64_t packets;
	uint64_t bytes;
};

static void on_packet(u_char *user, const struct pcap_pkthdr *h,
		      const u_char *data)
{
	struct counts *c = (void *)user;

	(void)data;
	c->packets++;
	c->bytes += h->caplen;
}

int main(int argc, char *argv[])
{
	char error[PCAP_ERRBUF_SIZE];
	struct counts c = { 0 };
	pcap_t *p;
	int r;

	if (argc != 2) {
		(void)fputs("usage: pcap_floor CAPTURE\n", stderr);
		return 2;
	}

	p = pcap_open_offline(argv[1], error);
	if (!p) {
		(void)fprintf(stderr, "pcap_floor: %s\n", error);
		return 1;
	}

	r = pcap_loop(p, -1, on_packet, (u_char *)&c);
	if (r < 0)
		pcap_perror(p, "pcap_floor");
	pcap_close(p);
	(void)printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", c.packets,
		     c.bytes);
	return r < 0;
}
