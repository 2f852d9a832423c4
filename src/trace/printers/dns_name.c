#include "trace/printers/dns_name.h"

#include "trace/printers/printer.h"

enum {
	LABEL_KIND = 0xc0, /* the bits that tell */
	LABEL_VALUE = 0x3f,
	LABEL_PLAIN = 0x00,
	LABEL_EXTENDED = 0x40,
	LABEL_POINTER = 0xc0,
	EXTENDED_BITS = 0x41, /* the only extended label that is known */
	OFFSET_MASK = 0x3fff,
	NAME_MAX_LEN = 255, /* printed characters, dots included */
};

/*
 * A pointer must lead backwards, so every name ends. But a hostile message can
 * make each of its thousands of names walk over all of its labels again and
 * again. An honest one of 64 KiB has fewer labels than this, pointers followed.
 */
enum {
	LABELS_MAX = 1 << 20,
};

size_t dns_captured(const struct dns_message *m)
{
	return cursor_left(&m->bytes);
}

struct cursor dns_at(const struct dns_message *m, size_t place)
{
	struct cursor c = m->bytes;

	cursor_skip(&c, place);
	return c;
}

/* The bits in a bit label: 0 stands for 256. */
static size_t bit_count(uint8_t byte)
{
	return byte ? byte : 256;
}

bool dns_name_skip(const struct dns_message *m, size_t *place)
{
	struct cursor c = dns_at(m, *place);

	for (;;) {
		uint8_t first = cursor_u8(&c);
		size_t len = first;

		if (!cursor_ok(&c))
			return false;
		*place += 1;
		if (!first)
			return true;

		if ((first & LABEL_KIND) == LABEL_POINTER) {
			*place += 1;
			return true;
		}
		if ((first & LABEL_KIND) != LABEL_PLAIN) {
			if (first != EXTENDED_BITS)
				return false;
			len = (bit_count(cursor_u8(&c)) + 7) / 8;
			*place += 1;
		}

		cursor_skip(&c, len);
		*place += len;
	}
}

/* A name while it is walked. */
struct walk {
	struct dns_message *m;
	size_t base;
	size_t place;   /* behind the first byte of the label at hand */
	size_t after;   /* behind the name, before any pointer was followed */
	uint64_t limit; /* pointers must stay below */
	size_t chars;   /* of the name as text, so far */
	size_t len;     /* of the label at hand, behind its first byte */
	uint8_t first;  /* its first byte; 0 ends the name */
	bool jumped;    /* a pointer was followed */
};

static bool is_pointer(const struct walk *w)
{
	return (w->first & LABEL_KIND) == LABEL_POINTER;
}

/* Reads the first byte of the label at w->place, and how long it is. */
static enum dns_step take_label(struct walk *w)
{
	struct text *out = w->m->l->out;
	struct cursor c = dns_at(w->m, w->place);

	w->first = cursor_u8(&c);
	w->len = w->first;
	if (!cursor_ok(&c) || w->m->labels++ > LABELS_MAX)
		return DNS_STOP;

	w->place++;
	if (is_pointer(w) || (w->first & LABEL_KIND) == LABEL_PLAIN)
		return DNS_NEXT;

	if (w->first == EXTENDED_BITS) {
		w->len = 1 + (bit_count(cursor_u8(&c)) + 7) / 8;
		return cursor_ok(&c) ? DNS_NEXT : DNS_STOP;
	}

	if ((w->first & LABEL_KIND) == LABEL_EXTENDED) {
		text_str(out, "<ELT ");
		text_u64(out, w->first & LABEL_VALUE);
		text_char(out, '>');
	} else {
		text_str(out, "<BAD LABEL TYPE>");
	}
	return DNS_STOP;
}

static enum dns_step follow_pointer(struct walk *w)
{
	struct cursor c = dns_at(w->m, w->place);
	size_t offset = ((size_t)w->first << 8 | cursor_u8(&c)) & OFFSET_MASK;

	if (!w->jumped)
		w->after = w->place + 1;
	w->jumped = true;

	if (offset >= w->limit) {
		text_str(w->m->l->out, "<BAD PTR>");
		return DNS_STOP;
	}

	w->limit = offset;
	w->place = w->base + offset;
	return take_label(w);
}

/* As \[x, the bits, / and their count, the last byte without the bits that are
 * too many; half a byte if four are enough. */
static enum dns_step print_bits(struct walk *w)
{
	struct text *out = w->m->l->out;
	struct cursor c = dns_at(w->m, w->place);
	size_t count = bit_count(cursor_u8(&c));
	size_t bits = count;

	text_str(out, "\\[x");
	while (bits) {
		unsigned byte = cursor_u8(&c);

		if (!cursor_ok(&c))
			return DNS_CUT;
		if (bits >= 8) {
			text_hex(out, byte, 2);
			bits -= 8;
			continue;
		}

		byte &= 0xff00U >> bits;
		text_hex(out, bits > 4 ? byte : byte >> 4, bits > 4 ? 2 : 1);
		bits = 0;
	}

	text_char(out, '/');
	text_u64(out, count);
	text_char(out, ']');
	return DNS_NEXT;
}

/* As much of a label as a name has room for. */
static enum dns_step print_plain(struct walk *w)
{
	struct cursor c = dns_at(w->m, w->place);
	size_t room = 0;
	size_t len;

	if (w->chars < NAME_MAX_LEN)
		room = NAME_MAX_LEN - w->chars;
	len = w->len < room ? w->len : room;
	w->chars += w->len;

	c = cursor_take_most(&c, len);
	line_untrusted(w->m->l, c.pos, cursor_left(&c));
	return cursor_left(&c) < len ? DNS_STOP : DNS_NEXT;
}

static enum dns_step print_label(struct walk *w)
{
	enum dns_step step;

	step = w->first == EXTENDED_BITS ? print_bits(w) : print_plain(w);
	if (step != DNS_NEXT)
		return step;

	w->place += w->len;
	if (w->chars <= NAME_MAX_LEN)
		text_char(w->m->l->out, '.');
	w->chars++;

	step = take_label(w);
	if (step == DNS_NEXT && !w->jumped)
		w->after += w->len + 1;
	return step;
}

enum dns_step dns_name_print(struct dns_message *m, size_t *place, size_t base)
{
	struct walk w = { .m = m, .base = base, .place = *place };
	size_t captured = dns_captured(m);
	bool starts_with_pointer;
	enum dns_step step;

	/* In an option, names count from behind themselves: no limit. */
	w.limit = *place >= base ? *place - base : UINT64_MAX;

	step = take_label(&w);
	if (step != DNS_NEXT)
		return step;
	if (!w.first)
		text_char(m->l->out, '.');
	starts_with_pointer = is_pointer(&w);
	w.after = w.place + w.len;

	/* At the end of the capture a name just ends. */
	while (w.first && w.place < captured) {
		step = is_pointer(&w) ? follow_pointer(&w) : print_label(&w);
		if (step != DNS_NEXT)
			return step;
	}

	if (w.chars > NAME_MAX_LEN)
		text_str(m->l->out, "<DOMAIN NAME TOO LONG>");
	if (starts_with_pointer && !w.jumped)
		return DNS_STOP;

	*place = w.after;
	return DNS_NEXT;
}
