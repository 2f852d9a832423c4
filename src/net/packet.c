#include "net/packet.h"

#include <string.h>

#include "net/decode.h"
#include "net/frame.h"

/* In pieces: of all at once, gcc makes "rep stos", which takes longer than all
 * the rest of decoding. */
void packet_clear(struct packet *p)
{
	enum { PIECE = 64 };

	uint8_t *at = (uint8_t *)p;

	_Static_assert(sizeof(*p) <= 3 * (size_t)PIECE, "one more is needed");
	memset(at, 0, PIECE);
	memset(at + PIECE, 0, PIECE);
	memset(at + sizeof(*p) - PIECE, 0, PIECE);
}

void packet_decode(struct packet *ret, const struct frame *f)
{
	const struct cursor c = cursor_over(f->data, f->caplen);
	struct decode d = { .packet = ret };

	packet_clear(ret);
	ret->time_ns = packet_time(f->time_ns);
	ret->frame = f->number;
	if (f->len > f->caplen)
		d.missing = f->len - f->caplen;

	link_decode(&d, &c, f->link);
}
