#include "cli/gather.h"

#include <stdlib.h>
#include <string.h>

#include "trace/flow.h"

enum { PACKETS = 64, WORDS = 8 * 1024 };

struct gather {
	struct flow_table *table;
	struct packet packets[PACKETS];
	size_t count;
	char words[WORDS]; /* of those packets */
	size_t words_len;
};

struct gather *gather_new(struct flow_table *table)
{
	struct gather *g = calloc(1, sizeof(*g));

	if (g)
		g->table = table;

	return g;
}

void gather_free(struct gather *g)
{
	free(g);
}

int gather_frames(struct gather *g, const struct frame *f, int count)
{
	for (int i = 0; i < count; i += PACKETS) {
		int n = count - i < PACKETS ? count - i : PACKETS;
		int error;

		for (int k = 0; k < n; k++)
			packet_decode(&g->packets[k], &f[i + k]);
		error = flow_table_add(g->table, g->packets, (size_t)n);
		if (error < 0)
			return error;
	}

	return 0;
}

int gather_packet(struct gather *g, const struct packet *p)
{
	struct packet *kept;

	if (g->count == PACKETS || p->words_len > WORDS - g->words_len) {
		int error = gather_flush(g);

		if (error < 0)
			return error;
	}
	if (p->words_len > WORDS)
		return flow_table_add(g->table, p, 1);

	kept = &g->packets[g->count++];
	*kept = *p;
	if (!p->words_len)
		return 0;

	kept->words = memcpy(g->words + g->words_len, p->words, p->words_len);
	g->words_len += p->words_len;
	return 0;
}

int gather_flush(struct gather *g)
{
	size_t count = g->count;

	g->count = 0;
	g->words_len = 0;
	return count ? flow_table_add(g->table, g->packets, count) : 0;
}
