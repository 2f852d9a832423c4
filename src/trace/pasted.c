#include "trace/pasted.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/problem.h"
#include "trace/pasted_clean.h"
#include "trace/pasted_input.h"
#include "trace/pasted_join.h"
#include "trace/pasted_line.h"
#include "trace/pasted_seq.h"

/*
 * How logical lines are found: what begins like a packet begins one, and it
 * lasts until the next such line. In between, a line belongs to it only while
 * the packet so far lacks its end, or where -v or a tunnel put something on a
 * line of its own. To see that, the packet so far is read as if it were all
 * (without remembering anything); lines that follow one another unbroken, as
 * they do by the million, never need it.
 */
enum {
	PIECES_MOST = 64,   /* of a logical line */
	WIDTH_LEAST = 60,   /* no terminal breaks narrower in a number */
	VERBOSE_INDENT = 4, /* of what -v puts on lines of its own */
	EXCERPT_MOST = 400,
};

struct piece {
	size_t offset; /* in the logical line */
	uint64_t line;
};

/* The logical line that is being put together. */
struct pending {
	bool open;
	bool closed; /* nothing can belong to it any more but dumps */
	bool timed;
	bool judged; /* state is up to date */
	unsigned quotes;
	unsigned indent;
	const char *s; /* in the input's bytes; NULL: in own */
	size_t len;
	size_t last_piece; /* its columns */
	size_t count;
	struct piece pieces[PIECES_MOST];
	struct pasted_line state;
	struct packet packet; /* what state was read into */
	enum pasted_line_answer answer;
};

struct pasted {
	const char *name;
	struct problems *problems;
	struct pasted_names *names;
	struct pasted_seq *seq;
	struct pasted_clock clock;
	struct pasted_input input;
	struct pasted_counts counts;
	struct pending pending;
	struct text own[2]; /* the pending line, and the one handed out */
	unsigned own_now;
	size_t width; /* at which the text is wrapped; 0: not known */
};

/* A line without its quoting. */
struct piece_text {
	const char *s;
	size_t len;
	bool lasts;
	unsigned quotes;
	unsigned indent;
};

struct pasted *pasted_new(const char *name, struct problems *problems)
{
	struct pasted *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;

	p->name = name;
	p->problems = problems;
	p->names = pasted_names_new();
	p->seq = pasted_seq_new();
	if (!p->names || !p->seq) {
		pasted_free(p);
		return NULL;
	}

	return p;
}

void pasted_free(struct pasted *p)
{
	if (!p)
		return;

	pasted_names_free(p->names);
	pasted_seq_free(p->seq);
	pasted_input_done(&p->input);
	text_done(&p->own[0]);
	text_done(&p->own[1]);
	free(p);
}

static struct text *own(struct pasted *p)
{
	return &p->own[p->own_now];
}

static const char *pending_text(struct pasted *p, size_t *len)
{
	if (p->pending.s) {
		*len = p->pending.len;
		return p->pending.s;
	}

	*len = own(p)->len;
	return own(p)->data;
}

/* Makes the pending line independent of the input's bytes. */
static void pending_own(struct pasted *p)
{
	if (!p->pending.s)
		return;

	text_clear(own(p));
	text_bytes(own(p), p->pending.s, p->pending.len);
	p->pending.s = NULL;
}

int pasted_feed(struct pasted *p, const char *data, size_t len)
{
	pending_own(p);
	return pasted_input_feed(&p->input, data, len);
}

int pasted_end(struct pasted *p)
{
	p->input.ended = true;
	return 0;
}

static struct piece_text strip(const struct pasted_physical *line,
			       unsigned levels)
{
	struct pasted_prefix prefix =
		pasted_clean_prefix(line->s, line->len, levels);
	size_t len = line->len;

	/* What closes the marks around a whole line. */
	while (prefix.framed && len > prefix.len &&
	       strchr("`| ", line->s[len - 1]))
		len--;

	return (struct piece_text){
		.s = line->s + prefix.len,
		.len = len - prefix.len,
		.lasts = line->lasts,
		.quotes = prefix.quotes,
		.indent = prefix.indent,
	};
}

/* Where the reading of the logical line got stuck, in the user's terms. */
static void complain(struct pasted *p, const char *s, size_t len,
		     const struct pasted_line *line)
{
	struct text excerpt = TEXT_NULL;
	const struct pending *pending = &p->pending;
	size_t at = line->strange ? (size_t)(line->strange - s) : 0;
	size_t i = pending->count - 1;
	size_t end = len;
	struct problem where = { .file = p->name };

	while (i && pending->pieces[i].offset > at)
		i--;
	if (i + 1 < pending->count)
		end = pending->pieces[i + 1].offset;

	s += pending->pieces[i].offset;
	end -= pending->pieces[i].offset;
	where.line = pending->pieces[i].line;
	where.column = at - pending->pieces[i].offset + 1;
	if (problems_count(p->problems) < PROBLEMS_KEPT) {
		text_bytes(&excerpt, s,
			   end < EXCERPT_MOST ? end : EXCERPT_MOST);
		where.excerpt = text_string(&excerpt);
	}

	problems_add(
		p->problems, &where,
		_("This line looks like a packet that tcpdump printed, but it cannot be read from column %llu on."),
		(unsigned long long)where.column);
	text_done(&excerpt);
}

