/* The line printer, over any frame: two bytes of link type, then the frame. It
 * is printed whole, and cut to its first half as a snapshot length would. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/frame.h"
#include "trace/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What comes from the wire must not reach a terminal as it is. */
static void check(const struct text *out)
{
	if (!text_ok(out) || !out->len || out->data[out->len - 1] != '\n')
		abort();

	for (size_t i = 0; i < out->len; i++) {
		char c = out->data[i];

		if ((c < 0x20 || c > 0x7e) && c != '\n' && c != '\t')
			abort();
	}
}

static void print(const struct line_options *options, const struct frame *f)
{
	struct line_printer *p = line_printer_new(options);
	struct text out = TEXT_NULL;
	struct line_result result = { NULL };

	if (!p)
		abort();

	/* Twice, because the second segment of a flow is printed relative. */
	for (int i = 0; i < 2; i++) {
		text_clear(&out);
		line_print(p, f, &out, &result);
		check(&out);
	}

	text_clear(&out);
	line_print_alone(p, f, 1, 2, &out);
	check(&out);
	text_done(&out);
	line_printer_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct line_options options[] = {
		{ .numeric = true, .number = true, .time_form = 3 },
		{ .numeric = true, .absolute_seq = true, .time_form = 4 },
	};
	struct frame f = { .number = 1, .time_ns = 1700000000123456789 };
	uint8_t *half;

	if (len < 2)
		return 0;

	f.link = (uint16_t)(data[0] << 8 | data[1]);
	f.data = data + 2;
	f.caplen = f.len = (uint32_t)len - 2;
	print(&options[0], &f);

	/* On its own, so that a read behind the cut is seen. */
	f.caplen /= 2;
	half = malloc(f.caplen ? f.caplen : 1);
	if (!half)
		abort();
	memcpy(half, f.data, f.caplen);
	f.data = half;
	print(&options[1], &f);
	free(half);
	return 0;
}
