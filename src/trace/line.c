#include "trace/line.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/frame.h"
#include "net/link.h"
#include "trace/line_names.h"
#include "trace/line_seq.h"
#include "trace/line_time.h"
#include "trace/printers/layers.h"
#include "trace/printers/pen.h"
#include "trace/printers/printer.h"

enum {
	FRAME_MOST = 262144, /* tcpdump prints no longer ones */
	INTERFACES = 16,
};

struct line_printer {
	struct line_options options;
	struct line_names *names; /* NULL under -n */
	struct line_seq *seq;     /* NULL under -S */
	struct line_time time;
	const struct line_bases *alone; /* while line_print_alone() runs */
	unsigned interface_count;

	struct {
		uint32_t index;
		char name[IF_NAMESIZE];
	} interfaces[INTERFACES]; /* the last ones asked for, in a ring */
};

/* Link types that tcpdump prints; without a printer: beyond this one. */
struct link_printer {
	uint16_t link;
	bool (*print)(struct line *l, struct cursor c, uint32_t length);
	const char *beyond;
};

static const struct link_printer link_printers[] = {
	{ LINK_ETHERNET, ether_print, NULL },
	{ LINK_LINUX_SLL, sll_print, NULL },
	{ LINK_LINUX_SLL2, sll2_print, NULL },
	{ LINK_RAW, raw_print, NULL },
	{ LINK_RAW_BSD, raw_print, NULL },
	{ LINK_IPV4, raw_print, NULL },
	{ LINK_IPV6, raw_print, NULL },
	{ LINK_NULL, null_print, NULL },
	{ LINK_LOOP, null_print, NULL },
	{ LINK_NFLOG, nflog_print, NULL },
	{ LINK_PPP, ppp_print_frame, NULL },
	{ 6, NULL, "token-ring" },
	{ 7, NULL, "arcnet" },
	{ 8, NULL, "slip" },
	{ 10, NULL, "fddi" },
	{ 11, NULL, "atm" },
	{ 15, NULL, "slip_bsdos" },
	{ 16, NULL, "ppp_bsdos" },
	{ 19, NULL, "cip" },
	{ 50, NULL, "ppp_hdlc" },
	{ 51, pppoe_print, NULL },
	{ 99, NULL, "symantec" },
	{ 100, NULL, "atm" },
	{ 102, NULL, "slip_bsdos" },
	{ 103, NULL, "ppp_bsdos" },
	{ 104, NULL, "chdlc" },
	{ 105, NULL, "802.11" },
	{ 106, NULL, "cip" },
	{ 107, NULL, "fr" },
	{ 109, NULL, "enc" },
	{ 112, NULL, "chdlc" },
	{ 114, NULL, "ltalk" },
	{ 117, NULL, "pflog" },
	{ 119, NULL, "prism" },
	{ 122, NULL, "ipfc" },
	{ 123, NULL, "sunatm" },
	{ 127, NULL, "802.11_radio" },
	{ 129, NULL, "arcnet_linux" },
	{ 130, NULL, "juniper_mlppp" },
	{ 131, NULL, "juniper_mlfr" },
	{ 132, NULL, "juniper_es" },
	{ 133, NULL, "juniper_ggsn" },
	{ 134, NULL, "juniper_mfr" },
	{ 135, NULL, "juniper_atm2" },
	{ 136, NULL, "juniper_services" },
	{ 137, NULL, "juniper_atm1" },
	{ 138, NULL, "ap1394" },
	{ 149, NULL, "pktap" },
	{ 163, NULL, "802.11_radio_avs" },
	{ 164, NULL, "juniper_monitor" },
	{ 166, ppp_print_frame, NULL },
	{ 167, NULL, "juniper_pppoe" },
	{ 168, NULL, "juniper_pppoe_atm" },
	{ 178, NULL, "juniper_ether" },
	{ 179, NULL, "juniper_ppp" },
	{ 180, NULL, "juniper_frelay" },
	{ 181, NULL, "juniper_chdlc" },
	{ 182, NULL, "mfr" },
	{ 189, NULL, "usb" },
	{ 192, NULL, "ppi" },
	{ 195, NULL, "802.15.4" },
	{ 201, NULL, "bluetooth" },
	{ 220, NULL, "usb" },
	{ 226, NULL, "ipnet" },
	{ 230, NULL, "802.15.4" },
	{ 240, NULL, "netanalyzer" },
	{ 241, NULL, "netanalyzer_transparent" },
	{ 242, NULL, "ipoib" },
	{ 258, NULL, "pktap" },
	{ 271, NULL, "vsock" },
	{ 281, NULL, "brcm-tag" },
	{ 282, NULL, "brcm-tag" },
	{ 283, NULL, "802.15.4_tap" },
	{ 284, NULL, "dsa" },
	{ 285, NULL, "edsa" },
};

struct line_printer *line_printer_new(const struct line_options *options)
{
	struct line_printer *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;

	tzset();
	p->options = *options;
	p->time.is_signed = options->is_pcap;
	if (!options->numeric)
		p->names = line_names_new();
	if (!options->absolute_seq)
		p->seq = line_seq_new();

	if ((!options->numeric && !p->names) ||
	    (!options->absolute_seq && !p->seq)) {
		line_printer_free(p);
		return NULL;
	}

	return p;
}

void line_printer_free(struct line_printer *p)
{
	if (!p)
		return;

	line_names_free(p->names);
	line_seq_free(p->seq);
	free(p);
}