static void quoted_seq(struct pasted *p, struct pasted_line *line,
		       struct packet *packet)
{
	struct packet_quote *q = &packet->icmp.quote;
	struct pasted_talk talk = { q->src, q->dst, q->sport, q->dport };

	if (!(packet->marks & PACKET_QUOTED_TCP_SEQ))
		return;

	pasted_seq_apply(p->seq, &talk, &line->quoted, &line->quoted_marks);
	q->seq = line->quoted.seq;
	/* A distance says nothing to whoever joins errors to flows. */
	if (line->quoted_marks & PACKET_SEQ_RELATIVE)
		packet->marks &= ~(uint32_t)PACKET_QUOTED_TCP_SEQ;
}

static void packet_finish(struct pasted *p, struct pasted_line *line,
			  struct packet *packet)
{
	struct pasted_talk talk = { packet->src, packet->dst, packet->sport,
				    packet->dport };

	p->counts.packets++;
	packet->frame =
		line->number ? line->number : (uint32_t)p->counts.packets;
	packet->time_ns = pasted_clock_time(&p->clock, &line->stamp);
	if (packet->protocol == PACKET_TCP && packet->tcp.flags &&
	    !(packet->marks & PACKET_LATER_FRAGMENT)) {
		pasted_seq_apply(p->seq, &talk, &packet->tcp, &packet->marks);
	} else if (packet->protocol == PACKET_ICMP) {
		quoted_seq(p, line, packet);
	}
}

/* The pending line is all there. True when it was a packet. */
static bool pending_end(struct pasted *p, struct pasted_packet *ret)
{
	struct pending *pending = &p->pending;
	enum pasted_line_answer answer;
	struct pasted_line line;
	const char *s;
	size_t len;

	if (!pending->open)
		return false;

	pending->open = false;
	s = pending_text(p, &len);
	/* A longer line shows that this part of the text is not wrapped. */
	if (pending->count == 1 && pending->last_piece > p->width)
		p->width = 0;

	answer = pasted_line_read(&line, s, len, p->names, &ret->packet);
	if (answer == PASTED_LINE_PACKET) {
		packet_finish(p, &line, &ret->packet);
		ret->line = pending->pieces[0].line;
		ret->text = s;
		ret->text_len = len;
		return true;
	}

	if (answer == PASTED_LINE_BROKEN) {
		p->counts.unread++;
		complain(p, s, len, &line);
	} else {
		p->counts.chatter++;
	}
	return false;
}

static void pending_begin(struct pasted *p, const struct piece_text *t,
			  bool timed)
{
	struct pending *pending = &p->pending;

	pending->open = true;
	pending->closed = false;
	pending->judged = false;
	pending->timed = timed;
	pending->quotes = t->quotes;
	pending->indent = t->indent;
	pending->s = t->lasts ? t->s : NULL;
	pending->len = t->len;
	pending->last_piece = t->indent + t->len;
	pending->count = 1;
	pending->pieces[0] = (struct piece){ 0, p->input.lines };

	/* The other one may have been handed out. */
	p->own_now = !p->own_now;
	if (!pending->s) {
		text_clear(own(p));
		text_bytes(own(p), t->s, t->len);
	}
}

static const struct pasted_line *judge(struct pasted *p)
{
	struct pending *pending = &p->pending;
	const char *s;
	size_t len;

	if (!pending->judged) {
		s = pending_text(p, &len);
		pending->answer = pasted_line_read(&pending->state, s, len,
						   NULL, &pending->packet);
		pending->judged = true;
	}

	return &pending->state;
}

static bool begins(const struct piece_text *t, const char *with)
{
	return t->len >= strlen(with) && !memcmp(t->s, with, strlen(with));
}

static bool begins_quote(const struct piece_text *t)
{
	return begins(t, "IP (") || begins(t, "(tos") || begins(t, "IP ");
}

/* Whether a line that begins like a packet without a time is part of the one
 * before all the same. */
static bool belongs(struct pasted *p, const struct piece_text *t)
{
	const struct pasted_line *state;

	if (!p->pending.open || p->pending.closed)
		return false;

	state = judge(p);
	if (state->wants_inner)
		return true;
	if (state->wants_body)
		return !begins(t, "IP ") && !begins(t, "IP6 ");
	if (state->wants_quote)
		return begins_quote(t);
	/* " In 52:54:…" of -e is indented, too, but not as far. */
	if (t->indent >= p->pending.indent + VERBOSE_INDENT && state->verbose)
		return true;

	return p->pending.timed && !state->complete;
}

