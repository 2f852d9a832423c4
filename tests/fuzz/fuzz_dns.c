/* The DNS printer. The first byte says how the message came (bit 0: over TCP,
 * bit 1: multicast), the next two how long it was on the wire. */
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
	uint8_t how = cursor_u8(&c);
	uint16_t length = cursor_be16(&c);

	if (printer && cursor_ok(&c)) {
		(void)dns_print(&l, c, length, how & 1, how & 2);
		if (l.protocol[0] != 'd' || l.beyond)
			abort();
	}

	text_done(&out);
	line_printer_free(printer);
	return 0;
}
