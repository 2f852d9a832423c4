/*
 * Rules in pieces. A transaction goes to the kernel as one message, and who has
 * rights over a namespace only may not have a send buffer for thousands of rules
 * (SO_SNDBUFFORCE asks for CAP_NET_ADMIN outside). So tables, chains and sets
 * come first, and then their rules, some hundred at a time. In the room nobody
 * sees what is between.
 */
#include <errno.h>
#include <string.h>

#include "fix/rehearse_parts.h"

enum { RULES = 250, BYTES = 30000, ELEMENT_LINES = 60, TABLE = 5 };

void rehearse_pieces_save(struct text *out, const char *save)
{
	const char *table = "";
	size_t rules = 0, table_len = 0;

	while (*save) {
		size_t len = strcspn(save, "\n");

		if (*save == '*') {
			table = save;
			table_len = len;
			rules = 0;
		}
		text_bytes(out, save, len);
		text_char(out, '\n');
		if (*save != ':' && *save != '#' && ++rules % RULES == 0 &&
		    table_len && strncmp(save, "COMMIT", 6) != 0) {
			text_str(out, "COMMIT\n");
			text_bytes(out, table, table_len);
			text_char(out, '\n');
		}
		save += len + (save[len] == '\n');
	}
}

/* nft's list, line by line. */
struct listing {
	struct text skeleton;
	struct text piece; /* rules, or elements */
	size_t lines;      /* of the piece */
	rehearse_piece *each;
	void *context;
	int err;
	const char *table, *block; /* "table inet f", "chain input" */
	size_t table_len, block_len;
	unsigned depth;
	bool is_open;      /* the piece has the heads of its blocks */
	bool has_elements; /* in a list of them that is split */
};

static void close_piece(struct listing *l)
{
	if (!l->is_open)
		return;
	text_str(&l->piece, "}\n}\n");
	l->is_open = false;
}

static void flush(struct listing *l)
{
	close_piece(l);
	if (l->piece.len && !l->err)
		l->err = l->each(l->context, text_string(&l->piece),
				 l->piece.len);
	text_clear(&l->piece);
	l->lines = 0;
}

static void put_rule(struct listing *l, const char *line, size_t len)
{
	if (!l->is_open) {
		text_bytes(&l->piece, l->table, l->table_len);
		text_str(&l->piece, " {\n");
		text_bytes(&l->piece, l->block, l->block_len);
		text_str(&l->piece, " {\n");
		l->is_open = true;
	}
	text_bytes(&l->piece, line, len);
	text_char(&l->piece, '\n');
	if (++l->lines >= RULES || l->piece.len > BYTES)
		flush(l);
}

/* "set NAME" or "map NAME", as `add element' names it: its name. */
static void put_element_head(struct listing *l)
{
	size_t kind = 0;

	while (kind < l->block_len && l->block[kind] != ' ')
		kind++;
	text_str(&l->piece, "add element");
	text_bytes(&l->piece, l->table + TABLE, l->table_len - TABLE);
	text_bytes(&l->piece, l->block + kind, l->block_len - kind);
	text_str(&l->piece, " { ");
}

/* Some lines of a long list; the last of all ends with "}". */
static void put_elements(struct listing *l, const char *line, size_t len)
{
	bool is_last = len && line[len - 1] == '}';

	if (is_last)
		len--;
	if (!l->lines++)
		put_element_head(l);
	text_bytes(&l->piece, line, len);
	if (l->lines >= ELEMENT_LINES || is_last) {
		text_str(&l->piece, " }\n");
		flush(l);
	}
	if (is_last)
		l->has_elements = false;
}

/* Elements that go on for many lines. */
static bool is_long_list(const char *line)
{
	for (unsigned i = 0; i < ELEMENT_LINES; i++) {
		size_t len = strcspn(line, "\n");

		if (!line[len] || (len && line[len - 1] == '}'))
			return false;
		line += len + 1;
	}

	return true;
}

static bool begins(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && !strncmp(line, word, n);
}

/* What a chain is, rather than what is in it. */
static bool is_of_chain(const char *line, size_t len)
{
	return begins(line, len, "type ") || begins(line, len, "comment \"") ||
	       begins(line, len, "policy ") || begins(line, len, "flags ");
}