/* Appends a piece, unless it makes no sense there. */
static bool append(struct pasted *p, const struct piece_text *t, bool blank)
{
	struct pending *pending = &p->pending;
	size_t before;

	pending_own(p);
	before = own(p)->len;
	if (pending->count == PIECES_MOST ||
	    before + t->len >= PASTED_LINE_MOST)
		return false;

	if (blank)
		text_char(own(p), ' ');
	pending->pieces[pending->count++] =
		(struct piece){ own(p)->len, p->input.lines };
	text_bytes(own(p), t->s, t->len);
	pending->judged = false;
	if (!text_ok(own(p)))
		return false;

	if (judge(p)->strange >= own(p)->data + before) {
		text_cut(own(p), before);
		pending->count--;
		pending->judged = false;
		return false;
	}

	pending->last_piece = t->indent + t->len;
	return true;
}

/* A piece of a wrapped line. */
static bool append_wrapped(struct pasted *p, const struct piece_text *t)
{
	size_t piece = p->pending.last_piece;
	const char *s;
	size_t len;
	bool blank;

	if (piece > p->width)
		p->width = piece;
	s = pending_text(p, &len);
	blank = pasted_join_with_blank(s, len, piece, t->s, t->len, p->width);
	return append(p, t, blank);
}

/* The first wrapped line of a text, which might as well be whole: it is taken
 * for wrapped if that brings the length it lacks. */
static bool append_length(struct pasted *p, const struct piece_text *t)
{
	size_t before;
	bool blank;

	if (p->width || p->pending.last_piece < WIDTH_LEAST)
		return false;

	pending_own(p);
	before = own(p)->len;
	blank = pasted_join_with_blank(own(p)->data, before,
				       p->pending.last_piece, t->s, t->len, 0);
	if (!append(p, t, blank))
		return false;
	if (!judge(p)->lacks_length)
		return true;

	text_cut(own(p), before);
	p->pending.count--;
	p->pending.judged = false;
	return false;
}

/* Whether a complete line was cut in its last number or its words. */
static bool goes_on(struct pasted *p, const struct piece_text *t)
{
	size_t piece = p->pending.last_piece;
	const char *s;
	size_t len;

	s = pending_text(p, &len);
	if (scan_is_digit((uint8_t)s[len - 1]) &&
	    scan_is_digit((uint8_t)t->s[0])) {
		if (p->width)
			return piece == p->width;
		return piece >= WIDTH_LEAST && t->len < WIDTH_LEAST;
	}

	return judge(p)->may_go_on && p->width && piece + 1 >= p->width;
}

/* Appends what the pending packet lacks. */
static bool completes(struct pasted *p, const struct piece_text *t)
{
	const struct pasted_line *state = judge(p);

	/* A time, and then no packet: somebody else's log. */
	if (state->strange || (p->pending.answer == PASTED_LINE_OTHER &&
			       !state->cut && !scan_ended(&state->c)))
		return false;
	if (state->wants_body || state->wants_inner ||
	    (state->wants_quote && begins_quote(t)))
		return append(p, t, true);
	if (!state->complete || goes_on(p, t))
		return append_wrapped(p, t);

	return state->lacks_length && append_length(p, t);
}

/* A line that begins no packet. True when it is part of the pending one. */
static bool continues(struct pasted *p, const struct piece_text *t)
{
	struct pending *pending = &p->pending;
	bool deeper = t->indent > pending->indent;

	if (!pending->open)
		return false;
	if (!t->len) {
		pending->closed = true;
		return false;
	}
	if (pasted_join_is_hex(t->s, t->len)) {
		pending->closed = true;
		return true;
	}
	if (pending->closed)
		return deeper;
	if (pasted_join_is_chatter(t->s, t->len)) {
		pending->closed = true;
		return false;
	}
	/* Words that -v prints below a packet do not end it. */
	if (completes(p, t))
		return true;

	pending->closed = !deeper || !judge(p)->complete;
	return deeper;
}

int pasted_next(struct pasted *p, struct pasted_packet *ret)
{
	struct pasted_physical line;

	while (pasted_input_next(&p->input, &line)) {
		struct piece_text t = strip(&line, UINT_MAX);
		enum pasted_line_start start = pasted_line_start(t.s, t.len);

		if (start == PASTED_START_TIMED ||
		    (start == PASTED_START_BARE && !belongs(p, &t))) {
			bool found = pending_end(p, ret);

			pending_begin(p, &t, start == PASTED_START_TIMED);
			if (found)
				return 1;
			continue;
		}

		/* Of the marks at its beginning only those are quoting that
		 * the packet's first line has too. */
		t = strip(&line,
			  p->pending.open ? p->pending.quotes : UINT_MAX);
		if (continues(p, &t)) {
			p->counts.continuations++;
		} else {
			p->counts.chatter++;
		}
	}

	return p->input.ended && pending_end(p, ret);
}

void pasted_counts(const struct pasted *p, struct pasted_counts *ret)
{
	*ret = p->counts;
	ret->lines = p->input.lines;
}

const char *pasted_name(const struct pasted *p, const struct address *a)
{
	return pasted_names_of(p->names, a);
}
