/* Text into packets: whole, and in pieces, which must give as many. */
#include <stdlib.h>

#include "base/problem.h"
#include "trace/pasted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* Touches every byte that a packet points at. */
static uint64_t look_at(const struct pasted_packet *p)
{
	const char *words = p->packet.words;
	uint64_t sum = 0;

	check(p->line && p->text_len);
	check(!words || (words >= p->text &&
			 words + p->packet.words_len <= p->text + p->text_len));
	for (size_t i = 0; i < p->text_len; i++)
		sum += (unsigned char)p->text[i];
	for (uint32_t i = 0; words && i < p->packet.words_len; i++)
		sum += (unsigned char)words[i];

	return sum;
}

static uint64_t drain(struct pasted *p)
{
	struct pasted_packet packet;
	volatile uint64_t sink = 0;
	uint64_t count = 0;

	for (; pasted_next(p, &packet) > 0; count++) {
		const char *name = pasted_name(p, &packet.packet.src);

		sink += look_at(&packet) + (name ? (unsigned char)name[0] : 0);
	}
	check(sink < UINT64_MAX);

	return count;
}

static uint64_t packets_of(const char *text, size_t len, size_t piece)
{
	struct problems *problems = problems_new();
	struct pasted *p = problems ? pasted_new("seed", problems) : NULL;
	struct pasted_counts counts;
	uint64_t count = 0;

	check(p);
	for (size_t at = 0; at < len; at += piece) {
		size_t n = len - at < piece ? len - at : piece;

		check(!pasted_feed(p, text + at, n));
		count += drain(p);
	}
	check(!pasted_end(p));
	count += drain(p);

	pasted_counts(p, &counts);
	check(counts.packets == count);
	check(counts.unread == problems_count(problems));
	pasted_free(p);
	problems_free(problems);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;

	check(packets_of(text, len, len + 1) == packets_of(text, len, 7));
	return 0;
}
