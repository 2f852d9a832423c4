#include "cli/explain_evidence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/problem.h"
#include "cli/source.h"
#include "trace/flow.h"
#include "trace/line.h"

struct wanted {
	uint64_t ordinal;
	struct address client;
	uint32_t base[2]; /* of the client's and the server's numbers */
	uint16_t client_port;
	uint16_t file;
	uint32_t frame;
	uint8_t shown; /* enum fact_shown */
	int64_t at_ns;
	const char *line;
};

struct evidence {
	struct arena *arena;
	struct wanted *list;
	size_t count, size;
	size_t next;   /* of the list, while reading or telling */
	uint16_t file; /* being read */
	struct line_printer *printer;
	struct text text;
};

struct evidence *evidence_new(void)
{
	static const struct line_options options = { .numeric = true };
	struct evidence *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;

	e->arena = arena_new();
	e->printer = line_printer_new(&options);
	if (!e->arena || !e->printer) {
		evidence_free(e);
		return NULL;
	}

	return e;
}

void evidence_free(struct evidence *e)
{
	if (!e)
		return;

	arena_free(e->arena);
	line_printer_free(e->printer);
	text_done(&e->text);
	free(e->list);
	free(e);
}

int evidence_want(struct evidence *e, uint64_t ordinal, const struct flow *f)
{
	if (e->count + SHOWN_PACKETS > e->size) {
		size_t size = e->size ? e->size * 2 : 1024;
		struct wanted *list = realloc(e->list, size * sizeof(*list));

		if (!list)
			return -ENOMEM;
		e->list = list;
		e->size = size;
	}

	for (int i = 0; i < SHOWN_PACKETS; i++) {
		if (!f->proofs[i])
			continue;
		e->list[e->count++] = (struct wanted){
			.ordinal = ordinal,
			.client = f->addresses[FLOW_CLIENT],
			.client_port = f->ports[FLOW_CLIENT],
			.base = { f->half[0].base, f->half[1].base },
			.file = f->proof_files[i],
			.frame = f->proofs[i],
			.shown = (uint8_t)i,
		};
	}

	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct wanted *x = a;
	const struct wanted *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->frame != y->frame)
		return x->frame < y->frame ? -1 : 1;

	return 0;
}

static int by_flow(const void *a, const void *b)
{
	const struct wanted *x = a;
	const struct wanted *y = b;

	if (x->ordinal != y->ordinal)
		return x->ordinal < y->ordinal ? -1 : 1;

	return (int)x->shown - (int)y->shown;
}

static void print_frame(struct evidence *e, struct wanted *w,
			const struct frame *f)
{
	struct packet p;
	bool from_client;

	packet_decode(&p, f);
	from_client =
		address_equal(&p.src, &w->client) && p.sport == w->client_port;
	text_clear(&e->text);
	line_print_alone(e->printer, f, w->base[from_client ? 0 : 1],
			 w->base[from_client ? 1 : 0], &e->text);
	while (e->text.len && e->text.data[e->text.len - 1] == '\n')
		text_cut(&e->text, e->text.len - 1);
	w->line = arena_copy(e->arena, e->text.data, e->text.len);
	w->at_ns = f->time_ns;
}

static bool is_wanted(const struct evidence *e, uint32_t frame)
{
	return e->next < e->count && e->list[e->next].file == e->file &&
	       e->list[e->next].frame == frame;
}

static int fetch_frames(void *context, const struct frame *f, int count)
{
	struct evidence *e = context;

	for (int i = 0; i < count; i++)
		for (; is_wanted(e, f[i].number); e->next++)
			print_frame(e, &e->list[e->next], &f[i]);

	return 0;
}

static int fetch_pasted(void *context, const struct pasted_packet *p)
{
	struct evidence *e = context;

	for (; is_wanted(e, p->packet.frame); e->next++) {
		struct wanted *w = &e->list[e->next];

		w->line = arena_copy(e->arena, p->text, p->text_len);
		w->at_ns = p->packet.time_ns;
	}

	return 0;
}

int evidence_fetch(struct evidence *e, const struct source *sources,
		   size_t count)
{
	struct source_sink sink = {
		.frames = fetch_frames,
		.pasted = fetch_pasted,
		.context = e,
	};
	/* What is wrong with the inputs was said when they were read first. */
	struct problems *again;
	int error = 0;

	if (!e->count)
		return 0;
	again = problems_new();
	if (!again)
		return -ENOMEM;

	qsort(e->list, e->count, sizeof(*e->list), by_place);
	while (!error && e->next < e->count) {
		e->file = e->list[e->next].file;
		if (e->file >= count)
			break;
		error = source_read(&sources[e->file], &sink, again);
		while (e->next < e->count && e->list[e->next].file == e->file)
			e->next++;
	}

	problems_free(again);
	qsort(e->list, e->count, sizeof(*e->list), by_flow);
	e->next = 0;
	return error == -ENOMEM ? error : 0;
}

void evidence_lines(struct evidence *e, uint64_t ordinal,
		    const struct source *sources,
		    struct packet_line ret[static SHOWN_PACKETS])
{
	while (e->next < e->count && e->list[e->next].ordinal < ordinal)
		e->next++;
	for (; e->next < e->count && e->list[e->next].ordinal == ordinal;
	     e->next++) {
		const struct wanted *w = &e->list[e->next];

		ret[w->shown] = (struct packet_line){
			.file = sources[w->file].name,
			.frame = w->frame,
			.line = w->line,
			.at_ns = w->at_ns,
		};
	}
}