static void put_skeleton(struct listing *l, const char *line, size_t len)
{
	text_bytes(&l->skeleton, line, len);
	text_char(&l->skeleton, '\n');
}

/* A line inside a chain, a set or whatever is in a table. */
static void take_inner(struct listing *l, const char *line, size_t len)
{
	static const char elements[] = "elements = {";

	if (begins(l->block, l->block_len, "chain ") &&
	    !is_of_chain(line, len)) {
		put_rule(l, line, len);
	} else if (begins(line, len, elements) && is_long_list(line) &&
		   begins(l->table, l->table_len, "table ")) {
		flush(l);
		l->has_elements = true;
		put_elements(l, line + sizeof(elements) - 1,
			     len - (sizeof(elements) - 1));
	} else {
		put_skeleton(l, line, len);
	}
}

/* Without the braces and what is behind. */
static size_t head_length(const char *line, size_t len)
{
	const char *brace = memchr(line, '{', len);

	len = brace ? (size_t)(brace - line) : len;
	while (len && line[len - 1] == ' ')
		len--;
	return len;
}

static void open_block(struct listing *l, const char *line, size_t len)
{
	if (!l->depth++) {
		l->table = line;
		l->table_len = head_length(line, len);
	} else {
		close_piece(l);
		l->block = line;
		l->block_len = head_length(line, len);
	}
}

/* A brace that ends the line's own words: blocks open and close by lines. */
static bool opens(const char *line, size_t len)
{
	return len && line[len - 1] == '{' &&
	       !begins(line, len, "elements = {");
}

static size_t without_handle(const char *line, size_t len)
{
	static const char mark[] = " # handle ";
	const char *at = memmem(line, len, mark, sizeof(mark) - 1);

	/* Behind it there is nothing but a number; a comment may hold the words. */
	while (at) {
		const char *digits = at + sizeof(mark) - 1;

		if (strspn(digits, "0123456789") ==
		    len - (size_t)(digits - line))
			return (size_t)(at - line);
		at = memmem(digits, len - (size_t)(digits - line), mark,
			    sizeof(mark) - 1);
	}

	return len;
}

static void take_line(struct listing *l, const char *line, size_t len)
{
	while (len && (*line == '\t' || *line == ' ')) {
		line++;
		len--;
	}
	len = without_handle(line, len);
	if (l->has_elements) {
		put_elements(l, line, len);
	} else if (l->depth < 2 && opens(line, len)) {
		open_block(l, line, len);
		put_skeleton(l, line, len);
	} else if (len == 1 && *line == '}' && l->depth) {
		l->depth--;
		put_skeleton(l, line, len);
	} else if (l->depth == 2) {
		take_inner(l, line, len);
	} else {
		put_skeleton(l, line, len);
	}
}

/* What goes before is handed out last, so the pieces are kept until then. */
struct kept {
	struct text all;
};

static int keep(void *context, const char *text, size_t len)
{
	struct kept *k = context;

	room_put_list(&k->all, text, 1, len);
	return 0;
}

static void take_all(struct listing *l, const char *nft)
{
	while (*nft) {
		size_t len = strcspn(nft, "\n");

		take_line(l, nft, len);
		nft += len + (nft[len] == '\n');
	}
	flush(l);
}

int rehearse_pieces_nft(struct arena *a, const char *nft, rehearse_piece *each,
			void *context)
{
	struct kept k = { 0 };
	struct listing l = { .each = keep, .context = &k };
	struct cursor c;
	int err;

	take_all(&l, nft);
	err = each(context, text_string(&l.skeleton), l.skeleton.len);
	c = cursor_over(k.all.data, k.all.len);
	while (!err && cursor_left(&c)) {
		const char *piece = room_take_string(&c, a);

		err = each(context, piece, strlen(piece));
	}
	if (!text_ok(&k.all) || !text_ok(&l.skeleton))
		err = -ENOMEM;
	text_done(&k.all);
	text_done(&l.piece);
	text_done(&l.skeleton);
	return err;
}
