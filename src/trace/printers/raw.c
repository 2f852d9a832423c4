#include "trace/printers/layers.h"

bool raw_print(struct line *l, struct cursor c, uint32_t length)
{
	unsigned version;

	l->protocol = "ipn";
	if (!cursor_left(&c))
		return false;

	version = cursor_peek(&c) >> 4;
	if (version == 4)
		return ip_print(l, c, length);
	if (version == 6)
		return ip6_print(l, c, length);

	text_str(l->out, "unknown ip ");
	text_u64(l->out, version);
	return true;
}
