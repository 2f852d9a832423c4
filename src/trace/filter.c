#include "trace/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "net/frame.h"
#include "net/link.h"

enum { PROGRAMS_MOST = 16, SNAPLEN = 262144 };

struct program {
	uint16_t link;
	bool usable;
	struct bpf_program code;
};

struct filter {
	const char *expression;
	struct program programs[PROGRAMS_MOST];
	int count;
};

/* libpcap's own number where it differs from the file's (pcap-common.c). */
static int datalink_of(uint16_t link)
{
	if (link == LINK_RAW || link == LINK_RAW_OPENBSD)
		return DLT_RAW;

	return link;
}

static struct program *add_program(struct filter *f, uint16_t link, char **why)
{
	struct program *p = &f->programs[f->count];
	pcap_t *dead = pcap_open_dead(datalink_of(link), SNAPLEN);

	if (!dead)
		return NULL;

	p->link = link;
	p->usable = pcap_compile(dead, &p->code, f->expression, 1,
				 PCAP_NETMASK_UNKNOWN) == 0;
	if (!p->usable && why)
		*why = strdup(pcap_geterr(dead));
	pcap_close(dead);
	f->count++;
	return p;
}

int filter_new(struct filter **ret, const char *expression, char **ret_why)
{
	struct filter *f = calloc(1, sizeof(*f));
	const struct program *p;

	if (!f)
		return -ENOMEM;

	f->expression = expression;
	*ret_why = NULL;
	p = add_program(f, LINK_ETHERNET, ret_why);
	if (!p || !p->usable) {
		filter_free(f);
		return p && *ret_why ? 1 : -ENOMEM;
	}

	*ret = f;
	return 0;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;

	for (int i = 0; i < f->count; i++)
		if (f->programs[i].usable)
			pcap_freecode(&f->programs[i].code);
	free(f);
}

static const struct program *program_for(struct filter *f, uint16_t link)
{
	for (int i = 0; i < f->count; i++)
		if (f->programs[i].link == link)
			return &f->programs[i];

	return f->count < PROGRAMS_MOST ? add_program(f, link, NULL) : NULL;
}

bool filter_passes(struct filter *f, const struct frame *frame)
{
	const struct program *p = program_for(f, frame->link);
	const struct pcap_pkthdr head = {
		.caplen = frame->caplen,
		.len = frame->len,
	};

	return p && p->usable &&
	       pcap_offline_filter(&p->code, &head, frame->data) != 0;
}
