#include "trace/pasted_scan.h"

bool pasted_scan_close(struct cursor *c, char open, char close)
{
	struct cursor ahead = *c;
	size_t depth = 1;

	while (!scan_ended(&ahead)) {
		char b = (char)cursor_u8(&ahead);

		if (b == open)
			depth++;
		if (b == close && !--depth) {
			*c = ahead;
			return true;
		}
	}

	return false;
}