/* Appends one complaint to "[Invalid header:", which is begun if need be. */
static void complain(struct text *out, bool *is_bad, const char *what)
{
	text_str(out, *is_bad ? "," : "[Invalid header:");
	text_str(out, what);
	*is_bad = true;
}

/* Frames whose lengths cannot be right get no time and no content. */
static bool print_bad_lengths(const struct frame *f, struct text *out)
{
	bool is_bad = false;

	if (f->caplen == 0)
		complain(out, &is_bad, " caplen==0");
	if (f->len == 0) {
		complain(out, &is_bad, " len==0");
	} else if (f->len < f->caplen) {
		complain(out, &is_bad, "");
		text_format(out, " len(%u) < caplen(%u)", f->len, f->caplen);
	}
	if (f->caplen > FRAME_MOST) {
		complain(out, &is_bad, "");
		text_format(out, " caplen(%u) > %u", f->caplen,
			    (unsigned)FRAME_MOST);
	}
	if (f->len > FRAME_MOST) {
		complain(out, &is_bad, "");
		text_format(out, " len(%u) > %u", f->len, (unsigned)FRAME_MOST);
	}

	if (is_bad)
		text_str(out, "]\n");
	return is_bad;
}

static bool print_unsupported(struct line *l, struct cursor c)
{
	text_str(l->out, "UNSUPPORTED");
	dump_ascii(l, c);
	return true;
}

static bool print_frame(struct line *l, const struct frame *f)
{
	struct cursor c = cursor_over(f->data, f->caplen);

	for (size_t i = 0; i < sizeof(link_printers) / sizeof(link_printers[0]);
	     i++) {
		const struct link_printer *link = &link_printers[i];

		if (link->link != f->link)
			continue;
		if (link->print)
			return link->print(l, c, f->len);
		return layers_beyond(l, link->beyond);
	}

	return print_unsupported(l, c);
}

static void print(struct line *l, const struct frame *f)
{
	struct text *out = l->out;

	if (l->options->number) {
		unsigned digits = pen_digits(f->number);

		text_fill(out, ' ', digits < 5 ? 5 - digits : 0);
		text_u64(out, f->number);
		text_str(out, "  ");
	}
	if (print_bad_lengths(f, out))
		return;

	line_time_print(&l->printer->time, l->options->time_form, f, out);
	if (!print_frame(l, f)) {
		text_str(out, " [|");
		text_str(out, l->protocol);
		text_char(out, ']');
	}
	text_char(out, '\n');
}

void line_print(struct line_printer *p, const struct frame *f, struct text *out,
		struct line_result *ret)
{
	struct line l = {
		.out = out, .options = &p->options, .printer = p, .protocol = ""
	};

	print(&l, f);
	ret->beyond = l.beyond;
}

void line_print_alone(struct line_printer *p, const struct frame *f,
		      uint32_t seq_base, uint32_t ack_base, struct text *out)
{
	static const struct line_options options = { .numeric = true };
	const struct line_bases bases = { .own = seq_base,
					  .other = ack_base,
					  .is_known = true };
	struct line l = {
		.out = out, .options = &options, .printer = p, .protocol = ""
	};

	p->alone = &bases;
	print(&l, f);
	p->alone = NULL;
}

void line_bases(struct line *l, const struct line_segment *seg,
		struct line_bases *ret)
{
	if (!l->printer->alone) {
		line_seq_bases(l->printer->seq, seg, ret);
		return;
	}

	*ret = *l->printer->alone;
	ret->is_known = !seg->is_syn;
}

void line_address4(struct line *l, const uint8_t v4[static 4])
{
	char *p;

	if (!l->options->numeric) {
		line_names_v4(l->printer->names, v4, l->out);
		return;
	}

	p = pen_begin(l->out, 16);
	if (p)
		pen_end(l->out, pen_dotted(p, v4));
}

void line_address6(struct line *l, const uint8_t v6[static 16])
{
	if (l->options->numeric)
		line_names_plain_v6(v6, l->out);
	else
		line_names_v6(l->printer->names, v6, l->out);
}

static void print_port(struct line *l, bool is_udp, uint16_t port)
{
	if (l->options->numeric)
		text_u64(l->out, port);
	else
		line_names_port(l->printer->names, is_udp, port, l->out);
}

void line_port_tcp(struct line *l, uint16_t port)
{
	print_port(l, false, port);
}

void line_port_udp(struct line *l, uint16_t port)
{
	print_port(l, true, port);
}

void line_mac(struct line *l, const uint8_t mac[static 6])
{
	if (l->options->numeric)
		line_names_plain_mac(mac, l->out);
	else
		line_names_mac(l->printer->names, mac, l->out);
}

void line_untrusted(struct line *l, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t c = bytes[i];

		if (c > 0x7f) {
			text_str(l->out, "M-");
			c &= 0x7f;
		}
		if (c < 0x20 || c > 0x7e) {
			text_char(l->out, '^');
			c ^= 0x40;
		}
		text_char(l->out, (char)c);
	}
}

const char *line_interface(struct line *l, uint32_t index)
{
	struct line_printer *p = l->printer;
	unsigned i;

	for (i = 0; i < p->interface_count && i < INTERFACES; i++) {
		if (p->interfaces[i].index == index)
			return p->interfaces[i].name;
	}

	i = p->interface_count++ % INTERFACES;
	p->interfaces[i].index = index;
	if (!if_indextoname(index, p->interfaces[i].name))
		memcpy(p->interfaces[i].name, "?", 2);
	return p->interfaces[i].name;
}
