/* Text into packets: whole, and in pieces, which must give as many. */
#include <stdlib.h>

#include "base/problem.h"
#include "trace/pasted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Touches every byte that a packet points at. */
static uint64_t look_at(const struct pasted_packet *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->text_len; i++)
		sum += (unsigned char)p->text[i];
	for (uint32_t i = 0; i < p->packet.words_len; i++)
		sum += (unsigned char)p->packet.words[i];

	return sum;
}

static uint64_t packets_of(const char *text, size_t len, size_t piece)
{
	struct problems *problems = problems_new();
	struct pasted *p = problems ? pasted_new("seed", problems) : NULL;
	struct pasted_packet packet;
	struct pasted_counts counts;
	uint64_t count = 0;
	volatile uint64_t sink = 0;

	if (!p)
		abort();
	for (size_t at = 0; at < len; at += piece) {
		size_t n = len - at < piece ? len - at : piece;

		if (pasted_feed(p, text + at, n) < 0)
			abort();
		for (; pasted_next(p, &packet) > 0; count++)
			sink += look_at(&packet);
	}
	if (pasted_end(p) < 0)
		abort();
	for (; pasted_next(p, &packet) > 0; count++)
		sink += look_at(&packet);

	pasted_counts(p, &counts);
	if (counts.packets != count)
		abort();
	pasted_free(p);
	problems_free(problems);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;

	if (packets_of(text, len, len + 1) != packets_of(text, len, 7))
		abort();

	return 0;
}
