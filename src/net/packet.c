#include "net/packet.h"

#include <string.h>

#include "net/decode.h"
#include "net/frame.h"

void packet_decode(struct packet *ret, const struct frame *f)
{
	struct decode d = { .packet = ret };

	memset(ret, 0, sizeof(*ret));
	ret->time_ns = packet_time(f->time_ns);
	ret->frame = f->number;
	if (f->len > f->caplen)
		d.missing = f->len - f->caplen;

	link_decode(&d, cursor_over(f->data, f->caplen), f->link);
}
