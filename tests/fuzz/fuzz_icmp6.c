/* The ICMPv6 printer. The first two bytes say how long the message was on the
 * wire. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "base/text.h"
#include "trace/line.h"
#include "trace/printers/printer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct line_options options = { .numeric = true };
	struct line_printer *printer = line_printer_new(&options);
	struct text out = TEXT_NULL;
	struct line l = { .out = &out,
			  .options = &options,
			  .printer = printer,
			  .protocol = "" };
	struct cursor c = cursor_over(data, len);
	uint16_t length = cursor_be16(&c);

	if (printer && cursor_ok(&c)) {
		(void)icmp6_print(&l, c, length, false);
		if (l.protocol[0] != 'i' || l.beyond)
			abort();
	}

	text_done(&out);
	line_printer_free(printer);
	return 0;
}
